//! Events for the tests of this folder.

use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_contract::message::FailureKind;
use dayfold_supervisor::run_event::{RunEvent, WorkerId};
use dayfold_supervisor::verdict::Verdict;

pub fn begun(to_do: usize) -> RunEvent {
    RunEvent::Begun {
        groups: to_do + 1,
        done_before: 1,
        to_do,
        missing: 0,
        workers: 2,
        memory_limit: Some(8_000_000_000),
        memory_source: Some("--memory".into()),
    }
}

pub fn started(group: &str, attempt: u32) -> RunEvent {
    RunEvent::Started { group: GroupName::new(group), attempt, worker: WorkerId(0) }
}

pub fn finished(group: &str, seconds: u64) -> RunEvent {
    RunEvent::Finished {
        group: GroupName::new(group),
        attempt: 1,
        worker: WorkerId(0),
        partial: Some("p.nc".into()),
        elapsed: Duration::from_secs(seconds),
        peak_memory: 64_000_000,
    }
}

pub fn failed(group: &str, attempt: u32, again: bool) -> RunEvent {
    RunEvent::AttemptFailed {
        group: GroupName::new(group),
        attempt,
        worker: WorkerId(0),
        kind: FailureKind::Passing,
        reason: "the worker was killed by signal 9".into(),
        cause: None,
        file: Some("2022/02/01/a.nc".into()),
        log: vec!["its last words".into()],
        log_file: Some(format!("logs/{group}.{attempt}.log")),
        again,
    }
}

pub fn evicted(group: &str) -> RunEvent {
    let group = GroupName::new(group);
    RunEvent::Evicted { group, worker: WorkerId(0), used: 300_000_000, limit: 8_000_000_000 }
}

pub fn ended(done: usize, failed: usize, left: usize) -> RunEvent {
    RunEvent::Ended { verdict: Verdict::Complete, done, failed, left, empty: 0, output: None }
}
