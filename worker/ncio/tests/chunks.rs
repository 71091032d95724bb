//! Runs of cells read through chunks, against the library and against what was written.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail or be cut off"
)]

#[path = "expected/mod.rs"]
mod expected;

use std::ops::Range;
use std::path::Path;

use dayfold_ncio::NcError;
use dayfold_ncio::chunks::{Reason, Route, RunReader, Wanted};
use dayfold_ncio::reader::{Field, Reader};
use expected::{expected, fixture};

const FILES: [&str; 6] =
    ["chunks.nc", "chunks_h5.nc", "chunks_latest.nc", "chunks_classic.nc", "chunks_plain.nc", "metadata.nc"];

/// The variables of a file and the way that each says it must be read.
fn routes(file: &str) -> Vec<(String, String)> {
    let open = netcdf::open(fixture(file)).unwrap();
    let route = |variable: netcdf::Variable<'_>| match variable.attribute_value("route")?.unwrap() {
        netcdf::AttributeValue::Str(route) => Some((variable.name(), route)),
        other => panic!("{other:?}"),
    };
    open.variables().filter_map(route).collect()
}

fn size(field: &Field) -> (usize, usize) {
    (field.grid().latitudes.len(), field.grid().longitudes.len())
}

/// Windows and scattered runs of a grid, from all of it down to single cells.
fn choices((height, width): (usize, usize)) -> Vec<Wanted> {
    let some = |row: usize| (row, row % 3..(row % 3 + 3).min(width));
    vec![
        Wanted::window(0..height, 0..width),
        Wanted::window(1..height - 1, 1..width - 1),
        Wanted::new((0..height).step_by(2).flat_map(|row| [some(row), (row, width - 1..width)])),
        Wanted::new([(height - 1, width - 1..width)]),
        Wanted::default(),
    ]
}

/// Every wanted value of every field and time, as bits, in the order of the runs.
fn by_runs<const N: usize>(reader: &Reader, fields: [&Field; N], wanted: &Wanted) -> [Vec<u64>; N] {
    let mut runs = RunReader::open(reader, fields, wanted).unwrap();
    let mut found = std::array::from_fn(|_| Vec::new());
    for time in 0..fields[0].steps() {
        let mut step = runs.step(time).unwrap();
        let mut order = wanted.runs().iter();
        while let Some(run) = step.read_next().unwrap() {
            assert_eq!(Some(&(run.row, run.columns)), order.next());
            for (found, values) in found.iter_mut().zip(run.values) {
                found.extend(values.iter().map(|value| value.to_bits()));
            }
        }
        assert_eq!(order.next(), None);
    }
    found
}

fn by_library(reader: &Reader, field: &Field, wanted: &Wanted) -> Vec<u64> {
    let read = |time, row: usize, columns: &Range<usize>| {
        field.read(reader, time, row..row + 1, columns.clone()).unwrap().into_iter().map(f64::to_bits)
    };
    let times = 0..field.steps();
    times
        .flat_map(|time| wanted.runs().iter().flat_map(move |(row, columns)| read(time, *row, columns)))
        .collect()
}

