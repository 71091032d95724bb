//! How a run ends, as everybody is told: its exit code, its closing lines and its journal say the same.

use serde::{Deserialize, Serialize};

use crate::decide::stop::Stop;
use crate::rundir::shard::Shard;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "why", rename_all = "kebab-case")]
pub enum Verdict {
    /// The final file is complete.
    Complete,
    /// What was asked for is done, and more is left.
    PartDone,
    /// This shard's part is done; these have not ended yet, and the last to end collates.
    OthersLeft(Vec<Shard>),
    /// The last step, with groups still to run.
    PartlyRun,
    /// Some groups failed.
    Failed,
    /// Results contradict each other: in words.
    Contradiction(String),
    /// It ended early: the same command goes on.
    Interrupted(Stop),
}
