//! Time: what may still be started, and what has taken too long.
//!
//! There is no clock here: the time comes with each event.

use std::time::Duration;

use super::event::Moment;

/// Before the walltime ends, so much is kept for the closing work besides collation.
const CLOSING: Duration = Duration::from_secs(2);

/// Of the time that there is, collation is kept so much at most: what it may need must not keep
/// groups from being done.
const COLLATIONS_SHARE: u32 = 10;

/// What the user and the batch system say of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSettings {
    /// A group may take so long.
    pub timeout: Option<Duration>,
    /// Running groups may go on for so long after a reason to stop.
    pub grace: Duration,
    /// The batch system ends us at this time after the start.
    pub walltime: Option<Moment>,
    /// What collation is expected to take.
    pub collation: Duration,
}

/// What is known of time.
#[derive(Clone, Debug)]
pub struct Clock {
    settings: TimeSettings,
    longest: Option<Duration>,
}

impl Clock {
    /// No group has ended.
    pub fn new(settings: TimeSettings) -> Self {
        Self { settings, longest: None }
    }

    /// A group took so long.
    pub fn group_took(&mut self, elapsed: Duration) {
        self.longest = self.longest.max(Some(elapsed));
    }

    /// The batch system ends us so much later than was thought.
    pub fn postpone_the_end(&mut self, by: Duration) {
        self.settings.walltime = self.settings.walltime.map(|end| end + by);
    }

    /// The batch system ends us at this time, if it does.
    pub fn ends_at(&mut self, end: Option<Moment>) {
        self.settings.walltime = end;
    }

    /// What the longest group took.
    pub fn longest(&self) -> Option<Duration> {
        self.longest
    }

    /// Whether a group has ended.
    pub fn has_seen_a_group(&self) -> bool {
        self.longest.is_some()
    }

    /// Whether so many groups, one after the other, would end in time, judged by the longest.
    pub fn has_time_for(&self, groups: u32, now: Moment) -> bool {
        self.latest_start_of(groups).is_none_or(|latest| now < latest)
    }

    /// From when on no group would end in time any more.
    pub fn latest_start(&self) -> Option<Moment> {
        self.latest_start_of(1)
    }

    fn latest_start_of(&self, groups: u32) -> Option<Moment> {
        let needed = self.longest.unwrap_or_default().saturating_mul(groups);
        self.last_end().map(|end| end.saturating_sub(needed + self.for_collation()))
    }

    /// Nothing before a group has ended: where jobs are short, each must get on.
    fn for_collation(&self) -> Duration {
        let share = self.settings.walltime.unwrap_or_default() / COLLATIONS_SHARE;
        if self.longest.is_some() { self.settings.collation.min(share) } else { Duration::ZERO }
    }

    /// What is kept of the walltime for an orderly end.
    pub fn kept_for_the_end(&self) -> Duration {
        self.settings.grace + CLOSING
    }

    /// Whether the walltime is so near that what runs must end.
    pub fn is_up(&self, now: Moment) -> bool {
        self.last_end().is_some_and(|end| now >= end)
    }

    /// When a group that began at this time has taken too long.
    pub fn times_out(&self, since: Moment) -> Option<Moment> {
        self.settings.timeout.map(|timeout| since + timeout)
    }

    /// When running groups are ended, if a reason to stop came at this time.
    pub fn grace_ends(&self, stopped: Moment) -> Moment {
        stopped + self.settings.grace
    }

    /// The latest time at which a running group may be told to end.
    pub fn last_end(&self) -> Option<Moment> {
        self.settings.walltime.map(|walltime| walltime.saturating_sub(self.kept_for_the_end()))
    }

    /// What a group may take, where that is limited.
    pub fn timeout(&self) -> Option<Duration> {
        self.settings.timeout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn clock(walltime: Option<Moment>) -> Clock {
        Clock::new(TimeSettings { timeout: Some(s(60)), grace: s(5), walltime, collation: s(3) })
    }

    #[test]
    fn without_a_walltime_there_is_always_time() {
        assert!(clock(None).has_time_for(1000, s(1_000_000)));
    }

    #[test]
    fn groups_that_would_not_end_are_not_started() {
        let mut clock = clock(Some(s(100)));
        assert!(clock.has_time_for(1, s(92)), "nothing is known yet");
        clock.group_took(s(30));
        clock.group_took(s(20));
        assert!(clock.has_time_for(1, s(59)), "59 + 30 + 3 < 93");
        assert!(!clock.has_time_for(1, s(60)));
        assert!(clock.has_time_for(2, s(29)) && !clock.has_time_for(2, s(30)));
        assert_eq!(clock.latest_start(), Some(s(60)));
    }

    #[test]
    fn collation_is_kept_no_more_than_a_tenth_of_the_time() {
        let long = TimeSettings { timeout: None, grace: s(5), walltime: Some(s(100)), collation: s(3600) };
        let mut clock = Clock::new(long);
        assert!(clock.has_time_for(1, s(92)), "the first groups are done in any case");
        clock.group_took(s(30));
        assert!(clock.has_time_for(1, s(52)), "52 + 30 + 10 < 93");
        assert!(!clock.has_time_for(1, s(53)));
    }

    #[test]
    fn what_runs_ends_before_the_walltime_by_the_grace_and_the_closing() {
        let clock = clock(Some(s(100)));
        assert!(!clock.is_up(s(92)) && clock.is_up(s(93)));
    }
}
