//! Which failures are tried again.

use dayfold_contract::message::ProgramEnd;
use serde::Serialize;

/// Which attempts that failed, and might go better, are tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// What comes from outside: a signal, a crash, a time-out, a file system that refuses for the moment.
    /// Not a program that ended with an exit code of its own: it would do so again.
    #[default]
    Signals,
    /// Exit codes, too.
    All,
    /// Nothing.
    None,
}

impl Retry {
    /// Whether a group is tried again whose program ended like this, if it was a program's end.
    pub fn covers(self, program: Option<ProgramEnd>) -> bool {
        match self {
            Self::All => true,
            Self::Signals => !matches!(program, Some(ProgramEnd::Code(_))),
            Self::None => false,
        }
    }
}
