//! How long a run will still take, from what it has done so far.
//!
//! A group that runs counts for the part of a usual group that it has had, so that the estimate
//! does not jump when many groups end at once. There is none before the first group has ended.

use std::time::Duration;

/// A running group is never taken for more than this part of a group.
const NEARLY_DONE: f64 = 0.95;

/// What is known of a run at some instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    /// Since the run's start.
    pub elapsed: Duration,
    /// Groups that ended in this run.
    pub ended: usize,
    /// What these took together, each from its start to its end.
    pub spent: Duration,
    /// For how long each running group has been at work.
    pub running: Vec<Duration>,
    /// Groups still to end, the running ones among them.
    pub left: usize,
}

impl Pace {
    /// Groups a second, over the whole run.
    pub fn rate(&self) -> Option<f64> {
        let done = self.ended as f64 + self.credit()?;
        let rate = done / self.elapsed.as_secs_f64();
        (rate.is_finite() && rate > 0.0).then_some(rate)
    }

    /// How long what is left will take.
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.left as f64 - self.credit()?;
        Duration::try_from_secs_f64(left.max(0.0) / self.rate()?).ok()
    }

    /// The running groups' parts together, in groups.
    fn credit(&self) -> Option<f64> {
        if self.ended == 0 {
            return None;
        }
        let usual = self.spent.as_secs_f64() / self.ended as f64;
        let part = |age: &Duration| {
            let part = age.as_secs_f64() / usual;
            if part.is_finite() { part.min(NEARLY_DONE) } else { 0.0 }
        };
        Some(self.running.iter().map(part).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// `workers` groups at a time, each of 10 s, `left` of them after those that ended.
    fn pace(elapsed: u64, workers: usize, ended: usize, left: usize) -> Pace {
        let age = seconds(elapsed % 10);
        Pace {
            elapsed: seconds(elapsed),
            ended,
            spent: seconds(10) * ended as u32,
            running: vec![age; workers],
            left,
        }
    }

    #[test]
    fn nothing_is_guessed_before_the_first_end() {
        assert_eq!(pace(9, 4, 0, 40).time_left(), None);
        assert_eq!(Pace::default().rate(), None);
    }

    #[test]
    fn the_estimate_falls_as_the_time_goes_on() {
        // 4 workers, 40 groups of 10 s: 100 s in all
        for (elapsed, ended) in [(10, 4), (13, 4), (18, 4), (20, 8), (55, 20)] {
            let left = pace(elapsed, 4, ended, 40 - ended).time_left().unwrap().as_secs_f64();
            assert!((left - (100 - elapsed) as f64).abs() < 0.5, "at {elapsed} s: {left}");
        }
    }

    #[test]
    fn a_slow_group_does_not_count_as_done() {
        let pace = Pace { running: vec![seconds(500)], ..pace(500, 1, 49, 1) };
        assert!(pace.time_left().unwrap() > Duration::ZERO);
    }

    #[test]
    fn groups_that_take_no_time_do_no_harm() {
        let pace = Pace { spent: Duration::ZERO, ..pace(10, 2, 100, 100) };
        assert_eq!(pace.time_left(), Some(seconds(10)));
        assert_eq!(Pace { elapsed: Duration::ZERO, ..pace }.time_left(), None);
    }
}
