//! Rules of a run whose memory is limited.

use super::super::event::{GroupUse, Reading, Walltime};
use super::super::memory::{FIRST_LOOK, LONG, STEADY};
use super::super::patience::PATIENCE;
use super::super::stop::Stop;
use super::*;
use crate::batch::queues::Gadi;
use crate::run_event::RunEvent;

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
    let actions = state.on(Duration::from_secs(9), reading(&[500, 460]));
    let told = RunEvent::Evicted { group: GroupName::new("g2"), worker: W1, used: 460, limit: 1000 };
    assert!(actions.contains(&Action::Tell(told)), "{actions:?}");
    assert_eq!(deeds(actions), [Action::Kill(W1)]);
    assert_eq!(feed(&mut state, [reading(&[500, 460])]), [], "one at a time");
    feed(&mut state, [exited(1, How::Signal(9))]);
    assert_eq!((state.tally().failed, state.tally().left), (0, 20));
    assert_eq!(state.memory.expected(), 1000, "twice the largest that was seen, which is at work");
    assert_eq!(state.groups.assign_next(W1), Some(attempt(2, 1)), "at the head, with all its attempts");
}

#[test]
fn a_group_that_does_not_fit_alone_fails_with_both_figures() {
    let mut state = State::new(limited(1, 1_000_000_000), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), reading(&[960_000_000])]);
    let actions = state.on(Duration::from_secs(9), exited(0, How::Signal(9)));
    let named = |action: &Action| {
        matches!(action, Action::Tell(RunEvent::AttemptFailed { reason, again: false, .. })
            if reason.contains("960.0 MB") && reason.contains("1.0 GB"))
    };
    assert!(actions.iter().any(named), "{actions:?}");
    assert_eq!(state.tally().failed, 1);
}

/// The worker uses this of a control group of 1 GB, and others that.
fn shared(worker: u64, others: u64) -> Event {
    let megabytes = |count: u64| count * 1_000_000;
    let workers = if worker > 0 { vec![(W0, megabytes(worker))] } else { Vec::new() };
    let cgroup = GroupUse { used: megabytes(worker + others), limit: megabytes(1000) };
    Event::Metered(Reading { workers, supervisor: 0, cgroup: Some(cgroup) })
}

#[test]
fn a_group_that_others_leave_too_little_memory_waits_for_them_and_loses_no_attempt() {
    let mut state = State::new(limited(1, 1_000_000_000), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    let actions = state.on(Duration::from_secs(9), shared(300, 660));
    let evicted = |action: &Action| matches!(action, Action::Tell(RunEvent::Evicted { .. }));
    assert!(actions.iter().any(evicted) && actions.contains(&Action::Kill(W0)), "{actions:?}");
    let actions = state.on(Duration::from_secs(10), exited(0, How::Signal(9)));
    let named = |action: &Action| {
        matches!(action, Action::Tell(RunEvent::Warning { message })
            if message.contains("other processes of the job use 660.0 MB") && message.contains("600.0 MB"))
    };
    assert!(actions.iter().any(named), "{actions:?}");
    assert!(!actions.contains(&Action::Spawn(W0)));
    assert_eq!(
        deeds(state.on(Duration::from_secs(11), shared(0, 290))),
        [Action::Spawn(W0)],
        "600 fit again"
    );
    assert_eq!(deeds(state.on(Duration::from_secs(12), ready(0))), [Action::Assign(W0, attempt(0, 1))]);
}

#[test]
fn groups_that_fit_go_on_while_a_larger_one_waits_for_memory_of_others() {
    let mut state = State::new(limited(1, 1_000_000_000), groups(2));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), shared(300, 660)]);
    assert_eq!(feed(&mut state, [exited(0, How::Signal(9))]), [Action::Spawn(W0)]);
    assert_eq!(feed(&mut state, [ready(0)]), [Action::Assign(W0, attempt(1, 1))], "not the first");
    feed(&mut state, [started(0, attempt(1, 1)), done(0, attempt(1, 1)), kept(0, attempt(1, 1))]);
    assert_eq!((state.tally().done, state.tally().left, state.is_over()), (1, 1, false));
    state.on(Duration::from_secs(100), Event::Woke);
    assert_eq!(state.stopped(), Some(Stop::MemoryTaken));
}

#[test]
fn memory_that_others_keep_ends_the_run_early() {
    let mut state = State::new(limited(1, 1_000_000_000), groups(1));
    assert_eq!(feed(&mut state, [shared(0, 960)]), []);
    assert_eq!(state.next_wake(), Some(PATIENCE));
    state.on(PATIENCE, Event::Woke);
    assert_eq!((state.stopped(), state.is_over()), (Some(Stop::MemoryTaken), true));
    assert_eq!((state.tally().left, state.tally().failed), (1, 0));
}

