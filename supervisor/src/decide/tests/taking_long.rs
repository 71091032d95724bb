//! Groups that may hang are named, seldom, and where no time limit ends them.

use super::super::event::Reading;
use super::super::taking_long::LONG;
use super::*;
use crate::run_event::RunEvent;

/// What is said at a reading of memory, so many times [`LONG`] after the start.
fn told(state: &mut State, at: Duration) -> Option<String> {
    state.on(at, Event::Metered(Reading::default())).into_iter().find_map(|action| match action {
        Action::Tell(RunEvent::Warning { message }) => Some(message),
        _ => None,
    })
}

fn at_work(settings: Settings) -> State {
    let mut state = State::new(settings, groups(3));
    [Event::Begin, ready(0), started(0, attempt(0, 1))]
        .into_iter()
        .for_each(|event| drop(state.on(Duration::ZERO, event)));
    state
}

fn progress(file: &str) -> Event {
    said(0, FromWorker::Progress { attempt: attempt(0, 1), files_done: 0, file: file.into() })
}

#[test]
fn a_group_without_progress_is_named_with_its_file_and_ever_more_seldom() {
    let mut state = at_work(settings(1));
    assert_eq!(told(&mut state, LONG - Duration::from_secs(1)), None);
    let said = told(&mut state, LONG).unwrap();
    let named = ["group g0", "worker 0", "for 300 s", "--timeout"];
    assert!(named.iter().all(|part| said.contains(part)), "{said}");
    assert_eq!(told(&mut state, LONG * 2 - Duration::from_secs(1)), None);
    assert!(told(&mut state, LONG * 2).is_some());
    assert_eq!(told(&mut state, LONG * 4 - Duration::from_secs(1)), None);
    state.on(LONG * 4, progress("day.nc"));
    assert_eq!(told(&mut state, LONG * 5), None, "it got on");
    assert!(told(&mut state, LONG * 8).unwrap().contains("file day.nc"));
}

#[test]
fn what_others_take_and_pauses_are_taken_into_account() {
    let mut state = at_work(settings(1));
    state.on(LONG, done(0, attempt(0, 1)));
    state.on(LONG, started(0, attempt(1, 1)));
    assert_eq!(told(&mut state, LONG * 10), None, "ten times as long as the first");
    assert!(told(&mut state, LONG * 11).unwrap().contains("no other took more than 300.0 s"));
    let mut state = at_work(settings(1));
    state.on(LONG, Event::Continued { paused: LONG });
    assert_eq!(told(&mut state, LONG), None, "nobody was at work");
}

#[test]
fn where_a_time_limit_ends_it_nothing_is_said() {
    let mut timed = settings(1);
    timed.time.timeout = Some(LONG * 100);
    assert_eq!(told(&mut at_work(timed), LONG * 10), None);
}
