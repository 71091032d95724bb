//! How the program ends: the meaning of exit codes. Which error calls for which is `error`'s.

use std::process::ExitCode;

/// The meaning of an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// Something that nobody foresaw.
    Unexpected = 1,
    /// Command line, configuration or archive are wrong: nothing was started.
    Refused = 2,
    /// Groups failed, or results contradict each other; what succeeded is kept.
    Failed = 3,
    /// Interrupted: the same command goes on.
    Interrupted = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
