//! What is tried again, and what ends a run in which everything fails alike.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;

use dayfold_contract::message::ProgramEnd;

use super::super::retry::Retry;
use super::super::stop::Stop;
use super::*;
use crate::run_event::RunEvent;

fn retrying(retry: Retry) -> Settings {
    Settings { retry, ..settings(1) }
}

/// Whether a group is tried again whose first attempt fails like this.
fn is_tried_again(retry: Retry, failure: Failure) -> bool {
    let mut state = State::new(retrying(retry), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    state.on(SOON, said(0, FromWorker::Failed { attempt: attempt(0, 1), failure }));
    state.tally().failed == 0
}

const SOON: Duration = Duration::from_secs(9);

#[test]
fn exit_codes_are_tried_again_only_where_that_is_wished_and_signals_unless_it_is_not() {
    let of = |program| move |retry| is_tried_again(retry, failure(FailureKind::Passing, program));
    let all = [Retry::Signals, Retry::All, Retry::None];
    assert_eq!(all.map(of(Some(ProgramEnd::Code(1)))), [false, true, false]);
    assert_eq!(all.map(of(Some(ProgramEnd::Signal(11)))), [true, true, false]);
    assert_eq!(all.map(of(None)), [true, true, false], "a file system that refuses");
    assert_eq!(all.map(|retry| is_tried_again(retry, failure(FailureKind::Input, None))), [false; 3]);
}

#[test]
fn a_worker_that_crashes_is_no_exit_code_of_a_program() {
    for (retry, left) in [(Retry::Signals, 1), (Retry::None, 0)] {
        let mut state = State::new(retrying(retry), groups(1));
        feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), exited(0, How::Code(1))]);
        assert_eq!(state.tally().left, left, "{retry:?}");
    }
}

/// Workers that do one after the other what they are given.
struct Workers {
    state: State,
    told: Vec<Action>,
    pipes: BTreeMap<WorkerId, VecDeque<Attempt>>,
    started: Vec<GroupId>,
}

impl Workers {
    /// So many, that are ready.
    fn new(workers: u32, count: u32, allow_failed: bool) -> Self {
        let state = State::new(Settings { allow_failed, ..settings(workers) }, groups(count));
        let mut all = Self { state, told: Vec::new(), pipes: BTreeMap::new(), started: Vec::new() };
        all.on(Event::Begin);
        (0..workers).for_each(|worker| all.on(ready(worker)));
        (0..workers).for_each(|worker| all.start(worker));
        all
    }

    fn on(&mut self, event: Event) {
        for action in self.state.on(SOON, event) {
            match action {
                Action::Assign(worker, attempt) => self.pipes.entry(worker).or_default().push_back(attempt),
                Action::TakeBack(worker, attempt) => {
                    self.pipes.get_mut(&worker).unwrap().retain(|other| *other != attempt);
                    self.on(said(worker.0, FromWorker::TakenBack(attempt)));
                }
                action => self.told.push(action),
            }
        }
    }

    fn start(&mut self, worker: u32) {
        if let Some(&next) = self.pipes.get(&WorkerId(worker)).and_then(VecDeque::front) {
            self.started.push(next.group);
            self.on(started(worker, next));
        }
    }

    /// What a worker has at work; it goes on with the next.
    fn ends(&mut self, worker: u32, how: impl Fn(Attempt) -> Vec<Event>) {
        let attempt = self.pipes.get_mut(&WorkerId(worker)).and_then(VecDeque::pop_front);
        how(attempt.expect("a group at work")).into_iter().for_each(|event| self.on(event));
        self.start(worker);
    }

    /// Its program ends with an exit code, having said this.
    fn fails(&mut self, worker: u32, last_line: &str) {
        self.ends(worker, |attempt| {
            let program = Some(ProgramEnd::Code(1));
            let failure = failure(FailureKind::Passing, program).with_output(last_line.into(), true);
            vec![said(worker, FromWorker::Failed { attempt, failure })]
        });
    }

    fn is_done(&mut self, worker: u32) {
        self.ends(worker, |attempt| vec![done(worker, attempt), kept(worker, attempt)]);
    }

    fn is_idle(&self, worker: u32) -> bool {
        self.pipes.get(&WorkerId(worker)).is_none_or(VecDeque::is_empty)
    }

    fn warnings(&self) -> Vec<&str> {
        let text = |action| match action {
            &Action::Tell(RunEvent::Warning { ref message }) => Some(message.as_str()),
            _ => None,
        };
        self.told.iter().filter_map(text).collect()
    }
}

#[test]
fn groups_that_fail_alike_before_any_is_done_end_the_run_with_the_cause() {
    let mut workers = Workers::new(1, 400, false);
    while !workers.is_idle(0) {
        workers.fails(0, "No module named 'xarray'");
    }
    // the sixth was in the pipe when the fifth failed
    assert_eq!((workers.state.stopped(), workers.started.len()), (Some(Stop::SameFailure), 6));
    let [warning] = workers.warnings()[..] else { panic!("{:?}", workers.told) };
    assert!(warning.contains("6 groups have failed for the same reason"), "{warning}");
    workers.on(exited(0, How::Code(0)));
    assert!(workers.state.is_over() && workers.state.tally().left == 394);
}

