//! The listener for people: lines of what happens, and progress.

use std::collections::HashMap;
use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_supervisor::decide::alike;
use dayfold_supervisor::run_event::{Listener, RunEvent};

use super::narrate;
use super::screen::Screen;
use super::tally::Tally;
use crate::config::Verbosity;

/// So many causes are remembered.
const CAUSES: usize = 100;

/// Tells people what happens, on a screen.
pub struct HumanReporter<S> {
    screen: S,
    verbosity: Verbosity,
    tally: Tally,
    /// Why attempts failed, and the group of which that was told in full.
    causes: HashMap<String, GroupName>,
    /// A worker that was lost: the failure of its group comes next and says the same.
    lost: Option<RunEvent>,
    finished: bool,
}

impl<S: Screen> HumanReporter<S> {
    /// Tells so much on this screen.
    pub fn new(screen: S, verbosity: Verbosity) -> Self {
        Self {
            screen,
            verbosity,
            tally: Tally::default(),
            causes: HashMap::new(),
            lost: None,
            finished: false,
        }
    }

    /// A worker that was lost is told with the next event, unless that gives the same reason.
    fn tell_lost(&mut self, next: &RunEvent) {
        let Some(lost) = self.lost.take() else { return };
        let is_told = match (&lost, next) {
            (RunEvent::WorkerLost { reason, .. }, RunEvent::AttemptFailed { reason: next, .. }) => {
                next.contains(reason.as_str())
            }
            _ => false,
        };
        if !is_told {
            narrate::lines(&lost, self.verbosity).iter().for_each(|line| self.screen.say(line));
        }
    }

    /// Progress is for those who did not ask for silence, while there is something to do.
    fn shows_progress(&self) -> bool {
        self.verbosity > Verbosity::Quiet && self.tally.to_do > 0 && !self.finished
    }

    /// The group whose last lines were told already, where a program says the same of another.
    fn told_before(&mut self, happening: &RunEvent) -> Option<GroupName> {
        let RunEvent::AttemptFailed { group, reason, log, .. } = happening else { return None };
        let cause = alike::cause(group, reason, log);
        let first = self.causes.get(&cause).filter(|_| !log.is_empty()).cloned();
        if first.is_none() && self.causes.len() < CAUSES {
            self.causes.insert(cause, group.clone());
        }
        first
    }

    fn finish(&mut self) {
        if self.shows_progress() {
            self.screen.finish(&self.tally);
        }
        self.finished = true;
    }
}

impl<S: Screen> Listener for HumanReporter<S> {
    fn hear(&mut self, at: Duration, happening: &RunEvent) {
        self.tally.hear(at, happening);
        self.tell_lost(happening);
        if matches!(happening, RunEvent::WorkerLost { .. }) {
            self.lost = Some(happening.clone());
            return;
        }
        if matches!(happening, RunEvent::Collating { .. } | RunEvent::Ended { .. }) {
            self.finish();
        }
        let mut lines = narrate::lines(happening, self.verbosity);
        if let Some(first) = self.told_before(happening) {
            lines.truncate(1);
            lines.iter_mut().for_each(|line| *line += &format!(" (its last lines: see {first})"));
        }
        lines.iter().for_each(|line| self.screen.say(line));
        if self.shows_progress() {
            self.screen.progress(&self.tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use dayfold_supervisor::run_event::WorkerId;

    use super::super::samples;
    use super::super::screen::Lines;
    use super::*;

    fn told(verbosity: Verbosity) -> String {
        let mut text = Vec::new();
        let mut people = HumanReporter::new(Lines::new(&mut text), verbosity);
        for (seconds, happening) in [
            (0, samples::begun(2)),
            (0, samples::started("a", 1)),
            (20, samples::finished("a", 20)),
            (20, samples::started("b", 1)),
            (40, samples::finished("b", 20)),
            (41, RunEvent::Collating { partials: 3 }),
            (42, samples::ended(3, 0, 0)),
        ] {
            people.hear(Duration::from_secs(seconds), &happening);
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_worker_that_was_lost_with_its_group_is_told_once() {
        let mut text = Vec::new();
        let mut people = HumanReporter::new(Lines::new(&mut text), Verbosity::Quiet);
        let lost = |reason: &str| RunEvent::WorkerLost { worker: WorkerId(1), reason: reason.to_owned() };
        for event in [
            lost("the worker was killed by signal 9"),
            samples::failed("a", 1, false),
            lost("it is idle and gone"),
            lost("another reason"),
            samples::failed("b", 1, false),
        ] {
            people.hear(Duration::ZERO, &event);
        }
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[0].starts_with("error: a: failed: the worker was killed by signal 9"), "{text}");
        assert_eq!(
            lines[1..3],
            [
                "warning: worker 1 ended and is replaced: it is idle and gone",
                "warning: worker 1 ended and is replaced: another reason",
            ]
        );
    }

    #[test]
    fn a_whole_run_in_lines() {
        let lines = told(Verbosity::Normal);
        assert_eq!(
            lines.lines().collect::<Vec<&str>>(),
            [
                "3 groups, 2 to do, 1 done before",
                "2 workers, at most 8.0 GB of memory: --memory",
                "0 of 2 groups",
                "2 of 2 groups, 3.0 groups/min",
                "2 of 2 groups, 2.9 groups/min",
                "collating 3 results into the final file",
            ]
        );
    }

    #[test]
    fn the_last_lines_of_failures_that_are_alike_are_told_once() {
        let mut text = Vec::new();
        let mut people = HumanReporter::new(Lines::new(&mut text), Verbosity::Quiet);
        for group in ["2022-02-01", "2022-02-02"] {
            people.hear(Duration::ZERO, &samples::failed(group, 1, false));
        }
        let said = "failed: the worker was killed by signal 9 (2022/02/01/a.nc)";
        let expected = format!(
            "error: 2022-02-01: {said}\n  its last words\nerror: 2022-02-02: {said} (its last lines: see \
             2022-02-01)\n"
        );
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn quietly_a_good_run_says_nothing() {
        assert_eq!(told(Verbosity::Quiet), "");
    }
}
