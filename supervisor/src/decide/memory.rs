//! Memory: how much a group is expected to need, and whether one more fits.
//!
//! A group is admitted if the running ones, each at the larger of its usage and the expected peak,
//! and it, fit under 90 % of the limit. The expected peak is the largest seen, or what the user
//! says; while no group has ended, the largest usage so far, doubled, stands for it.

use std::collections::BTreeMap;

use super::event::Reading;
use crate::happening::WorkerId;

/// What is known beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemorySettings {
    /// Bytes that all workers and the supervisor may use together.
    pub limit: Option<u64>,
    /// Bytes that a group needs, as the user says.
    pub per_group: Option<u64>,
}

/// How near the limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Under 90 %.
    None,
    /// Over 90 %: nothing more is admitted.
    High,
    /// Over 95 %: memory must be given back.
    Critical,
}

/// What is known of memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    settings: MemorySettings,
    usage: BTreeMap<WorkerId, u64>,
    /// The largest usage of each worker since its group began.
    peaks: BTreeMap<WorkerId, u64>,
    /// Used by neither group nor idle worker: the supervisor, and what else is in the cgroup.
    others: u64,
    largest_peak: Option<u64>,
    /// After a kill for want of memory: so much a group is reckoned with at the least.
    at_least: u64,
}

impl Memory {
    /// Nothing is known but this.
    pub fn new(settings: MemorySettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The limit in bytes.
    pub fn limit(&self) -> Option<u64> {
        self.settings.limit
    }

    /// Takes in what was read.
    pub fn metered(&mut self, reading: &Reading) {
        self.usage = reading.workers.iter().copied().collect();
        for (&worker, &usage) in &self.usage {
            let peak = self.peaks.entry(worker).or_default();
            *peak = usage.max(*peak);
        }
        let workers: u64 = self.usage.values().sum();
        let cgroup = reading.cgroup.unwrap_or_default().saturating_sub(workers);
        self.others = cgroup.max(reading.supervisor);
    }

    /// A worker begins a group.
    pub fn group_began(&mut self, worker: WorkerId) {
        self.peaks.insert(worker, self.usage_of(worker));
    }

    /// A worker ended a group, and knows this of its peak: the larger of that and what was read.
    pub fn group_ended(&mut self, worker: WorkerId, told: u64) -> u64 {
        let peak = told.max(self.peaks.remove(&worker).unwrap_or_default());
        self.largest_peak = self.largest_peak.max(Some(peak));
        peak
    }

    /// A worker's process is gone.
    pub fn worker_gone(&mut self, worker: WorkerId) {
        self.usage.remove(&worker);
        self.peaks.remove(&worker);
    }

    /// The kernel killed a worker while so many were busy: henceforth one fewer must fit.
    pub fn killed_by_kernel(&mut self, busy: usize) {
        let Some(limit) = self.settings.limit else { return };
        let fewer = busy.saturating_sub(1).max(1) as u64;
        self.at_least = self.at_least.max(nine_tenths(limit) / fewer);
    }

    /// What a worker used when it was last read.
    pub fn usage_of(&self, worker: WorkerId) -> u64 {
        self.usage.get(&worker).copied().unwrap_or_default()
    }

    /// Whether nothing is known of what a group needs: then few are started.
    pub fn is_new(&self) -> bool {
        self.settings.limit.is_some() && self.settings.per_group.is_none() && self.largest_peak.is_none()
    }

    /// What a group is expected to need, bytes.
    pub fn expected(&self) -> u64 {
        let running = self.peaks.values().copied().max().unwrap_or_default();
        let known = match (self.settings.per_group, self.largest_peak) {
            (None, None) => running.saturating_mul(2),
            (None, Some(largest)) => largest.max(running),
            (Some(given), seen) => given.max(seen.unwrap_or_default()),
        };
        known.max(self.at_least)
    }

    /// Whether one more group fits beside those of the busy workers; `idle` is the worker that
    /// would take it, where it has a process already.
    pub fn admits(&self, busy: &[WorkerId], idle: Option<WorkerId>) -> bool {
        let Some(limit) = self.settings.limit else { return true };
        if busy.is_empty() {
            return true;
        }
        let expected = self.expected();
        let reckoned = |(worker, &usage): (&WorkerId, &u64)| {
            let counts = busy.contains(worker) || idle == Some(*worker);
            if counts { usage.max(expected) } else { usage }
        };
        let read: u64 = self.usage.iter().map(reckoned).sum();
        let unread =
            busy.iter().copied().chain(idle).filter(|worker| !self.usage.contains_key(worker)).count();
        let unread = unread as u64 + u64::from(idle.is_none());
        let sum = read.saturating_add(self.others).saturating_add(expected.saturating_mul(unread));
        self.pressure() == Pressure::None && sum <= nine_tenths(limit)
    }

    /// How near the limit is.
    pub fn pressure(&self) -> Pressure {
        let Some(limit) = self.settings.limit else { return Pressure::None };
        let used = self.used();
        match () {
            () if used > limit / 20 * 19 => Pressure::Critical,
            () if used > nine_tenths(limit) => Pressure::High,
            () => Pressure::None,
        }
    }

    /// All that is used, bytes.
    pub fn used(&self) -> u64 {
        self.usage.values().sum::<u64>().saturating_add(self.others)
    }
}

fn nine_tenths(limit: u64) -> u64 {
    limit / 10 * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 1000;

    fn memory(per_group: Option<u64>) -> Memory {
        Memory::new(MemorySettings { limit: Some(LIMIT), per_group })
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
        memory.metered(&Reading { cgroup: Some(960), ..reading(&[100]) });
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
    fn without_a_limit_everything_fits() {
        let memory = Memory::new(MemorySettings::default());
        assert!(memory.admits(&busy(100), None) && !memory.is_new());
    }
}
