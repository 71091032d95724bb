//! Ending: what took too long, reasons to stop, and the end itself.

use std::time::Duration;

use super::State;
use super::crew::{Ending, Slot};
use super::event::{Action, Moment, Walltime};
use super::stop::Stop;
use crate::run_event::{RunEvent, WorkerId};

impl State {
    /// There is a reason to stop. A weaker one than the one that is there changes nothing.
    pub(super) fn stop(&mut self, now: Moment, reason: Stop) {
        let reason = match (self.stopped, reason) {
            (Some((Stop::Signal, _)), Stop::Signal) => Stop::AtOnce,
            (_, reason) => reason,
        };
        match self.stopped {
            Some((old, _)) if old >= reason => {}
            // grace is counted from the first reason
            Some((_, since)) if reason.has_grace() => self.stopped = Some((reason, since)),
            Some(_) => self.stopped = Some((reason, now)),
            None => {
                self.stopped = Some((reason, now));
                self.tell(RunEvent::Stopping { reason });
                if reason == Stop::Walltime && !self.clock.has_seen_a_group() {
                    self.explain_the_walltime();
                }
            }
        }
        if matches!(reason, Stop::Signal | Stop::AtOnce) {
            self.drop_held();
        }
    }

    /// Ends a run in which groups fail, one as the other, before any is done. Nothing is started any more
    /// when there are enough of them; whether that is so for good, those at work may still show.
    pub(super) fn end_what_all_fail_alike(&mut self, now: Moment) {
        let has_group = |slot: &Slot| slot.hand().is_some_and(|hand| !hand.is_empty());
        let is_open = !self.crew.those(has_group).is_empty() || self.groups.is_settling();
        let Some((groups, reason)) = self.causes.common().filter(|_| self.stopped.is_none() && !is_open)
        else {
            return;
        };
        if self.groups.tally().left == 0 {
            return;
        }
        let message = format!(
            "{groups} groups have failed for the same reason and none is done, so no more are started: \
             {reason}; correct that and run again, which begins with the groups that have not been tried"
        );
        self.tell(RunEvent::Warning { message });
        self.stop(now, Stop::SameFailure);
    }

    /// The same command would come no further.
    fn explain_the_walltime(&mut self) {
        let kept = self.clock.kept_for_the_end().as_secs_f64();
        let what = if self.running().is_empty() { "begun" } else { "done" };
        self.tell(RunEvent::Warning {
            message: format!(
                "the walltime left was too short for any group to be {what}: of it, {kept} s are kept for \
                 --grace and the closing; give the job more time, or make the groups smaller"
            ),
        });
    }

    /// Ends groups that are over `--timeout`, and everything when the walltime or a grace is over.
    pub(super) fn end_what_took_too_long(&mut self, now: Moment) {
        let is_up = self.looks_around.is_none() && self.clock.is_up(now);
        if is_up && self.groups.tally().left > 0 {
            self.stop(now, Stop::Walltime);
        }
        for (worker, since) in self.running() {
            if self.clock.times_out(since).is_some_and(|end| now >= end) {
                let limit = self.clock.timeout().unwrap_or_default();
                self.end_worker(now, worker, Ending::TimedOut(limit));
            }
        }
        self.end_what_does_not_answer(now);
        if self.work_ends().is_some_and(|end| now >= end) {
            let alive = self.crew.those(Slot::is_alive);
            alive.into_iter().for_each(|worker| self.end_worker(now, worker, Ending::Stopped));
        }
    }

    /// When everything is ended that is still at work, if the run stops.
    pub(super) fn work_ends(&self) -> Option<Moment> {
        let (reason, since) = self.stopped?;
        Some(if reason.has_grace() { self.clock.grace_ends(since) } else { since })
    }

    fn end_what_does_not_answer(&mut self, now: Moment) {
        for worker in self.crew.ids() {
            if self.crew.patience_ends(worker).is_some_and(|end| now >= end) {
                self.end_worker(now, worker, Ending::Silent);
            }
        }
    }

