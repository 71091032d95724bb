//! Fields that other programs wrote: bytes without a sign, longitudes over Greenwich, values in other files.
//!
//! `fixtures/foreign/make.py` writes the files.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::path::{Path, PathBuf};

use dayfold_ncio::NcError;
use dayfold_ncio::chunks::{Route, RunReader, Wanted};
use dayfold_ncio::dataset::Values;
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::reader::Reader;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/foreign").join(name)
}

fn field(file: &str, variable: &str) -> Vec<f64> {
    let reader = Reader::open(&fixture(file)).unwrap();
    let field = reader.field(variable).unwrap();
    let (rows, columns) = (field.grid().latitudes.len(), field.grid().longitudes.len());
    field.read(&reader, 0, 0..rows, 0..columns).unwrap().into_raw_vec_and_offset().0
}

/// The same by the way of chunks.
fn streamed(file: &str, variable: &str) -> Vec<f64> {
    let reader = Reader::open(&fixture(file)).unwrap();
    let field = reader.field(variable).unwrap();
    let wanted = Wanted::window(0..field.grid().latitudes.len(), 0..field.grid().longitudes.len());
    let mut runs = RunReader::open(&reader, [&field], &wanted).unwrap();
    assert_eq!(runs.routes(), [Route::Chunks]);
    let (mut step, mut values) = (runs.step(0).unwrap(), Vec::new());
    while let Some(run) = step.read_next().unwrap() {
        values.extend_from_slice(run.values[0]);
    }
    values
}

fn refused(file: &str) -> String {
    let reader = Reader::open(&fixture(file)).unwrap();
    let error = reader.field("field").map(drop).unwrap_err();
    assert!(matches!(error, NcError::Elsewhere { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn bytes_have_no_sign_where_their_valid_range_says_so() {
    let same = |found: &[f64], wanted: [f64; 4]| {
        let equal = |(found, wanted): (&f64, &f64)| found == wanted || (found.is_nan() && wanted.is_nan());
        assert!(found.len() == 4 && found.iter().zip(&wanted).all(equal), "{found:?}");
    };
    for read in [field, streamed] {
        same(&read("bytes.nc", "wide"), [200.0, 100.0, 80.0, 255.0]);
        same(&read("bytes.nc", "own"), [200.0, 100.0, 80.0, 255.0]);
        same(&read("bytes.nc", "signed"), [-56.0, 100.0, 80.0, -1.0]);
    }
}

#[test]
fn longitudes_go_on_over_greenwich() {
    for (file, longitudes) in
        [("greenwich_up.nc", [358.0, 359.0, 360.0, 361.0]), ("greenwich_down.nc", [1.0, 0.0, -1.0, -2.0])]
    {
        let reader = Reader::open(&fixture(file)).unwrap();
        assert_eq!(reader.field("field").unwrap().grid().longitudes[..], longitudes);
        // each value is where the file has it: the longitude, and a thousand a row
        let turned = longitudes.map(|longitude: f64| 1000.0 + longitude.rem_euclid(360.0));
        assert_eq!(field(file, "field")[..4], turned);
    }
}

#[test]
fn values_in_other_files_are_refused_or_read() {
    let text = refused("virtual.nc");
    assert!(text.contains("variable \"field\"") && text.contains("is a virtual dataset"), "{text}");
    assert!(refused("external.nc").contains("has its values in external files"));
    // a link is followed, and what is not there is an error
    let reader = Reader::open(&fixture("linked.nc")).unwrap();
    assert!(reader.variables().unwrap().contains(&"field".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("linked.nc");
    std::fs::copy(fixture("linked.nc"), &alone).unwrap();
    assert!(Reader::open(&alone).and_then(|reader| reader.field("field")).is_err());
}

#[test]
fn results_hold_their_values_themselves() {
    let refused = |path: &Path| RawFile::open(path).map(drop).unwrap_err().to_string();
    assert!(refused(&fixture("virtual.nc")).contains("is a virtual dataset"));
    assert!(refused(&fixture("external.nc")).contains("external files"));
    assert!(refused(&fixture("linked.nc")).contains("is a link to another file"));
    let whole = RawFile::open(fixture("greenwich_up.nc")).unwrap();
    assert_eq!(whole.read("longitude").unwrap(), Values::F64(vec![358.0, 359.0, 0.0, 1.0]));
}
