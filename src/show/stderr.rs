//! Standard error, where everything goes that is not a result.

use std::io::{self, Write};

/// Says a line. Where nobody listens any more, a terminal that is gone or a closed pipe, there is
/// nobody to tell of that either: the work goes on.
pub fn say(line: &str) {
    let _nobody_listens = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}
