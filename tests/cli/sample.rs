//! `dayfold sample`: what it writes, that it is the same each time, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dayfold_ncio::dataset::{DataType, Values};
use dayfold_ncio::raw::RawFile;

use crate::shared::Shared;
use crate::support::Folder;

/// A folder with a sample of one tiny day, with more arguments, in `sample`.
fn sample(more: &[&str]) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let outcome = folder.dayfold(&[&["sample", "sample", "--coarsen", "100"], more].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("dayfold run sample/dayfold.toml"), "{}", outcome.stderr);
    let sample = folder.path().join("sample");
    (folder, sample)
}

const DAY: &[&str] = &["--days", "1"];

/// The content of every file below a folder, by relative path.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_same_arguments_write_the_same_bytes() {
    let ((_one, one), (_other, other)) = (sample(DAY), sample(DAY));
    let (one, other) = (contents(&one), contents(&other));
    assert_eq!(one.len(), 103 + 2);
    assert!(one == other, "two samples differ");
    let (_folder, later) = sample(&["--days", "1", "--from", "2022-02-02"]);
    let first = |files: &BTreeMap<PathBuf, Vec<u8>>| files.values().next().unwrap().clone();
    assert_ne!(first(&one), first(&contents(&later)), "another day is another file");
}

#[test]
fn a_day_has_the_archives_paths() {
    let (_folder, sample) = sample(&["--from", "2019-03-31", "--days", "2"]);
    let files = contents(&sample);
    let names: Vec<_> =
        files.keys().filter_map(|path| path.to_str()).filter(|path| path.ends_with(".nc")).collect();
    assert_eq!(names.len(), 206);
    assert_eq!(names[0], "archive/v1.0/2019/03/31/IDE00326.201903301830.nc");
    assert_eq!(names[103], "archive/v1.1/2019/04/01/IDE00326.201903311830.nc");
    assert_eq!(names[205], "archive/v1.1/2019/04/01/IDE00326.201904011130.nc");
}

#[test]
fn a_file_has_the_archives_variables() {
    let (_folder, sample) = sample(DAY);
    // 02:30 UTC is before noon in the east and morning in the west: light everywhere
    let path = sample.join("archive/v1.1/2022/02/01/IDE00326.202202010230.nc");
    let file = RawFile::open(&path).unwrap();
    let schema = file.schema();
    assert_eq!(schema.dimensions, [("time".into(), 1), ("latitude".into(), 18), ("longitude".into(), 23)]);
    for name in ["surface_global_irradiance", "direct_normal_irradiance", "surface_diffuse_irradiance"] {
        let variable = schema.variable(name).unwrap();
        assert_eq!(variable.data_type, DataType::I32);
        assert_eq!(variable.dimensions, ["time", "latitude", "longitude"]);
        assert_eq!(variable.attribute("scale_factor").unwrap(), &0.01.into());
        assert_eq!(variable.attribute("_FillValue").unwrap(), &Values::I32(vec![-999_999]).into());
        assert_eq!(variable.attribute("units").unwrap().text(), Some("W m-2"));
        let Values::I32(values) = file.read(name).unwrap() else { panic!("{name}") };
        assert!(values.iter().all(|value| (0..=140_000).contains(value)), "{name}");
    }
    let others =
        ["quality_mask", "cloud_type", "cloud_optical_depth", "solar_elevation", "solar_azimuth", "crs"];
    assert!(others.iter().all(|name| schema.variable(name).is_some()));
    // 2022-02-01T02:30:00Z
    assert_eq!(file.read("time").unwrap(), Values::F64(vec![1_643_682_600.0]));
    let Values::F32(latitude) = file.read("latitude").unwrap() else { panic!("latitude") };
    assert_eq!((latitude[0], latitude[1]), (-44.5, -42.5));
}

#[test]
fn what_is_in_a_folder_stays() {
    let folder = Folder::new();
    folder.write("mine.txt", "mine");
    let outcome = folder.dayfold(&["sample", "."]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("is not empty: it holds mine.txt"), "{}", outcome.stderr);
    assert_eq!(
        contents(folder.path()).into_iter().collect::<Vec<_>>(),
        [("mine.txt".into(), b"mine".to_vec())]
    );
}