/// What is told of an attempt that failed, and whether it is tried again.
fn told(actions: &[Action]) -> (String, bool) {
    let failed = actions.iter().find_map(|action| match action {
        Action::Tell(RunEvent::AttemptFailed { reason, again, .. }) => Some((reason.clone(), *again)),
        _ => None,
    });
    failed.unwrap_or_else(|| panic!("{actions:?}"))
}

fn worker_killed(worker: WorkerId) -> Event {
    let exit = Exit { how: How::Signal(9), out_of_memory: true, output: Vec::new() };
    Event::Exited { worker, exit }
}

fn program_killed(worker: WorkerId, attempt: Attempt) -> Event {
    let failure = failure(FailureKind::Passing, Some(ProgramEnd::Code(1)));
    Event::ProgramKilled { worker, attempt, failure }
}

#[test]
fn what_a_program_made_without_a_process_that_the_kernel_killed_is_not_kept() {
    let beside_kill = || {
        let Event::Said { worker, message: FromWorker::Done { attempt, output } } = done(0, attempt(0, 1))
        else {
            panic!()
        };
        Event::DoneBesideKill { worker, attempt, output }
    };
    let actions = |runs_programs| {
        let mut state = State::new(limited(2, 1_000_000_000), groups(3));
        if runs_programs {
            state = state.running_programs(false);
        }
        feed(
            &mut state,
            [Event::Begin, ready(0), ready(1), started(0, attempt(0, 1)), started(1, attempt(1, 1))],
        );
        let at_once = state.on(Duration::from_secs(1), beside_kill());
        [at_once, state.on(Duration::from_secs(2), Event::Woke)].concat()
    };
    let of_programs = actions(true);
    assert!(of_programs.iter().any(|action| matches!(action, Action::Discard(_))), "{of_programs:?}");
    let (reason, _) = told(&of_programs);
    assert!(reason.contains("may lack what a process that was killed"), "{reason}");
    // a worker that was not killed has all that it worked out
    assert!(actions(false).iter().any(|action| matches!(action, Action::Keep(..))));
}

#[test]
fn a_group_that_the_kernel_killed_alone_at_work_fails_at_once_with_both_figures() {
    let mut settings = limited(1, 190_000_000_000);
    settings.memory.gadi = Some(Gadi::in_queue("normal"));
    for killed in [worker_killed(W0), program_killed(W0, attempt(0, 1))] {
        let mut state = State::new(settings, groups(2));
        feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), reading(&[50_000_000_000])]);
        let (reason, again) = told(&state.on(Duration::from_secs(9), killed));
        let named = ["alone at work", "last seen with 50.0 GB", "190.0 GB in all", "queue normalsr"];
        assert!(named.iter().all(|part| reason.contains(part)) && !again, "{reason}");
        assert_eq!(reason.matches("more memory").count(), 1, "{reason}");
        assert_eq!(state.memory.expected(), 0, "others are not reckoned by it");
    }
}

#[test]
fn a_group_that_the_kernel_killed_beside_others_is_tried_again_and_alone_in_the_end() {
    for killed in [worker_killed(W1), program_killed(W1, attempt(2, 1))] {
        let mut state = two_at_work(limited(8, 1_000_000_000), 20);
        // the other has ended when the kill is heard of
        state.on(Duration::from_secs(8), done(0, attempt(0, 1)));
        let (reason, again) = told(&state.on(Duration::from_secs(9), killed));
        assert!(again && !reason.contains("alone"), "{reason}");
        assert_eq!(state.memory.expected(), 900_000_000 / 7, "one fewer than the eight that were busy");
    }
}

#[test]
fn a_kill_that_is_heard_of_after_a_pause_is_its_own_groups_and_not_the_next_ones() {
    // its worker is started again, or goes on
    let kills = [(worker_killed(W0), ready(0)), (program_killed(W0, attempt(0, 1)), reading(&[1_000_000]))];
    for (killed, after) in kills {
        let mut state = State::new(limited(1, 1_000_000_000), groups(3));
        let before = [Event::Begin, ready(0), started(0, attempt(0, 1)), reading(&[700_000_000])];
        let mut actions: Vec<_> =
            before.into_iter().flat_map(|event| state.on(Duration::from_secs(1), event)).collect();
        let at = Duration::from_secs(70);
        state.on(at, Event::Continued { paused: Duration::from_secs(60) });
        let gone = state.on(at, killed);
        let (reason, again) = told(&gone);
        assert!(reason.contains("alone at work") && !again, "{reason}");
        actions.extend(gone);
        let looked_around = Event::LookedAround { lock: Ok(()), walltime: Walltime::StoodStill };
        for event in [looked_around, after] {
            actions.extend(state.on(Duration::from_secs(71), event));
        }
        // the next one fails of something else
        let of_another = |action: &Action| match action {
            Action::Assign(_, attempt) if attempt.group != GroupId(0) => Some(*attempt),
            _ => None,
        };
        let next = actions.iter().rev().find_map(of_another).unwrap_or_else(|| panic!("{actions:?}"));
        state.on(Duration::from_secs(72), started(0, next));
        let (reason, _) = told(&state.on(Duration::from_secs(73), failed(0, next, FailureKind::Input)));
        assert!(!reason.contains("memory"), "{reason}");
    }
}