#[test]
fn every_way_to_store_a_field_goes_its_route_and_reads_as_by_the_library() {
    let mut through_chunks = 0;
    for file in FILES {
        let reader = Reader::open(&fixture(file)).unwrap();
        let variables = routes(file);
        assert!(!variables.is_empty());
        for (name, route) in variables {
            let field = reader.field(&name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let all = Wanted::window(0..size(&field).0, 0..size(&field).1);
            let found = RunReader::open(&reader, [&field], &all).unwrap().routes()[0].clone();
            let is_expected = found.to_string() == route
                || matches!(&found, Route::Library(reason) if reason.to_string().contains(&route));
            assert!(is_expected, "{name} of {file}: {found}, expected {route}");
            through_chunks += usize::from(found == Route::Chunks);
            for wanted in choices(size(&field)) {
                let [runs] = by_runs(&reader, [&field], &wanted);
                assert!(runs == by_library(&reader, &field, &wanted), "{name} of {file}, {wanted:?}");
            }
        }
    }
    assert!(through_chunks > 90, "{through_chunks}");
}

#[test]
fn every_fixture_reads_as_it_was_written() {
    let mut through_chunks = 0;
    for case in expected() {
        let reader = Reader::open(&fixture(&case.file)).unwrap();
        let field = reader.field(&case.variable).unwrap();
        let all = Wanted::window(0..case.latitudes.len(), 0..case.longitudes.len());
        let [found] = by_runs(&reader, [&field], &all);
        let wanted: Vec<f64> = case.values.concat();
        assert_eq!(found.len(), wanted.len());
        let same = |(found, wanted): (&u64, &f64)| {
            let found = f64::from_bits(*found);
            found == *wanted || (found.is_nan() && wanted.is_nan())
        };
        assert!(found.iter().zip(&wanted).all(same), "{case}");
        let routes = RunReader::open(&reader, [&field], &all).unwrap().routes().to_vec();
        through_chunks += usize::from(routes == [Route::Chunks]);
    }
    assert!(through_chunks > 10, "{through_chunks}");
}

#[test]
fn fields_with_chunks_of_different_shapes_come_side_by_side() {
    let reader = Reader::open(&fixture("chunks.nc")).unwrap();
    let names = ["chunk_times", "chunk_whole", "chunk_row", "one_piece", "big_f8"];
    let fields = names.map(|name| reader.field(name).unwrap());
    let each = fields.each_ref();
    for wanted in choices(size(&fields[0])) {
        let found = by_runs(&reader, each, &wanted);
        for (field, found) in each.iter().zip(found) {
            assert!(found == by_library(&reader, field, &wanted), "{} {wanted:?}", field.name());
        }
    }
}

#[test]
fn times_may_come_in_any_order_and_again() {
    let reader = Reader::open(&fixture("chunks.nc")).unwrap();
    for name in ["chunk_times", "chunk_all_f8", "type_i4", "partly_times", "one_piece"] {
        let field = reader.field(name).unwrap();
        let (rows, columns) = size(&field);
        let wanted = Wanted::window(0..rows, 0..columns);
        let mut runs = RunReader::open(&reader, [&field], &wanted).unwrap();
        for time in [2, 0, 1, 1, 2, 0] {
            let library = field.read(&reader, time, 0..rows, 0..columns).unwrap();
            let mut step = runs.step(time).unwrap();
            // one may stop in the midst
            for row in 0..rows - time {
                let run = step.read_next().unwrap().unwrap();
                let same =
                    run.values[0].iter().zip(library.row(row)).all(|(a, b)| a.to_bits() == b.to_bits());
                assert!(same, "{name}, time {time}, row {row}");
            }
        }
    }
}

#[test]
fn only_the_wanted_part_of_a_file_is_touched() {
    let reader = Reader::open(&fixture("archive.nc")).unwrap();
    let field = reader.field("surface_global_irradiance").unwrap();
    let touched = |wanted: &Wanted| {
        let mut runs = RunReader::open(&reader, [&field], wanted).unwrap();
        let mut step = runs.step(0).unwrap();
        while step.read_next().unwrap().is_some() {}
        runs.touched().iter().map(|range| range.end - range.start).sum::<u64>()
    };
    let (rows, columns) = size(&field);
    let all = touched(&Wanted::window(0..rows, 0..columns));
    let one = touched(&Wanted::window(20..21, 5..6));
    assert!(one > 0 && one * 3 < all, "{one} of {all} bytes");
    assert_eq!(touched(&Wanted::default()), 0);
}

#[test]
fn more_than_there_is_cannot_be_wanted() {
    let reader = Reader::open(&fixture("archive.nc")).unwrap();
    let field = reader.field("surface_global_irradiance").unwrap();
    let (rows, columns) = size(&field);
    for wanted in [
        Wanted::window(0..rows + 1, 0..1),
        Wanted::new([(0, 0..columns + 1)]),
        Wanted::new([(0, 1..usize::MAX)]),
    ] {
        assert!(matches!(RunReader::open(&reader, [&field], &wanted), Err(NcError::OutOfRange { .. })));
    }
    let wanted = Wanted::window(0..1, 0..1);
    let mut runs = RunReader::open(&reader, [&field], &wanted).unwrap();
    assert!(matches!(runs.step(1), Err(NcError::OutOfRange { what: "time steps", .. })));
}

#[test]
fn a_file_that_shrinks_while_it_is_open_is_an_error_with_the_chunk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shrinks.nc");
    std::fs::copy(fixture("archive.nc"), &path).unwrap();
    let reader = Reader::open(&path).unwrap();
    let field = reader.field("surface_diffuse_irradiance").unwrap();
    let wanted = Wanted::window(0..44, 0..56);
    let cut =
        |path: &Path, bytes| std::fs::File::options().write(true).open(path).unwrap().set_len(bytes).unwrap();
    // the index is read before, and the chunks after
    let mut runs = RunReader::open(&reader, [&field], &wanted).unwrap();
    let mut step = runs.step(0).unwrap();
    cut(&path, 9000);
    let error = loop {
        match step.read_next() {
            Ok(run) => assert!(run.is_some(), "read to its end"),
            Err(error) => break error,
        }
    };
    let text = error.to_string();
    assert!(matches!(&error, NcError::Chunk { chunk, .. } if chunk.len() == 3), "{error:?}");
    assert!(text.contains("shrinks.nc") && text.contains("surface_diffuse_irradiance"), "{text}");
}

/// The library opens a file when it is first needed.
#[test]
fn a_file_that_gets_the_name_of_an_open_one_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, new) = (folder.path().join("replaced.nc"), folder.path().join("new.nc"));
    std::fs::copy(fixture("chunks.nc"), &path).unwrap();
    std::fs::copy(fixture("archive.nc"), &new).unwrap();
    let (reader, whole) = (Reader::open(&path).unwrap(), Reader::open(&fixture("chunks.nc")).unwrap());
    let fields = ["type_i4", "one_piece"].map(|name| reader.field(name).unwrap());
    std::fs::rename(new, &path).unwrap();
    let [by_chunks, in_one_piece] = &fields;
    let wanted = Wanted::window(0..size(by_chunks).0, 0..size(by_chunks).1);
    let expected = by_library(&whole, &whole.field("type_i4").unwrap(), &wanted);
    assert!(by_runs(&reader, [by_chunks], &wanted) == [expected]);
    let error = in_one_piece.read(&reader, 0, 0..1, 0..1).unwrap_err();
    assert!(
        matches!(&error, NcError::Open { source, .. } if source.to_string().contains("another file")),
        "{error}"
    );
}

#[test]
fn filters_that_nobody_has_are_refused_before() {
    let reader = Reader::open(&fixture("filters.nc")).unwrap();
    assert!(matches!(reader.field("zstd"), Err(NcError::Filter { .. })));
    assert!(Route::Library(Reason::Filters(vec![6])).to_string().contains("[6]"));
}
