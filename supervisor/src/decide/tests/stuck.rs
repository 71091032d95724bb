//! What hangs where nothing can end it, and what becomes of the run.

use super::super::event::KeepFailure;
use super::super::patience::{AT_ONCE, GONE_IN, IN_A_HURRY, PATIENCE};
use super::super::stop::Stop;
use super::*;
use crate::run_event::RunEvent;

const TIMEOUT: Duration = Duration::from_secs(60);

/// When the group of the first worker, which began at 2 s, times out.
const KILLED: Duration = Duration::from_secs(62);

fn timed(workers: u32) -> Settings {
    let mut timed = settings(workers);
    timed.time.timeout = Some(TIMEOUT);
    timed
}

/// One worker, whose group has timed out, and which has been killed.
fn killed(count: u32) -> State {
    let mut state = State::new(timed(1), groups(count));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    let file = FromWorker::Progress { attempt: attempt(0, 1), files_done: 0, file: "day.nc".into() };
    state.on(Duration::from_secs(3), said(0, file));
    assert_eq!(deeds(state.on(KILLED, Event::Woke)), [Action::Kill(W0)]);
    state
}

fn warnings(actions: &[Action]) -> Vec<&str> {
    let text = |action| match action {
        &Action::Tell(RunEvent::Warning { ref message }) => Some(message.as_str()),
        _ => None,
    };
    actions.iter().filter_map(text).collect()
}

#[test]
fn a_killed_worker_that_stays_is_named_once_with_what_it_has_in_hand() {
    let mut state = killed(1);
    assert_eq!(state.next_wake(), Some(KILLED + GONE_IN));
    let actions = state.on(KILLED + GONE_IN, Event::Woke);
    let [warning] = warnings(&actions)[..] else { panic!("{actions:?}") };
    let named = ["worker 0", "10 s ago", "group g0", "file day.nc", "hangs"];
    assert!(named.iter().all(|part| warning.contains(part)), "{warning}");
    let again = state.on(KILLED + 2 * GONE_IN, Event::Woke);
    assert!(warnings(&again).is_empty(), "{again:?}");
}

#[test]
fn a_group_that_timed_out_and_hangs_is_given_up_at_once_and_the_others_go_on() {
    let mut state = State::new(timed(2), groups(4));
    feed(
        &mut state,
        [Event::Begin, ready(0), started(0, attempt(0, 1)), ready(1), started(1, attempt(2, 1))],
    );
    state.on(Duration::from_secs(61), done(1, attempt(2, 1)));
    state.on(KILLED, Event::Woke);
    let actions = state.on(KILLED + GONE_IN, Event::Woke);
    let given_up = |action: &Action| {
        matches!(action, Action::Tell(RunEvent::AttemptFailed { group, reason, again: false, .. })
            if group.as_str() == "g0" && reason.contains("--timeout") && reason.contains("hangs"))
    };
    assert!(actions.iter().any(given_up), "{actions:?}");
    assert_eq!(state.failed(), [GroupName::new("g0")]);
    assert!(!deeds(actions).contains(&Action::Spawn(W0)), "its place stays taken");
    let late = deeds(state.on(KILLED + 2 * GONE_IN, exited(0, How::Signal(9))));
    assert!(late.contains(&Action::Spawn(W0)), "until it is gone: {late:?}");
    assert_eq!(state.failed().len(), 1, "told once");
}

#[test]
fn a_run_that_is_done_does_not_wait_for_a_worker_that_hangs() {
    let mut state = killed(1);
    state.on(KILLED + GONE_IN, Event::Woke);
    assert_eq!((state.tally().failed, state.tally().left, state.is_over()), (1, 0, true));
}

#[test]
fn a_run_whose_workers_all_hang_ends_early() {
    let mut state = killed(2);
    state.on(KILLED + GONE_IN, Event::Woke);
    assert_eq!(state.next_wake(), Some(KILLED + PATIENCE));
    state.on(KILLED + PATIENCE, Event::Woke);
    assert_eq!((state.stopped(), state.tally().left), (Some(Stop::Stuck), 1));
    state.on(state.next_wake().unwrap(), Event::Woke);
    assert!(state.is_over());
}

#[test]
fn after_the_grace_a_killed_worker_is_hardly_waited_for() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), Event::Asked(Stop::Signal)]);
    let killed = state.next_wake().unwrap();
    assert_eq!(deeds(state.on(killed, Event::Woke)), [Action::Kill(W0)]);
    assert!(!state.is_over());
    let actions = state.on(killed + IN_A_HURRY, Event::Woke);
    assert!(warnings(&actions)[0].contains("worker 0 was killed 2 s ago"), "{actions:?}");
    assert_eq!((state.is_over(), state.tally().left), (true, 2));
}

#[test]
fn at_a_second_signal_neither_workers_nor_results_are_waited_for() {
    let mut state = State::new(settings(2), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1))]);
    feed(&mut state, [Event::Asked(Stop::Signal)]);
    let at = Duration::from_secs(100);
    state.on(at, Event::Asked(Stop::Signal));
    assert_eq!(state.next_wake(), Some(at + AT_ONCE));
    let actions = state.on(at + AT_ONCE, Event::Woke);
    let told = warnings(&actions);
    assert!(told.iter().any(|warning| warning.contains("last results")), "{told:?}");
    assert!(state.is_over());
}

#[test]
fn what_waits_in_the_pipe_of_a_worker_that_hangs_goes_to_another() {
    let mut state = killed(2);
    state.on(KILLED + GONE_IN, Event::Woke);
    assert_eq!(deeds(state.on(KILLED + GONE_IN, exited(0, How::Signal(9)))), [Action::Spawn(W0)]);
    assert_eq!(deeds(state.on(KILLED + GONE_IN, ready(0))), [Action::Assign(W0, attempt(1, 1))]);
}

#[test]
fn missing_room_is_told_once_whatever_else_stops_the_run() {
    let full = |group| Event::Kept {
        worker: W0,
        attempt: attempt(group, 1),
        result: Err(KeepFailure::NoSpace("full".into())),
    };
    let mut state = State::new(settings(1), groups(3));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1))]);
    feed(&mut state, [started(0, attempt(1, 1)), done(0, attempt(1, 1)), Event::Asked(Stop::Signal)]);
    assert!(feed(&mut state, [full(0)]).contains(&Action::TellRoom));
    assert!(!feed(&mut state, [full(1)]).contains(&Action::TellRoom));
}
