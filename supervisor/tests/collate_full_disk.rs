//! A full disk stops collation with an error that says so, and leaves no half file. On a small
//! tmpfs, where one may be mounted.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod collate_support;
#[path = "../../tests/support/skip.rs"]
mod skip;

use std::process::Command;

use collate_support::{Bench, series};
use dayfold_supervisor::collate::{Collation, Description, collate, to_the_end};
use skip::skip;

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let small = tempfile::tempdir().unwrap();
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(small.path());
    if !mount.output().is_ok_and(|output| output.status.success()) {
        skip("no small file system can be mounted here");
        return;
    }
    // a logistic map, whose values cannot be deflated below the disk's size
    let mut number = 0.4;
    let mut next = || {
        number = 3.999 * number * (1.0 - number);
        number
    };
    let hours: Vec<f64> = (0..100_000).map(f64::from).collect();
    let numbers: Vec<f64> = hours.iter().map(|_| next()).collect();
    let bench = Bench::of(&[series(&hours, &numbers)]);
    let output = small.path().join("out.nc");
    let collation = Collation {
        sources: &bench.sources,
        output: &output,
        attributes: &[],
        own: &[],
        owner: "test",
        description: &Description::default(),
    };
    let outcome = collate(&collation, &mut to_the_end);
    let left = std::fs::read_dir(small.path()).unwrap().count();
    Command::new("umount").arg("--lazy").arg(small.path()).status().unwrap();
    let error = outcome.unwrap_err();
    assert!(error.is_no_space(), "{error:?}");
    assert!(!error.is_contradiction());
    assert_eq!(left, 0);
}
