//! Where people see lines and progress: a progress bar on a terminal, plain lines elsewhere.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::Tally;
use super::{stderr, words};

/// Plain lines of progress come no closer than this.
const BETWEEN_LINES: Duration = Duration::from_secs(30);
/// How often the bar's clock moves on where nothing else happens.
const TICK: Duration = Duration::from_secs(1);

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
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar on standard error, where that is a terminal that can show one; not shown before there
    /// is progress.
    pub fn where_possible() -> Option<Self> {
        if ProgressDrawTarget::stderr().is_hidden() {
            return None;
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {wide_msg}") {
            bar.set_style(style.progress_chars("#>-"));
        }
        Some(Self(bar))
    }
}

impl Screen for Bar {
    fn say(&mut self, line: &str) {
        self.0.suspend(|| stderr::say(line));
    }

    fn progress(&mut self, tally: &Tally) {
        self.0.update(|bar| {
            bar.set_len(tally.to_do as u64);
            bar.set_pos(tally.ended() as u64);
        });
        self.0.set_message(progress_line(tally));
        if self.0.is_hidden() {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
            self.0.enable_steady_tick(TICK);
        }
    }

    fn finish(&mut self, _: &Tally) {
        self.0.finish_and_clear();
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
    let left = pace.time_left().filter(|_| pace.left > 0);
    let left = left.map(|left| format!("{} left", words::duration(left)));
    [running, failed, rate, left].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

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
