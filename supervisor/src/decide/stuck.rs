//! What hangs where nothing can end it: a process in a file system that does not answer stays,
//! killed or not, until that answers again; a name or a sync of ours, too.
//!
//! Its place stays taken, so that a file system that hangs for an hour does not gather processes.
//! What it had goes to others, but for a group that ran into `--timeout`: that is given up, since
//! the next worker would hang on the same file. A run in which all workers hang ends early, and an
//! end that was asked for does not wait for them.

use super::State;
use super::answers::Chance;
use super::event::{Exit, How, Moment};
use super::patience::{GONE_IN, IN_A_HURRY, PATIENCE};
use super::stop::Stop;
use crate::run_event::{RunEvent, WorkerId};

impl State {
    /// Tells of workers that should be gone and are not, and ends a run that has no others.
    pub(super) fn look_at_the_killed(&mut self, now: Moment) {
        let overdue = |&(_, since, stuck): &(WorkerId, Moment, bool)| !stuck && now >= since + GONE_IN;
        let overdue: Vec<_> = self.crew.killed().filter(overdue).collect();
        overdue.into_iter().for_each(|(worker, since, _)| self.is_stuck(now, worker, since));
        if self.all_are_stuck_from().is_some_and(|moment| now >= moment) {
            self.stop(now, Stop::Stuck);
        }
    }

    fn is_stuck(&mut self, now: Moment, worker: WorkerId, since: Moment) {
        let at_work = self.at_work_on(worker);
        let Some((why, hand)) = self.crew.is_stuck(worker) else { return };
        self.tell(RunEvent::Warning {
            message: format!(
                "worker {} was killed {} s ago and is still there{at_work}: it hangs in a file system that \
                 does not answer, most likely; no other worker takes its place before it is gone",
                worker.0,
                now.saturating_sub(since).as_secs()
            ),
        });
        let exit = Exit { how: How::Stuck, out_of_memory: false, output: Vec::new() };
        self.put_down(now, worker, hand, Some(why), exit, Chance::AsUsual);
    }

    /// What a worker has in hand, in words that go on.
    fn at_work_on(&self, worker: WorkerId) -> String {
        let Some(running) = self.crew.slot(worker).hand().and_then(|hand| hand.running.as_ref()) else {
            return String::new();
        };
        let file = running.file.as_ref().map(|file| format!(", file {file}")).unwrap_or_default();
        format!(", with group {}{file} in hand", self.groups.name(running.attempt.group))
    }

    /// From when on nothing can happen any more, since all workers that could do something hang.
    fn all_are_stuck_from(&self) -> Option<Moment> {
        let goes_on = self.stopped.is_none() && self.groups.tally().left > 0 && !self.groups.is_settling();
        let last = self.crew.last_killed()?;
        (goes_on && self.crew.is_dead()).then_some(last + PATIENCE)
    }

    /// Ends the run when it has waited long enough for what is left.
    pub(super) fn leave_behind(&mut self, now: Moment) {
        if self.is_over() || self.over_from().is_none_or(|moment| now < moment) {
            return;
        }
        self.left_behind = true;
        let untold: Vec<_> = self.crew.killed().filter(|(.., stuck)| !stuck).collect();
        untold.into_iter().for_each(|(worker, since, _)| self.is_stuck(now, worker, since));
        if self.groups.is_settling() {
            let message = "the last results did not get to their places in time: their file system does \
                           not answer; the next run looks for them, and does again what is not there";
            self.tell(RunEvent::Warning { message: message.to_owned() });
        }
    }

    /// From when on the run is over, whatever has not ended by then.
    fn over_from(&self) -> Option<Moment> {
        let last_killed = self.crew.last_killed();
        match (self.stopped, self.work_ends()) {
            (Some((reason, _)), Some(end)) => Some(last_killed.max(Some(end))? + reason.patience()),
            _ if self.groups.tally().left == 0 && self.crew.is_dead() => Some(last_killed? + IN_A_HURRY),
            _ => None,
        }
    }

    /// When there is something to see about killed workers, and has not been seen.
    pub(super) fn next_look_at_the_killed(&self) -> Option<Moment> {
        let overdue = self.crew.killed().filter(|(.., stuck)| !stuck).map(|(_, since, _)| since + GONE_IN);
        overdue.chain(self.all_are_stuck_from()).chain(self.over_from()).min()
    }
}
