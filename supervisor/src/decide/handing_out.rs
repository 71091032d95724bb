//! Who gets what: idle workers first, then new workers, then one ahead in the pipe of busy ones.

use super::State;
use super::budget::Pressure;
use super::crew::{Hand, Next, Slot};
use super::event::{Action, Moment};
use super::memory::Growth;
use crate::run_event::WorkerId;

impl State {
    /// Hands out what may be started now.
    pub(super) fn hand_out(&mut self, now: Moment) {
        if self.looks_around.is_some() && self.stopped.is_none() {
            return;
        }
        let is_over = self.stopped.is_some() || !self.clock.has_time_for(1, now);
        if is_over || self.causes.common().is_some() || self.may_all_fail_alike() {
            return self.not_asked_back().into_iter().for_each(|worker| self.ask_back(worker, now));
        }
        self.groups.bring_back(|needed| self.memory.has_room(needed));
        if self.groups.waiting() == 0 {
            return self.share_the_last(now);
        }
        self.fill_idle(now);
        self.spawn(now);
        if self.clock.has_time_for(2, now) {
            self.fill_pipes(now);
        }
    }

    /// Workers that have, or will have, a group.
    pub(super) fn busy(&self) -> Vec<WorkerId> {
        let busy = |slot: &Slot| match slot {
            Slot::Vacant | Slot::GivenUp => false,
            Slot::Starting(_) => true,
            Slot::Serving(hand) | Slot::Ending(_, hand, _) => !hand.is_empty(),
        };
        self.crew.those(busy)
    }

    /// Whether one more group may be started, by this idle worker or by a new one.
    pub(super) fn admits(&self, idle: Option<WorkerId>) -> bool {
        let busy = self.busy();
        let few = (self.settings.workers.get() as usize / 4).max(1);
        // one that hangs keeps nobody waiting
        let unknown = busy.iter().filter(|&&worker| !self.memory.has_shown_its_need(worker)).count();
        let slow_start = self.memory.is_new() && unknown >= few;
        !slow_start && self.memory.admits(&busy, idle)
    }

    fn fill_idle(&mut self, now: Moment) {
        for worker in self.crew.those(Slot::is_idle) {
            if !self.admits(Some(worker)) {
                break;
            }
            match self.memory.growth(worker) {
                Growth::None => self.assign(worker, now),
                Growth::Suspected => {}
                Growth::Proven => self.let_go(worker, now),
            }
        }
    }

    /// Starts as many processes as groups wait that nobody is on the way to take.
    fn spawn(&mut self, now: Moment) {
        let starting = self.crew.those(|slot| matches!(slot, Slot::Starting(_))).len();
        let mut wanted = self.groups.waiting().saturating_sub(starting);
        for worker in self.crew.those(|slot| *slot == Slot::Vacant) {
            if wanted == 0 || !self.admits(None) {
                break;
            }
            self.crew.starting(worker, now);
            self.actions.push(Action::Spawn(worker));
            wanted -= 1;
        }
    }

    /// Puts one assignment into the pipe of each worker that is at work: when it ends, it need not
    /// wait. Not before new workers have had their share, and not under pressure.
    fn fill_pipes(&mut self, now: Moment) {
        if self.memory.pressure() != Pressure::None {
            return;
        }
        let starting = self.crew.those(|slot| matches!(slot, Slot::Starting(_))).len();
        let at_work = |slot: &Slot| matches!(slot, Slot::Serving(Hand { running: Some(_), next: None }));
        let at_work = self.crew.those(at_work).into_iter();
        let trusted: Vec<_> = at_work.filter(|&worker| self.memory.growth(worker) == Growth::None).collect();
        for worker in trusted {
            if self.groups.waiting() <= starting {
                break;
            }
            self.assign(worker, now);
        }
    }

    fn assign(&mut self, worker: WorkerId, now: Moment) {
        let Some(attempt) = self.groups.assign_next(worker) else { return };
        if let Some(hand) = self.crew.hand_mut(worker) {
            let owed = hand.running.is_none().then_some(now);
            hand.next = Some(Next { attempt, asked_back: false, owed });
            self.actions.push(Action::Assign(worker, attempt));
        }
    }

    /// Nothing waits, but a group in the pipe of a busy worker could be done by an idle one.
    fn share_the_last(&mut self, now: Moment) {
        let idle = self.crew.those(Slot::is_idle);
        let free = idle.iter().filter(|&&worker| self.admits(Some(worker))).count();
        let on_the_way = self
            .crew
            .those(|slot| matches!(slot, Slot::Serving(Hand { next: Some(next), .. }) if next.asked_back));
        for worker in self.not_asked_back().into_iter().take(free.saturating_sub(on_the_way.len())) {
            self.ask_back(worker, now);
        }
    }

    /// Workers with a group in the pipe that could be taken back, since they are at work on another.
    pub(super) fn not_asked_back(&self) -> Vec<WorkerId> {
        let waits = |slot: &Slot| matches!(slot, Slot::Serving(Hand { running: Some(_), next: Some(next) }) if !next.asked_back);
        self.crew.those(waits)
    }

    fn ask_back(&mut self, worker: WorkerId, now: Moment) {
        let Some(next) = self.crew.hand_mut(worker).and_then(|hand| hand.next.as_mut()) else { return };
        if !next.asked_back {
            next.asked_back = true;
            next.owed = Some(now);
            self.actions.push(Action::TakeBack(worker, next.attempt));
        }
    }
}
