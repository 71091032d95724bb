//! The temperature's configuration: what is wrong for every group is told before any work.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::path::Path;

use common::archive::{overwrite, rewrite, set_units};
use common::{files_below, fixtures, job, run, spec};
use dayfold_contract::Job;
use dayfold_contract::job::{Probe, ProbeFailure};
use dayfold_contract::message::FailureKind;
use dayfold_contract::task::{Mount, Temperature};
use dayfold_ncio::dataset::Values;
use dayfold_worker::task;

/// A job whose configuration is in `folder`.
fn job_in(folder: &Path, pattern: &str, variable: &str) -> Job {
    let temperature = Temperature::Nearest { pattern: pattern.to_owned(), variable: variable.to_owned() };
    let job = job(&fixtures().join("archive"), spec(Mount::SingleAxis, temperature));
    Job { folder: folder.to_owned(), ..job }
}

fn files() -> Vec<String> {
    files_below(&fixtures().join("archive"))
}

fn probe(job: Job) -> Result<Probe, ProbeFailure> {
    task::build(job).probe(&files()[0])
}

/// What the probe says is wrong.
fn wrong(job: Job) -> String {
    match probe(job) {
        Err(ProbeFailure::Wrong(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// A folder with the fixture's temperature in `tas`.
fn folder(name: &str) -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix(name).tempdir().unwrap();
    fs::create_dir(folder.path().join("tas")).unwrap();
    for month in ["tas_202201.nc", "tas_202202.nc"] {
        fs::copy(fixtures().join("tas").join(month), folder.path().join("tas").join(month)).unwrap();
    }
    folder
}

#[test]
fn a_relative_pattern_begins_at_the_configuration_whatever_the_folders_name() {
    let absolute = fixtures().join("tas/tas_%Y%m.nc").to_str().unwrap().to_owned();
    let right = run(job_in(Path::new("/"), &absolute, "tas"), &files()).unwrap().unwrap().bytes();
    for name in ["plain", "100% of [a-b]*"] {
        let folder = folder(name);
        let job = job_in(folder.path(), "tas/tas_%Y%m.nc", "tas");
        assert_eq!(
            probe(job.clone()).unwrap().warnings,
            probe(job_in(Path::new("/"), &absolute, "tas")).unwrap().warnings
        );
        assert!(run(job, &files()).unwrap().unwrap().bytes() == right, "{name}");
    }
}

#[test]
fn another_variable_another_unit_another_place_and_a_folder_are_wrong_for_all() {
    let folder = folder("tas");
    let here = folder.path();
    let of = |pattern: &str, variable: &str| wrong(job_in(here, pattern, variable));
    let named = of("tas/tas_%Y%m.nc", "tass");
    assert!(
        named.contains("no variable \"tass\"; it has: ") && named.contains("task.temperature.variable"),
        "{named}"
    );
    assert!(of("%Y%m/tas_%Y.nc", "tas").contains("matches no file of any date"), "no such folder");
    assert!(of("ta?", "tas").contains("it is a folder, not a regular file"), "a folder");
    assert!(of("tas/%!.nc", "tas").contains("cannot be filled in"), "no such field");
    // the nearest time is the next month's first
    let month = here.join("tas/tas_202202.nc");
    fs::copy(&month, here.join("right.nc")).unwrap();
    rewrite(&month, &month, |file| set_units(file, "tas", Some("degF")));
    let units = of("tas/tas_%Y%m.nc", "tas");
    assert!(units.contains("has the units \"degF\": expected K or degC"), "{units}");
    rewrite(&here.join("right.nc"), &month, |file| {
        let lat = file.variables.iter_mut().find(|variable| variable.name == "lat").unwrap();
        let Values::F64(values) = &mut lat.values else { panic!("lat") };
        values.iter_mut().for_each(|value| *value = (*value + 60.0) / 2.0);
    });
    let elsewhere = of("tas/tas_%Y%m.nc", "tas");
    assert!(elsewhere.contains("does not cover all regions"), "{elsewhere}");
}

#[test]
fn a_pattern_without_any_file_is_told_with_the_first_path() {
    let folder = folder("tas");
    let reason = wrong(job_in(folder.path(), "tas/t2m_%Y%m.nc", "tas"));
    let tried = folder.path().join("tas/t2m_202201.nc");
    assert!(reason.contains(tried.to_str().unwrap()) && reason.contains("\"tas/t2m_%Y%m.nc\""), "{reason}");
}

#[test]
fn a_time_or_a_damaged_file_is_no_reason_to_refuse_the_others() {
    let folder = folder("tas");
    let [january, february] = [1, 2].map(|month| folder.path().join(format!("tas/tas_20220{month}.nc")));
    let warned = |file: usize| {
        let job = job_in(folder.path(), "tas/tas_%Y%m.nc", "tas");
        let warnings = task::build(job).probe(&files()[file]).unwrap().warnings;
        warnings.into_iter().find(|warning| warning.starts_with("the first file, ")).unwrap()
    };
    fs::rename(&february, folder.path().join("tas/tas_203001.nc")).unwrap();
    assert!(warned(1).contains("more than one step outside its times"), "{}", warned(1));
    let content = fs::read(&january).unwrap();
    overwrite(&january, &content[..content.len() / 2]);
    assert!(warned(0).contains("truncated or damaged"), "{}", warned(0));
    fs::remove_file(january).unwrap();
    assert!(warned(0).contains("\"tas/tas_%Y%m.nc\" matches none, such as "), "{}", warned(0));
}

#[test]
fn times_without_temperature_fail_their_group_with_both_times() {
    let folder = folder("tas");
    let failure = run(job_in(folder.path(), "tas/tas_202201.nc", "tas"), &files()).map(drop).unwrap_err();
    assert_eq!((failure.kind, failure.file.as_ref()), (FailureKind::Input, Some(&files()[1])));
    assert!(
        failure.reason.contains("2022-02-01T02:30:00Z") && failure.reason.contains("2022-01-31T23:00:00Z")
    );
    let failure = run(job_in(folder.path(), "none.nc", "tas"), &files()).map(drop).unwrap_err();
    assert!(failure.reason.contains("matches none"), "{}", failure.reason);
}
