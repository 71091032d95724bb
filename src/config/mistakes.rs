//! What is wrong with a configuration: gathered, so that people hear all of it at once.

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there, or may not be read.
    #[error("cannot read the configuration {path}", path = path.display())]
    Unreadable {
        /// As the user gave it.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no text.
    #[error("the configuration {path} {found}", path = path.display())]
    NotText {
        /// As the user gave it.
        path: PathBuf,
        /// What it is, and what was expected.
        found: String,
    },
    /// What is written down of a run is text: it cannot hold such a name.
    #[error(
        "the path {path:?} is not UTF-8, and is written into the run directory as text: give its folders names in \
         UTF-8, or reach them through a link with such a name"
    )]
    NotUtf8 {
        /// Absolute.
        path: PathBuf,
    },
    /// It can be read and is wrong.
    #[error("{0}")]
    Wrong(MistakeList),
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mistake {
    /// From 1; `None` for what is not there.
    line: Option<usize>,
    message: String,
}

/// All mistakes in one configuration, in the order of its lines.
#[derive(Debug)]
pub struct MistakeList {
    file: String,
    mistakes: Vec<Mistake>,
}

/// Where mistakes are gathered while a configuration is read.
#[derive(Debug, Default)]
pub struct Mistakes {
    found: RefCell<Vec<Mistake>>,
    missing: RefCell<Vec<String>>,
}

impl Mistakes {
    /// Notes a mistake in this line.
    pub fn at(&self, line: usize, message: impl Into<String>) {
        self.found.borrow_mut().push(Mistake { line: Some(line), message: message.into() });
    }

    /// Notes a mistake that has no line of its own.
    pub fn anywhere(&self, message: impl Into<String>) {
        self.found.borrow_mut().push(Mistake { line: None, message: message.into() });
    }

    /// Notes that a required key is not there.
    pub fn missing(&self, key: String) {
        self.missing.borrow_mut().push(key);
    }

    /// Whether there is nothing wrong so far.
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty() && self.missing.borrow().is_empty()
    }

    /// Everything, as one error about `file`.
    pub fn into_error(self, file: String) -> ConfigError {
        let mut mistakes = self.found.into_inner();
        // mistakes without a line come last
        mistakes.sort_by_key(|mistake| mistake.line.unwrap_or(usize::MAX));
        let missing = self.missing.into_inner();
        if !missing.is_empty() {
            let message = format!(
                "missing {}: `dayfold sample DIR` writes a complete configuration to start from",
                missing.join(", ")
            );
            mistakes.push(Mistake { line: None, message });
        }
        ConfigError::Wrong(MistakeList { file, mistakes })
    }
}

impl fmt::Display for MistakeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alone = self.mistakes.len() == 1;
        if !alone {
            write!(f, "{} mistakes in the configuration", self.mistakes.len())?;
        }
        for Mistake { line, message } in &self.mistakes {
            f.write_str(if alone { "" } else { "\n  " })?;
            match line {
                Some(line) => write!(f, "{}:{line}: {message}", self.file)?,
                None => write!(f, "{}: {message}", self.file)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_come_in_order_and_what_is_missing_last() {
        let mistakes = Mistakes::default();
        mistakes.missing("task.kind".into());
        mistakes.at(7, "later");
        mistakes.at(2, "earlier");
        mistakes.missing("output.file".into());
        let text = mistakes.into_error("c.toml".into()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..3],
            ["3 mistakes in the configuration", "  c.toml:2: earlier", "  c.toml:7: later"]
        );
        assert!(lines[3].starts_with("  c.toml: missing task.kind, output.file: "), "{}", lines[3]);
    }

    #[test]
    fn a_single_mistake_is_a_single_line() {
        let mistakes = Mistakes::default();
        mistakes.at(3, "wrong");
        assert_eq!(mistakes.into_error("c.toml".into()).to_string(), "c.toml:3: wrong");
    }
}
