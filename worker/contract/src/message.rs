//! The messages between a supervisor and a worker.
//!
//! Supervisor to worker: [`ToWorker::Hello`], the job in as many [`ToWorker::JobPart`]s as it
//! takes, then assignments. Worker to supervisor: [`FromWorker::Ready`], then for each assignment
//! `Started`, any number of `Progress`, and `Done` or `Failed`. An assignment that has not been
//! started can be taken back: the worker answers `TakenBack`, or has already sent `Started`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::form::{Form, FormId};
use crate::job::{Layout, Probe, ProbeFailure};
use crate::{Fingerprint, GroupId, GroupName, cause};

/// So many of the last lines of a program's output are shown.
const LAST_LINES: usize = 20;

/// The protocol's version: another one is refused by either side.
pub const PROTOCOL: u32 = 2;

/// One attempt at one group: what answers are matched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attempt {
    /// Which group.
    pub group: GroupId,
    /// The how manieth time it is tried, from 1.
    pub number: u32,
}

/// One group to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// What the answers name.
    pub attempt: Attempt,
    /// For logs and messages.
    pub name: GroupName,
    /// Relative to the job's root, sorted.
    pub files: Vec<String>,
}

/// What the supervisor says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// First of all.
    Hello {
        /// [`PROTOCOL`] of the supervisor.
        protocol: u32,
        /// How many bytes of the encoded [`crate::Job`] follow in `JobPart`s.
        job_bytes: u64,
    },
    /// The next bytes of the job.
    JobPart(Vec<u8>),
    /// Do this after what was assigned before.
    Assign(Assignment),
    /// Forget this assignment, unless it has been started.
    TakeBack(Attempt),
    /// Look at this file, relative to the job's root, and say what is there. Only before any `Assign`.
    Probe(String),
    /// Nothing more will come: end when what was assigned is done.
    Shutdown,
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// First of all: the job is understood.
    Ready {
        /// [`PROTOCOL`] of the worker.
        protocol: u32,
    },
    /// Work on this begins now.
    Started(Attempt),
    /// Within a group.
    Progress {
        /// Of what.
        attempt: Attempt,
        /// Files read so far.
        files_done: u32,
        /// The file in hand, relative to the root.
        file: String,
    },
    /// The result is whole and synced, aside; the supervisor gives it its name.
    Done {
        /// Of what.
        attempt: Attempt,
        /// What came of it.
        output: Output,
    },
    /// There is no result.
    Failed {
        /// Of what.
        attempt: Attempt,
        /// Why.
        failure: Failure,
    },
    /// A signal that asks for the end came to a process that is in none of the job's sessions: so it came to all
    /// processes of the job, and to programs that this worker runs or has just run.
    Signalled,
    /// Forgotten before it was started.
    TakenBack(Attempt),
    /// The answer to `Probe`.
    Probed(Result<Probe, ProbeFailure>),
}

/// What a finished group left behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// `None` where the task gave no values.
    pub partial: Option<WrittenAside>,
    /// From start to end.
    pub elapsed: Duration,
    /// The worker's largest resident memory within this group, bytes, as far as it knows.
    pub peak_memory: u64,
    /// What the group's files looked like, for tasks that care: the same in all groups of a run.
    pub layout: Option<Layout>,
    /// What people should know of it all the same.
    pub warnings: Vec<String>,
    /// The form of the partial, where there is one.
    pub form: Option<Described>,
}

/// The form of a result. A worker tells it in full once, and by its name from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// Its name.
    pub id: FormId,
    /// All of it, the first time.
    pub form: Option<Form>,
}

/// A partial that waits for its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenAside {
    /// The file's name within `Job::partials`.
    pub file: String,
    /// Of its content.
    pub checksum: Fingerprint,
    /// Its size.
    pub bytes: u64,
}

/// Why a group failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What to do about it.
    pub kind: FailureKind,
    /// For people: what was expected, what was found, what to do.
    pub reason: String,
    /// The input file concerned, relative to the root.
    pub file: Option<String>,
    /// What a program said went wrong, in its own words; [`Failure::reason`] has it, too.
    pub cause: Option<String>,
    /// What a program of the task's wrote, cut in the middle where it is long; empty where there is no such program.
    pub output: Vec<u8>,
    /// How a program of the task's ended, where that is why.
    pub program: Option<ProgramEnd>,
}

/// How a program ended that did not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ProgramEnd {
    /// By itself, with this exit code.
    Code(i32),
    /// By this signal; of a shell: a program of its.
    Signal(i32),
}

impl Failure {
    /// One that no program has said anything about.
    pub fn new(kind: FailureKind, reason: String) -> Self {
        Self { kind, reason, file: None, cause: None, output: Vec::new(), program: None }
    }

    /// With this input file.
    pub fn at_file(self, file: Option<String>) -> Self {
        Self { file, ..self }
    }

    /// With the output of a program, and the cause that it tells; a program that ended by itself may tell it in its
    /// last line, without a word that says so.
    pub fn with_output(mut self, output: Vec<u8>, ended_by_itself: bool) -> Self {
        let text = String::from_utf8_lossy(&output);
        let last_line = || cause::last_line(&text).filter(|_| ended_by_itself);
        match cause::recognised(&text) {
            Some(cause) => {
                self.reason += &format!(": {cause}");
                self.cause = Some(cause);
            }
            None => {
                self.cause = last_line();
                self.reason +=
                    &self.cause.as_ref().map_or(String::new(), |line| format!("; its last line: {line}"));
            }
        }
        Self { output, ..self }
    }

    /// The last lines of its output.
    pub fn last_lines(&self) -> Vec<String> {
        last_lines(&self.output)
    }
}

/// The last lines of an output.
pub fn last_lines(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(LAST_LINES);
    lines.into_iter().skip(first).map(str::to_owned).collect()
}

/// What a failure means for the group and the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The input is wrong: the same again would give the same. Not tried again.
    Input,
    /// May pass: tried again up to the limit of attempts.
    Passing,
    /// The disk or a quota is full: the run stops, nothing is counted against the group.
    NoSpace,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(output: &str, ended_by_itself: bool) -> Failure {
        let failure = Failure::new(FailureKind::Passing, "./ed.py ended with exit code 1".to_owned());
        failure.with_output(output.into(), ended_by_itself)
    }

    #[test]
    fn a_reason_carries_the_cause_that_the_output_tells() {
        let told =
            failure("reading\nTraceback (most recent call last):\n  File\nValueError: bad day\n", true);
        assert_eq!(told.reason, "./ed.py ended with exit code 1: ValueError: bad day");
        assert_eq!(told.cause.as_deref(), Some("ValueError: bad day"));
        assert_eq!(told.last_lines().len(), 4);
    }

    #[test]
    fn where_no_line_speaks_of_an_error_the_last_is_told_as_what_it_is() {
        assert_eq!(
            failure("step 1\nstep 2\n", true).reason,
            "./ed.py ended with exit code 1; its last line: step 2"
        );
        for (output, ended_by_itself) in [("", true), ("step 2\n", false)] {
            let silent = failure(output, ended_by_itself);
            assert_eq!((silent.reason.as_str(), silent.cause), ("./ed.py ended with exit code 1", None));
        }
    }

    #[test]
    fn of_a_long_output_the_last_lines_are_shown() {
        let text: String = (1..=100).map(|number| format!("line {number}\n")).collect();
        let shown = failure(&text, true).last_lines();
        assert_eq!((shown.len(), shown[0].as_str(), shown[19].as_str()), (20, "line 81", "line 100"));
    }
}
