//! Every fixture field against what numpy and cftime say it holds, to the bit.
//!
//! `fixtures/make.py` writes both the files and `expected.json`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

#[path = "expected/mod.rs"]
mod expected;

use dayfold_ncio::reader::{Field, Reader};
use dayfold_ncio::time::UtcTime;
use expected::{Expected, expected, fixture};

/// Equal to the bit, but for the sign of zero; missing equals missing.
fn same(found: f64, wanted: f64) -> bool {
    found == wanted || (found.is_nan() && wanted.is_nan())
}

fn open(case: &Expected) -> (Reader, Field) {
    let reader = Reader::open(&fixture(&case.file)).unwrap();
    let field = reader.field(&case.variable).unwrap_or_else(|error| panic!("{case}: {error:?}"));
    (reader, field)
}

#[test]
fn coordinates_are_as_written() {
    for case in expected() {
        let (_, field) = open(&case);
        assert_eq!(field.grid().latitudes[..], case.latitudes, "{case}");
        assert_eq!(field.grid().longitudes[..], case.longitudes, "{case}");
        let times: Vec<_> = case.times.iter().copied().map(UtcTime).collect();
        assert_eq!(field.times(), times, "{case}");
        assert_eq!(field.steps(), case.values.len(), "{case}");
        assert_eq!(field.units(), case.units.as_deref(), "{case}");
    }
}

#[test]
fn whole_fields_are_as_written() {
    for case in expected() {
        let (reader, field) = open(&case);
        let (rows, columns) = (case.latitudes.len(), case.longitudes.len());
        for (step, wanted) in case.values.iter().enumerate() {
            let found = field.read(&reader, step, 0..rows, 0..columns).unwrap();
            assert!(found.is_standard_layout());
            assert_eq!(found.dim(), (rows, columns), "{case}");
            let differ = found.iter().zip(wanted).find(|(found, wanted)| !same(**found, **wanted));
            assert_eq!(differ, None, "{case}, step {step}: {found}");
        }
    }
}

#[test]
fn every_block_is_that_part_of_the_field() {
    for case in expected().into_iter().filter(|case| case.file != "archive.nc") {
        let (reader, field) = open(&case);
        let (height, width) = (case.latitudes.len(), case.longitudes.len());
        for first in 0..height {
            let (rows, columns) = (first..height, first % width..width - (first + 1) % 2);
            let found = field.read(&reader, 0, rows.clone(), columns.clone()).unwrap();
            assert_eq!(found.dim(), (rows.len(), columns.len()), "{case}");
            for ((row, column), &value) in found.indexed_iter() {
                let wanted = case.values[0][(rows.start + row) * width + columns.start + column];
                assert!(same(value, wanted), "{case}: ({row}, {column}) of {rows:?}, {columns:?}");
            }
        }
    }
}

#[test]
fn a_block_of_the_archive_is_that_part_of_the_field() {
    let case = expected().into_iter().find(|case| case.variable == "direct_normal_irradiance").unwrap();
    let (reader, field) = open(&case);
    let found = field.read(&reader, 0, 7..31, 3..4).unwrap();
    let wanted: Vec<_> = (7..31).map(|row| case.values[0][row * case.longitudes.len() + 3]).collect();
    assert_eq!(found.into_raw_vec_and_offset().0, wanted);
    assert_eq!(field.grid().describe(), "44 x 56 cells, latitude -44.5 to -10.1, longitude 112 to 156");
    assert!(reader.variables().unwrap().contains(&"quality_mask".to_owned()));
}