#[test]
fn a_kill_that_others_memory_explains_is_no_fault_of_a_group_that_is_alone() {
    let mut state = State::new(limited(1, 1_000_000_000), groups(1));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1)), shared(300, 400)]);
    assert!(told(&state.on(Duration::from_secs(9), worker_killed(W0))).1);
}

#[test]
fn what_a_group_used_that_was_ended_is_expected_of_the_next() {
    let mut state = two_at_work(limited(8, 1000), 20);
    feed(&mut state, [reading(&[400, 560]), exited(1, How::Signal(9)), reading(&[10])]);
    feed(&mut state, [done(0, attempt(0, 1))]);
    assert_eq!(state.memory.expected(), 560, "and not the 400 of the one that came to its end");
}

#[test]
fn whoever_ends_already_gives_memory_back_and_nobody_else_is_ended() {
    let mut timed = limited(8, 1000);
    timed.time.timeout = Some(Duration::from_secs(60));
    let mut state = two_at_work(timed, 20);
    let at = Duration::from_secs(62);
    assert_eq!(deeds(state.on(at, Event::Woke)), [Action::Kill(W0)]);
    assert_eq!(deeds(state.on(at, reading(&[500, 460]))), []);
}

#[test]
fn a_worker_that_hangs_gives_nothing_back() {
    let mut timed = limited(8, 1000);
    timed.time.timeout = Some(Duration::from_secs(60));
    let mut state = two_at_work(timed, 20);
    state.on(Duration::from_secs(62), Event::Woke);
    state.on(Duration::from_secs(64), done(1, attempt(2, 1)));
    state.on(Duration::from_secs(65), started(1, attempt(3, 1)));
    state.on(Duration::from_secs(72), Event::Woke);
    assert_eq!(deeds(state.on(Duration::from_secs(73), reading(&[500, 460]))), [Action::Kill(W1)]);
}

#[test]
fn a_worker_that_has_grown_for_good_is_replaced_between_two_groups() {
    let mut state = State::new(limited(1, 100 << 30), groups(20));
    let megabytes = |count: u64| reading(&[count << 20]);
    feed(&mut state, [Event::Begin, ready(0), megabytes(10)]);
    for group in 0..FIRST_LOOK {
        let events = [megabytes(500), done(0, attempt(group, 1)), kept(0, attempt(group, 1))];
        feed(&mut state, std::iter::once(started(0, attempt(group, 1))).chain(events));
    }
    assert_eq!(feed(&mut state, [Event::Woke]), [], "it gets nothing before it is read while it is idle");
    assert_eq!(feed(&mut state, [megabytes(400)]), [Action::Shutdown(W0)]);
    assert_eq!(feed(&mut state, [exited(0, How::Code(0))]), [Action::Spawn(W0)]);
    assert_eq!(feed(&mut state, [ready(0)]), [Action::Assign(W0, attempt(FIRST_LOOK, 1))]);
}

/// One of four workers is at work on the first group, and nothing is known of memory.
fn first_at_work() -> State {
    let mut state = State::new(limited(4, 1000), groups(20));
    feed(&mut state, [Event::Begin, ready(0), started(0, attempt(0, 1))]);
    state
}

fn readings(state: &mut State, usage: impl Fn(u32) -> u64, count: u32) -> Option<u32> {
    (1..=count).find(|&number| {
        let actions = state.on(Duration::from_millis(u64::from(number) * 250), reading(&[usage(number)]));
        actions.contains(&Action::Spawn(W1))
    })
}

#[test]
fn a_first_group_that_hangs_keeps_the_others_waiting_for_some_seconds_only() {
    let mut state = first_at_work();
    assert_eq!(readings(&mut state, |_| 100, STEADY + 2), Some(STEADY + 1));
    assert_eq!(deeds(state.on(Duration::from_secs(9), ready(1))), [Action::Assign(W1, attempt(2, 1))]);
}

#[test]
fn one_that_grows_is_waited_for_until_it_has_had_much_time_and_memory_decides_in_any_case() {
    assert_eq!(readings(&mut first_at_work(), |number| 100 + u64::from(number) * 3 / 2, 40), None);
    let slowly = |number: u32| 10 * 6u64.pow(number / 19) / 5u64.pow(number / 19);
    assert_eq!(readings(&mut first_at_work(), slowly, LONG + 1), Some(LONG));
    assert_eq!(readings(&mut first_at_work(), |_| 400, LONG + 1), None, "400 and twice that are over 900");
}
