//! Rules of a run whose memory is limited.

use super::super::event::Reading;
use super::*;
use crate::happening::Happening;

fn reading(workers: &[u64]) -> Event {
    let workers = (0..).map(WorkerId).zip(workers.iter().copied()).collect();
    Event::Metered(Reading { workers, supervisor: 0, cgroup: None })
}

fn limited(workers: u32, limit: u64) -> Settings {
    Settings {
        memory: MemorySettings { limit: Some(limit), ..MemorySettings::default() },
        ..settings(workers)
    }
}

#[test]
fn with_nothing_known_a_quarter_of_the_workers_starts_and_the_rest_when_a_peak_is_known() {
    let mut state = State::new(limited(8, 1000), groups(20));
    assert_eq!(feed(&mut state, [Event::Begin]), [Action::Spawn(W0), Action::Spawn(W1)]);
    feed(
        &mut state,
        [ready(0), started(0, attempt(0, 1)), ready(1), started(1, attempt(2, 1)), reading(&[100, 90])],
    );
    let actions = feed(&mut state, [done(0, attempt(0, 1))]);
    assert_eq!(actions.iter().filter(|action| matches!(action, Action::Spawn(_))).count(), 6, "{actions:?}");
}

#[test]
fn what_an_earlier_run_learned_lets_all_workers_start_that_fit() {
    let spawned = |peak: u64| {
        let mut state = State::new(limited(8, 1000), groups(20)).remembering(Some(peak));
        feed(&mut state, [Event::Begin]).len()
    };
    assert_eq!((spawned(10), spawned(200)), (8, 4), "8 x 10 and 4 x 200 are under 900");
}

#[test]
fn under_pressure_the_group_that_has_done_least_gives_its_memory_back() {
    let mut state = two_at_work(limited(8, 1000), 20);
    assert_eq!(feed(&mut state, [reading(&[500, 460])]), [Action::Kill(W1)]);
    assert_eq!(feed(&mut state, [reading(&[500, 460])]), [], "one at a time");
    feed(&mut state, [exited(1, How::Signal(9))]);
    assert_eq!((state.tally().failed, state.tally().left), (0, 20));
    assert_eq!(state.groups.assign_next(W1), Some(attempt(2, 1)), "at the head, with all its attempts");
}

#[test]
fn a_group_that_does_not_fit_alone_fails_with_both_figures() {
    let mut state = State::new(limited(1, 1_000_000_000), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), reading(&[960_000_000])]);
    let actions = state.on(Duration::from_secs(9), exited(0, How::Signal(9)));
    let named = |action: &Action| {
        matches!(action, Action::Tell(Happening::AttemptFailed { reason, again: false, .. })
            if reason.contains("960.0 MB") && reason.contains("1.0 GB"))
    };
    assert!(actions.iter().any(named), "{actions:?}");
    assert_eq!(state.tally().failed, 1);
}
