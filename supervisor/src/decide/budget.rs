//! How much memory may be used, and how much is: what we use against the limit, and what all use
//! that run in the job's control group against that group's own. Where the user gives us less than
//! the group has, others may use the rest.

use super::event::{GroupUse, Reading};

/// How near a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Under 90 %.
    None,
    /// Over 90 %: nothing more is admitted.
    High,
    /// Over 95 %: memory must be given back.
    Critical,
}

/// Percent of a limit that groups may be admitted to.
const ADMITTED: u64 = 90;

/// Percent of a limit above which memory must be given back.
const BEARABLE: u64 = 95;

/// What may be used, and what others use; bytes.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    limit: Option<u64>,
    /// What this process uses itself.
    supervisor: u64,
    group: Option<GroupUse>,
    /// What is used in the control group by neither workers nor us.
    foreign: u64,
}

impl Budget {
    /// Of so many bytes in all, where that is known.
    pub fn new(limit: Option<u64>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes in what was read.
    pub fn metered(&mut self, reading: &Reading) {
        let workers: u64 = reading.workers.iter().map(|(_, usage)| usage).sum();
        self.supervisor = reading.supervisor;
        self.group = reading.cgroup;
        let used = reading.cgroup.map(|group| group.used).unwrap_or_default();
        self.foreign = used.saturating_sub(workers.saturating_add(self.supervisor));
    }

    /// Bytes that may be used by all of ours, where a limit is known.
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// What others use in the job's control group.
    pub fn foreign(&self) -> u64 {
        self.foreign
    }

    /// Whether groups may be admitted until workers use so much together.
    pub fn holds(&self, workers: u64) -> bool {
        !self.is_over(ADMITTED, workers)
    }

    /// Whether that would be so if nobody else used anything.
    pub fn would_hold(&self, workers: u64) -> bool {
        self.limit.is_none_or(|limit| self.ours(workers) <= share(limit, ADMITTED))
    }

    /// How near the limit is, where workers use so much together.
    pub fn pressure(&self, workers: u64) -> Pressure {
        match () {
            () if self.is_over(BEARABLE, workers) => Pressure::Critical,
            () if self.is_over(ADMITTED, workers) => Pressure::High,
            () => Pressure::None,
        }
    }

    /// All that counts against the limit, where workers use so much together.
    pub fn used(&self, workers: u64) -> u64 {
        let is_groups = self.group.is_some_and(|group| Some(group.limit) <= self.limit);
        self.ours(workers).saturating_add(if is_groups { self.foreign } else { 0 })
    }

    fn ours(&self, workers: u64) -> u64 {
        workers.saturating_add(self.supervisor)
    }

    /// Whether so many percent of either limit are used where workers use so much together.
    fn is_over(&self, percent: u64, workers: u64) -> bool {
        let Some(limit) = self.limit else { return false };
        let (ours, of_all) = (self.ours(workers), self.ours(workers).saturating_add(self.foreign));
        ours > share(limit, percent) || self.group.is_some_and(|group| of_all > share(group.limit, percent))
    }
}

fn share(limit: u64, percent: u64) -> u64 {
    limit / 100 * percent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_event::WorkerId;

    /// We may use 400 of a control group's 1200, in which this is used.
    fn budget(workers: u64, used: u64) -> Budget {
        let mut budget = Budget::new(Some(400));
        let cgroup = Some(GroupUse { used, limit: 1200 });
        budget.metered(&Reading { workers: vec![(WorkerId(0), workers)], supervisor: 10, cgroup });
        budget
    }

    #[test]
    fn what_others_use_of_what_is_not_ours_is_no_pressure() {
        let budget = budget(100, 610);
        assert_eq!((budget.foreign(), budget.pressure(100)), (500, Pressure::None));
        assert!(budget.holds(350) && !budget.holds(351), "360 with the supervisor");
        assert_eq!((budget.pressure(351), budget.pressure(371)), (Pressure::High, Pressure::Critical));
        assert_eq!(budget.used(100), 110);
    }

    #[test]
    fn what_others_use_besides_counts_where_the_group_is_nearly_full() {
        let budget = budget(100, 1010);
        assert!(budget.holds(170) && !budget.holds(171), "1080 less 900, with the supervisor");
        assert!(budget.would_hold(350));
        assert_eq!((budget.pressure(230), budget.pressure(231)), (Pressure::High, Pressure::Critical));
    }

    #[test]
    fn without_a_limit_everything_is_held() {
        let budget = Budget::new(None);
        assert!(budget.holds(u64::MAX) && budget.would_hold(u64::MAX));
        assert_eq!(budget.pressure(u64::MAX), Pressure::None);
    }
}
