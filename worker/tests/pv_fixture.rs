//! The PV task on three committed time steps against pvlib's answers (`fixtures/make.py`).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs::{self, File};
use std::path::Path;

use common::archive::{copy, copy_job, rewrite};
use common::{assert_agrees, files_below, fixtures, job, reference, run, spec};
use dayfold_contract::job::{Layout, ProbeFailure};
use dayfold_contract::message::FailureKind;
use dayfold_contract::task::{Mount, Temperature};
use dayfold_contract::{Fingerprint, Job, Polygon, Region, RegionSet};
use dayfold_ncio::dataset::Values;
use dayfold_worker::task;

const CONSTANT: Temperature = Temperature::Constant(18.0);

fn fixture_job(mount: Mount, temperature: Temperature) -> Job {
    job(&fixtures().join("archive"), spec(mount, temperature))
}

fn tas(pattern: &str) -> Temperature {
    let pattern = fixtures().join("tas").join(pattern).to_str().unwrap().to_owned();
    Temperature::Nearest { pattern, variable: "tas".into() }
}

fn check(case: &str, mount: Mount, temperature: Temperature) {
    let job = fixture_job(mount, temperature);
    let partial = run(job, &files_below(&fixtures().join("archive"))).unwrap().unwrap();
    let expected = reference(File::open(fixtures().join("reference.csv")).unwrap(), Some(case));
    assert_agrees(&partial.table(), &expected);
}

#[test]
fn the_tracker_agrees_with_pvlib() {
    check("single-axis", Mount::SingleAxis, CONSTANT);
}

#[test]
fn the_latitude_mount_agrees_with_pvlib() {
    check("latitude", Mount::Latitude, CONSTANT);
}

#[test]
fn a_fixed_mount_agrees_with_pvlib() {
    check("fixed", Mount::Fixed { tilt: 30.0, azimuth: 20.0 }, CONSTANT);
}

#[test]
fn the_nearest_temperature_agrees_with_xarray() {
    check("tas", Mount::SingleAxis, tas("tas_%Y%m.nc"));
}

#[test]
fn a_probe_tells_the_layout_that_every_group_is_held_to() {
    let files = files_below(&fixtures().join("archive"));
    let job = fixture_job(Mount::SingleAxis, CONSTANT);
    let probe = task::build(job.clone()).probe(&files[0]).unwrap();
    let layout = probe.layout.unwrap();
    assert_eq!(layout.description, "44 x 56 cells, latitude -44.5 to -10.1, longitude 112 to 156");
    assert!(run(Job { layout: Some(layout), ..job.clone() }, &files).is_ok());
    let other = Layout { fingerprint: Fingerprint::of(b"other"), description: "1 x 1 cells".into() };
    let failure = run(Job { layout: Some(other), ..job }, &files).map(drop).unwrap_err();
    assert_eq!((failure.kind, failure.file.as_ref()), (FailureKind::Input, Some(&files[0])));
    assert!(failure.reason.contains("44 x 56 cells") && failure.reason.contains("expected 1 x 1 cells"));
}

#[test]
fn a_probe_warns_of_regions_without_cells() {
    let files = files_below(&fixtures().join("archive"));
    let probe = task::build(fixture_job(Mount::SingleAxis, CONSTANT)).probe(&files[0]).unwrap();
    assert!(
        probe.warnings.iter().any(|warning| warning.contains("Jervis Bay Territory")),
        "{:?}",
        probe.warnings
    );
    let unreadable = task::build(fixture_job(Mount::SingleAxis, CONSTANT)).probe("no/such.nc");
    assert!(matches!(unreadable, Err(ProbeFailure::Unreadable(_))), "{unreadable:?}");
}

/// Writes the same file again with the GHI of every cell one packed unit higher.
fn brighten(from: &Path, to: &Path) {
    rewrite(from, to, |file| {
        let ghi = file.variables.iter_mut().find(|found| found.name == "surface_global_irradiance").unwrap();
        let Values::I32(values) = &mut ghi.values else { panic!("GHI is not packed") };
        values.iter_mut().filter(|value| **value >= 0).for_each(|value| *value += 1);
    });
}

#[test]
fn the_same_time_twice_is_kept_once_and_a_contradiction_names_both() {
    let (root, files) = copy();
    let again = files[0].replace("IDE00326.", "IDE00326.again.");
    fs::copy(root.path().join(&files[0]), root.path().join(&again)).unwrap();
    let partial = run(copy_job(root.path()), &[&files[0], &again]).unwrap().unwrap();
    let alone = run(copy_job(root.path()), &files[..1]).unwrap().unwrap();
    assert_eq!(partial.bytes(), alone.bytes());
    let again = files[0].replace("IDE00326.", "IDE00326.brighter.");
    brighten(&root.path().join(&files[0]), &root.path().join(&again));
    let failure = run(copy_job(root.path()), &[&files[0], &again]).map(drop).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Input);
    assert!([&files[0], &again].iter().all(|file| failure.reason.contains(&file[..])), "{}", failure.reason);
    assert!(failure.reason.contains("2022-01-31T23:30:00Z"), "{}", failure.reason);
}

/// The archive moved to Greenwich, by day: from -22 to 22 degrees, or as 338 to 360 and then 0 to 22.
#[test]
fn longitudes_over_greenwich_are_those_of_the_other_convention() {
    let square = |west: f64, east: f64| Polygon {
        exterior: vec![[west, -40.0], [east, -40.0], [east, -15.0], [west, -15.0]],
        holes: Vec::new(),
    };
    let region = |name: &str, polygon| Region { name: name.into(), polygons: vec![polygon] };
    let regions = vec![region("across", square(-10.0, 5.0)), region("west", square(345.0, 358.0))];
    let tables = [-180.0, 0.0].map(|lowest| {
        let (root, files) = copy();
        let path = root.path().join(&files[0]);
        rewrite(&path, &path, |file| {
            for variable in &mut file.variables {
                let values = variable.values.to_f64().unwrap_or_default();
                let turned = |value: &f64| (value - 134.0 - lowest).rem_euclid(360.0) + lowest;
                match variable.name.as_str() {
                    "longitude" => variable.values = Values::F64(values.iter().map(turned).collect()),
                    "time" => variable.values = Values::F64(vec![values[0] + 43_200.0]),
                    _ => {}
                }
            }
        });
        let regions = Some(RegionSet { regions: regions.clone() });
        let job = Job { regions, ..copy_job(root.path()) };
        run(job, &files[..1]).unwrap().unwrap().table()
    });
    let [plain, turned] = tables;
    assert_eq!(plain.len(), 2);
    for (key, values) in plain {
        assert!(values[0] > 0.0 && values[3] > 100.0, "{key:?}: {values:?}");
        for (one, other) in values.iter().zip(turned[&key]) {
            assert!((one - other).abs() <= 1e-9 * one.abs(), "{key:?}: {one} and {other}");
        }
    }
}

#[test]
fn a_group_without_files_gives_nothing() {
    assert!(run(fixture_job(Mount::SingleAxis, CONSTANT), &[] as &[&str]).unwrap().is_none());
}

#[test]
fn the_whole_grid_is_a_region_by_itself() {
    let job = Job { regions: None, ..fixture_job(Mount::SingleAxis, CONSTANT) };
    let files = files_below(&fixtures().join("archive"));
    let table = run(job, &files[1..2]).unwrap().unwrap().table();
    let (key, values) = table.iter().next().unwrap();
    assert_eq!((key.1.as_str(), values[3]), ("all", 44.0 * 56.0));
}