#[test]
fn other_causes_or_a_success_are_no_reason_to_end() {
    let ended = |causes: [&str; 6], done: Option<usize>, allow_failed: bool| {
        let mut workers = Workers::new(1, 20, allow_failed);
        for (group, cause) in causes.into_iter().enumerate() {
            if Some(group) == done { workers.is_done(0) } else { workers.fails(0, cause) }
        }
        workers.state.stopped().is_some()
    };
    assert!(ended(["a"; 6], None, false));
    assert!(!ended(["a", "b", "a", "b", "a", "b"], None, false), "two causes");
    assert!(!ended(["a"; 6], Some(0), false) && !ended(["a"; 6], Some(4), false), "one is done");
    assert!(!ended(["a"; 6], Some(5), false), "one that was at work when enough had failed");
    assert!(!ended(["a"; 6], None, true), "--allow-failed");
}

#[test]
fn where_few_are_left_all_are_tried() {
    let mut workers = Workers::new(1, 6, false);
    (0..6).for_each(|_| workers.fails(0, "a"));
    assert_eq!((workers.state.stopped(), workers.state.tally().failed), (None, 6));
}

/// All workers but one fail, whatever they are given, and the last is still at work.
#[test]
fn a_group_at_work_may_still_show_that_it_is_not_all_of_them() {
    const SLOW: u32 = 5;
    let all_but_one_failed = || {
        let mut workers = Workers::new(SLOW + 1, 400, false);
        while let Some(worker) = (0..SLOW).find(|&worker| !workers.is_idle(worker)) {
            workers.fails(worker, "a");
        }
        assert_eq!(workers.state.stopped(), None, "one is at work");
        assert!(workers.started.len() <= 2 * (SLOW as usize + 1), "none is started: {:?}", workers.started);
        workers
    };
    let mut workers = all_but_one_failed();
    workers.is_done(SLOW);
    assert!(!workers.is_idle(0), "it goes on");
    assert_eq!(workers.state.stopped(), None);
    let mut workers = all_but_one_failed();
    workers.fails(SLOW, "another cause");
    assert_eq!(workers.state.stopped(), Some(Stop::SameFailure));
}

#[test]
fn crashes_that_all_groups_have_are_found_before_all_were_tried_once() {
    let mut state = State::new(settings(1), groups(400));
    state.on(Duration::ZERO, Event::Begin);
    let mut attempts = 0;
    while state.stopped().is_none() {
        let assigned = state.on(SOON, ready(0)).into_iter().find_map(|action| match action {
            Action::Assign(_, attempt) => Some(attempt),
            _ => None,
        });
        state.on(SOON, started(0, assigned.unwrap()));
        state.on(SOON, exited(0, How::Signal(11)));
        attempts += 1;
    }
    assert_eq!((state.stopped(), state.tally().failed), (Some(Stop::SameFailure), 5));
    assert!(attempts < 20, "{attempts}");
}

#[test]
fn groups_that_failed_before_come_last_while_none_is_done() {
    let first = |before: InitialState| {
        let mut groups = groups(3);
        groups[2].1 = before;
        let mut state = State::new(settings(1), groups);
        state.begin_with_untried(|group| group.as_str() == "g0");
        feed(&mut state, [Event::Begin, ready(0)])
    };
    assert_eq!(first(InitialState::ToDo), [Action::Assign(W0, attempt(1, 1))]);
    assert_eq!(first(InitialState::Done), [Action::Assign(W0, attempt(0, 1))]);
}

#[test]
fn what_is_told_of_one_end_is_not_laid_to_the_next() {
    let mut state = State::new(Settings { attempts: NonZeroU32::new(2).unwrap(), ..settings(1) }, groups(3));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    // it talks rubbish, is to be ended, and loses its program to the kernel meanwhile
    feed(&mut state, [done(0, attempt(2, 7))]);
    let killed = failure(FailureKind::Passing, Some(ProgramEnd::Signal(9)));
    state.on(SOON, Event::ProgramKilled { worker: W0, attempt: attempt(0, 1), failure: killed });
    feed(&mut state, [exited(0, How::Signal(9)), ready(0), started(0, attempt(1, 1))]);
    let actions = state.on(SOON, failed(0, attempt(1, 1), FailureKind::Input));
    let reason = actions.iter().find_map(|action| match action {
        Action::Tell(RunEvent::AttemptFailed { reason, .. }) => Some(reason.as_str()),
        _ => None,
    });
    assert_eq!(reason, Some("no reason"));
}

#[test]
fn a_program_that_was_killed_by_somebody_hints_at_memory_once_and_at_what_is_possible() {
    let reason = |workers: u32| {
        let mut state = State::new(settings(workers), groups(2));
        feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
        let killed = failure(FailureKind::Passing, Some(ProgramEnd::Signal(9)));
        let actions = state.on(SOON, said(0, FromWorker::Failed { attempt: attempt(0, 1), failure: killed }));
        actions.into_iter().find_map(|action| match action {
            Action::Tell(RunEvent::AttemptFailed { reason, .. }) => Some(reason),
            _ => None,
        })
    };
    let (alone, beside) = (reason(1).unwrap(), reason(2).unwrap());
    assert!(alone.contains("give the job more memory") && !alone.contains("fewer workers"), "{alone}");
    assert!(beside.contains("use fewer workers, or give the job more memory"), "{beside}");
}
