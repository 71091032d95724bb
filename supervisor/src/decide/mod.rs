//! What happens next: every decision of a run, as plain functions on plain state.
//!
//! An event goes in, actions come out ([`State::on`]); the time comes with the event. There is no
//! clock, process, file or channel in here, so that every rule of a run is a test of a few lines,
//! and what is tested is what runs. Carrying out is [`crate::pool`]'s.
//!
//! - [`groups`]: the table of groups and the queue
//! - [`crew`]: the workers and what they have in hand
//! - [`memory`], [`budget`], [`clock`]: whether one more group fits, and ends in time
//! - [`handing_out`]: who gets what
//! - [`answers`]: what a worker's messages and its end mean
//! - [`patience`]: how long is waited · [`relief`]: giving memory back
//! - [`stop`], [`winding_down`]: ending early, and ending · [`stuck`]: what does not end

mod answers;
pub mod budget;
pub mod clock;
pub mod crew;
pub mod event;
pub mod groups;
mod handing_out;
pub mod memory;
mod patience;
mod relief;
pub mod stop;
mod stuck;
#[cfg(test)]
mod tests;
mod winding_down;

use std::num::NonZeroU32;

use dayfold_contract::job::Layout;
use dayfold_contract::{GroupId, GroupName};

use clock::{Clock, TimeSettings};
use crew::Crew;
use event::{Action, Event, Moment};
use groups::{Before, Groups, Tally};
use memory::{Memory, MemorySettings};
use stop::Stop;

use crate::happening::WorkerId;

/// What decides how a run goes, besides its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Worker processes at most.
    pub workers: NonZeroU32,
    /// How often a group is tried at most.
    pub attempts: NonZeroU32,
    /// About memory.
    pub memory: MemorySettings,
    /// About time.
    pub time: TimeSettings,
}

/// The state of a run.
#[derive(Clone, Debug)]
pub struct State {
    settings: Settings,
    groups: Groups,
    crew: Crew,
    memory: Memory,
    clock: Clock,
    /// What the files of all groups look like, once that is known.
    layout: Option<Layout>,
    /// When memory was last told.
    told_memory: Option<Moment>,
    told_room: bool,
    /// Whose program the kernel has killed, until the worker tells what it lost by that.
    killed_program: Option<WorkerId>,
    /// Since when nothing is at work, for want of memory.
    short_since: Option<Moment>,
    stopped: Option<(Stop, Moment)>,
    /// What is left is waited for no longer.
    left_behind: bool,
    /// What has been decided in answer to the event at hand.
    actions: Vec<Action>,
}

impl State {
    /// A run that has not begun.
    pub fn new(settings: Settings, groups: impl IntoIterator<Item = (GroupName, Before)>) -> Self {
        Self {
            groups: Groups::new(groups),
            crew: Crew::new(settings.workers.get()),
            memory: Memory::new(settings.memory),
            clock: Clock::new(settings.time),
            layout: None,
            told_memory: None,
            told_room: false,
            killed_program: None,
            short_since: None,
            stopped: None,
            left_behind: false,
            actions: Vec::new(),
            settings,
        }
    }

    /// Takes in what happened at this time, and decides what is to be done.
    pub fn on(&mut self, now: Moment, event: Event) -> Vec<Action> {
        match event {
            Event::Begin | Event::Woke => {}
            Event::Said { worker, message } => self.said(now, worker, message),
            Event::Exited { worker, exit } => self.exited(now, worker, exit),
            Event::ProgramKilled(worker) => self.program_killed(worker),
            Event::Kept { worker, attempt, result } => self.kept(now, worker, attempt, result),
            Event::Metered(reading) => {
                self.memory.metered(&reading);
                self.tell_memory(now);
                self.relieve(now);
            }
            Event::Continued { paused } => self.forget(paused),
            Event::Asked(reason) => self.stop(now, reason),
        }
        self.end_what_took_too_long(now);
        self.look_at_the_killed(now);
        self.hand_out(now);
        self.wait_for_memory(now);
        self.wind_down(now);
        self.leave_behind(now);
        std::mem::take(&mut self.actions)
    }

    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        let nothing_to_do = self.groups.tally().left == 0 || self.stopped.is_some();
        self.left_behind || nothing_to_do && !self.groups.is_settling() && self.crew.is_empty()
    }

    /// Whether it is over though something has not ended: a process, or a result on its way to its place.
    pub fn leaves_behind(&self) -> bool {
        self.left_behind
    }

    /// The same, of files that look like this: a group of others fails.
    pub fn expecting(self, layout: Option<Layout>) -> Self {
        Self { layout, ..self }
    }

    /// The same, where a group of an earlier run took so much memory, bytes.
    pub fn remembering(mut self, peak: Option<u64>) -> Self {
        self.memory.remember(peak);
        self
    }

    /// What the files of all groups look like, once that is known.
    pub fn layout(&self) -> Option<&Layout> {
        self.layout.as_ref()
    }

    /// The group that a worker has at work.
    pub fn in_hand(&self, worker: WorkerId) -> Option<GroupName> {
        let running = self.crew.slot(worker).hand()?.running.as_ref()?;
        Some(self.groups.name(running.attempt.group))
    }

    /// Why the run ends early, if it does.
    pub fn stopped(&self) -> Option<Stop> {
        self.stopped.map(|(reason, _)| reason)
    }

    /// How many groups stand where.
    pub fn tally(&self) -> Tally {
        self.groups.tally()
    }

    /// The groups that were given up, in order.
    pub fn failed(&self) -> Vec<GroupName> {
        self.groups.failed().cloned().collect()
    }

    /// The groups whose results are safe, in order.
    pub fn done(&self) -> Vec<GroupId> {
        self.groups.done().collect()
    }
}
