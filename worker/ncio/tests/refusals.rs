//! What must be refused, and with which words.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail or be cut off"
)]

#[path = "expected/mod.rs"]
mod expected;

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use dayfold_ncio::NcError;
use dayfold_ncio::reader::Reader;
use expected::fixture;

/// An error with all its causes, as a person reads it.
fn told(error: &dyn Error) -> String {
    match error.source() {
        None => error.to_string(),
        Some(cause) => format!("{error}: {}", told(cause)),
    }
}

fn refused(file: &str, variable: &str) -> String {
    let reader = Reader::open(&fixture(file)).unwrap();
    let error = reader.field(variable).err().unwrap_or_else(|| panic!("{variable} was taken"));
    assert_eq!(error.path(), fixture(file));
    told(&error)
}

#[test]
fn each_wrong_field_is_told_with_file_variable_and_reason() {
    let cases = [
        ("on_lat_zigzag", &["lat_zigzag", "index 2 is 2 after 3"][..]),
        ("on_lat_twice", &["lat_twice", "index 1 is 1 after 1"]),
        ("on_lat_nan", &["lat_nan", "index 1 is missing"]),
        ("on_lat_filled", &["lat_filled", "index 1 is missing"]),
        ("on_lat_invalid", &["lat_invalid", "index 1 is missing"]),
        ("on_lat_beyond", &["lat_beyond", "index 1 is 90.5: expected -90 to 90"]),
        ("on_lat_radian", &["lat_radian", "\"radian\": expected degrees"]),
        ("on_northing", &["on_northing", "\"northing\" of length 2 has no coordinates"]),
        ("on_t_noleap", &["t_noleap", "calendar is \"noleap\""]),
        ("on_t_months", &["t_months", "\"months\" has no fixed length"]),
        ("on_t_filled", &["t_filled", "index 1 is missing"]),
        ("on_t_nan", &["t_nan", "index 1 is missing"]),
        ("on_t_far", &["t_far", "too far from 1970"]),
        ("on_t_none", &["t_none", "no units"]),
        ("on_empty", &["empty", "no values"]),
        ("levels", &["levels", "\"level\" of length 2", "only a dimension of length 1"]),
        ("no_longitude", &["no_longitude", "(latitude)", "not both"]),
        ("two_latitudes", &["two_latitudes", "both \"latitude\" and \"lat_twice\"", "of latitude"]),
        ("curvilinear", &["curvilinear", "\"lat2d\" has 2 dimensions"]),
        ("text", &["text", "holds characters"]),
        ("words", &["words", "holds strings"]),
        ("two_scales", &["two_scales", "scale_factor is 2 numbers: expected one"]),
        ("text_scale", &["text_scale", "scale_factor is the text \"0.1\""]),
    ];
    for (variable, words) in cases {
        let text = refused("refused.nc", variable);
        assert!(text.contains("refused.nc"), "{text}");
        for word in words {
            assert!(text.contains(word), "{variable}: {text}");
        }
    }
}

#[test]
fn a_missing_variable_is_told_with_those_that_are_there() {
    let text = refused("text.nc", "fields");
    assert!(text.ends_with("no variable \"fields\"; it has: latitude, longitude, field"), "{text}");
    for odd in ["", "a\0b", "/", "latitude/x", &"x".repeat(1000)] {
        assert!(matches!(
            Reader::open(&fixture("text.nc")).unwrap().field(odd),
            Err(NcError::NoVariable { .. })
        ));
    }
}

#[test]
fn filters_that_the_library_lacks_are_named() {
    for (variable, words) in [
        ("zstd", "filter 32015 (zstandard)"),
        ("blosc_lz4", "filter 32001 (blosc)"),
        ("bzip2", "filter 307 (bzip2)"),
        ("szip", "filter 4 (szip)"),
    ] {
        let text = refused("filters.nc", variable);
        assert!(text.contains(words) && text.contains(variable) && text.contains("filters.nc"), "{text}");
    }
}

#[test]
fn more_than_there_is_cannot_be_read() {
    let reader = Reader::open(&fixture("text.nc")).unwrap();
    let field = reader.field("field").unwrap();
    let wrong = |time, rows, columns| told(&field.read(&reader, time, rows, columns).unwrap_err());
    assert!(wrong(1, 0..1, 0..1).contains("has 1 time steps: 1..2 were asked for"));
    assert!(wrong(usize::MAX, 0..1, 0..1).contains("time steps"));
    assert!(wrong(0, 0..3, 0..1).contains("has 2 rows: 0..3"));
    #[allow(clippy::reversed_empty_ranges, reason = "it must be refused, not wrapped around")]
    let reversed = wrong(0, 0..1, 2..1);
    assert!(reversed.contains("columns"), "{reversed}");
    assert_eq!(field.read(&reader, 0, 1..1, 0..3).unwrap().dim(), (0, 3));
}

