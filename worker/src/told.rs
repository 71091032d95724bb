//! Errors in one line, and lines for people.

use std::error::Error;
use std::io::{self, Write};

/// Writes a line to standard error. Where nobody reads it any more it is lost, and the work is not.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// An error and its causes, outermost first.
pub fn told(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some libraries repeat their cause in their own text.
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    #[test]
    fn causes_follow_and_are_not_repeated() {
        let inner = Layer { text: "no such file", source: None };
        let middle = Layer { text: "cannot open: no such file", source: Some(Box::new(inner)) };
        let outer = Layer { text: "no values", source: Some(Box::new(middle)) };
        assert_eq!(told(&outer), "no values: cannot open: no such file");
    }
}
