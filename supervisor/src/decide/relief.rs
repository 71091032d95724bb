//! Giving memory back when the limit is near, and telling how near it is.

use std::time::Duration;

use super::State;
use super::budget::Pressure;
use super::crew::{Ending, Slot};
use super::event::Moment;
use super::patience::PATIENCE;
use super::stop::Stop;
use crate::run_event::{RunEvent, WorkerId};

/// For the journal: often enough to draw, and seldom enough to keep.
const TOLD_EVERY: Duration = Duration::from_secs(30);

impl State {
    /// Gives memory back when the limit is near: first what idle workers hold, then the group that
    /// has done least. One that does not fit alone fails.
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
            (1, Some(&(worker, _))) if self.memory.is_too_large(worker) => {
                let reason = self.memory.too_large(worker);
                self.memory.disregard(worker);
                self.end_worker(now, worker, Ending::TooLarge(reason));
            }
            (1, Some(&(worker, _))) => {
                self.evict(now, worker, Ending::CrowdedOut(self.memory.usage_of(worker)));
            }
            (_, Some(&(worker, _))) => self.evict(now, worker, Ending::Pressure),
            (_, None) => {}
        }
    }

    /// A process that ends gives its memory back in a moment; one that hangs does not.
    fn is_relieving(&self) -> bool {
        let finished = |slot: &Slot| matches!(slot, Slot::Ending(Ending::Finished, ..));
        self.crew.slots().any(|(_, slot)| finished(slot)) || self.crew.killed().any(|(.., stuck)| !stuck)
    }

    fn evict(&mut self, now: Moment, worker: WorkerId, why: Ending) {
        if let Some(group) = self.in_hand(worker) {
            let (used, limit) = (self.memory.usage_of(worker), self.memory.limit().unwrap_or_default());
            self.tell(RunEvent::Evicted { group, worker, used, limit });
        }
        self.end_worker(now, worker, why);
    }

    /// Where others use the memory that even a single group would need, they are waited for; not for
    /// ever.
    pub(super) fn wait_for_memory(&mut self, now: Moment) {
        let one_fits = || self.admits(self.crew.those(Slot::is_idle).first().copied());
        let (waiting, postponed) = (self.groups.waiting(), self.groups.postponed());
        let goes_on = self.stopped.is_none() && self.looks_around.is_none() && waiting + postponed > 0;
        if !goes_on || !self.busy().is_empty() || waiting > 0 && one_fits() {
            self.short_since = None;
        } else if self.short_since.is_none() {
            self.short_since = Some(now);
            let taken = self.memory.taken();
            let message = format!("{taken}; they are waited for {} s", PATIENCE.as_secs());
            self.tell(RunEvent::Warning { message });
        } else if self.memory_is_taken_from().is_some_and(|moment| now >= moment) {
            self.stop(now, Stop::MemoryTaken);
        }
    }

    /// From when on memory that others use is not waited for any more.
    pub(super) fn memory_is_taken_from(&self) -> Option<Moment> {
        self.short_since.map(|since| since + PATIENCE)
    }

    /// Tells how much memory is used, now and then.
    pub(super) fn tell_memory(&mut self, now: Moment) {
        if self.told_memory.is_some_and(|told| now < told + TOLD_EVERY) {
            return;
        }
        self.told_memory = Some(now);
        let (used, limit, running) = (self.memory.used(), self.memory.limit(), self.running().len());
        self.tell(RunEvent::Memory { used, limit, running });
    }
}