#[test]
fn a_file_is_no_folder() {
    let folder = Folder::new();
    folder.write("mine.txt", "mine");
    for name in ["mine.txt", "mine.txt/below"] {
        let outcome = folder.dayfold(&["sample", name]);
        assert_eq!(outcome.code, 2, "{name}");
        let said = "error: mine.txt is not a folder: name a new or empty one (nothing was written)\n";
        assert_eq!(outcome.stderr, said, "{name}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("mine.txt")).unwrap(), "mine");
}

#[test]
fn the_command_to_try_next_survives_a_shell() {
    let folder = Folder::new();
    let outcome = folder.dayfold(&["sample", "my dir", "--days", "1", "--coarsen", "100"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("  dayfold run 'my dir/dayfold.toml'\n"), "{}", outcome.stderr);
}

#[test]
fn impossible_wishes_are_refused_before_anything_is_written() {
    let folder = Folder::new();
    for (option, value, expected) in [
        ("--coarsen", "101", "ask for 100 at most"),
        ("--from", "9999-12-31", "beyond the year 9999"),
        ("--from", "2022-02-30", "2022-02 has the days 1 to 28"),
        ("--days", "0", "--days"),
    ] {
        let outcome = folder.dayfold(&["sample", "sample", option, value]);
        assert_eq!(outcome.code, 2, "{option} {value}");
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        assert!(!folder.path().join("sample").exists(), "{option} {value}");
    }
}

#[test]
fn temperature_comes_with_a_configuration_that_uses_it() {
    let (_folder, sample) = sample(&["--days", "1", "--tas"]);
    for month in ["tas/tas_202201.nc", "tas/tas_202202.nc"] {
        let file = RawFile::open(sample.join(month)).unwrap();
        assert_eq!(file.schema().variable("tas").unwrap().dimensions, ["time", "lat", "lon"]);
    }
    let configuration = fs::read_to_string(sample.join("dayfold.toml")).unwrap();
    assert!(configuration.contains("\ntemperature = { pattern = \"tas/tas_%Y%m.nc\""), "{configuration}");
}

#[test]
fn the_configuration_can_be_planned_as_it_is() {
    for more in [&["--days", "2"][..], &["--days", "2", "--tas"]] {
        let (folder, _sample) = sample(more);
        let outcome = folder.dayfold(&["plan", "sample/dayfold.toml", "--json"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let plan: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(plan["groups"].as_array().unwrap().len(), 2, "{plan}");
    }
}

/// A file of the archive that the oracle writes with the standard netCDF library, of the same time
/// and grid as ours; `None` where there is no oracle.
fn oracles_file(folder: &Path) -> Option<PathBuf> {
    let shared = Shared::find()?;
    let script = shared.script("make_archive.py");
    let arguments = ["--from", "2022-02-01", "--days", "1", "--coarsen", "100", "--every", "48", "--out"];
    let status = Command::new(shared.python).arg(script).args(arguments).arg(folder).status().unwrap();
    assert!(status.success(), "make_archive.py: {status}");
    Some(folder.join("v1.1/2022/02/01/IDE00326.202202010230.nc"))
}

#[test]
fn a_file_is_made_up_as_the_oracles() {
    let folder = Folder::new();
    let Some(theirs) = oracles_file(folder.path()) else { return };
    let (_folder, sample) = sample(DAY);
    let ours = sample.join("archive/v1.1/2022/02/01/IDE00326.202202010230.nc");
    let made_up = |path: &Path| {
        let file = RawFile::open(path).unwrap();
        let mut schema = file.schema().clone();
        schema.variables.sort_by(|a, b| a.name.cmp(&b.name));
        for variable in &mut schema.variables {
            variable.attributes.sort_by(|a, b| a.0.cmp(&b.0));
        }
        let axes = ["time", "latitude", "longitude"].map(|name| file.read(name).unwrap());
        (schema, axes)
    };
    assert_eq!(made_up(&ours), made_up(&theirs));
}
