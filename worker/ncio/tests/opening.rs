//! What opening a file reads of it. The only test of its process: the kernel counts for all threads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::reader::Reader;
use dayfold_ncio::write::{Storage, write_dataset};

/// Bytes that this process has asked to read so far.
fn read_so_far() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap();
    text.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

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
    let before = read_so_far();
    let reader = Reader::open(&path).unwrap();
    let read = read_so_far() - before;
    assert_eq!(reader.variables().unwrap(), ["values"]);
    assert!(read < 100_000, "{read} bytes");
}
