//! Memory: how much a group is expected to need, and whether one more fits.
//!
//! A group is admitted if the running ones, each at the larger of its usage and the expected peak,
//! and it, fit under 90 % of the limit. The expected peak is the largest seen, or what the user
//! says, if that is more; while no group has ended, the largest usage so far, doubled, stands for
//! it. What a group used that failed, or was ended, counts as that of one at work.

use std::collections::BTreeMap;

use super::budget::{Budget, Pressure};
use super::event::Reading;
use crate::batch::queues::Gadi;
use crate::meter::memory_limit::Origin;
use crate::meter::units::Units;
use crate::run_event::WorkerId;

/// A worker may keep so much more than twice what it began with.
const TOLERATED: u64 = 64 << 20;

/// A worker's growth is looked at after so many groups, and each time that their number has doubled:
/// a look can cost it a moment without work.
pub(super) const FIRST_LOOK: u32 = 8;

/// Readings, 5 s of them, in which a group does not grow: it is taken for grown, or for hanging.
pub(super) const STEADY: u32 = 20;

/// Readings, a minute of them, after which a group is taken for what it is, however it grows.
pub(super) const LONG: u32 = 240;

/// What is known beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemorySettings {
    /// Bytes that all workers and the supervisor may use together.
    pub limit: Option<u64>,
    /// Bytes that a group needs, as the user says.
    pub per_group: Option<u64>,
    /// Where the limit comes from.
    pub origin: Origin,
    /// This is Gadi, whose queues are known.
    pub gadi: Option<Gadi>,
}

/// What is known of one worker's process.
#[derive(Clone, Copy, Debug, Default)]
struct Process {
    /// As it was last read.
    usage: u64,
    /// The first reading: what a worker uses that has done nothing.
    first: Option<u64>,
    /// The largest reading since its group began; `None` while it has none.
    peak: Option<u64>,
    /// The smallest reading since its last group began.
    lowest: Option<u64>,
    /// The last reading while it had no group.
    idle: Option<u64>,
    /// Groups that it has begun.
    groups: u32,
    /// What its group stands at: a reading that later ones exceed by little.
    level: u64,
    /// Readings since its group began, and of these the last ones that were near the level.
    readings: u32,
    steady: u32,
}

/// Whether a worker may be given another group, as far as what it keeps goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// It may.
    None,
    /// In its last group it never came near to what it began with: to be read while it is idle.
    Suspected,
    /// It keeps what it should have given back: to be replaced.
    Proven,
}

/// What is known of memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    settings: MemorySettings,
    processes: BTreeMap<WorkerId, Process>,
    budget: Budget,
    /// Of a group that came to its end.
    largest_peak: Option<u64>,
    /// Of a group that did not: it would have used no less.
    largest_cut_off: u64,
    /// After a kill for want of memory: so much a group is reckoned with at the least.
    at_least: u64,
}

impl Memory {
    /// Nothing is known but this.
    pub fn new(settings: MemorySettings) -> Self {
        Self { budget: Budget::new(settings.limit), settings, ..Self::default() }
    }

    /// A group of an earlier run took so much.
    pub fn remember(&mut self, peak: Option<u64>) {
        self.largest_peak = self.largest_peak.max(peak);
    }

    /// Bytes that may be used, where a limit is known.
    pub fn limit(&self) -> Option<u64> {
        self.budget.limit()
    }

    /// Takes in what was read.
    pub fn metered(&mut self, reading: &Reading) {
        for &(worker, usage) in &reading.workers {
            self.processes.entry(worker).or_default().read(usage);
        }
        self.budget.metered(reading);
    }

    /// A worker begins a group.
    pub fn group_began(&mut self, worker: WorkerId) {
        let process = self.processes.entry(worker).or_default();
        (process.peak, process.lowest, process.idle) = (Some(process.usage), None, None);
        (process.level, process.readings, process.steady) = (process.usage, 0, 0);
        process.groups += 1;
    }

