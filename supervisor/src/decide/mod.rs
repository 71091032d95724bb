//! What happens next: every decision of a run, as plain functions on plain state.
//!
//! An event goes in, actions come out ([`State::on`]); the time comes with the event. There is no
//! clock, process, file or channel in here, so that every rule of a run is a test of a few lines,
//! and what is tested is what runs. Carrying out is [`crate::pool`]'s.
//!
//! - [`groups`]: the table of groups and the queue
//! - [`crew`]: the workers and what they have in hand
//! - [`forms`]: which results fit together
//! - [`memory`], [`budget`], [`clock`]: whether one more group fits, and ends in time
//! - [`handing_out`]: who gets what
//! - [`answers`]: what a worker's messages and its end mean · [`holding`]: near a signal
//! - [`retry`]: what is tried again · [`alike`]: failures that all groups have in common
//! - [`patience`]: how long is waited · [`relief`]: giving memory back
//! - [`stop`], [`winding_down`]: ending early, and ending · [`stuck`]: what does not end ·
//!   [`taking_long`]: what may hang

pub mod alike;
mod answers;
pub mod budget;
pub mod clock;
pub mod crew;
pub mod event;
pub mod forms;
pub mod groups;
mod handing_out;
mod holding;
pub mod memory;
pub mod patience;
mod relief;
pub mod retry;
pub mod stop;
mod stuck;
mod taking_long;
#[cfg(test)]
mod tests;
mod winding_down;

use std::num::NonZeroU32;
use std::time::Duration;

use dayfold_contract::job::Layout;
use dayfold_contract::{GroupId, GroupName};

use alike::Causes;
use clock::{Clock, TimeSettings};
use crew::Crew;
use event::{Action, Event, Moment};
use forms::Forms;
use groups::{Groups, InitialState, Tally};
use holding::Programs;
use memory::{Memory, MemorySettings};
use retry::Retry;
use stop::Stop;

use crate::run_event::WorkerId;

/// What decides how a run goes, besides its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Worker processes at most.
    pub workers: NonZeroU32,
    /// How often a group is tried at most.
    pub attempts: NonZeroU32,
    /// Which failures are tried again.
    pub retry: Retry,
    /// Groups may fail: that all do so alike ends nothing.
    pub allow_failed: bool,
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
    /// What the files of all groups must look like, where that is known before the work.
    layout: Option<Layout>,
    /// The forms of the results.
    forms: Forms,
    /// When memory was last told.
    told_memory: Option<Moment>,
    told_room: bool,
    told_not_started: bool,
    /// Why groups failed while none is done.
    causes: Causes,
    /// How long the pause was after which it is not known yet whether the lock is still ours and how much time
    /// is left: till then nothing is started.
    looks_around: Option<Duration>,
    /// Since when nothing is at work, for want of memory.
    short_since: Option<Moment>,
    /// For tasks that run programs.
    programs: Option<Programs>,
    stopped: Option<(Stop, Moment)>,
    /// What is left is waited for no longer.
    left_behind: bool,
    /// What has been decided in answer to the event at hand.
    actions: Vec<Action>,
}

impl State {
    /// A run that has not begun.
    pub fn new(settings: Settings, groups: impl IntoIterator<Item = (GroupName, InitialState)>) -> Self {
        let groups = Groups::new(groups);
        let mut causes = Causes::default();
        if settings.allow_failed || groups.tally().done > 0 {
            causes.close();
        }
        Self {
            groups,
            crew: Crew::new(settings.workers.get()),
            memory: Memory::new(settings.memory),
            clock: Clock::new(settings.time),
            layout: None,
            forms: Forms::default(),
            told_memory: None,
            told_room: false,
            told_not_started: false,
            causes,
            looks_around: None,
            short_since: None,
            programs: None,
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
            Event::ProgramKilled { worker, attempt, failure } => {
                self.program_killed(now, worker, attempt, failure);
            }
            Event::DoneBesideKill { worker, attempt, output } => {
                self.done_beside_kill(now, worker, attempt, output);
            }
            Event::Kept { worker, attempt, result } => self.kept(now, worker, attempt, result),
            Event::Metered(reading) => {
                self.memory.metered(&reading);
                self.tell_memory(now);
                self.tell_what_takes_long(now);
                self.relieve(now);
            }
            Event::Continued { paused } => self.go_on_after(paused),
            Event::LookedAround { lock, walltime } => self.looked_around(now, lock, walltime),
            Event::Asked(reason) => self.stop(now, reason),
            Event::Warned if self.stops_for_a_signal() => {}
            Event::Warned => self.stop(now, Stop::Signal),
        }
        self.release(now);
        self.end_what_took_too_long(now);
        self.look_at_the_killed(now);
        self.end_what_all_fail_alike(now);
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

    /// The same, of files that look like this: workers fail groups of others.
    pub fn expecting(self, layout: Option<Layout>) -> Self {
        Self { layout, ..self }
    }

    /// The same, where results of earlier runs have these forms.
    pub fn comparing_with(self, forms: Forms) -> Self {
        Self { forms, ..self }
    }

    /// Where no group is done, those that have failed in an earlier run come last: they may fail again, and
    /// all alike, which ends the run before others are tried.
    pub fn begin_with_untried(&mut self, has_failed: impl Fn(&GroupName) -> bool) {
        if self.groups.tally().done == 0 {
            self.groups.put_last(has_failed);
        }
    }

    /// The same, where a group of an earlier run took so much memory, bytes.
    pub fn remembering(mut self, peak: Option<u64>) -> Self {
        self.memory.remember(peak);
        self
    }

    /// What the files of all groups look like, as far as is known: those of most.
    pub fn layout(&self) -> Option<&Layout> {
        self.layout.as_ref().or_else(|| self.forms.most()?.layout.as_ref())
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
