//! What reading a field asks of the system. The only test of its process, whose reads are counted.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "expected/mod.rs"]
mod expected;

use dayfold_ncio::chunks::{Route, RunReader, Wanted};
use dayfold_ncio::reader::Reader;
use expected::fixture;

/// Bytes that this process has asked the system to read, and how often.
#[derive(Clone, Copy, Debug)]
struct Reads {
    bytes: u64,
    calls: u64,
}

fn reads() -> Reads {
    let told = std::fs::read_to_string("/proc/self/io").unwrap();
    let number = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    Reads { bytes: number("rchar:"), calls: number("syscr:") }
}

/// What `work` reads, without what it takes to ask.
fn during(work: impl FnOnce()) -> Reads {
    let (first, second) = (reads(), reads());
    work();
    let last = reads();
    let less = |of: fn(Reads) -> u64| (of(last) - of(second)).checked_sub(of(second) - of(first)).unwrap();
    Reads { bytes: less(|reads| reads.bytes), calls: less(|reads| reads.calls) }
}

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