    /// A worker's group failed: it might have used more.
    pub fn group_failed(&mut self, worker: WorkerId) {
        let read = self.processes.get_mut(&worker).and_then(|process| process.peak.take());
        self.cut_off(read);
    }

    /// A worker ended a group, and knows this of its peak: the larger of that and what was read.
    pub fn group_ended(&mut self, worker: WorkerId, told: u64) -> u64 {
        let read = self.processes.get_mut(&worker).and_then(|process| process.peak.take());
        let peak = told.max(read.unwrap_or_default());
        self.largest_peak = self.largest_peak.max(Some(peak));
        peak
    }

    /// A worker's process is gone, perhaps in the middle of a group.
    pub fn worker_gone(&mut self, worker: WorkerId) {
        let read = self.processes.remove(&worker).and_then(|process| process.peak);
        self.cut_off(read);
    }

    fn cut_off(&mut self, read: Option<u64>) {
        self.largest_cut_off = self.largest_cut_off.max(read.unwrap_or_default());
    }

    /// What a worker's group uses says nothing about others: it needs more than there is.
    pub fn disregard(&mut self, worker: WorkerId) {
        if let Some(process) = self.processes.get_mut(&worker) {
            process.peak = None;
        }
    }

    /// Whether others use so much of the memory that it can be their doing that there is too little.
    pub fn is_shared(&self) -> bool {
        self.limit().is_some_and(|limit| self.budget.foreign() > limit / 10)
    }

    /// The kernel killed a worker while so many were busy: henceforth one fewer must fit.
    pub fn killed_by_kernel(&mut self, busy: usize) {
        let Some(limit) = self.settings.limit else { return };
        let fewer = busy.saturating_sub(1).max(1) as u64;
        self.at_least = self.at_least.max(limit / 10 * 9 / fewer);
    }

    /// What a worker used when it was last read.
    pub fn usage_of(&self, worker: WorkerId) -> u64 {
        self.processes.get(&worker).map_or(0, |process| process.usage)
    }

    /// Whether a worker has grown for good; looked at now and then. Where its last group has not been
    /// read yet, the reading before is what there is.
    pub fn growth(&self, worker: WorkerId) -> Growth {
        let process = self.processes.get(&worker).copied().unwrap_or_default();
        let looked_at = process.groups >= FIRST_LOOK && process.groups.is_power_of_two();
        let expected = process.first.unwrap_or_default().saturating_mul(2).saturating_add(TOLERATED);
        let more = |reading: Option<u64>| reading.is_some_and(|reading| reading > expected);
        match (looked_at && more(process.lowest.or(Some(process.usage))), process.idle) {
            (false, _) => Growth::None,
            (true, None) => Growth::Suspected,
            (true, idle) => {
                if more(idle) {
                    Growth::Proven
                } else {
                    Growth::None
                }
            }
        }
    }

    /// Whether a group does not even fit with nothing beside it but the supervisor.
    pub fn is_too_large(&self, worker: WorkerId) -> bool {
        !self.budget.would_hold(self.usage_of(worker))
    }

    /// Why a group that does not fit alone failed, and what to do.
    pub fn too_large(&self, worker: WorkerId) -> String {
        let usage = self.usage_of(worker);
        format!("the group alone used {} of memory, and {}", self.size(usage), self.what_to_do(usage))
    }

    /// What is to be said of a group that the kernel killed for want of memory.
    pub fn killed_alone(&self, worker: WorkerId) -> String {
        let process = self.processes.get(&worker);
        let seen = process.map_or(0, |process| process.usage.max(process.peak.unwrap_or_default()));
        let limit = self.limit().unwrap_or_default();
        let least = self.what_to_do(seen.max(limit));
        format!("the group was alone at work and last seen with {}, and {least}", self.size(seen))
    }

