//! The workers: what each is at, and what it has in hand.

use std::time::Duration;

use dayfold_contract::message::Attempt;

use super::event::Moment;
use super::patience::PATIENCE;
use crate::run_event::WorkerId;

/// A worker that cannot get to its first group this many times in a row is not replaced any more.
pub const STARTS_IN_VAIN: u32 = 3;

/// What a worker is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// No process.
    Vacant,
    /// A process that has not said it is ready, and since when.
    Starting(Moment),
    /// A process that takes assignments.
    Serving(Hand),
    /// A process that is to end, what it had when that was decided, and since when.
    Ending(Ending, Hand, Moment),
    /// Cannot be started: given up.
    GivenUp,
}

impl Slot {
    /// Whether it could take a group at once.
    pub fn is_idle(&self) -> bool {
        matches!(self, Self::Serving(hand) if hand.is_empty())
    }

    /// What its process has.
    pub fn hand(&self) -> Option<&Hand> {
        match self {
            Self::Serving(hand) | Self::Ending(_, hand, _) => Some(hand),
            Self::Vacant | Self::Starting(_) | Self::GivenUp => None,
        }
    }

    fn hand_mut(&mut self) -> Option<&mut Hand> {
        match self {
            Self::Serving(hand) | Self::Ending(_, hand, _) => Some(hand),
            Self::Vacant | Self::Starting(_) | Self::GivenUp => None,
        }
    }

    /// Whether a process is there, or on its way, that nobody has ended.
    pub fn is_alive(&self) -> bool {
        matches!(self, Self::Starting(_) | Self::Serving(_) | Self::Ending(Ending::Finished, ..))
    }
}

/// What a worker has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// At work on this.
    pub running: Option<Running>,
    /// Waits in the pipe.
    pub next: Option<Next>,
}

impl Hand {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.running.is_none() && self.next.is_none()
    }

    fn postpone(&mut self, by: Duration) {
        if let Some(running) = &mut self.running {
            [&mut running.since, &mut running.heard, &mut running.paused]
                .into_iter()
                .for_each(|it| *it += by);
        }
        self.next.iter_mut().filter_map(|next| next.owed.as_mut()).for_each(|owed| *owed += by);
    }
}

/// A group at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which attempt.
    pub attempt: Attempt,
    /// Since when.
    pub since: Moment,
    /// The input file in hand, once one was named.
    pub file: Option<String>,
    /// Whether another group has been at work beside it.
    pub was_joined: bool,
    /// When its worker was last heard to get on with it.
    pub heard: Moment,
    /// How often it was told that it does not get on.
    pub told: u32,
    /// How long nothing ran meanwhile.
    pub paused: Duration,
}

impl Running {
    /// An attempt that begins now.
    pub fn new(attempt: Attempt, now: Moment) -> Self {
        Self {
            attempt,
            since: now,
            file: None,
            was_joined: false,
            heard: now,
            told: 0,
            paused: Duration::ZERO,
        }
    }
}

/// An assignment in the pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Which attempt.
    pub attempt: Attempt,
    /// It has been asked back.
    pub asked_back: bool,
    /// Since when the worker owes an answer to it: that it has started, where it has nothing else
    /// in hand, or that it is given back.
    pub owed: Option<Moment>,
}

/// Why we end a worker's process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// There is nothing left to do: it was asked to end.
    Finished,
    /// Its group took longer than this, which is what is allowed.
    TimedOut(Duration),
    /// Memory had to be given back.
    Pressure,
    /// Its group alone needs more memory than there is; with the reason in words.
    TooLarge(String),
    /// Others left its group, alone at work, too little memory; with what it used, bytes.
    CrowdedOut(u64),
    /// The run stops, and the time of grace is over.
    Stopped,
    /// It said something that makes no sense.
    Rubbish(String),
    /// It does not answer: it is stopped, or stuck.
    Silent,
}

#[derive(Clone, Debug)]
struct Member {
    slot: Slot,
    /// Whether its process got to a group.
    proven: bool,
    /// Whether its process was killed and is known to hang.
    stuck: bool,
    starts_in_vain: u32,
}

/// All workers of a run.
#[derive(Clone, Debug)]
pub struct Crew {
    members: Vec<Member>,
}

impl Crew {
    /// So many places, all vacant.
    pub fn new(places: u32) -> Self {
        let vacant = Member { slot: Slot::Vacant, proven: false, stuck: false, starts_in_vain: 0 };
        Self { members: vec![vacant; places as usize] }
    }

