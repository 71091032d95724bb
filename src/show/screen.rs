//! Where people see lines and progress: a progress bar on a terminal, plain lines elsewhere. The bar is
//! painted by `painter`.

use std::io::Write;
use std::time::Duration;

use super::painter::{Progress, can_paint};
use super::tally::Tally;
use super::{stderr, words};

/// Plain lines of progress come no closer than this.
const BETWEEN_LINES: Duration = Duration::from_secs(30);

/// What people look at.
pub trait Screen {
    /// Shows a line and leaves it there.
    fn say(&mut self, line: &str);
    /// Shows how far the run is, if it is time to.
    fn progress(&mut self, tally: &Tally);
    /// Shows how far the run came; there is no progress after it.
    fn finish(&mut self, tally: &Tally);
}

/// A progress bar at the bottom of a terminal, lines above it.
pub struct Bar;

impl Bar {
    /// A bar on standard error, where that is a terminal that can show one.
    pub fn where_possible() -> Option<Self> {
        can_paint().then_some(Self)
    }
}

impl Screen for Bar {
    fn say(&mut self, line: &str) {
        stderr::say(line);
    }

    fn progress(&mut self, tally: &Tally) {
        let (ended, of) = (tally.ended() as u64, tally.to_do as u64);
        stderr::progress(Progress::At { ended, of, text: progress_line(tally) });
    }

    fn finish(&mut self, _: &Tally) {
        stderr::progress(Progress::Over);
    }
}

impl Drop for Bar {
    /// Also where an error ended the run, which has no end that is told.
    fn drop(&mut self) {
        stderr::progress(Progress::Over);
    }
}

/// Lines in a log.
pub struct Lines<W> {
    out: W,
    last: Option<Duration>,
}

impl<W: Write> Lines<W> {
    /// Lines on `out`.
    pub fn new(out: W) -> Self {
        Self { out, last: None }
    }
}

impl<W: Write> Screen for Lines<W> {
    fn say(&mut self, line: &str) {
        // where nobody can be told, there is nobody to tell of that either: the run goes on
        let _ = self.out.write_all(format!("{line}\n").as_bytes());
    }

    fn progress(&mut self, tally: &Tally) {
        let due = self.last.is_none_or(|last| tally.elapsed().saturating_sub(last) >= BETWEEN_LINES);
        if due {
            self.last = Some(tally.elapsed());
            self.say(&progress_line(tally));
        }
    }

    fn finish(&mut self, tally: &Tally) {
        self.say(&progress_line(tally));
    }
}

/// `12 of 28 groups, 2 running, 1 failed, 4.5 groups/min, 3 min 20 s left`.
fn progress_line(tally: &Tally) -> String {
    let mut parts = vec![format!("{} of {}", tally.ended(), words::count(tally.to_do, "group"))];
    parts.extend(details(tally));
    parts.join(", ")
}

/// What there is to say beside how many groups ended.
fn details(tally: &Tally) -> Vec<String> {
    let pace = tally.pace();
    let running = (tally.running() > 0).then(|| format!("{} running", tally.running()));
    let failed = (tally.failed > 0).then(|| format!("{} failed", tally.failed));
    let rate = pace.rate().map(words::rate);
    let left = pace.time_left().filter(|_| pace.left > 0 && !tally.is_stopping);
    let left = left.map(|left| format!("{} left", words::duration(left)));
    [running, failed, rate, left].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use dayfold_supervisor::decide::stop::Stop;
    use dayfold_supervisor::run_event::RunEvent;

    fn tally(until: u64) -> Tally {
        let mut tally = Tally::default();
        tally.hear(Duration::ZERO, &samples::begun(4));
        tally.hear(Duration::ZERO, &samples::started("a", 1));
        tally.hear(Duration::from_secs(until), &samples::finished("a", until));
        tally
    }

    #[test]
    fn a_line_says_how_far_it_is() {
        let mut tally = tally(20);
        assert_eq!(progress_line(&tally), "1 of 4 groups, 3.0 groups/min, 1 min 0 s left");
        tally.hear(Duration::from_secs(20), &samples::started("b", 1));
        tally.hear(Duration::from_secs(40), &samples::failed("b", 1, false));
        tally.hear(Duration::from_secs(40), &samples::started("c", 1));
        assert_eq!(progress_line(&tally), "2 of 4 groups, 1 running, 1 failed, 3.0 groups/min, 40 s left");
        tally.hear(Duration::from_secs(40), &RunEvent::Stopping { reason: Stop::Walltime });
        assert_eq!(progress_line(&tally), "2 of 4 groups, 1 running, 1 failed, 3.0 groups/min");
    }

    #[test]
    fn lines_come_no_closer_than_30_seconds() {
        let mut screen = Lines::new(Vec::new());
        for seconds in [1, 20, 30, 31, 40, 60, 61] {
            screen.progress(&tally(seconds));
        }
        assert_eq!(String::from_utf8(screen.out).unwrap().lines().count(), 3);
    }
}