    fn what_to_do(&self, needed: u64) -> String {
        let more = match (self.settings.origin, self.settings.gadi) {
            (Origin::Given, _) => Some("allow it more with --memory".to_owned()),
            (Origin::Machine, _) => Some("use a machine that has more".to_owned()),
            (Origin::Job, Some(gadi)) => {
                gadi.place_for(needed).map(|place| format!("give the job more memory ({place})"))
            }
            (Origin::Job, None) => Some("give the job more memory".to_owned()),
        };
        let more = more.map_or("no node has so much:".to_owned(), |more| more + ", or");
        let limit = self.size(self.limit().unwrap_or_default());
        format!("the limit is {limit} in all: {more} make the groups smaller")
    }

    fn size(&self, bytes: u64) -> String {
        Units::of(self.limit()).show(bytes)
    }

    /// What is to be said where groups wait for memory that is not ours.
    pub fn taken(&self) -> String {
        format!(
            "no group is started: other processes of the job use {} of its memory, ours {}, and a group is \
             expected to need {}",
            self.size(self.budget.foreign()),
            self.size(self.used()),
            self.size(self.expected())
        )
    }

    /// Whether what a worker's group uses has shown for a while what it needs: it does not grow, or has
    /// had much time to.
    pub fn has_shown_its_need(&self, worker: WorkerId) -> bool {
        self.processes.get(&worker).is_some_and(|process| {
            process.peak.is_some() && (process.steady >= STEADY || process.readings >= LONG)
        })
    }

    /// Whether nothing is known of what a group needs: then few are started.
    pub fn is_new(&self) -> bool {
        self.settings.limit.is_some() && self.settings.per_group.is_none() && self.largest_peak.is_none()
    }

    /// What a group is expected to need, bytes.
    pub fn expected(&self) -> u64 {
        let running = self.processes.values().filter_map(|process| process.peak).max().unwrap_or_default();
        let so_far = running.max(self.largest_cut_off);
        let known = match self.settings.per_group.max(self.largest_peak) {
            None => so_far.saturating_mul(2),
            Some(known) => known.max(so_far),
        };
        known.max(self.at_least)
    }

    /// Whether one more group fits beside those of the busy workers, given in order; `idle` is the
    /// worker that would take it, where it has a process already.
    pub fn admits(&self, busy: &[WorkerId], idle: Option<WorkerId>) -> bool {
        let expected = self.expected();
        let takes = |worker: &WorkerId| busy.binary_search(worker).is_ok() || idle == Some(*worker);
        let reckoned = |(worker, process): (&WorkerId, &Process)| {
            if takes(worker) { process.usage.max(expected) } else { process.usage }
        };
        let read: u64 = self.processes.iter().map(reckoned).sum();
        let unread = busy.iter().chain(&idle).filter(|worker| !self.processes.contains_key(worker)).count();
        let unread = unread as u64 + u64::from(idle.is_none());
        let sum = read.saturating_add(expected.saturating_mul(unread));
        let is_calm = self.pressure() == Pressure::None;
        // one alone may always show what it needs, unless others leave it nothing
        let alone = busy.is_empty() && (is_calm || !self.budget.would_hold(sum));
        alone || is_calm && self.budget.holds(sum)
    }

    /// Whether there is so much memory besides what is used.
    pub fn has_room(&self, needed: u64) -> bool {
        self.budget.holds(self.of_workers().saturating_add(needed))
    }

    /// How near the limit is.
    pub fn pressure(&self) -> Pressure {
        self.budget.pressure(self.of_workers())
    }

    /// All that is used, bytes.
    pub fn used(&self) -> u64 {
        self.budget.used(self.of_workers())
    }

    fn of_workers(&self) -> u64 {
        self.processes.values().map(|process| process.usage).sum()
    }
}

impl Process {
    fn read(&mut self, usage: u64) {
        self.usage = usage;
        self.first.get_or_insert(usage);
        match &mut self.peak {
            Some(peak) => *peak = usage.max(*peak),
            None => self.idle = Some(usage),
        }
        self.readings += 1;
        self.steady += 1;
        if usage > self.level.saturating_add(self.level / 10) {
            (self.level, self.steady) = (usage, 0);
        }
        self.lowest = Some(self.lowest.map_or(usage, |lowest| lowest.min(usage)));
    }
}
