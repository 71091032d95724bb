//! Knows when this process was stopped for a while: by Ctrl-Z, by a batch system that suspends the
//! job, by a machine that slept. Groups must not be held to have taken that time.

use std::time::{Duration, Instant};

use super::metering;

/// The pool sees something at every reading of memory; so much longer without is a pause.
const LONGEST_SILENCE: Duration = metering::EVERY.saturating_mul(20);

/// When the pool last saw anything.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    last_seen: Instant,
}

impl Pauses {
    /// The pool begins to look.
    pub fn new(now: Instant) -> Self {
        Self { last_seen: now }
    }

    /// The pool sees something now; how long it had been stopped, if it had.
    pub fn seen(&mut self, now: Instant) -> Option<Duration> {
        let silence = now.saturating_duration_since(self.last_seen);
        self.last_seen = now;
        (silence > LONGEST_SILENCE).then_some(silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_silence_is_a_pause_and_is_told_once() {
        let start = Instant::now();
        let mut pauses = Pauses::new(start);
        assert_eq!(pauses.seen(start + metering::EVERY), None);
        let minute = Duration::from_secs(60);
        assert_eq!(pauses.seen(start + metering::EVERY + minute), Some(minute));
        assert_eq!(pauses.seen(start + metering::EVERY * 2 + minute), None);
    }
}
