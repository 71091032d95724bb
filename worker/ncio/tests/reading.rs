//! What reading a field asks of the system. The only test of its process, whose reads are counted.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "expected/mod.rs"]
mod expected;
mod reads;

use dayfold_ncio::chunks::{Route, RunReader, Wanted};
use dayfold_ncio::reader::Reader;
use expected::fixture;
use reads::during;

#[test]
fn few_calls_read_the_chunks_that_are_wanted_and_no_others() {
    let mut reader = None;
    let opened = during(|| reader = Some(Reader::open(&fixture("archive.nc")).unwrap()));
    assert_eq!(opened.calls, 1, "all that is known of a file is in its beginning: {opened:?}");
    let reader = reader.unwrap();
    let field = reader.field("direct_normal_irradiance").unwrap();
    let (rows, columns) = (field.grid().latitudes.len(), field.grid().longitudes.len());
    let read = |wanted: Wanted| {
        let mut runs = RunReader::open(&reader, [&field], &wanted).unwrap();
        assert_eq!(runs.routes(), [Route::Chunks]);
        let mut step = runs.step(0).unwrap();
        during(|| while step.read_next().unwrap().is_some() {})
    };
    let (all, one) = (read(Wanted::window(0..rows, 0..columns)), read(Wanted::window(0..1, 0..columns)));
    // 44 rows in chunks of 10
    assert_eq!((all.calls, one.calls), (1, 1), "{all:?} {one:?}");
    assert!(one.bytes > 0 && one.bytes * 3 < all.bytes, "{one:?} of {all:?}");
}