    /// All places.
    pub fn ids(&self) -> impl Iterator<Item = WorkerId> + use<> {
        (0..self.members.len() as u32).map(WorkerId)
    }

    /// Places and what they are at.
    pub fn slots(&self) -> impl Iterator<Item = (WorkerId, &Slot)> {
        (0..).map(WorkerId).zip(self.members.iter().map(|member| &member.slot))
    }

    /// The workers that are at what is wanted.
    pub fn those(&self, wanted: impl Fn(&Slot) -> bool) -> Vec<WorkerId> {
        self.slots().filter(|(_, slot)| wanted(slot)).map(|(worker, _)| worker).collect()
    }

    /// What a worker is at; a place that does not exist is given up.
    pub fn slot(&self, worker: WorkerId) -> &Slot {
        self.members.get(worker.0 as usize).map_or(&Slot::GivenUp, |member| &member.slot)
    }

    /// The hand of a worker that serves.
    pub fn hand_mut(&mut self, worker: WorkerId) -> Option<&mut Hand> {
        match &mut self.members.get_mut(worker.0 as usize)?.slot {
            Slot::Serving(hand) => Some(hand),
            _ => None,
        }
    }

    /// A process has been asked for.
    pub fn starting(&mut self, worker: WorkerId, now: Moment) {
        if let Some(member) = self.members.get_mut(worker.0 as usize) {
            (member.slot, member.proven, member.stuck) = (Slot::Starting(now), false, false);
        }
    }

    /// The process says it is ready; false where that makes no sense.
    pub fn ready(&mut self, worker: WorkerId) -> bool {
        let expected = matches!(self.slot(worker), Slot::Starting(_));
        if expected {
            self.set(worker, Slot::Serving(Hand::default()));
        }
        expected
    }

    /// It got to a group: whatever happens next, it can be started.
    pub fn proven(&mut self, worker: WorkerId) {
        if let Some(member) = self.members.get_mut(worker.0 as usize) {
            (member.proven, member.starts_in_vain) = (true, 0);
        }
    }

    /// A group has begun: from now on those that are at work beside one another share the memory.
    pub fn note_company(&mut self) {
        let at_work = self.members.iter_mut().filter_map(|member| member.slot.hand_mut()?.running.as_mut());
        let mut at_work: Vec<&mut Running> = at_work.collect();
        if at_work.len() > 1 {
            at_work.iter_mut().for_each(|running| running.was_joined = true);
        }
    }

    /// We want its process to end. A worker that ends already keeps its first reason, unless that
    /// was only that its work was finished.
    pub fn ending(&mut self, worker: WorkerId, why: Ending, now: Moment) {
        let Some(member) = self.members.get_mut(worker.0 as usize) else { return };
        let hand = match &mut member.slot {
            Slot::Serving(hand) | Slot::Ending(Ending::Finished, hand, _) => std::mem::take(hand),
            Slot::Starting(_) => Hand::default(),
            Slot::Vacant | Slot::Ending(..) | Slot::GivenUp => return,
        };
        member.slot = Slot::Ending(why, hand, now);
    }

    /// Its process is gone: what it was at. A worker that ended by itself before it got to a group,
    /// again and again, is given up.
    pub fn exited(&mut self, worker: WorkerId) -> Slot {
        let Some(member) = self.members.get_mut(worker.0 as usize) else { return Slot::GivenUp };
        let was = std::mem::replace(&mut member.slot, Slot::Vacant);
        let blamed = |why: &Ending| matches!(why, Ending::Rubbish(_) | Ending::Silent);
        let on_our_word = matches!(&was, Slot::Ending(why, ..) if !blamed(why));
        if !on_our_word && !member.proven {
            member.starts_in_vain += 1;
        }
        if member.starts_in_vain >= STARTS_IN_VAIN {
            member.slot = Slot::GivenUp;
        }
        was
    }

    /// No process is started in this place any more.
    pub fn give_up(&mut self, worker: WorkerId) {
        self.set(worker, Slot::GivenUp);
    }

    /// Everything is held to have begun so much later.
    pub fn postpone(&mut self, by: Duration) {
        for member in &mut self.members {
            let (since, hand) = match &mut member.slot {
                Slot::Vacant | Slot::GivenUp => continue,
                Slot::Starting(since) => (Some(since), None),
                Slot::Serving(hand) => (None, Some(hand)),
                Slot::Ending(_, hand, since) => (Some(since), Some(hand)),
            };
            since.into_iter().for_each(|since| *since += by);
            hand.into_iter().for_each(|hand| hand.postpone(by));
        }
    }