#[test]
fn what_cannot_be_opened_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        Reader::open(&path).unwrap_err()
    };
    let nowhere = Reader::open(&folder.path().join("nowhere.nc")).unwrap_err();
    assert!(
        matches!(&nowhere, NcError::Open { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    );
    let directory = Reader::open(folder.path()).unwrap_err();
    assert!(
        matches!(&directory, NcError::Open { source, .. } if source.kind() == std::io::ErrorKind::IsADirectory)
    );
    let empty = written("empty.nc", b"");
    assert!(told(&empty).ends_with("empty.nc is not a NetCDF file: it is empty"), "{empty}");
    let page = written("page.nc", b"<!DOCTYPE html>\n<html>");
    assert!(told(&page).ends_with("is not a NetCDF file: it begins with \"<!DOCTYP\""), "{page}");
    assert!(matches!(written("cut.nc", b"\x89HDF\r\n\x1a\n\x02\x08\x08"), NcError::Damaged { .. }));
}

#[test]
fn an_unreadable_file_is_told_by_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.nc");
    fs::copy(fixture("text.nc"), &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    match Reader::open(&path) {
        Err(NcError::Open { source, .. }) => assert_eq!(source.kind(), std::io::ErrorKind::PermissionDenied),
        Err(other) => panic!("{other:?}"),
        Ok(_) => assert!(fs::File::open(&path).is_ok(), "only who may read everything may read this"),
    }
}

/// Reads the first block of a field; `None` where anything fails on the way.
fn values(path: &Path, variable: &str) -> Option<Vec<f64>> {
    let reader = Reader::open(path).ok()?;
    let field = reader.field(variable).ok()?;
    let (rows, columns) = (field.grid().latitudes.len(), field.grid().longitudes.len());
    let values = field.read(&reader, field.steps().checked_sub(1)?, 0..rows, 0..columns).ok()?;
    Some(values.into_raw_vec_and_offset().0)
}

#[test]
fn no_cut_gives_wrong_values() {
    let folder = tempfile::tempdir().unwrap();
    // a name of its own for each: the library may keep a file open that it could not read
    let cut = |file: &str, bytes: &[u8]| {
        let path = folder.path().join(format!("{}-{file}", bytes.len()));
        fs::write(&path, bytes).unwrap();
        path
    };
    for (file, variables, step) in [
        ("text.nc", &["field"][..], 97),
        ("classic.nc", &["field_i2", "field_f8"], 5),
        ("offset64.nc", &["field_i1"], 5),
        ("cdf5.nc", &["field_i8", "fixed"], 5),
    ] {
        let whole = fs::read(fixture(file)).unwrap();
        let wanted: Vec<_> = variables.iter().map(|name| values(&fixture(file), name).unwrap()).collect();
        for end in (0..whole.len()).step_by(step).chain(whole.len() - 12..whole.len()) {
            let path = cut(file, &whole[..end]);
            for (name, wanted) in variables.iter().zip(&wanted) {
                // the last bytes may be padding that nobody needs
                let found = values(&path, name);
                let harmless = found.as_ref() == Some(wanted) && end + 4 > whole.len();
                assert!(found.is_none() || harmless, "{name} of {file} cut at {end}");
            }
        }
        let half = Reader::open(&cut(file, &whole[..whole.len() / 2])).unwrap_err();
        assert!(matches!(half, NcError::Damaged { .. }), "{half:?}");
    }
}

#[test]
fn no_damage_to_a_classic_header_reaches_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(fixture("classic.nc")).unwrap();
    let header = whole.windows(8).rposition(|bytes| bytes == b"W m-2\0\0\0").unwrap();
    let mut refused = 0;
    for at in 4..header {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        let path = folder.path().join(format!("{at}.nc"));
        fs::write(&path, &damaged).unwrap();
        // a name, a text or a number may be another one: then it is read, and nothing breaks
        refused += usize::from(matches!(Reader::open(&path), Err(NcError::Damaged { .. })));
        let _ = values(&path, "field_i2");
    }
    assert!(refused > header / 4, "{refused} of {header}");
}
