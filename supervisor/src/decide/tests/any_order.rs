//! Any order of events ends with every group done or named, with never two live attempts at one
//! group, and never more memory admitted than the limit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::super::event::Reading;
use super::super::stop::Stop;
use super::*;

/// A worker process as the world outside sees it.
#[derive(Debug, Default)]
struct Process {
    ready: bool,
    pipe: VecDeque<Attempt>,
    running: Option<Attempt>,
    shut: bool,
    killed: bool,
}

/// A world that answers the state's actions in an order that chance decides.
struct World {
    state: State,
    processes: BTreeMap<u32, Process>,
    keeping: VecDeque<(WorkerId, Attempt)>,
    safe: BTreeSet<u32>,
    /// Drawn from first; when it is used up, every worker gets its turn.
    chance: VecDeque<u8>,
    drawn: u64,
    now: u64,
    limit: Option<u64>,
}

/// What every group of the simulation uses.
const NEED: u64 = 100;

impl World {
    fn chance(&mut self, of: u8) -> u8 {
        self.drawn += 1;
        let drawn = self.chance.pop_front().unwrap_or(((self.drawn * 37) >> 2) as u8);
        drawn % of.max(1)
    }

    fn on(&mut self, event: Event) {
        self.now += 1;
        for action in self.state.on(Duration::from_secs(self.now), event) {
            self.perform(action);
        }
        self.check();
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Spawn(worker) => {
                let old = self.processes.insert(worker.0, Process::default());
                assert!(old.is_none(), "two processes for one worker");
            }
            Action::Assign(worker, attempt) => {
                let process = self.processes.get_mut(&worker.0).expect("an assignment to nobody");
                assert!(process.ready && !process.shut && !process.killed);
                process.pipe.push_back(attempt);
                assert!(process.pipe.len() <= 1, "more than one ahead");
            }
            Action::TakeBack(worker, attempt) => self.take_back(worker, attempt),
            Action::Shutdown(worker) => self.processes.get_mut(&worker.0).unwrap().shut = true,
            Action::Kill(worker) => self.processes.get_mut(&worker.0).unwrap().killed = true,
            Action::Keep(worker, attempt, _) => self.keeping.push_back((worker, attempt)),
            Action::Discard(_) | Action::Tell(_) => {}
        }
    }

    /// The worker forgets it if it has not begun; the answer takes its time.
    fn take_back(&mut self, worker: WorkerId, attempt: Attempt) {
        let process = self.processes.get_mut(&worker.0).unwrap();
        if process.pipe.front() == Some(&attempt) {
            process.pipe.pop_front();
            self.on(said(worker.0, FromWorker::TakenBack(attempt)));
        }
    }

    fn check(&self) {
        let mut live = BTreeSet::new();
        for process in self.processes.values() {
            for attempt in process.pipe.iter().chain(&process.running) {
                assert!(live.insert(attempt.group), "two live attempts at {:?}", attempt.group);
            }
        }
        let running = self.processes.values().filter(|process| process.running.is_some()).count() as u64;
        if let Some(limit) = self.limit {
            assert!(running <= 1 || running * NEED <= limit / 10 * 9, "{running} groups at once");
        }
    }

    /// Lets one thing happen somewhere.
    fn step(&mut self) {
        if !self.keeping.is_empty() && self.chance(3) == 0 {
            let (worker, attempt) = self.keeping.pop_front().unwrap();
            self.safe.insert(attempt.group.0);
            return self.on(kept(worker.0, attempt));
        }
        let ids: Vec<u32> = self.processes.keys().copied().collect();
        let Some(&worker) = ids.get(self.chance(ids.len() as u8) as usize) else { return };
        self.step_of(worker);
    }

    fn step_of(&mut self, worker: u32) {
        let dies = self.chance(20) == 1;
        let process = self.processes.get_mut(&worker).unwrap();
        let ends = process.shut && process.running.is_none() && process.pipe.is_empty();
        if process.killed || ends || (dies && process.running.is_some()) {
            self.processes.remove(&worker);
            return self.on(exited(worker, How::Signal(9)));
        }
        if !process.ready {
            process.ready = true;
            return self.on(ready(worker));
        }
        match (process.running.take(), process.pipe.pop_front()) {
            (None, Some(next)) => {
                process.running = Some(next);
                self.on(started(worker, next));
                self.meter();
            }
            (Some(attempt), next) => {
                process.pipe.extend(next);
                let event = match self.chance(12) {
                    1 => failed(worker, attempt, FailureKind::Passing),
                    2 => failed(worker, attempt, FailureKind::Input),
                    _ => done(worker, attempt),
                };
                self.on(event);
            }
            (None, None) => {}
        }
    }

    fn meter(&mut self) {
        let usage = |process: &Process| if process.running.is_some() { NEED } else { 1 };
        let workers = self.processes.iter().map(|(&id, process)| (WorkerId(id), usage(process))).collect();
        self.on(Event::Metered(Reading { workers, supervisor: 1, cgroup: None }));
    }

    fn run(&mut self, stop_at: Option<u32>) {
        self.on(Event::Begin);
        for step in 0..100_000 {
            if self.state.is_over() {
                return;
            }
            if stop_at == Some(step) {
                self.on(Event::Asked(Stop::Signal));
            }
            if self.state.stopped().is_some() && step % 7 == 0 {
                self.on(Event::Woke);
            }
            self.step();
        }
        panic!("the run does not end: {:?}", self.state);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn every_group_is_done_or_named(
        workers in 1u32..9,
        count in 0u32..30,
        spare in prop::option::of(0u64..2000),
        stop_at in prop::option::weighted(0.3, 0u32..300),
        chance in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        // what slow start lets begin fits: nothing could be known that forbids it
        let limit = spare.map(|spare| u64::from(workers / 4).max(1) * NEED * 10 / 9 + 10 + spare);
        let memory = MemorySettings { limit, ..MemorySettings::default() };
        let settings = Settings { memory, ..settings(workers) };
        let mut world = World {
            state: State::new(settings, groups(count)),
            processes: BTreeMap::new(),
            keeping: VecDeque::new(),
            safe: BTreeSet::new(),
            chance: chance.into(),
            drawn: 0,
            now: 0,
            limit,
        };
        world.run(stop_at);
        let tally = world.state.tally();
        prop_assert_eq!(tally.done + tally.failed + tally.left, count as usize);
        prop_assert_eq!(tally.done, world.safe.len());
        prop_assert!(tally.left == 0 || world.state.stopped().is_some());
        prop_assert!(world.processes.is_empty() && world.keeping.is_empty());
    }
}
