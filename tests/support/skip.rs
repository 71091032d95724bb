//! Tests that cannot run everywhere.

use std::io::{self, Write};

/// Says that the test is skipped, past the test harness, which swallows what is printed.
pub fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(io::stderr(), "SKIPPED {test}: {why}");
}
