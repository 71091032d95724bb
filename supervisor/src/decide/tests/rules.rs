//! One rule a test.

use dayfold_contract::Fingerprint;
use dayfold_contract::form::Form;
use dayfold_contract::job::Layout;
use dayfold_contract::message::{Described, FailureKind};

use super::super::event::{KeepFailure, Walltime};
use super::super::patience::{IN_A_HURRY, PATIENCE};
use super::super::stop::Stop;
use super::*;
use crate::run_event::RunEvent;

#[test]
fn workers_are_started_for_groups_that_wait_and_no_more() {
    let mut state = State::new(settings(8), groups(2));
    assert_eq!(feed(&mut state, [Event::Begin]), [Action::Spawn(W0), Action::Spawn(W1)]);
}

#[test]
fn one_assignment_is_ahead_in_the_pipe() {
    let mut state = State::new(settings(1), groups(3));
    assert_eq!(feed(&mut state, [Event::Begin, ready(0)]), [Action::Assign(W0, attempt(0, 1))]);
    assert_eq!(feed(&mut state, [started(0, attempt(0, 1))]), [Action::Assign(W0, attempt(1, 1))]);
    let keep = Action::Keep(W0, attempt(0, 1), output());
    assert_eq!(feed(&mut state, [done(0, attempt(0, 1))]), [keep]);
    assert_eq!(feed(&mut state, [started(0, attempt(1, 1))]), [Action::Assign(W0, attempt(2, 1))]);
}

#[test]
fn the_run_is_over_when_results_are_safe_and_workers_gone() {
    let mut state = State::new(settings(1), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1))]);
    assert_eq!(feed(&mut state, [kept(0, attempt(0, 1))]), [Action::Shutdown(W0)]);
    assert!(!state.is_over());
    feed(&mut state, [exited(0, How::Code(0))]);
    assert!(state.is_over());
    assert_eq!((state.tally().done, state.stopped()), (1, None));
}

#[test]
fn a_lost_worker_is_replaced_and_only_the_started_group_uses_an_attempt() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    assert_eq!(feed(&mut state, [exited(0, How::Signal(9))]), [Action::Spawn(W0)]);
    assert_eq!(feed(&mut state, [ready(0)]), [Action::Assign(W0, attempt(1, 1))]);
    assert_eq!(feed(&mut state, [started(0, attempt(1, 1))]), [Action::Assign(W0, attempt(0, 2))]);
}

#[test]
fn a_group_fails_after_its_attempts_and_the_others_go_on() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin]);
    for number in 1..=3 {
        feed(&mut state, [ready(0)]);
        if number == 1 {
            feed(&mut state, [started(0, attempt(0, 1)), exited(0, How::Signal(11))]);
            feed(
                &mut state,
                [ready(0), started(0, attempt(1, 1)), done(0, attempt(1, 1)), kept(0, attempt(1, 1))],
            );
            feed(&mut state, [started(0, attempt(0, 2)), exited(0, How::Signal(11))]);
        } else if number == 2 {
            feed(&mut state, [started(0, attempt(0, 3)), exited(0, How::Signal(11))]);
        }
    }
    assert_eq!(state.failed(), [GroupName::new("g0")]);
    assert_eq!((state.tally().done, state.tally().left, state.is_over()), (1, 0, true));
}

