//! Lines for people.

use std::io::{self, Write};

/// Writes a line to standard error. Where nobody reads it any more it is lost, and the work is not.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
