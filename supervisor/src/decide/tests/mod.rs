//! Whole runs on plain state: rules in a few lines each, and any order of events.

mod any_order;
mod failures;
mod memory;
mod pressure;
mod rules;
mod signals;
mod stuck;
mod taking_long;
mod world;

use std::num::NonZeroU32;
use std::time::Duration;

use dayfold_contract::message::{Attempt, Failure, FailureKind, FromWorker, Output, PROTOCOL, ProgramEnd};
use dayfold_contract::{GroupId, GroupName};

use super::clock::TimeSettings;
use super::event::{Action, Event, Exit, How, KeptPartial};
use super::groups::InitialState;
use super::memory::MemorySettings;
use super::retry::Retry;
use super::{Settings, State};
use crate::run_event::WorkerId;

const W0: WorkerId = WorkerId(0);
const W1: WorkerId = WorkerId(1);

fn settings(workers: u32) -> Settings {
    Settings {
        workers: NonZeroU32::new(workers).unwrap(),
        attempts: NonZeroU32::new(3).unwrap(),
        retry: Retry::default(),
        allow_failed: false,
        memory: MemorySettings::default(),
        time: TimeSettings {
            timeout: None,
            grace: Duration::from_secs(5),
            walltime: None,
            collation: Duration::ZERO,
        },
    }
}

fn groups(count: u32) -> Vec<(GroupName, InitialState)> {
    (0..count).map(|n| (GroupName::new(format!("g{n}")), InitialState::ToDo)).collect()
}

fn attempt(group: u32, number: u32) -> Attempt {
    Attempt { group: GroupId(group), number }
}

fn output() -> Output {
    Output {
        partial: None,
        elapsed: Duration::from_secs(1),
        peak_memory: 0,
        layout: None,
        warnings: Vec::new(),
        form: None,
    }
}

fn ready(worker: u32) -> Event {
    said(worker, FromWorker::Ready { protocol: PROTOCOL })
}

fn said(worker: u32, message: FromWorker) -> Event {
    Event::Said { worker: WorkerId(worker), message }
}

fn started(worker: u32, attempt: Attempt) -> Event {
    said(worker, FromWorker::Started(attempt))
}

fn done(worker: u32, attempt: Attempt) -> Event {
    said(worker, FromWorker::Done { attempt, output: output() })
}

fn failed(worker: u32, attempt: Attempt, kind: FailureKind) -> Event {
    said(worker, FromWorker::Failed { attempt, failure: failure(kind, None) })
}

fn failure(kind: FailureKind, program: Option<ProgramEnd>) -> Failure {
    Failure { program, ..Failure::new(kind, "no reason".into()) }
}

fn kept(worker: u32, attempt: Attempt) -> Event {
    Event::Kept {
        worker: WorkerId(worker),
        attempt,
        result: Ok(KeptPartial { partial: None, output: output() }),
    }
}

fn exited(worker: u32, how: How) -> Event {
    Event::Exited { worker: WorkerId(worker), exit: Exit { how, out_of_memory: false, output: Vec::new() } }
}

/// The actions that are not for listeners.
fn deeds(actions: Vec<Action>) -> Vec<Action> {
    actions.into_iter().filter(|action| !matches!(action, Action::Tell(_))).collect()
}

/// Feeds events one second apart; the deeds of the last.
fn feed(state: &mut State, events: impl IntoIterator<Item = Event>) -> Vec<Action> {
    let mut last = Vec::new();
    for (second, event) in (0..).zip(events) {
        last = deeds(state.on(Duration::from_secs(second), event));
    }
    last
}

/// Two workers at work, and a third group in the pipe of the first.
fn two_at_work(settings: Settings, count: u32) -> State {
    let mut state = State::new(settings, groups(count));
    feed(
        &mut state,
        [Event::Begin, ready(0), started(0, attempt(0, 1)), ready(1), started(1, attempt(2, 1))],
    );
    state
}
