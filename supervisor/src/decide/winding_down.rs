//! Ending: what took too long, what must give memory back, reasons to stop, and the end itself.

use std::time::Duration;

use super::State;
use super::crew::{Ending, Slot};
use super::event::{Action, Moment};
use super::memory::Pressure;
use super::stop::Stop;
use crate::happening::{Happening, WorkerId};

/// For the journal: often enough to draw, and seldom enough to keep.
const MEMORY_TOLD_EVERY: Duration = Duration::from_secs(30);

impl State {
    /// There is a reason to stop. A weaker one than the one that is there changes nothing.
    pub(super) fn stop(&mut self, now: Moment, reason: Stop) {
        let reason = match (self.stopped, reason) {
            (Some((Stop::Signal, _)), Stop::Signal) => Stop::AtOnce,
            (_, reason) => reason,
        };
        match self.stopped {
            Some((old, _)) if old >= reason => {}
            Some((_, since)) => self.stopped = Some((reason, since)),
            None => {
                self.stopped = Some((reason, now));
                self.tell(Happening::Stopping { reason });
            }
        }
    }

    /// Ends groups that are over `--timeout`, and everything when the walltime or a grace is over.
    pub(super) fn end_what_took_too_long(&mut self, now: Moment) {
        if self.clock.is_up(now) && self.groups.tally().left > 0 {
            self.stop(now, Stop::Walltime);
        }
        for (worker, since) in self.running() {
            if self.clock.times_out(since).is_some_and(|end| now >= end) {
                let limit = self.clock.timeout().unwrap_or_default();
                self.end_worker(now, worker, Ending::TimedOut(limit));
            }
        }
        self.end_what_does_not_answer(now);
        if let Some((reason, since)) = self.stopped
            && (!reason.has_grace() || now >= self.clock.grace_ends(since))
        {
            let alive = self.crew.those(Slot::is_alive);
            alive.into_iter().for_each(|worker| self.end_worker(now, worker, Ending::Stopped));
        }
    }

    fn end_what_does_not_answer(&mut self, now: Moment) {
        for worker in self.crew.ids() {
            if self.crew.patience_ends(worker).is_some_and(|end| now >= end) {
                self.end_worker(now, worker, Ending::Silent);
            }
        }
    }

    /// A pause counts neither as a group's time nor as grace; the walltime goes on.
    pub(super) fn forget(&mut self, paused: Duration) {
        self.crew.postpone(paused);
        if let Some((_, since)) = &mut self.stopped {
            *since += paused;
        }
    }

    /// Gives memory back when the limit is near: first what idle workers hold, then the group that
    /// has done least; a group that does not fit alone fails.
    pub(super) fn relieve(&mut self, now: Moment) {
        if self.memory.pressure() < Pressure::Critical || self.is_relieving() {
            return;
        }
        let idle = self.crew.those(Slot::is_idle);
        if !idle.is_empty() {
            return idle.into_iter().for_each(|worker| self.end_worker(now, worker, Ending::Pressure));
        }
        let running = self.running();
        match (running.len(), running.iter().max_by_key(|(_, since)| *since)) {
            (1, Some(&(worker, _))) => {
                let reason = self.memory.too_large(worker);
                self.end_worker(now, worker, Ending::TooLarge(reason));
            }
            (_, Some(&(worker, _))) => self.end_worker(now, worker, Ending::Pressure),
            (_, None) => {}
        }
    }

    /// Tells how much memory is used, now and then.
    pub(super) fn tell_memory(&mut self, now: Moment) {
        if self.told_memory.is_some_and(|told| now < told + MEMORY_TOLD_EVERY) {
            return;
        }
        self.told_memory = Some(now);
        let (used, limit, running) = (self.memory.used(), self.memory.limit(), self.running().len());
        self.tell(Happening::Memory { used, limit, running });
    }

    fn is_relieving(&self) -> bool {
        let ending = |slot: &Slot| matches!(slot, Slot::Ending(Ending::Pressure | Ending::TooLarge(_), ..));
        self.crew.slots().any(|(_, slot)| ending(slot))
    }

    fn running(&self) -> Vec<(WorkerId, Moment)> {
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
        if self.stopped.is_none() && self.nothing_can_start(now) {
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
        self.groups.waiting() > 0 && !self.clock.has_time_for(1, now) && self.busy().is_empty()
    }

    /// When [`super::event::Event::Woke`] is wanted, if nothing else happens before: never for what
    /// has been done already, or the pool would wake again and again while it waits for an end.
    pub fn next_wake(&self) -> Option<Moment> {
        let timeouts = self.running().into_iter().filter_map(|(_, since)| self.clock.times_out(since));
        let alive = self.crew.slots().any(|(_, slot)| slot.is_alive());
        let grace = self.stopped.filter(|_| alive).map(|(_, since)| self.clock.grace_ends(since));
        let goes_on = self.stopped.is_none() && self.groups.tally().left > 0;
        let walltime = self.clock.last_end().filter(|_| goes_on);
        let patience = self.crew.ids().filter_map(|worker| self.crew.patience_ends(worker));
        timeouts.chain(grace).chain(walltime).chain(patience).min()
    }
}
