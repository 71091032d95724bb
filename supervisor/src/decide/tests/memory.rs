//! What is known of memory, and what follows: each rule on its own.

use crate::batch::queues::Gadi;
use crate::decide::budget::Pressure;
use crate::decide::event::{GroupUse, Reading};
use crate::decide::memory::{FIRST_LOOK, Growth, Memory, MemorySettings};
use crate::meter::memory_limit::Origin;
use crate::run_event::WorkerId;

const LIMIT: u64 = 1000;

fn memory(per_group: Option<u64>) -> Memory {
    Memory::new(MemorySettings { limit: Some(LIMIT), per_group, ..MemorySettings::default() })
}

fn reading(workers: &[u64]) -> Reading {
    let workers = (0..).map(WorkerId).zip(workers.iter().copied()).collect();
    Reading { workers, supervisor: 10, cgroup: None }
}

fn busy(count: u32) -> Vec<WorkerId> {
    (0..count).map(WorkerId).collect()
}

#[test]
fn while_none_has_ended_the_largest_usage_doubled_stands_for_the_peak() {
    let mut memory = memory(None);
    memory.group_began(WorkerId(0));
    memory.metered(&reading(&[100, 60]));
    assert!(memory.is_new());
    assert_eq!(memory.expected(), 200);
}

#[test]
fn the_largest_peak_seen_is_expected() {
    let mut memory = memory(None);
    memory.group_began(WorkerId(0));
    memory.metered(&reading(&[100]));
    assert_eq!(memory.group_ended(WorkerId(0), 150), 150);
    assert!(!memory.is_new());
    assert_eq!(memory.expected(), 150);
}

#[test]
fn a_group_that_failed_or_was_ended_counts_as_one_at_work() {
    let mut memory = memory(None);
    memory.group_began(WorkerId(0));
    memory.metered(&reading(&[100]));
    memory.worker_gone(WorkerId(0));
    assert_eq!((memory.is_new(), memory.expected()), (true, 200));
    memory.group_began(WorkerId(1));
    memory.metered(&reading(&[1, 150]));
    memory.group_failed(WorkerId(1));
    assert_eq!((memory.is_new(), memory.expected()), (true, 300));
    assert_eq!(memory.group_ended(WorkerId(0), 50), 50);
    assert_eq!((memory.is_new(), memory.expected()), (false, 150));
}

#[test]
fn more_than_the_user_said_is_expected_once_it_is_seen() {
    let mut memory = memory(Some(100));
    memory.group_began(WorkerId(0));
    memory.metered(&reading(&[70]));
    assert_eq!(memory.expected(), 100);
    memory.metered(&reading(&[300]));
    assert_eq!(memory.expected(), 300);
}

#[test]
fn what_an_earlier_run_learned_spares_the_slow_start() {
    let mut memory = memory(None);
    memory.remember(None);
    assert!(memory.is_new());
    memory.remember(Some(120));
    assert!(!memory.is_new());
    assert_eq!(memory.expected(), 120);
}

#[test]
fn groups_are_admitted_up_to_nine_tenths() {
    let memory = memory(Some(220));
    assert!(memory.admits(&busy(3), None), "880 of 900");
    assert!(!memory.admits(&busy(4), None), "1100 of 900");
}

#[test]
fn a_worker_that_uses_more_than_expected_counts_with_what_it_uses() {
    let mut memory = memory(Some(100));
    memory.metered(&reading(&[500, 300]));
    assert!(!memory.admits(&busy(2), None), "500 + 300 + 100 + 10 is over 900");
    memory.metered(&reading(&[500, 200]));
    assert!(memory.admits(&busy(2), None));
}

#[test]
fn one_group_is_admitted_whatever_it_needs() {
    assert!(memory(Some(5000)).admits(&[], None));
}

#[test]
fn other_memory_of_the_cgroup_counts() {
    let mut memory = memory(Some(100));
    memory.metered(&Reading { cgroup: Some(GroupUse { used: 960, limit: LIMIT }), ..reading(&[100]) });
    assert_eq!((memory.used(), memory.pressure()), (960, Pressure::Critical));
}

#[test]
fn after_a_kill_one_fewer_fits() {
    let mut memory = memory(Some(100));
    memory.killed_by_kernel(4);
    assert!(memory.admits(&busy(2), None));
    assert!(!memory.admits(&busy(3), None));
}

#[test]
fn a_worker_that_never_comes_down_is_suspected_and_proven_while_idle() {
    let mut memory = memory(None);
    let read = |memory: &mut Memory, megabytes: u64| memory.metered(&reading(&[megabytes << 20]));
    read(&mut memory, 10);
    for _ in 0..FIRST_LOOK {
        assert_eq!(memory.growth(WorkerId(0)), Growth::None);
        memory.group_began(WorkerId(0));
        read(&mut memory, 500);
        read(&mut memory, 300);
        memory.group_ended(WorkerId(0), 0);
    }
    assert_eq!(memory.growth(WorkerId(0)), Growth::Suspected, "300 is more than 2 x 10 + 64");
    read(&mut memory, 90);
    assert_eq!(memory.growth(WorkerId(0)), Growth::Proven);
    read(&mut memory, 80);
    assert_eq!(memory.growth(WorkerId(0)), Growth::None);
}

#[test]
fn on_gadi_the_queue_that_would_hold_a_group_is_named() {
    let advice = |limit: u64, used: u64| {
        let gadi = Some(Gadi::in_queue("normal-exec"));
        let mut memory =
            Memory::new(MemorySettings { limit: Some(limit), gadi, ..MemorySettings::default() });
        memory.metered(&reading(&[used]));
        memory.too_large(WorkerId(0))
    };
    const GB: u64 = 1_000_000_000;
    let little = advice(4 * GB, 5 * GB);
    assert!(
        little.contains("give the job more memory (a node of this queue, normal, has 190 GB), or make"),
        "{little}"
    );
    let larger = advice(190 * GB, 185 * GB);
    assert!(
        larger.contains("give the job more memory (a node of the queue normalsr has 500 GB)"),
        "{larger}"
    );
    let none = advice(2990 * GB, 2900 * GB);
    assert!(none.ends_with("in all: no node has so much: make the groups smaller"), "{none}");
}

#[test]
fn what_is_advised_is_possible_where_the_limit_comes_from() {
    let advice = |origin| {
        let settings = MemorySettings { limit: Some(8 << 30), origin, ..MemorySettings::default() };
        Memory::new(settings).too_large(WorkerId(0))
    };
    let expected = [
        (Origin::Job, "the limit is 8.0 GiB in all: give the job more memory, or make the groups smaller"),
        (
            Origin::Given,
            "the limit is 8.0 GiB in all: allow it more with --memory, or make the groups smaller",
        ),
        (
            Origin::Machine,
            "the limit is 8.0 GiB in all: use a machine that has more, or make the groups smaller",
        ),
    ];
    for (origin, said) in expected {
        assert!(advice(origin).ends_with(said), "{}", advice(origin));
    }
}

#[test]
fn without_a_limit_everything_fits() {
    let memory = Memory::new(MemorySettings::default());
    assert!(memory.admits(&busy(100), None) && !memory.is_new());
}
