//! A world for the state: processes, a disk, memory and a clock, whose every move chance decides.
//!
//! It goes on as the pool does: time never passes a moment at which the state wants to be woken.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::event::{GroupUse, KeepFailure, Moment, Reading};
use super::super::holding::HOLD;
use super::super::patience::GONE_IN;
use super::super::stop::Stop;
use super::*;
use crate::run_event::RunEvent;

/// What every group needs when it is at its largest, and what it grows by between two readings.
pub const NEED: u64 = 100;
const GROWS_BY: u64 = 30;

/// What does not hang answers within this time.
const SOON: Duration = Duration::from_millis(500);

const METERED_EVERY: Duration = Duration::from_millis(250);

/// What happens besides that groups are done.
#[derive(Clone, Copy, Debug)]
pub struct Mischief {
    /// Workers fall silent, and processes outlive their kill, some for ever.
    pub hangs: bool,
    /// The disk is full, the lock lost.
    pub disk: bool,
    /// Others in the job use memory, for moments or longer.
    pub hogs: bool,
    /// Groups are programs', whose ends near a signal are not trusted.
    pub programs: bool,
}

/// A worker process as the world outside sees it.
#[derive(Debug, Default)]
struct Process {
    ready: bool,
    pipe: VecDeque<Attempt>,
    running: Option<Attempt>,
    usage: u64,
    shut: bool,
    killed: Option<Moment>,
    /// It does nothing any more.
    hangs: bool,
}

/// A world that answers the state's actions in an order that chance decides.
pub struct World {
    pub state: State,
    pub now: Moment,
    /// When it was last asked to stop.
    pub asked: Option<Moment>,
    /// Groups whose results are in their places.
    pub safe: BTreeSet<u32>,
    /// Groups that were told to have failed.
    pub named: BTreeSet<u32>,
    /// When a group's result came.
    came: BTreeMap<u32, Moment>,
    processes: BTreeMap<u32, Process>,
    keeping: VecDeque<(WorkerId, Attempt, Moment)>,
    /// Drawn from first; when it is used up, every worker gets its turn.
    chance: VecDeque<u8>,
    drawn: u64,
    metered: Moment,
    hogged: bool,
    settings: Settings,
    mischief: Mischief,
}

impl World {
    pub fn new(settings: Settings, count: u32, mischief: Mischief, chance: Vec<u8>) -> Self {
        Self {
            state: match State::new(settings, groups(count)) {
                state if mischief.programs => state.running_programs(false),
                state => state,
            },
            now: Duration::ZERO,
            asked: None,
            safe: BTreeSet::new(),
            named: BTreeSet::new(),
            came: BTreeMap::new(),
            processes: BTreeMap::new(),
            keeping: VecDeque::new(),
            chance: chance.into(),
            drawn: 0,
            metered: Duration::ZERO,
            hogged: false,
            settings,
            mischief,
        }
    }

    /// Goes on to the end; the moments at which it is asked to stop are counted in steps.
    pub fn run(&mut self, stops: &[u32]) {
        self.on(Event::Begin);
        for step in 0..200_000 {
            if self.state.is_over() {
                return;
            }
            if stops.contains(&step) {
                self.asked = Some(self.now);
                self.on(Event::Asked(Stop::Signal));
            } else {
                self.step();
            }
        }
        panic!("the run does not end: {:?}", self.state);
    }

    /// Whether nobody is there any more, and nothing on its way.
    pub fn is_empty(&self) -> bool {
        self.processes.is_empty() && self.keeping.is_empty()
    }

    fn chance(&mut self, of: u8) -> u8 {
        self.drawn += 1;
        let drawn = self.chance.pop_front().unwrap_or_else(|| scrambled(self.drawn));
        drawn % of.max(1)
    }

