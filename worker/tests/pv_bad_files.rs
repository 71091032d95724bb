//! What the PV task makes of files that cannot be read, or do not hold what it needs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use common::archive::{copy, copy_job, empty_out, overwrite, rewrite, rewrite_as, set_units};
use common::{Deaf, assignment, run, run_attempt};
use dayfold_contract::Job;
use dayfold_contract::job::{BadFiles, Empty, ProbeFailure};
use dayfold_contract::message::{Failure, FailureKind};
use dayfold_contract::partial::{FILES_WITHOUT_TIMES, SKIPPED_FILES};
use dayfold_ncio::dataset::Dataset;
use dayfold_ncio::write::Storage;
use dayfold_worker::task::{self, Produced};

fn skipping(root: &Path) -> Job {
    Job { bad_files: BadFiles::Skip, ..copy_job(root) }
}

/// Why a run over these files fails.
fn failure(job: Job, files: &[String]) -> Failure {
    run(job, files).map(drop).unwrap_err()
}

#[test]
fn a_file_that_is_no_netcdf_fails_its_group_by_name() {
    let (root, files) = copy();
    overwrite(&root.path().join(&files[1]), b"<html>not found</html>");
    let failure = failure(copy_job(root.path()), &files);
    assert_eq!((failure.kind, failure.file.as_ref()), (FailureKind::Input, Some(&files[1])));
    assert!(failure.reason.contains("not a NetCDF file"), "{}", failure.reason);
}

#[test]
fn unreadable_files_are_left_out_and_named_where_that_is_asked_for() {
    let (root, files) = copy();
    overwrite(&root.path().join(&files[1]), b"");
    let partial = run(skipping(root.path()), &files).unwrap().unwrap();
    assert_eq!(partial.attribute(SKIPPED_FILES).as_ref(), Some(&files[1]));
    assert_eq!(partial.doubles("time").len(), 2);
}

#[test]
fn a_group_of_which_nothing_can_be_read_fails_even_where_bad_files_are_skipped() {
    let (root, files) = copy();
    files.iter().for_each(|file| overwrite(&root.path().join(file), b""));
    let all = failure(skipping(root.path()), &files);
    assert_eq!((all.kind, all.file.as_ref()), (FailureKind::Input, Some(&files[0])));
    assert!(all.reason.starts_with("none of its 3 files could be read, the first: "), "{}", all.reason);
    assert!(all.reason.contains(&files[0]) && all.reason.contains("is empty"), "{}", all.reason);
    let one = failure(skipping(root.path()), &files[..1]);
    assert!(one.reason.starts_with("its only file could not be read: "), "{}", one.reason);
}

#[test]
fn what_the_system_refuses_for_now_leaves_no_file_out() {
    let (root, files) = copy();
    let path = root.path().join(&files[1]);
    fs::remove_file(&path).unwrap();
    // it can be opened, and reading its first byte is an input/output error
    symlink("/proc/self/mem", path).unwrap();
    for job in [skipping(root.path()), copy_job(root.path())] {
        let failure = failure(job, &files);
        assert_eq!((failure.kind, failure.file.as_ref()), (FailureKind::Passing, Some(&files[1])));
        assert!(failure.reason.contains("Input/output error"), "{}", failure.reason);
    }
    let probed = task::build(copy_job(root.path())).probe(&files[1]);
    assert!(matches!(probed, Err(ProbeFailure::Unreadable(_))), "another file may tell: {probed:?}");
}

/// Deflates a file's coordinates, which the library reads, and spoils the first of them.
fn spoil_within(path: &Path) {
    let storage = Storage::Deflated { level: 4, chunk_bytes: 1 << 20, along: "latitude".to_owned() };
    rewrite_as(storage, path, path, |_| {});
    let whole = fs::read(path).unwrap();
    let (root, name) = (path.parent().unwrap(), path.file_name().unwrap().to_str().unwrap());
    let says_so = |start: &usize| {
        let mut content = whole.clone();
        content[start + 2..start + 8].fill(0xff);
        overwrite(path, &content);
        let failed = run(copy_job(root), &[name]).map(drop);
        failed.is_err_and(|failure| failure.reason.contains("cannot read variable \"latitude\""))
    };
    // how deflated bytes begin
    let mut starts = (0..whole.len() - 8).filter(|&start| whole[start..].starts_with(&[0x78, 0x5e]));
    assert!(starts.any(|start| says_so(&start)), "the latitudes were not found");
}