#[test]
fn wrong_input_is_not_tried_again() {
    let mut state = State::new(settings(1), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    let last = feed(&mut state, [failed(0, attempt(0, 1), FailureKind::Input)]);
    assert_eq!((state.tally().failed, last), (1, vec![Action::Shutdown(W0)]));
}

#[test]
fn a_result_that_deviates_from_most_is_kept_and_told() {
    let form = |units: &str| {
        let form = Form::new([("the units of x".to_owned(), units.to_owned(), Vec::new())]);
        let grid = Layout { fingerprint: Fingerprint::of(units.as_bytes()), description: units.to_owned() };
        (Described { id: form.id(), form: Some(form) }, grid)
    };
    let ends = |group, (form, layout)| {
        let output = Output { form: Some(form), layout: Some(layout), ..output() };
        said(0, FromWorker::Done { attempt: attempt(group, 1), output })
    };
    let mut state = State::new(settings(1), groups(3));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), ends(0, form("K"))]);
    assert_eq!(state.layout(), Some(&form("K").1));
    feed(&mut state, [started(0, attempt(1, 1))]);
    let actions = state.on(Duration::from_secs(9), ends(1, form("m")));
    let reason = "its result does not fit the others: the units of x is m, and K in g0".to_owned();
    let told = RunEvent::Deviates { group: GroupName::new("g1"), form: form("m").0.id, reason };
    assert!(actions.contains(&Action::Tell(told)), "{actions:?}");
    assert!(actions.iter().any(|action| matches!(action, Action::Keep(..))), "{actions:?}");
    feed(&mut state, [started(0, attempt(2, 1)), ends(2, form("m"))]);
    assert_eq!((state.failed(), state.layout()), (vec![], Some(&form("m").1)));
}

#[test]
fn an_answer_that_does_not_fit_ends_the_worker() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    assert_eq!(feed(&mut state, [done(0, attempt(1, 1))]), [Action::Kill(W0)]);
    let actions = state.on(Duration::from_secs(9), exited(0, How::Signal(9)));
    let told = actions.iter().any(|action| {
        matches!(action, Action::Tell(RunEvent::AttemptFailed { reason, again: true, .. })
            if reason.contains("did not keep to the protocol"))
    });
    assert!(told, "{actions:?}");
}

#[test]
fn a_result_of_a_worker_that_is_to_end_is_discarded() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), done(0, attempt(1, 1))]);
    assert_eq!(feed(&mut state, [done(0, attempt(0, 1))]), [Action::Discard(output())]);
}

#[test]
fn the_last_group_in_a_pipe_goes_to_an_idle_worker() {
    let mut state = two_at_work(settings(2), 3);
    let actions = feed(&mut state, [done(1, attempt(2, 1))]);
    assert!(actions.contains(&Action::TakeBack(W0, attempt(1, 1))), "{actions:?}");
    let taken = said(0, FromWorker::TakenBack(attempt(1, 1)));
    assert_eq!(feed(&mut state, [taken]), [Action::Assign(W1, attempt(1, 1))]);
}

#[test]
fn an_assignment_that_was_started_before_it_could_be_taken_back_stays() {
    let mut state = two_at_work(settings(2), 3);
    feed(&mut state, [done(1, attempt(2, 1)), done(0, attempt(0, 1))]);
    assert_eq!(feed(&mut state, [started(0, attempt(1, 1))]), []);
}

#[test]
fn workers_that_never_start_end_the_run() {
    let mut state = State::new(settings(2), groups(2));
    feed(&mut state, [Event::Begin]);
    for _ in 0..3 {
        feed(&mut state, [exited(0, How::NotStarted("no such file".into())), exited(1, How::Code(2))]);
    }
    assert!(state.is_over());
    assert_eq!((state.stopped(), state.tally().left), (Some(Stop::NoWorkers), 2));
}

#[test]
fn a_full_disk_stops_the_run_and_costs_the_group_nothing() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1))]);
    let full =
        Event::Kept { worker: W0, attempt: attempt(0, 1), result: Err(KeepFailure::NoSpace("full".into())) };
    feed(&mut state, [full]);
    assert_eq!((state.stopped(), state.tally().left, state.tally().failed), (Some(Stop::NoSpace), 2, 0));
}

