//! What comes in and what goes out: events and actions.
//!
//! Events are facts, actions are wishes. Neither knows tokio: the pool makes the ones and carries
//! out the others.

use std::fmt;
use std::time::Duration;

use dayfold_contract::message::{Attempt, Failure, FromWorker, Output};

use super::stop::Stop;
use crate::run_event::{RunEvent, WorkerId};

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The pool is ready: always the first event.
    Begin,
    /// A worker said something.
    Said {
        /// Which.
        worker: WorkerId,
        /// What.
        message: FromWorker,
    },
    /// A worker's process is gone; the last that is heard of it.
    Exited {
        /// Which.
        worker: WorkerId,
        /// How.
        exit: Exit,
    },
    /// A worker says that an attempt failed since its program ended, and the kernel has killed something
    /// for want of memory that explains it.
    ProgramKilled {
        /// Which worker.
        worker: WorkerId,
        /// Of what.
        attempt: Attempt,
        /// As it told.
        failure: Failure,
    },
    /// A worker says that an attempt is done, and meanwhile the kernel has killed something for want of memory of which
    /// nobody has told.
    DoneBesideKill {
        /// Which worker.
        worker: WorkerId,
        /// Of what.
        attempt: Attempt,
        /// What came of it.
        output: Output,
    },
    /// A result has its name and is safe on the disk, or could not get there.
    Kept {
        /// Whose.
        worker: WorkerId,
        /// Of what.
        attempt: Attempt,
        /// How that went.
        result: Result<KeptPartial, KeepFailure>,
    },
    /// Memory was read.
    Metered(Reading),
    /// This process had been stopped for so long, and goes on.
    Continued {
        /// For how long.
        paused: Duration,
    },
    /// After a pause: the answer to [`Action::LookAround`].
    LookedAround {
        /// Whether the lock is still ours; why not.
        lock: Result<(), String>,
        /// What the batch system says.
        walltime: Walltime,
    },
    /// Somebody wants the run to end.
    Asked(Stop),
    /// Somebody says that the end is near: to end in order is asked for, and never more than that.
    Warned,
    /// The time of [`super::State::next_wake`] has come.
    Woke,
}

/// The walltime after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walltime {
    /// It goes on by the clock.
    WentOn,
    /// The pause is no part of it, as where a batch system suspends a job.
    StoodStill,
    /// So much is left, or as much as one likes.
    Left(Option<Duration>),
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// What the system says.
    pub how: How,
    /// Whether the kernel killed it for want of memory, as far as the cgroup's counters tell.
    pub out_of_memory: bool,
    /// What it wrote to standard error since the group in hand was started, of a long output the end.
    pub output: Vec<u8>,
}

/// What the system says of a process that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It returned this.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It said something that is not of the protocol, and was ended for that.
    Rubbish(String),
    /// It could not be started.
    NotStarted(String),
    /// The kernel killed it for want of memory; with what more there is to say.
    OutOfMemory(String),
    /// It has not: it was killed and is still there.
    Stuck,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the worker ended by itself with exit code {code}"),
            Self::Signal(signal) => write!(f, "the worker was ended by signal {signal}{}", named(*signal)),
            Self::Rubbish(what) => write!(f, "the worker did not keep to the protocol: {what}"),
            Self::OutOfMemory(more) => {
                write!(
                    f,
                    "the worker was ended by signal 9 (SIGKILL): the kernel killed it for want of memory{more}"
                )
            }
            Self::Stuck => f.write_str("the worker was killed and hangs in a file system"),
            Self::NotStarted(why) => write!(f, "the worker could not be started: {why}"),
        }
    }
}

/// The names of the signals that end workers in practice.
fn named(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// A result in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPartial {
    /// The partial's file name; `None` where the task gave no values.
    pub partial: Option<String>,
    /// What the worker told of it.
    pub output: Output,
}

/// Why a result could not be put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepFailure {
    /// The disk or a quota is full.
    NoSpace(String),
    /// The run directory belongs to somebody else by now.
    LockLost(String),
    /// Anything else: the group is tried again.
    Other(String),
}

/// Memory, in bytes, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Each worker's resident memory, its children's included.
    pub workers: Vec<(WorkerId, u64)>,
    /// The supervisor's own.
    pub supervisor: u64,
    /// The job's control group, where there is one with a limit.
    pub cgroup: Option<GroupUse>,
}

/// What is used in a control group, by whomever, and what may be; bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupUse {
    /// File pages are not counted.
    pub used: u64,
    /// The group's own limit.
    pub limit: u64,
}

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start a process for this worker.
    Spawn(WorkerId),
    /// Send it this assignment.
    Assign(WorkerId, Attempt),
    /// Ask for an assignment back.
    TakeBack(WorkerId, Attempt),
    /// Tell it that nothing more will come.
    Shutdown(WorkerId),
    /// End its process, and its children, now.
    Kill(WorkerId),
    /// Give a result its name, durably, and answer with [`Event::Kept`].
    Keep(WorkerId, Attempt, Output),
    /// Remove a result that nobody waits for.
    Discard(Output),
    /// Find out what has changed during a pause, and answer with [`Event::LookedAround`].
    LookAround,
    /// Keep what a failed attempt's program or worker wrote, for people.
    KeepOutput(Attempt, Vec<u8>),
    /// Let the listeners hear how much room is missing for the results.
    TellRoom,
    /// Let the listeners hear this.
    Tell(RunEvent),
}

/// Times are since the run's start.
pub type Moment = Duration;
