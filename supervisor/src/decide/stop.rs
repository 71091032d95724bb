//! Reasons to stop early, in order of strength: only a stronger one replaces a weaker one.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::patience::{AT_ONCE, IN_A_HURRY, PATIENCE};

/// Why no further group is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// No group that is left would end before the walltime.
    Walltime,
    /// Groups fail, all for the same reason, and none is done.
    SameFailure,
    /// No worker can be started.
    NoWorkers,
    /// All workers hang in a file system, killed and not gone.
    Stuck,
    /// Other processes of the job use the memory.
    MemoryTaken,
    /// The disk or a quota is full.
    NoSpace,
    /// Another supervisor has taken the run directory over.
    LockLost,
    /// A first signal.
    Signal,
    /// A second signal: nobody waits any more.
    AtOnce,
}

impl Stop {
    /// Whether groups that run may go on for the time of grace.
    pub fn has_grace(self) -> bool {
        !matches!(self, Self::AtOnce | Self::LockLost | Self::NoWorkers | Self::Stuck)
    }

    /// How long the last results and the ends of killed workers are waited for: where somebody is
    /// about to end us, hardly.
    pub fn patience(self) -> Duration {
        match self {
            Self::AtOnce => AT_ONCE,
            Self::Walltime | Self::Signal => IN_A_HURRY,
            Self::SameFailure
            | Self::NoWorkers
            | Self::Stuck
            | Self::MemoryTaken
            | Self::NoSpace
            | Self::LockLost => PATIENCE,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Walltime => "the walltime is near",
            Self::SameFailure => "all groups fail for the same reason",
            Self::NoWorkers => "no worker could be started",
            Self::Stuck => "all workers hang in a file system that does not answer",
            Self::MemoryTaken => "other processes of the job use the memory that is needed",
            Self::NoSpace => "no space is left on the disk, or a quota is used up",
            Self::LockLost => "the lock on the run directory is lost",
            Self::Signal => "a signal asked for the end",
            Self::AtOnce => "a second signal asked for the end at once",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_signal_is_the_strongest() {
        let all = [Stop::Walltime, Stop::NoWorkers, Stop::NoSpace, Stop::LockLost, Stop::Signal];
        assert!(all.iter().all(|&weaker| weaker < Stop::AtOnce));
        assert!(!Stop::AtOnce.has_grace());
    }
}
