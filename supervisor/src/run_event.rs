//! What listeners hear: the terminal, the JSON stream, the journal.
//!
//! A listener never answers and never decides. Times are since the run's start.

use std::path::PathBuf;
use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_contract::form::FormId;
use dayfold_contract::message::FailureKind;
use serde::{Deserialize, Serialize};

use crate::decide::stop::Stop;
use crate::verdict::Verdict;

/// A worker's place in the pool, from 0; a replacement keeps the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkerId(pub u32);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RunEvent {
    /// The run begins.
    Begun {
        /// Groups of the plan.
        groups: usize,
        /// Of these, done in an earlier run.
        done_before: usize,
        /// Groups to do now.
        to_do: usize,
        /// Groups without files.
        missing: usize,
        /// Worker processes at most.
        workers: usize,
        /// Bytes that may be used, where a limit is known.
        memory_limit: Option<u64>,
        /// Where the limit was read.
        memory_source: Option<String>,
    },
    /// A group was started.
    Started {
        /// Which.
        group: GroupName,
        /// From 1.
        attempt: u32,
        /// By whom.
        worker: WorkerId,
    },
    /// A group is done and its partial has its name.
    Finished {
        /// Which.
        group: GroupName,
        /// From 1.
        attempt: u32,
        /// By whom.
        worker: WorkerId,
        /// The partial's file name; `None` where the task gave no values.
        partial: Option<String>,
        /// From its start to its end; seconds where it is written.
        #[serde(with = "seconds")]
        elapsed: Duration,
        /// The worker's largest resident memory in this group, bytes.
        peak_memory: u64,
    },
    /// An attempt failed.
    AttemptFailed {
        /// Which.
        group: GroupName,
        /// From 1.
        attempt: u32,
        /// By whom.
        worker: WorkerId,
        /// What it means.
        kind: FailureKind,
        /// Why, with the cause that its program's output tells.
        reason: String,
        /// The cause alone.
        #[serde(default)]
        cause: Option<String>,
        /// The input file in hand.
        file: Option<String>,
        /// The last lines of what its program or its worker wrote.
        log: Vec<String>,
        /// Where all of that is kept, relative to the run directory; nothing where nothing was written.
        #[serde(default)]
        log_file: Option<String>,
        /// Whether the group is tried again.
        again: bool,
    },
    /// A group's result is of another form than most: it is kept, and collation decides what becomes of it.
    Deviates {
        /// Which.
        group: GroupName,
        /// The form of its result.
        form: FormId,
        /// What differs, with both sides.
        reason: String,
    },
    /// The collation was tried with a part of the groups.
    Tried {
        /// How many.
        groups: usize,
        /// The file.
        file: PathBuf,
    },
    /// A worker ended that should not have; the pool replaces it.
    WorkerLost {
        /// Which.
        worker: WorkerId,
        /// How it ended.
        reason: String,
    },
    /// A worker's process could not be started; told of the first, and where there is no other.
    NotStarted {
        /// Which.
        worker: WorkerId,
        /// Why not.
        reason: String,
    },
    /// A group is ended to give memory back, and waits again; that was not one of its attempts.
    Evicted {
        /// Which.
        group: GroupName,
        /// Whose.
        worker: WorkerId,
        /// Bytes that the worker used.
        used: u64,
        /// Bytes that may be used by all.
        limit: u64,
    },
    /// What memory is used, every half a minute or so.
    Memory {
        /// Bytes, of all that counts against the limit.
        used: u64,
        /// Bytes that may be used, where a limit is known.
        limit: Option<u64>,
        /// Groups at work.
        running: usize,
    },
    /// A line of a worker's log.
    WorkerLog {
        /// Whose.
        worker: WorkerId,
        /// The group in hand.
        group: Option<GroupName>,
        /// The line.
        line: String,
    },
    /// The run ends early: no further group is started.
    Stopping {
        /// Why.
        reason: Stop,
    },
    /// Something that people should know and that changes nothing.
    Warning {
        /// In full.
        message: String,
    },
    /// The partials are being collated into the final file.
    Collating {
        /// How many.
        partials: usize,
    },
    /// The run is over.
    Ended {
        /// How: written as `verdict`, and `why` where there is more to say.
        #[serde(flatten)]
        verdict: Verdict,
        /// Groups of the plan that are done, now or earlier.
        done: usize,
        /// Groups that failed.
        failed: usize,
        /// Groups still to do.
        left: usize,
        /// Of those that are done, groups without values.
        #[serde(default)]
        empty: usize,
        /// The final file, where it was written.
        output: Option<PathBuf>,
    },
    /// The run is over because of an error that has nothing to do with any group.
    Broken {
        /// In full.
        reason: String,
    },
}

/// Who hears what happens.
pub trait Listener {
    /// Hears of one event, `at` after the run's start. Must not block for long.
    fn hear(&mut self, at: Duration, happening: &RunEvent);
}

/// A duration as a number of seconds.
pub(crate) mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(duration.as_secs_f64())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations_are_seconds_and_the_end_says_how() {
        let finished = RunEvent::Finished {
            group: GroupName::new("a"),
            attempt: 1,
            worker: WorkerId(0),
            partial: None,
            elapsed: Duration::from_millis(2500),
            peak_memory: 1,
        };
        assert_eq!(serde_json::to_value(finished).unwrap()["elapsed"], json!(2.5));
        let verdict = Verdict::Interrupted(Stop::Signal);
        let ended = RunEvent::Ended { verdict, done: 1, failed: 0, left: 2, empty: 0, output: None };
        let written = json!({
            "event": "ended", "verdict": "interrupted", "why": "signal",
            "done": 1, "failed": 0, "left": 2, "empty": 0, "output": null
        });
        assert_eq!(serde_json::to_value(&ended).unwrap(), written);
        assert_eq!(serde_json::from_value::<RunEvent>(written).unwrap(), ended);
    }
}
