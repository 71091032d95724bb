//! Kills for want of memory: counted by the kernel for a whole control group, claimed by the processes
//! that were found killed.
//!
//! The kernel says how many, and not whom. Each counted kill explains one death, and one that nobody
//! claims explains no death any more after a while. It may have been of a process that is none of ours, or of one
//! whose death a program has hidden, by ending with exit code 0 all the same.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A process that was killed is found within this time, however busy the machine is.
pub const FOUND_WITHIN: Duration = Duration::from_secs(60);

/// A program that lives on without the process that was killed fails within this time.
pub const FAILS_WITHIN: Duration = Duration::from_secs(5);

/// More kills than this are not told apart.
const MANY: u64 = 1000;

/// A counter of kills as it is read, and what of it has not been claimed.
#[derive(Clone, Debug)]
pub struct Kills {
    /// As it was last read; what cannot be read for a while says nothing about what happened meanwhile.
    count: Option<u64>,
    /// When each that nobody has claimed was seen.
    unclaimed: VecDeque<Instant>,
}

impl Kills {
    /// What was counted before is not ours.
    pub fn since(count: Option<u64>) -> Self {
        Self { count, unclaimed: VecDeque::new() }
    }

    /// The counter was read; `None` where it cannot be.
    pub fn read(&mut self, count: Option<u64>, now: Instant) {
        let Some(count) = count else { return };
        let more = self.count.map_or(0, |before| count.saturating_sub(before));
        self.unclaimed.extend((0..more.min(MANY)).map(|_| now));
        self.count = Some(count);
        let too_many = self.unclaimed.len().saturating_sub(MANY as usize);
        self.unclaimed.drain(..too_many);
    }

    /// Whether there was a kill since then that no death explains: of something that others hid from us.
    pub fn is_unexplained_since(&self, then: Instant) -> bool {
        self.unclaimed.iter().any(|&seen| seen >= then)
    }

    /// Whether a death is explained by a kill that was seen within this time; that explains no other.
    pub fn claim(&mut self, within: Duration, now: Instant) -> bool {
        let recent = |seen: &Instant| now.saturating_duration_since(*seen) <= within;
        match self.unclaimed.iter().position(recent) {
            Some(place) => self.unclaimed.remove(place).is_some(),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: Duration = Duration::from_millis(250);

    #[test]
    fn a_counter_that_cannot_be_read_for_a_while_counts_nothing() {
        let now = Instant::now();
        let mut kills = Kills::since(Some(2));
        kills.read(None, now);
        kills.read(Some(2), now + LATER);
        assert!(!kills.claim(FOUND_WITHIN, now + LATER), "the same count as before");
        let mut unknown = Kills::since(None);
        unknown.read(Some(7), now);
        assert!(!unknown.claim(FOUND_WITHIN, now), "what was counted before it could be read");
        unknown.read(Some(8), now + LATER);
        assert!(unknown.claim(FOUND_WITHIN, now + LATER));
    }

    #[test]
    fn each_kill_explains_one_death() {
        let now = Instant::now();
        let mut kills = Kills::since(Some(2));
        kills.read(Some(4), now);
        let claims = [0, 1, 2].map(|_| kills.claim(FOUND_WITHIN, now));
        assert_eq!(claims, [true, true, false], "two kills, three deaths");
        kills.read(Some(3), now);
        kills.read(Some(4), now);
        assert!(kills.claim(FOUND_WITHIN, now), "a counter that has begun anew counts on");
    }

    #[test]
    fn a_kill_that_nobody_claims_explains_no_later_failure() {
        let now = Instant::now();
        let mut kills = Kills::since(Some(0));
        kills.read(Some(1), now);
        let later = now + FAILS_WITHIN + LATER;
        assert!(!kills.claim(FAILS_WITHIN, later));
        assert!(kills.claim(FOUND_WITHIN, later));
        kills.read(Some(2), now);
        kills.read(Some(2), now + FOUND_WITHIN + LATER);
        assert!(!kills.claim(FOUND_WITHIN, now + FOUND_WITHIN + LATER));
        assert!(kills.is_unexplained_since(now) && !kills.is_unexplained_since(now + LATER));
    }
}
