//! What opening a file reads of it. The only test of its process: the kernel counts for all threads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod reads;

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::reader::Reader;
use dayfold_ncio::write::{Storage, write_dataset};
use reads::during;

#[test]
fn opening_a_large_file_reads_little_of_it() {
    let values = Values::F64(vec![1.5; 1 << 20]);
    let variable =
        Variable { name: "values".into(), dimensions: vec!["place".into()], values, attributes: Vec::new() };
    let dataset = Dataset {
        dimensions: vec![("place".into(), 1 << 20)],
        variables: vec![variable],
        attributes: vec![],
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.nc");
    write_dataset(&path, &dataset, Storage::Plain).unwrap();
    let mut names = Vec::new();
    // the library opens a file when it is first asked
    let read = during(|| names = Reader::open(&path).unwrap().variables().unwrap());
    assert_eq!(names, ["values"]);
    assert!(read.bytes < 100_000, "{read:?}");
}