    fn on(&mut self, event: Event) {
        for action in self.state.on(self.now, event) {
            self.perform(action);
        }
        self.check();
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Spawn(worker) => {
                let old = self.processes.insert(worker.0, Process { usage: 1, ..Process::default() });
                assert!(old.is_none(), "two processes for one worker");
            }
            Action::Assign(worker, attempt) => {
                let process = self.processes.get_mut(&worker.0).expect("an assignment to nobody");
                assert!(process.ready && !process.shut && process.killed.is_none());
                process.pipe.push_back(attempt);
                assert!(process.pipe.len() <= 1, "more than one ahead");
            }
            Action::TakeBack(worker, attempt) => self.take_back(worker, attempt),
            Action::Shutdown(worker) => self.processes.get_mut(&worker.0).unwrap().shut = true,
            Action::Kill(worker) => self.kill(worker),
            Action::Keep(worker, attempt, _) => {
                let came = self.came[&attempt.group.0];
                let is_after = self.asked.is_none_or(|asked| came >= asked);
                assert!(!self.mischief.programs || is_after && self.now >= came + HOLD, "kept too soon");
                self.keeping.push_back((worker, attempt, self.now));
            }
            Action::Tell(RunEvent::AttemptFailed { group, attempt, again: false, .. }) => {
                assert!(attempt <= self.settings.attempts.get());
                let group = group.as_str().trim_start_matches('g').parse().unwrap();
                assert!(self.named.insert(group), "{group} failed twice");
            }
            Action::LookAround
            | Action::Discard(_)
            | Action::KeepOutput(..)
            | Action::TellRoom
            | Action::Tell(_) => {}
        }
    }

    fn kill(&mut self, worker: WorkerId) {
        let outlives = self.mischief.hangs && self.chance(6) == 1;
        let process = self.processes.get_mut(&worker.0).unwrap();
        assert_eq!(process.killed, None, "killed twice");
        (process.killed, process.hangs) = (Some(self.now), outlives);
    }

    /// The worker forgets it if it has not begun; the answer takes its time.
    fn take_back(&mut self, worker: WorkerId, attempt: Attempt) {
        let process = self.processes.get_mut(&worker.0).unwrap();
        if process.pipe.front() == Some(&attempt) && !process.hangs {
            process.pipe.pop_front();
            self.on(said(worker.0, FromWorker::TakenBack(attempt)));
        }
    }

    /// What is killed cannot do anything any more, and need not count when it should be long gone.
    fn counts(&self, process: &Process) -> bool {
        process.killed.is_none_or(|killed| self.now < killed + GONE_IN)
    }

    fn check(&self) {
        let mut live = BTreeSet::new();
        for process in self.processes.values().filter(|process| self.counts(process)) {
            for attempt in process.pipe.iter().chain(&process.running) {
                assert!(live.insert(attempt.group), "two live attempts at {:?}", attempt.group);
            }
        }
        let at_work = |process: &&Process| process.running.is_some() && process.killed.is_none();
        let running = self.processes.values().filter(at_work).count() as u64;
        if let Some(limit) = self.settings.memory.limit {
            assert!(running <= 1 || running * NEED <= limit / 10 * 9, "{running} groups at once");
        }
    }

    /// Lets some time pass, and one thing happen somewhere.
    fn step(&mut self) {
        if let Some(worker) = self.overdue() {
            return self.step_of(worker);
        }
        if self.keeping.front().is_some_and(|(.., since)| self.now >= *since + SOON) {
            return self.keep();
        }
        self.pass_time();
        if self.now >= self.metered + METERED_EVERY {
            self.meter();
        } else if !self.keeping.is_empty() && self.chance(3) == 0 {
            self.keep();
        } else {
            let ids: Vec<u32> = self.processes.keys().copied().collect();
            if let Some(&worker) = ids.get(self.chance(ids.len() as u8) as usize) {
                self.step_of(worker);
            }
        }
    }

    /// A process that was killed and does not hang.
    fn overdue(&self) -> Option<u32> {
        let overdue = |process: &Process| {
            !process.hangs && process.killed.is_some_and(|killed| self.now >= killed + SOON)
        };
        self.processes.iter().find(|(_, process)| overdue(process)).map(|(&worker, _)| worker)
    }

    fn pass_time(&mut self) {
        let later = self.now + Duration::from_millis([0, 10, 100, 400][self.chance(4) as usize]);
        match self.state.next_wake() {
            Some(wake) if wake <= later => {
                self.now = self.now.max(wake);
                self.on(Event::Woke);
                let next = self.state.next_wake();
                assert!(self.state.is_over() || next.is_none_or(|next| next > self.now), "wakes for ever");
            }
            _ => self.now = later,
        }
    }

    fn keep(&mut self) {
        let Some((worker, attempt, _)) = self.keeping.pop_front() else { return };
        let failure = match self.chance(60) {
            1 if self.mischief.disk => Some(KeepFailure::NoSpace("full".into())),
            2 if self.mischief.disk => Some(KeepFailure::LockLost("lost".into())),
            3 if self.mischief.disk => Some(KeepFailure::Other("no luck".into())),
            _ => None,
        };
        let event = match failure {
            Some(failure) => Event::Kept { worker, attempt, result: Err(failure) },
            None => {
                self.safe.insert(attempt.group.0);
                kept(worker.0, attempt)
            }
        };
        self.on(event);
    }

    fn step_of(&mut self, worker: u32) {
        let (falls_silent, dies) = (self.chance(60) == 1, self.chance(20) == 1);
        let goes_after_all = self.chance(100) == 1;
        let (can_hang, timed) = (self.mischief.hangs, self.settings.time.timeout.is_some());
        let process = self.processes.get_mut(&worker).unwrap();
        if process.hangs && !(process.killed.is_some() && goes_after_all) {
            return;
        }
        let ends = process.shut && process.running.is_none() && process.pipe.is_empty();
        if process.killed.is_some() || ends || (dies && process.running.is_some()) {
            self.processes.remove(&worker);
            return self.on(exited(worker, How::Signal(9)));
        }
        // what is at work may take as long as it likes where there is no --timeout
        if falls_silent && can_hang && (timed || process.running.is_none()) {
            process.hangs = true;
            return;
        }
        self.goes_on(worker);
    }

    fn goes_on(&mut self, worker: u32) {
        let how = self.chance(12);
        let process = self.processes.get_mut(&worker).unwrap();
        if !process.ready {
            process.ready = true;
            return self.on(ready(worker));
        }
        if let Some(attempt) = process.running.take() {
            process.usage = 1;
            self.came.insert(attempt.group.0, self.now);
            return self.on(match how {
                1 => failed(worker, attempt, FailureKind::Passing),
                2 => failed(worker, attempt, FailureKind::Input),
                _ => needed(done(worker, attempt)),
            });
        }
        if let Some(next) = process.pipe.pop_front() {
            process.running = Some(next);
            self.on(started(worker, next));
        }
    }

    fn meter(&mut self) {
        self.metered = self.now;
        for process in self.processes.values_mut().filter(|process| process.running.is_some()) {
            process.usage = (process.usage + GROWS_BY).min(NEED);
        }
        let workers: Vec<_> = self.processes.iter().map(|(&id, p)| (WorkerId(id), p.usage)).collect();
        let turns = self.chance(if self.hogged { 10 } else { 30 }) == 1;
        self.hogged = self.mischief.hogs && self.hogged != turns;
        let limit = self.settings.memory.limit.filter(|_| self.hogged);
        let cgroup = limit.map(|limit| GroupUse { used: limit, limit });
        self.on(Event::Metered(Reading { workers, supervisor: 1, cgroup }));
    }
}

/// A byte that looks drawn.
fn scrambled(number: u64) -> u8 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 27)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 56) as u8
}

/// Done, with the peak that all groups have.
fn needed(done: Event) -> Event {
    let Event::Said { worker, message: FromWorker::Done { attempt, output } } = done else { return done };
    let output = Output { peak_memory: NEED, ..output };
    Event::Said { worker, message: FromWorker::Done { attempt, output } }
}
