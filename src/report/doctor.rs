//! What a node offers to a run, and where each figure was read.

use serde::Serialize;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Checkup {
    /// Cores that this process may use.
    pub cores: Limit<usize>,
    /// Bytes that a run may use.
    pub memory: Limit<u64>,
    /// The batch job that this is in.
    pub job: Option<Job>,
    /// Of the batch job.
    pub seconds_left: Option<Read<u64>>,
    /// What was there and not understood.
    pub warnings: Vec<String>,
}

/// Everything that was read of a limit.
#[derive(Debug, Serialize)]
pub struct Limit<T> {
    /// The smallest.
    pub deciding: Option<Read<T>>,
    /// All.
    pub read: Vec<Read<T>>,
}

/// A value and where it was read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Read<T> {
    /// What.
    pub value: T,
    /// Where.
    pub source: String,
}

/// A batch job.
#[derive(Debug, Serialize)]
pub struct Job {
    /// Whose.
    pub system: String,
    /// Its number.
    pub id: String,
    /// Where it was submitted to.
    pub queue: Option<String>,
    /// Where it runs.
    pub node: Option<String>,
}