#[test]
fn at_a_first_signal_nothing_starts_and_what_runs_has_the_grace() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    let at = Duration::from_secs(100);
    let actions = deeds(state.on(at, Event::Asked(Stop::Signal)));
    assert_eq!(actions, [Action::TakeBack(W0, attempt(1, 1))]);
    assert_eq!(state.next_wake(), Some(at + Duration::from_secs(5)));
    assert_eq!(deeds(state.on(at + Duration::from_secs(4), Event::Woke)), []);
    assert_eq!(deeds(state.on(at + Duration::from_secs(5), Event::Woke)), [Action::Kill(W0)]);
    state.on(at + Duration::from_secs(6), exited(0, How::Signal(9)));
    assert!(state.is_over());
    assert_eq!((state.tally().left, state.tally().failed), (2, 0));
}

#[test]
fn what_a_worker_reports_while_a_signal_stops_the_run_costs_nothing_unless_the_input_is_wrong() {
    let failing = |kind| {
        let mut state = State::new(settings(1), groups(2));
        feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), Event::Asked(Stop::Signal)]);
        let actions = state.on(Duration::from_secs(9), failed(0, attempt(0, 1), kind));
        let told = |action: &Action| matches!(action, Action::Tell(RunEvent::AttemptFailed { .. }));
        (state.tally().failed, state.tally().left, actions.iter().any(told))
    };
    assert_eq!(failing(FailureKind::Passing), (0, 2, false));
    assert_eq!(failing(FailureKind::Input), (1, 1, true));
}

#[test]
fn nothing_wakes_the_run_while_it_waits_for_killed_workers_to_be_gone() {
    let mut state = State::new(settings(1), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), Event::Asked(Stop::Signal)]);
    assert!(state.next_wake().is_some(), "the end of the grace");
    assert_eq!(deeds(state.on(LATE, Event::Woke)), [Action::Kill(W0)]);
    assert_eq!(state.next_wake(), Some(LATE + IN_A_HURRY), "and then no longer");
}

#[test]
fn a_walltime_that_has_passed_wakes_nobody_when_all_is_done() {
    let mut timed = settings(1);
    timed.time.walltime = Some(Duration::from_secs(100));
    let mut state = State::new(timed, groups(1));
    let run = [ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1)), kept(0, attempt(0, 1))];
    feed(&mut state, [Event::Begin]);
    feed(&mut state, run);
    state.on(LATE, Event::Woke);
    assert_eq!(
        state.next_wake(),
        Some(LATE + IN_A_HURRY),
        "the worker has been ended, and only its end is waited for"
    );
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut state = State::new(settings(1), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), Event::Asked(Stop::Signal)]);
    assert_eq!(feed(&mut state, [Event::Asked(Stop::Signal)]), [Action::Kill(W0)]);
}

#[test]
fn a_group_over_the_timeout_is_ended_and_tried_again() {
    let mut timed = settings(1);
    timed.time.timeout = Some(Duration::from_secs(60));
    let mut state = State::new(timed, groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    assert_eq!(state.next_wake(), Some(Duration::from_secs(62)));
    assert_eq!(deeds(state.on(Duration::from_secs(62), Event::Woke)), [Action::Kill(W0)]);
    let actions = state.on(Duration::from_secs(63), exited(0, How::Signal(9)));
    let named = |action: &Action| {
        matches!(action, Action::Tell(RunEvent::AttemptFailed { reason, again: true, .. })
            if reason.contains("60 s") && reason.contains("--timeout"))
    };
    assert!(actions.iter().any(named), "{actions:?}");
}

/// Long after everything else.
const LATE: Duration = Duration::from_secs(1000);

#[test]
fn a_worker_that_does_not_get_ready_is_replaced() {
    let mut state = State::new(settings(1), groups(1));
    feed(&mut state, [Event::Begin]);
    assert_eq!(state.next_wake(), Some(PATIENCE));
    assert_eq!(deeds(state.on(LATE, Event::Woke)), [Action::Kill(W0)]);
    assert_eq!(deeds(state.on(LATE, exited(0, How::Signal(9)))), [Action::Spawn(W0)]);
}

#[test]
fn a_worker_that_does_not_start_what_it_was_given_is_replaced_and_the_group_keeps_its_attempts() {
    let mut state = State::new(settings(1), groups(1));
    feed(&mut state, [Event::Begin, ready(0)]);
    assert_eq!(deeds(state.on(LATE, Event::Woke)), [Action::Kill(W0)]);
    state.on(LATE, exited(0, How::Signal(9)));
    assert_eq!(deeds(state.on(LATE, ready(0))), [Action::Assign(W0, attempt(0, 1))]);
}

#[test]
fn an_idle_worker_that_does_not_end_is_ended() {
    let mut state = State::new(settings(1), groups(1));
    let run = [ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1)), kept(0, attempt(0, 1))];
    feed(&mut state, [Event::Begin]);
    assert_eq!(feed(&mut state, run), [Action::Shutdown(W0)]);
    assert_eq!(deeds(state.on(LATE, Event::Woke)), [Action::Kill(W0)]);
    assert_eq!(deeds(state.on(LATE, Event::Woke)), [], "once");
}

