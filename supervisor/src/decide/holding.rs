//! What the end of a program is worth near a signal that asks for the end.
//!
//! A batch system signals one process after another. Where that goes by sessions, programs hear nothing of it. Where
//! all processes of the job are signalled, a program may have died of it before this process heard anything, and the
//! shell script that called it may have gone on and ended well. So what a program's group has come to is held for
//! a moment, and dropped if a signal comes in that time: the group is done again, and its attempt is not used up.

use std::time::Duration;

use dayfold_contract::message::{Failure, FailureKind, Output};

use super::State;
use super::alike::ENOUGH;
use super::answers::Chance;
use super::crew::Running;
use super::event::{Action, Moment};
use super::stop::Stop;
use crate::names;
use crate::run_event::{RunEvent, WorkerId};

/// So long is waited for a signal that may have reached a program before it reaches this process.
pub const HOLD: Duration = Duration::from_millis(100);

/// Programs that workers run for their groups.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Whether the batch system is known to signal all processes of a job.
    always_signalled: bool,
    /// When a signal was last heard of that came to programs.
    signalled: Option<Moment>,
    held: Vec<Held>,
}

/// What came of a group, for the moment.
#[derive(Clone, Debug)]
struct Held {
    worker: WorkerId,
    running: Running,
    answer: Answer,
    until: Moment,
}

/// What came of a group.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A result.
    Done(Output),
    /// None, and whether it may be tried again.
    Failed(Failure, Chance),
}

impl Answer {
    /// A full disk is no matter of signals.
    fn may_be_a_signals(&self) -> bool {
        !matches!(self, Self::Failed(failure, _) if failure.kind == FailureKind::NoSpace)
    }
}

impl Programs {
    /// Whether a signal that ended the run at this time has reached programs, too.
    fn heard_that(&self, stopped: Moment) -> bool {
        self.always_signalled || self.signalled.is_some_and(|heard| heard + HOLD >= stopped)
    }
}

impl State {
    /// The same, for a task that runs programs; whether the batch system signals all processes of the job, in
    /// whatever session they are.
    pub fn running_programs(mut self, always_signalled: bool) -> Self {
        self.programs = Some(Programs { always_signalled, signalled: None, held: Vec::new() });
        self
    }

    /// A group has come to an end: that counts, or is held, or is dropped.
    pub(super) fn answered(&mut self, now: Moment, worker: WorkerId, running: Running, answer: Answer) {
        let stopped = self.stopped.filter(|_| self.stops_for_a_signal()).map(|(_, since)| since);
        let Some(programs) = self.programs.as_mut().filter(|_| answer.may_be_a_signals()) else {
            return self.count(now, worker, running, answer);
        };
        let held = Held { worker, running, answer, until: now + HOLD };
        if stopped.is_some_and(|since| programs.heard_that(since)) {
            return self.drop_answers(vec![held]);
        }
        self.groups.settle(held.running.attempt.group);
        programs.held.push(held);
    }

    fn count(&mut self, now: Moment, worker: WorkerId, running: Running, answer: Answer) {
        match answer {
            Answer::Done(output) => {
                self.groups.settle(running.attempt.group);
                self.actions.push(Action::Keep(worker, running.attempt, output));
            }
            Answer::Failed(failure, chance) => self.failed_attempt(now, worker, running, failure, chance),
        }
    }

    /// Counts what has been held for long enough.
    pub(super) fn release(&mut self, now: Moment) {
        for Held { worker, running, answer, .. } in self.take_held(|held| held.until <= now) {
            self.count(now, worker, running, answer);
        }
    }

    /// A signal has come: what programs have come to in the moments before may be its doing.
    pub(super) fn drop_held(&mut self) {
        let held = self.take_held(|_| true);
        self.drop_answers(held);
    }

    fn take_held(&mut self, wanted: impl Fn(&Held) -> bool) -> Vec<Held> {
        let Some(programs) = &mut self.programs else { return Vec::new() };
        programs.held.extract_if(.., |held| wanted(held)).collect()
    }

    fn drop_answers(&mut self, dropped: Vec<Held>) {
        let mut names = Vec::new();
        for Held { running, answer, .. } in dropped {
            self.groups.requeue(running.attempt.group);
            if let Answer::Done(output) = answer {
                names.push(self.groups.name(running.attempt.group).to_string());
                self.actions.push(Action::Discard(output));
            }
        }
        if !names.is_empty() {
            let message = format!(
                "the signal may have reached the programs of {}, which have just ended: their results are not \
                 counted, and the next run does these groups again",
                names::shortened(&names)
            );
            self.tell(RunEvent::Warning { message });
        }
    }

    /// A signal has come to programs. One to this process follows at once, or has come already.
    pub(super) fn programs_signalled(&mut self, now: Moment) {
        let Some(programs) = &mut self.programs else { return };
        programs.signalled = Some(now);
        programs.held.iter_mut().for_each(|held| held.until = held.until.max(now + HOLD));
        if self.stops_for_a_signal() {
            self.drop_held();
        }
    }

    /// Whether the failures that are held could show that all groups fail alike: that is waited for.
    pub(super) fn may_all_fail_alike(&self) -> bool {
        let held = self.programs.iter().flat_map(|programs| &programs.held);
        let failures = held.filter(|held| matches!(held.answer, Answer::Failed(..))).count();
        failures > 0 && self.causes.given_up().is_some_and(|given_up| given_up + failures >= ENOUGH)
    }

    /// Whether a signal has asked for the end.
    pub(super) fn stops_for_a_signal(&self) -> bool {
        matches!(self.stopped(), Some(Stop::Signal | Stop::AtOnce))
    }

    /// A pause is no time to hear of a signal.
    pub(super) fn hold_longer(&mut self, by: Duration) {
        self.programs.iter_mut().flat_map(|programs| &mut programs.held).for_each(|held| held.until += by);
    }

    /// When something has been held for long enough.
    pub(super) fn next_release(&self) -> Option<Moment> {
        self.programs.iter().flat_map(|programs| &programs.held).map(|held| held.until).min()
    }
}
