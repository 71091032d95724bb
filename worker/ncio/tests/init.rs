//! File locking is off after [`dayfold_ncio::init`]. By itself in this binary: it sets the environment.

use std::fs;

use dayfold_ncio::reader::Reader;

#[test]
fn a_file_that_somebody_locks_can_be_read() {
    dayfold_ncio::init();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("locked.nc");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/text.nc"), &path).unwrap();
    let other = fs::File::options().write(true).open(&path).unwrap();
    other.lock().unwrap();
    assert_eq!(Reader::open(&path).unwrap().variables().unwrap(), ["latitude", "longitude", "field"]);
}
