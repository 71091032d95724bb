//! What programs come to near a signal that asks for the end.

use dayfold_contract::message::FailureKind;

use super::super::holding::HOLD;
use super::super::stop::Stop;
use super::*;
use crate::run_event::RunEvent;

const ENDED: Duration = Duration::from_secs(10);

/// One worker at work on a program for the first of these groups, and the second is in its pipe.
fn at_work(always_signalled: bool) -> State {
    let mut state = State::new(settings(1), groups(3)).running_programs(always_signalled);
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    state
}

fn at(state: &mut State, now: Duration, event: Event) -> Vec<Action> {
    deeds(state.on(now, event))
}

fn is_told_failed(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Tell(RunEvent::AttemptFailed { .. })))
}

/// All that a program's group can come to.
fn ends() -> [Event; 4] {
    let input = FailureKind::Input;
    [
        done(0, attempt(0, 1)),
        failed(0, attempt(0, 1), FailureKind::Passing),
        failed(0, attempt(0, 1), input),
        exited(0, How::Signal(15)),
    ]
}

#[test]
fn a_result_is_held_for_a_moment_and_its_worker_goes_on() {
    let mut state = at_work(false);
    assert_eq!(at(&mut state, ENDED, done(0, attempt(0, 1))), []);
    assert_eq!(
        at(&mut state, ENDED, started(0, attempt(1, 1))),
        [Action::Assign(W0, attempt(2, 1))],
        "the next is at work meanwhile"
    );
    assert_eq!(state.next_wake(), Some(ENDED + HOLD));
    assert_eq!(at(&mut state, ENDED + HOLD - Duration::from_millis(1), Event::Woke), []);
    let keep = Action::Keep(W0, attempt(0, 1), output());
    assert_eq!(at(&mut state, ENDED + HOLD, Event::Woke), [keep]);
}

#[test]
fn a_failure_counts_after_that_moment_only() {
    for (number, end) in ends().into_iter().enumerate().skip(1) {
        let mut state = at_work(false);
        assert!(!is_told_failed(&state.on(ENDED, end)), "{number}");
        assert!(is_told_failed(&state.on(ENDED + HOLD, Event::Woke)), "{number}");
    }
}

#[test]
fn a_full_disk_is_told_at_once() {
    let mut state = at_work(false);
    state.on(ENDED, failed(0, attempt(0, 1), FailureKind::NoSpace));
    assert_eq!(state.stopped(), Some(Stop::NoSpace));
}

#[test]
fn what_came_a_moment_before_the_signal_is_dropped_and_uses_no_attempt() {
    for end in ends() {
        for late in [Duration::ZERO, HOLD, 20 * HOLD] {
            let mut state = at_work(false);
            state.on(ENDED, end.clone());
            // however late this process comes to hear of it
            let actions = state.on(ENDED + late, Event::Asked(Stop::Signal));
            let is_done = matches!(end, Event::Said { message: FromWorker::Done { .. }, .. });
            assert_eq!(actions.contains(&Action::Discard(output())), is_done, "{actions:?}");
            assert!(!actions.iter().any(|action| matches!(action, Action::Keep(..))), "{actions:?}");
            assert!(!is_told_failed(&actions), "{actions:?}");
            assert!(!is_told_failed(&state.on(ENDED + 60 * HOLD, Event::Woke)));
            assert_eq!((state.tally().left, state.failed().len()), (3, 0));
        }
    }
}

#[test]
fn after_the_signal_a_result_counts_unless_programs_have_heard_it_too() {
    let kept = |mut state: State, signalled: bool| {
        state.on(ENDED, Event::Asked(Stop::Signal));
        if signalled {
            state.on(ENDED, said(0, FromWorker::Signalled));
        }
        let mut actions = state.on(ENDED + HOLD, done(0, attempt(0, 1)));
        actions.extend(state.on(ENDED + 2 * HOLD, Event::Woke));
        actions.iter().any(|action| matches!(action, Action::Keep(..)))
    };
    assert!(kept(at_work(false), false));
    assert!(!kept(at_work(false), true));
    assert!(!kept(at_work(true), false));
}

#[test]
fn that_programs_have_heard_a_signal_is_known_before_and_after_it() {
    let mut state = at_work(false);
    state.on(ENDED, said(0, FromWorker::Signalled));
    state.on(ENDED, done(0, attempt(0, 1)));
    let actions = at(&mut state, ENDED + HOLD / 2, Event::Asked(Stop::Signal));
    assert!(actions.contains(&Action::Discard(output())), "{actions:?}");
    let mut state = at_work(false);
    state.on(ENDED, Event::Asked(Stop::Signal));
    state.on(ENDED, done(0, attempt(0, 1)));
    let actions = at(&mut state, ENDED + HOLD / 2, said(0, FromWorker::Signalled));
    assert!(actions.contains(&Action::Discard(output())), "{actions:?}");
    let mut state = at_work(false);
    state.on(ENDED, said(0, FromWorker::Signalled));
    state.on(ENDED * 2, Event::Asked(Stop::Signal));
    state.on(ENDED * 2, done(0, attempt(0, 1)));
    let actions = at(&mut state, ENDED * 2 + HOLD, Event::Woke);
    assert_eq!(actions[0], Action::Keep(W0, attempt(0, 1), output()), "that was another one");
}

/// The signal that is there when this process goes on is heard next.
#[test]
fn a_pause_is_not_counted() {
    let mut state = at_work(false);
    state.on(ENDED, done(0, attempt(0, 1)));
    let actions = at(&mut state, ENDED * 2, Event::Continued { paused: ENDED });
    assert!(!actions.iter().any(|action| matches!(action, Action::Keep(..))), "{actions:?}");
    let actions = at(&mut state, ENDED * 2, Event::Asked(Stop::Signal));
    assert!(actions.contains(&Action::Discard(output())), "{actions:?}");
}

#[test]
fn a_worker_that_goes_after_the_signal_uses_no_attempt() {
    for mut state in [at_work(false), two_at_work(settings(2), 3)] {
        state.on(ENDED, Event::Asked(Stop::Signal));
        assert!(!is_told_failed(&state.on(ENDED, exited(0, How::Signal(9)))));
        assert_eq!((state.tally().left, state.failed().len()), (3, 0));
    }
}

#[test]
fn warnings_ask_for_an_end_in_order_and_never_for_more() {
    let mut state = at_work(false);
    state.on(ENDED, Event::Warned);
    state.on(ENDED, Event::Warned);
    assert_eq!(state.stopped(), Some(Stop::Signal));
    state.on(ENDED, Event::Asked(Stop::Signal));
    assert_eq!(state.stopped(), Some(Stop::AtOnce));
}