    /// When a worker that does not answer until then is taken for stuck. One that has been killed
    /// cannot be hurried any more.
    pub fn patience_ends(&self, worker: WorkerId) -> Option<Moment> {
        let owed = match self.slot(worker) {
            Slot::Starting(since) | Slot::Ending(Ending::Finished, _, since) => Some(*since),
            Slot::Serving(hand) => hand.next.as_ref().and_then(|next| next.owed),
            Slot::Vacant | Slot::GivenUp | Slot::Ending(..) => None,
        };
        owed.map(|since| since + PATIENCE)
    }

    /// The workers that were killed and of which no end has been heard, and since when; whether they
    /// are known to hang.
    pub fn killed(&self) -> impl Iterator<Item = (WorkerId, Moment, bool)> {
        (0..).map(WorkerId).zip(&self.members).filter_map(|(worker, member)| match &member.slot {
            Slot::Ending(Ending::Finished, ..) => None,
            Slot::Ending(_, _, since) => Some((worker, *since, member.stuck)),
            _ => None,
        })
    }

    /// When the last of these was killed.
    pub fn last_killed(&self) -> Option<Moment> {
        self.killed().map(|(_, since, _)| since).max()
    }

    /// A worker that was killed hangs: why it was, and what it has, which is no longer its own.
    pub fn is_stuck(&mut self, worker: WorkerId) -> Option<(Ending, Hand)> {
        let member = self.members.get_mut(worker.0 as usize)?;
        let Slot::Ending(why, hand, _) = &mut member.slot else { return None };
        member.stuck = true;
        Some((why.clone(), std::mem::take(hand)))
    }

    /// Whether nobody is there that could still do something.
    pub fn is_dead(&self) -> bool {
        !self.members.iter().any(|member| member.slot.is_alive())
    }

    /// Whether no process is there or on its way.
    pub fn is_empty(&self) -> bool {
        self.members.iter().all(|member| matches!(member.slot, Slot::Vacant | Slot::GivenUp))
    }

    /// Whether no place can be filled any more.
    pub fn is_hopeless(&self) -> bool {
        self.members.iter().all(|member| member.slot == Slot::GivenUp)
    }

    fn set(&mut self, worker: WorkerId, slot: Slot) {
        if let Some(member) = self.members.get_mut(worker.0 as usize) {
            member.slot = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: WorkerId = WorkerId(0);
    const NOW: Moment = Duration::from_secs(7);

    #[test]
    fn a_worker_that_never_gets_to_a_group_is_given_up() {
        let mut crew = Crew::new(1);
        for _ in 0..STARTS_IN_VAIN {
            assert_eq!(*crew.slot(ONE), Slot::Vacant);
            crew.starting(ONE, NOW);
            assert_eq!(crew.exited(ONE), Slot::Starting(NOW));
        }
        assert!(crew.is_hopeless());
    }

    #[test]
    fn a_worker_that_got_to_a_group_is_replaced_for_ever() {
        let mut crew = Crew::new(1);
        for _ in 0..10 * STARTS_IN_VAIN {
            crew.starting(ONE, NOW);
            assert!(crew.ready(ONE));
            crew.proven(ONE);
            crew.exited(ONE);
        }
        assert_eq!(*crew.slot(ONE), Slot::Vacant);
    }

    #[test]
    fn a_start_in_vain_is_one_of_a_process_that_got_to_no_group() {
        let mut crew = Crew::new(1);
        crew.starting(ONE, NOW);
        assert!(crew.ready(ONE));
        crew.proven(ONE);
        crew.exited(ONE);
        for _ in 0..STARTS_IN_VAIN {
            assert_eq!(*crew.slot(ONE), Slot::Vacant);
            crew.starting(ONE, NOW);
            crew.exited(ONE);
        }
        assert_eq!(*crew.slot(ONE), Slot::GivenUp);
    }

    #[test]
    fn a_worker_keeps_the_first_reason_to_end() {
        let mut crew = Crew::new(1);
        crew.starting(ONE, NOW);
        assert!(crew.ready(ONE) && !crew.ready(ONE));
        crew.ending(ONE, Ending::TimedOut(Duration::ZERO), NOW);
        crew.ending(ONE, Ending::Pressure, NOW);
        assert_eq!(crew.exited(ONE), Slot::Ending(Ending::TimedOut(Duration::ZERO), Hand::default(), NOW));
    }
}
