//! The run so far, counted from what happens: what progress and closing lines are made of.

use std::collections::HashMap;
use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_supervisor::run_event::{RunEvent, WorkerId};

use super::eta::Pace;

/// What has happened since the run began.
#[derive(Debug, Default)]
pub struct Tally {
    /// Groups that this run is to do.
    pub to_do: usize,
    /// Groups that ended well.
    pub done: usize,
    /// Groups that failed for good.
    pub failed: usize,
    /// No more groups are started: what is left will not be done in this run.
    pub is_stopping: bool,
    /// The last group that each worker started, and when: its next can be told before the end of the one
    /// before, whose result is being made safe.
    running: HashMap<WorkerId, (GroupName, Duration)>,
    spent: Duration,
    now: Duration,
}

impl Tally {
    /// Takes in one event.
    pub fn hear(&mut self, at: Duration, happening: &RunEvent) {
        self.now = at;
        match happening {
            RunEvent::Begun { to_do, .. } => self.to_do = *to_do,
            RunEvent::Stopping { .. } => self.is_stopping = true,
            RunEvent::Started { group, worker, .. } => {
                self.running.insert(*worker, (group.clone(), at));
            }
            RunEvent::Finished { group, worker, elapsed, .. } => {
                self.ends(*worker, group);
                self.spent += *elapsed;
                self.done += 1;
            }
            RunEvent::AttemptFailed { group, worker, again, .. } => {
                let started = self.ends(*worker, group);
                if !again {
                    self.spent += at.saturating_sub(started.unwrap_or(at));
                    self.failed += 1;
                }
            }
            RunEvent::Evicted { group, worker, .. } => {
                self.ends(*worker, group);
            }
            _ => {}
        }
    }

    /// When a group was started that has ended, if nothing else is at work in its place by now.
    fn ends(&mut self, worker: WorkerId, group: &GroupName) -> Option<Duration> {
        let is_it = self.running.get(&worker).is_some_and(|(running, _)| running == group);
        if is_it { self.running.remove(&worker).map(|(_, started)| started) } else { None }
    }

    /// Groups that ended, well or not.
    pub fn ended(&self) -> usize {
        self.done + self.failed
    }

    /// Groups at work now.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// Since the run's start, as of the last event.
    pub fn elapsed(&self) -> Duration {
        self.now
    }

    /// What rate and time left are judged by.
    pub fn pace(&self) -> Pace {
        Pace {
            elapsed: self.now,
            ended: self.ended(),
            spent: self.spent,
            running: self.running.values().map(|(_, start)| self.now.saturating_sub(*start)).collect(),
            left: self.to_do.saturating_sub(self.ended()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_group_that_is_tried_again_has_not_ended() {
        let mut tally = Tally::default();
        tally.hear(Duration::ZERO, &samples::begun(3));
        tally.hear(Duration::from_secs(1), &samples::started("a", 1));
        tally.hear(Duration::from_secs(3), &samples::failed("a", 1, true));
        assert_eq!((tally.ended(), tally.running(), tally.pace().left), (0, 0, 3));
        tally.hear(Duration::from_secs(3), &samples::started("b", 1));
        tally.hear(Duration::from_secs(4), &samples::evicted("b"));
        assert_eq!((tally.ended(), tally.running(), tally.pace().left), (0, 0, 3));
        tally.hear(Duration::from_secs(4), &samples::started("a", 2));
        tally.hear(Duration::from_secs(6), &samples::failed("a", 2, false));
        tally.hear(Duration::from_secs(6), &samples::started("b", 1));
        tally.hear(Duration::from_secs(9), &samples::finished("b", 3));
        assert_eq!((tally.ended(), tally.done, tally.running()), (2, 1, 0));
        assert_eq!((tally.failed, tally.pace().left), (1, 1));
        assert_eq!(tally.pace().spent, Duration::from_secs(5));
    }

    #[test]
    fn a_worker_has_one_group_at_work_while_the_result_of_the_one_before_is_made_safe() {
        let mut tally = Tally::default();
        tally.hear(Duration::ZERO, &samples::begun(3));
        tally.hear(Duration::from_secs(1), &samples::started("a", 1));
        tally.hear(Duration::from_secs(2), &samples::started("b", 1));
        assert_eq!(tally.running(), 1);
        tally.hear(Duration::from_secs(3), &samples::finished("a", 1));
        assert_eq!((tally.running(), tally.ended()), (1, 1), "b");
        tally.hear(Duration::from_secs(4), &samples::finished("b", 1));
        assert_eq!((tally.running(), tally.ended()), (0, 2));
    }
}
