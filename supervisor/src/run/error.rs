//! Why a run could not be done.

use dayfold_contract::error::explained;
use dayfold_contract::frame::FrameError;

use super::begin::resume_state::ResumeError;
use crate::collate::CollateError;
use crate::lock::{Held, LockError};
use crate::pool::PoolError;
use crate::pool::probe::ProbeError;
use crate::rundir::RunDirError;
use crate::rundir::shard::Shard;

/// Why a run could not be done, besides what [`crate::verdict::Verdict`] tells.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The run directory.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// Another supervisor is at work.
    #[error("failed to {0}")]
    Lock(#[from] LockError),
    /// Another supervisor is at work, on other parts of the plan than this one would be.
    #[error(
        "failed to begin: {held}, which is {}, and this would be {}: let that end first, or begin with \
         the same N in --shard I/N",
        part(*theirs), part(*mine)
    )]
    OtherDivision {
        /// Its lock.
        held: Box<Held>,
        /// Its part.
        theirs: Shard,
        /// This one's.
        mine: Shard,
    },
    /// The archive is not what the task needs, or the task's program is not there.
    #[error("the task cannot be done: {0}")]
    Layout(String),
    /// Any of these, after work had begun: not all that an error means before holds then.
    #[error(transparent)]
    Underway(Box<RunError>),
    /// The system lets this process open too few files.
    #[error("failed to open files for workers: {}", explained(.0))]
    Descriptors(std::io::Error),
    /// Workers cannot be started.
    #[error("failed to start a worker: {0}")]
    NoWorker(String),
    /// Messages cannot be encoded.
    #[error("failed to encode a message to a worker")]
    Frame(#[from] FrameError),
    /// The pool cannot work.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Results cannot be collated.
    #[error(transparent)]
    Collate(#[from] CollateError),
    /// A signal came before any group was started.
    #[error(
        "a signal asked for the end before any group was started: to go on, start the run again as before"
    )]
    Interrupted,
    /// A second signal came, and the file system does not let the run end in order.
    #[error(
        "a second signal asked for the end, and what was under way does not end: most likely the file system \
         does not answer; to go on, start the run again as before"
    )]
    GivenUp,
    /// Another result has come to the final file's place while the run was at work.
    #[error("{0}; the results of this run are kept in its run directory")]
    Taken(#[source] RunDirError),
    /// The system gives no threads or no runtime.
    #[error("failed to start a thread: {}", explained(.0))]
    Thread(#[source] std::io::Error),
    /// The system gives nothing to this process that killed workers leave.
    #[error("failed to become the parent of what killed workers leave")]
    Adopt(#[source] std::io::Error),
}

impl From<ProbeError> for RunError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Wrong(why) => Self::Layout(why),
            ProbeError::NoWorker { reason, log } => Self::NoWorker(format!("{reason}{}", indented(&log))),
            ProbeError::Frame(error) => Self::Frame(error),
            ProbeError::Signals(error) => Self::Pool(PoolError::Signals(error)),
            ProbeError::Interrupted => Self::Interrupted,
        }
    }
}

impl From<ResumeError> for RunError {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::RunDir(error) => Self::RunDir(error),
            ResumeError::Lock(error) => Self::Lock(error),
        }
    }
}

fn part(shard: Shard) -> String {
    if shard.is_whole() { "an unsharded run".to_owned() } else { format!("shard {shard}") }
}

fn indented(log: &[String]) -> String {
    log.iter().map(|line| format!("\n  {line}")).collect()
}