#[test]
fn what_the_library_alone_complains_of_is_left_out_in_the_second_attempt() {
    let (root, files) = copy();
    spoil_within(&root.path().join(&files[1]));
    let first = run_attempt(skipping(root.path()), &files, 1).map(drop).unwrap_err();
    assert_eq!(first.kind, FailureKind::Passing, "{first:?}");
    let second = run_attempt(skipping(root.path()), &files, 2).unwrap().unwrap();
    assert_eq!(second.attribute(SKIPPED_FILES).as_ref(), Some(&files[1]));
}

#[test]
fn a_missing_variable_fails_even_where_bad_files_are_skipped() {
    let (root, files) = copy();
    let path = root.path().join(&files[0]);
    rewrite(&path, &path, |file| file.variables.retain(|found| found.name != "direct_normal_irradiance"));
    let failure = failure(skipping(root.path()), &files);
    assert_eq!(failure.kind, FailureKind::Input);
    let names = ["direct_normal_irradiance", "surface_global_irradiance", "task.variables.dni"];
    assert!(names.iter().all(|name| failure.reason.contains(name)), "{}", failure.reason);
    let probed = task::build(copy_job(root.path())).probe(&files[0]);
    assert!(matches!(probed, Err(ProbeFailure::Wrong(_))), "{probed:?}");
}

/// Why a file is refused, in the probe and in a run, after this change.
fn refused(change: impl FnOnce(&mut Dataset)) -> String {
    let (root, files) = copy();
    let path = root.path().join(&files[0]);
    rewrite(&path, &path, change);
    let failure = failure(skipping(root.path()), &files);
    assert_eq!((failure.kind, failure.file.as_ref()), (FailureKind::Input, Some(&files[0])));
    let probed = task::build(copy_job(root.path())).probe(&files[0]);
    assert_eq!(probed, Err(ProbeFailure::Wrong(failure.reason.clone())));
    failure.reason
}

#[test]
fn irradiance_in_other_units_is_refused_and_without_units_believed() {
    for units in ["kW m-2", "J m-2"] {
        let reason = refused(|file| set_units(file, "surface_diffuse_irradiance", Some(units)));
        let named = format!("has the units {units:?}: expected W m-2");
        assert!(reason.contains(&named) && reason.contains("surface_diffuse_irradiance"), "{reason}");
    }
    let (root, files) = copy();
    let partial = || run(copy_job(root.path()), &files[1..2]).unwrap().unwrap().bytes();
    let path = root.path().join(&files[1]);
    let right = partial();
    for units in [None, Some("W/m^2")] {
        rewrite(&path, &path, |file| set_units(file, "surface_global_irradiance", units));
        assert!(partial() == right, "{units:?}");
    }
}

#[test]
fn values_without_times_are_told_with_what_is_missing() {
    let reason = refused(|file| file.variables.retain(|variable| variable.name != "time"));
    let expected = "has no times: expected a coordinate variable, such as \"time\", with units such as";
    assert!(reason.contains(expected), "{reason}");
}

#[test]
fn files_without_a_time_are_named_and_a_group_of_such_files_fails_unless_that_is_allowed() {
    let (root, files) = copy();
    empty_out(&root.path().join(&files[1]));
    let mut task = task::build(copy_job(root.path()));
    let partials = tempfile::tempdir().unwrap();
    let partial = partials.path().join("partial.nc");
    assert_eq!(task.run(&assignment(&files), &partial, &mut Deaf), Ok(Produced::Partial));
    assert_eq!(task.warnings(), [format!("the file {} holds no time step: it gives no values", files[1])]);
    assert_eq!(task.warnings(), [""; 0], "told once");
    let written = run(copy_job(root.path()), &files).unwrap().unwrap();
    assert_eq!(written.attribute(FILES_WITHOUT_TIMES).as_ref(), Some(&files[1]));
    assert_eq!(written.doubles("time").len(), 2);
    for job in [copy_job(root.path()), skipping(root.path())] {
        let failure = failure(job, &files[1..2]);
        assert_eq!((failure.kind, failure.file.as_ref()), (FailureKind::Input, Some(&files[1])));
        assert!(failure.reason.starts_with("its only file holds no time step: most likely"), "{failure:?}");
    }
    let allowed = Job { empty: Empty::Allow, ..copy_job(root.path()) };
    let mut task = task::build(allowed);
    assert_eq!(
        task.run(&assignment(&files[1..2]), &partials.path().join("none.nc"), &mut Deaf),
        Ok(Produced::Nothing)
    );
    // what could not be read comes first
    overwrite(&root.path().join(&files[0]), b"");
    let mixed = failure(skipping(root.path()), &files[..2]);
    assert!(mixed.reason.starts_with("1 of its 2 files could not be read, and the others hold"), "{mixed:?}");
}