#[test]
fn a_group_at_work_may_take_as_long_as_it_likes() {
    let mut state = State::new(settings(1), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    assert_eq!(state.next_wake(), None);
    assert_eq!(deeds(state.on(LATE, Event::Woke)), []);
}

#[test]
fn a_pause_does_not_count_as_a_groups_time() {
    let mut timed = settings(1);
    timed.time.timeout = Some(Duration::from_secs(60));
    let mut state = State::new(timed, groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    let after = Duration::from_secs(3600);
    let paused = Event::Continued { paused: Duration::from_secs(3590) };
    assert_eq!(deeds(state.on(after, paused)), [Action::LookAround]);
    assert_eq!(state.next_wake(), Some(Duration::from_secs(2 + 3590 + 60)));
    // the worker's own clock has gone on
    let output = Output { elapsed: Duration::from_secs(3600), ..output() };
    let done = said(0, FromWorker::Done { attempt: attempt(0, 1), output });
    let kept = state.on(after, done).into_iter().find_map(|action| match action {
        Action::Keep(_, _, output) => Some(output.elapsed),
        _ => None,
    });
    assert_eq!(kept, Some(Duration::from_secs(10)));
}

/// A group is at work, three more wait, and after 60 s of 100 the job was suspended for an hour.
fn suspended() -> (State, Duration) {
    let mut timed = settings(1);
    timed.time.walltime = Some(Duration::from_secs(100));
    let mut state = State::new(timed, groups(4));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    let now = Duration::from_secs(3660);
    assert_eq!(
        deeds(state.on(now, Event::Continued { paused: Duration::from_secs(3600) })),
        [Action::LookAround]
    );
    assert_eq!((state.stopped(), state.next_wake()), (None, None), "the walltime is not known");
    let done = state.on(now, done(0, attempt(0, 1)));
    assert!(
        !done.iter().any(|action| matches!(action, Action::Assign(..) | Action::TakeBack(..))),
        "{done:?}"
    );
    (state, now)
}

fn looked_around(lock: Result<(), String>, walltime: Walltime) -> Event {
    Event::LookedAround { lock, walltime }
}

#[test]
fn after_a_suspension_the_walltime_is_what_the_batch_system_says() {
    let goes_on = |walltime| {
        let (mut state, now) = suspended();
        state.on(now, started(0, attempt(1, 1)));
        let actions = state.on(now, looked_around(Ok(()), walltime));
        (state.stopped().is_none() && actions.contains(&Action::Assign(W0, attempt(2, 1))), state.next_wake())
    };
    let left = |seconds| Walltime::Left(Some(Duration::from_secs(seconds)));
    let end = Duration::from_secs(3660 - 7);
    assert!(goes_on(left(1000)).0);
    assert_eq!(goes_on(Walltime::Left(None)), (true, None));
    assert!(!goes_on(left(5)).0);
    assert!(!goes_on(Walltime::WentOn).0);
    assert_eq!(goes_on(Walltime::StoodStill).1, Some(end + Duration::from_secs(100 - 60)));
}

#[test]
fn a_lock_that_was_lost_in_a_pause_ends_the_run_before_anything_is_started() {
    let (mut state, now) = suspended();
    let actions = state.on(now, looked_around(Err("it is somebody else's".into()), Walltime::StoodStill));
    assert_eq!(state.stopped(), Some(Stop::LockLost));
    assert!(
        !actions.iter().any(|action| matches!(action, Action::Assign(..) | Action::Spawn(_))),
        "{actions:?}"
    );
}

#[test]
fn groups_that_would_not_end_in_time_are_left() {
    let mut timed = settings(1);
    timed.time.walltime = Some(Duration::from_secs(100));
    let mut state = State::new(timed, groups(3));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    // the first took 58 s; the second, already in the pipe, ends at 90 s; a third would not end by 93 s
    state.on(Duration::from_secs(60), done(0, attempt(0, 1)));
    state.on(Duration::from_secs(60), started(0, attempt(1, 1)));
    state.on(Duration::from_secs(61), kept(0, attempt(0, 1)));
    state.on(Duration::from_secs(90), done(0, attempt(1, 1)));
    state.on(Duration::from_secs(91), kept(0, attempt(1, 1)));
    assert_eq!((state.stopped(), state.tally().done, state.tally().left), (Some(Stop::Walltime), 2, 1));
}

#[test]
fn what_waits_in_a_pipe_is_taken_back_when_it_would_not_end_in_time() {
    let mut timed = settings(2);
    timed.time.walltime = Some(Duration::from_secs(200));
    let mut state = State::new(timed, groups(4));
    let at = Duration::from_secs;
    feed(
        &mut state,
        [Event::Begin, ready(0), started(0, attempt(0, 1)), ready(1), started(1, attempt(2, 1))],
    );
    // one that took 68 s: what begins after 193 s - 68 s would not end in time
    assert_eq!(deeds(state.on(at(70), done(0, attempt(0, 1)))).len(), 1, "its result is kept");
    state.on(at(70), started(0, attempt(1, 1)));
    assert_eq!(state.next_wake(), Some(at(125)));
    assert_eq!(deeds(state.on(at(125), Event::Woke)), [Action::TakeBack(W1, attempt(3, 1))]);
    assert_eq!(state.next_wake(), Some(at(193)).min(Some(at(125) + PATIENCE)));
}

#[test]
fn a_walltime_that_is_too_short_for_any_group_is_explained() {
    let explained = |walltime: u64, events: Vec<Event>| {
        let mut timed = settings(1);
        timed.time.walltime = Some(Duration::from_secs(walltime));
        let mut state = State::new(timed, groups(2));
        let mut actions = state.on(Duration::ZERO, Event::Begin);
        events.into_iter().for_each(|event| actions.extend(state.on(Duration::from_secs(1), event)));
        actions.extend(state.on(Duration::from_secs(walltime.saturating_sub(7)), Event::Woke));
        assert_eq!(state.stopped(), Some(Stop::Walltime));
        actions.into_iter().find_map(|action| match action {
            Action::Tell(RunEvent::Warning { message }) => Some(message),
            _ => None,
        })
    };
    let at_once = explained(5, vec![]).unwrap();
    assert!(at_once.contains("for any group to be begun") && at_once.contains("7 s are kept"), "{at_once}");
    let too_long = explained(60, vec![ready(0), started(0, attempt(0, 1))]).unwrap();
    assert!(too_long.contains("for any group to be done"), "{too_long}");
    let one_done = vec![ready(0), started(0, attempt(0, 1)), done(0, attempt(0, 1))];
    assert_eq!(explained(60, one_done), None);
}