    /// A pause counts neither as a group's time nor as grace. Whether it counts as walltime the batch system
    /// knows, and whether somebody has taken the run directory over the lock does.
    pub(super) fn go_on_after(&mut self, paused: Duration) {
        self.crew.postpone(paused);
        self.hold_longer(paused);
        if let Some((_, since)) = &mut self.stopped {
            *since += paused;
        }
        if self.looks_around.is_none() {
            self.actions.push(Action::LookAround);
        }
        self.looks_around = Some(self.looks_around.unwrap_or_default() + paused);
    }

    /// What has changed during a pause is known.
    pub(super) fn looked_around(&mut self, now: Moment, lock: Result<(), String>, walltime: Walltime) {
        let paused = self.looks_around.take().unwrap_or_default();
        match walltime {
            Walltime::WentOn => {}
            Walltime::StoodStill => self.clock.postpone_the_end(paused),
            Walltime::Left(left) => self.clock.ends_at(left.map(|left| now + left)),
        }
        if let Err(message) = lock {
            self.tell(RunEvent::Warning { message });
            self.stop(now, Stop::LockLost);
        }
    }

    pub(super) fn running(&self) -> Vec<(WorkerId, Moment)> {
        let since = |slot: &Slot| match slot {
            Slot::Serving(hand) => hand.running.as_ref().map(|running| running.since),
            _ => None,
        };
        self.crew.slots().filter_map(|(worker, slot)| Some((worker, since(slot)?))).collect()
    }

    /// Ends a worker's process.
    pub(super) fn end_worker(&mut self, now: Moment, worker: WorkerId, why: Ending) {
        let before = self.crew.slot(worker).clone();
        self.crew.ending(worker, why, now);
        if *self.crew.slot(worker) != before {
            self.actions.push(Action::Kill(worker));
        }
    }

    /// Lets workers go when nothing is left for them.
    pub(super) fn wind_down(&mut self, now: Moment) {
        if self.stopped.is_none() && self.looks_around.is_none() && self.nothing_can_start(now) {
            self.stop(now, Stop::Walltime);
        }
        if self.stopped.is_none() && self.groups.tally().left > 0 {
            return;
        }
        let free = self.crew.those(|slot| matches!(slot, Slot::Starting(_)) || slot.is_idle());
        free.into_iter().for_each(|worker| self.let_go(worker, now));
    }

    /// Tells a worker without work that nothing more will come.
    pub(super) fn let_go(&mut self, worker: WorkerId, now: Moment) {
        self.crew.ending(worker, Ending::Finished, now);
        self.actions.push(Action::Shutdown(worker));
    }

    /// Groups wait, none is at work, and there is no time for another.
    fn nothing_can_start(&self, now: Moment) -> bool {
        let left = self.groups.waiting() + self.groups.postponed();
        left > 0 && !self.clock.has_time_for(1, now) && self.busy().is_empty()
    }

    /// When [`super::event::Event::Woke`] is wanted, if nothing else happens before: never for what
    /// has been done already, or the pool would wake again and again while it waits for an end.
    pub fn next_wake(&self) -> Option<Moment> {
        let timeouts = self.running().into_iter().filter_map(|(_, since)| self.clock.times_out(since));
        let grace = self.work_ends().filter(|_| !self.crew.is_dead());
        let goes_on = self.stopped.is_none() && self.groups.tally().left > 0;
        let is_known = goes_on && self.looks_around.is_none();
        let walltime = self.clock.last_end().filter(|_| is_known);
        let too_late = self.clock.latest_start().filter(|_| is_known && !self.not_asked_back().is_empty());
        let patience = self.crew.ids().filter_map(|worker| self.crew.patience_ends(worker));
        let taken = self.memory_is_taken_from().filter(|_| goes_on);
        let ends = grace.into_iter().chain(walltime).chain(too_late).chain(taken);
        timeouts
            .chain(patience)
            .chain(ends)
            .chain(self.next_look_at_the_killed())
            .chain(self.next_release())
            .min()
    }
}
