//! Carries out what [`crate::decide`] wants: processes, pipes, names, timers.
//!
//! One loop: wait for one event, let the state decide, perform the actions. Nothing is decided
//! here, and nobody polls.
//!
//! - [`launch`]: how a worker is started · [`child`]: its pipes and its end
//! - [`committer`]: puts results into their places
//! - [`metering`]: reads memory · [`signals`]: hears signals · [`pauses`]: knows when we were stopped
//! - [`surroundings`]: finds out what has changed meanwhile
//! - [`probe`]: asks workers about some files, before any work · [`vote`]: what most of these are like

pub mod child;
pub mod committer;
pub mod launch;
mod metering;
mod pauses;
pub mod probe;
pub mod signals;
pub mod surroundings;
pub mod vote;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dayfold_contract::error::explained;
use dayfold_contract::frame::FrameError;
use dayfold_contract::message::{Assignment, Attempt, FailureKind, FromWorker, Output, ProgramEnd, ToWorker};
use dayfold_contract::{Fingerprint, Group, PartialName};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Interval, MissedTickBehavior};

use crate::decide::State;
use crate::decide::event::{Action, Event, How, Reading, Walltime};
use crate::disk_space;
use crate::meter::{Host, kills};
use crate::run_event::{Listener, RunEvent, WorkerId};
use child::{Handle, Heard};
use committer::{CommitConfig, Committer, ToCommit};
use launch::Launcher;
use metering::Meter;
use pauses::Pauses;
use rustix::process::Signal;
use signals::Asked;
use surroundings::Surroundings;

/// How whatever the kernel kills ends.
const KILL: i32 = Signal::KILL.as_raw();

/// Children wait when so much has not been heard: a worker that floods its log is slowed down.
const UNHEARD: usize = 1024;

/// Why a pool cannot work at all.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// A message cannot be encoded.
    #[error("failed to encode a message to a worker")]
    Frame(#[from] FrameError),
    /// The committer's thread cannot be started.
    #[error("failed to start a thread: {}", explained(.0))]
    Thread(#[source] std::io::Error),
    /// Signals cannot be listened to.
    #[error("failed to listen to signals")]
    Signals(#[source] std::io::Error),
}

/// What a pool works with.
pub struct Pool<'a> {
    launcher: &'a Launcher,
    groups: &'a [Group],
    run: Fingerprint,
    partials: PathBuf,
    listener: &'a mut dyn Listener,
    began: Instant,
    children: BTreeMap<WorkerId, Handle>,
    /// Before the committer, which waits for its thread where it can: that must not wait for us to hear.
    heard: Receiver<Heard>,
    committer: Committer,
    meter: Meter,
    /// When each worker began with what it has at work.
    started: BTreeMap<WorkerId, Instant>,
    ticks: Interval,
    pauses: Pauses,
    /// How long all pauses were: listeners hear no time in which nothing was done.
    paused: Duration,
    surroundings: Surroundings,
    late: VecDeque<Event>,
    /// Results that came so far, and their bytes.
    written: (u64, u64),
    tell: Sender<Heard>,
    asked: Asked,
}

impl<'a> Pool<'a> {
    /// A pool without workers, that listens to signals from now on. To be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// If the committer's thread cannot be started, or signals not be listened to.
    pub fn new(
        launcher: &'a Launcher,
        groups: &'a [Group],
        keeping: CommitConfig,
        surroundings: Surroundings,
        listener: &'a mut dyn Listener,
        began: Instant,
    ) -> Result<Self, PoolError> {
        let (tell, heard) = channel(UNHEARD);
        let (run, partials) = (keeping.run, keeping.partials.clone());
        let committer = Committer::start(keeping, tell.clone()).map_err(PoolError::Thread)?;
        let asked = signals::listen(&tell).map_err(PoolError::Signals)?;
        let mut ticks = tokio::time::interval(metering::EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            launcher,
            groups,
            run,
            partials,
            listener,
            began,
            children: BTreeMap::new(),
            committer,
            meter: Meter::new(Host::here()),
            started: BTreeMap::new(),
            ticks,
            pauses: Pauses::new(Instant::now()),
            paused: Duration::ZERO,
            surroundings,
            late: VecDeque::new(),
            written: (0, 0),
            heard,
            tell,
            asked,
        })
    }

    /// Runs until everything is done or stopped. How long it did not run meanwhile.
    ///
    /// # Errors
    /// If a message cannot be encoded.
    pub async fn run(mut self, state: &mut State) -> Result<Duration, PoolError> {
        let mut event = Event::Begin;
        loop {
            for action in state.on(self.began.elapsed(), event) {
                self.perform(action, state)?;
            }
            if state.is_over() {
                if state.leaves_behind() {
                    self.committer.hurry();
                }
                return Ok(self.paused);
            }
            event = self.wait(state).await;
        }
    }

    /// The next event; lines of logs are passed on meanwhile. After a pause that is the first event, and a signal
    /// goes before everything else: it must not come too late for what is held back for its sake.
    async fn wait(&mut self, state: &State) -> Event {
        let event = match self.late.pop_front() {
            Some(event) => event,
            None => self.hear(state).await,
        };
        if let Some(paused) = self.pauses.seen(Instant::now()) {
            self.paused += paused;
            self.late.push_front(event);
            return Event::Continued { paused };
        }
        match self.asked.take() {
            Some(asked) => {
                self.late.push_front(event);
                asked
            }
            None => event,
        }
    }

    async fn hear(&mut self, state: &State) -> Event {
        loop {
            let until_wake = state.next_wake().map(|at| at.saturating_sub(self.began.elapsed()));
            tokio::select! {
                Some(heard) = self.heard.recv() => match heard {
                    Heard::Event(event) => {
                        self.note_size(&event);
                        return self.note_kill(event);
                    }
                    Heard::Line(worker, line) => self.pass_on(state, worker, line),
                    Heard::Warning(message) => self.tell_listener(&RunEvent::Warning { message }),
                    Heard::Signal => {
                        if let Some(asked) = self.asked.take() {
                            return asked;
                        }
                    }
                    Heard::Pause => self.pause(),
                },
                _ = self.ticks.tick() => match self.surroundings.has_lost_the_lock() {
                    None => return Event::Metered(self.read_memory()),
                    Some(why) => return Event::LookedAround { lock: Err(why), walltime: Walltime::WentOn },
                },
                () = sleep(until_wake) => return Event::Woke,
            }
        }
    }

    /// Stops the workers and then ourselves; when we are continued, so are they.
    fn pause(&self) {
        self.children.values().for_each(|child| child.signal_all(Signal::STOP));
        signals::pause();
        self.children.values().for_each(|child| child.signal_all(Signal::CONT));
    }

    fn read_memory(&mut self) -> Reading {
        let workers: Vec<_> =
            self.children.iter().filter_map(|(&worker, child)| Some((worker, child.pid()?))).collect();
        self.meter.read(&workers)
    }

    /// When it comes: the first results may still be held back when the disk is found full.
    fn note_size(&mut self, event: &Event) {
        if let Event::Said { message: FromWorker::Done { output, .. }, .. } = event {
            self.written.0 += 1;
            self.written.1 += output.partial.as_ref().map_or(0, |aside| aside.bytes);
        }
    }

    /// A process that was killed, and not by us, while the kernel counts a kill for want of memory, is
    /// taken for the one that the kernel chose: the worker's, or that of a program of its. A kill that explains no
    /// death puts in doubt what ended well meanwhile: a script can go on without the process that was killed.
    fn note_kill(&mut self, mut event: Event) -> Event {
        match &mut event {
            Event::Exited { worker, exit } => {
                let ours = self.children.remove(worker).is_some_and(|child| child.was_killed());
                exit.out_of_memory =
                    !ours && exit.how == How::Signal(KILL) && self.meter.claim_kill(kills::FOUND_WITHIN);
                event
            }
            Event::Said { worker, message: FromWorker::Failed { attempt, failure } } => {
                let within = match failure.program {
                    Some(ProgramEnd::Signal(KILL)) => kills::FOUND_WITHIN,
                    Some(_) => kills::FAILS_WITHIN,
                    None => return event,
                };
                if failure.kind != FailureKind::Passing || !self.meter.claim_kill(within) {
                    return event;
                }
                Event::ProgramKilled { worker: *worker, attempt: *attempt, failure: failure.clone() }
            }
            Event::Said { worker, message: FromWorker::Started(_) } => {
                self.started.insert(*worker, Instant::now());
                event
            }
            Event::Said { worker, message: FromWorker::Done { attempt, output } } => {
                let since = self.started.remove(worker);
                if !since.is_some_and(|since| self.meter.has_unexplained_kill(since)) {
                    return event;
                }
                Event::DoneBesideKill { worker: *worker, attempt: *attempt, output: output.clone() }
            }
            _ => event,
        }
    }

    fn pass_on(&mut self, state: &State, worker: WorkerId, line: String) {
        let group = state.in_hand(worker);
        self.tell_listener(&RunEvent::WorkerLog { worker, group, line });
    }

    fn perform(&mut self, action: Action, state: &State) -> Result<(), PoolError> {
        match action {
            Action::Spawn(worker) => {
                let handle = child::start(worker, self.launcher, self.tell.clone());
                self.children.insert(worker, handle);
            }
            Action::Assign(worker, attempt) => self.assign(worker, attempt)?,
            Action::TakeBack(worker, attempt) => self.send(worker, &ToWorker::TakeBack(attempt))?,
            Action::Shutdown(worker) => self.send(worker, &ToWorker::Shutdown)?,
            Action::Kill(worker) => {
                if let Some(child) = self.children.get_mut(&worker) {
                    child.kill();
                }
            }
            Action::Keep(worker, attempt, output) => self.keep(worker, attempt, output),
            Action::Discard(output) => self.discard(&output),
            Action::LookAround => self.surroundings.look(self.tell.clone()),
            Action::KeepOutput(attempt, output) => self.keep_output(attempt, output),
            Action::TellRoom => self.tell_room(state),
            Action::Tell(happening) => self.tell_listener(&happening),
        }
        Ok(())
    }

    fn assign(&self, worker: WorkerId, attempt: Attempt) -> Result<(), PoolError> {
        let Some(group) = self.groups.get(attempt.group.index()) else { return Ok(()) };
        let assignment = Assignment { attempt, name: group.name.clone(), files: group.files.clone() };
        self.send(worker, &ToWorker::Assign(assignment))
    }

    fn send(&self, worker: WorkerId, message: &ToWorker) -> Result<(), PoolError> {
        self.children.get(&worker).map_or(Ok(()), |child| child.send(message)).map_err(PoolError::Frame)
    }

    fn keep(&self, worker: WorkerId, attempt: Attempt, output: Output) {
        if let Some(group) = self.groups.get(attempt.group.index()) {
            // a result without values is an empty file
            let checksum =
                output.partial.as_ref().map_or_else(|| Fingerprint::of(b""), |aside| aside.checksum);
            let name = PartialName::new(self.run, group, checksum);
            let name = name.of_form(output.form.as_ref().map(|described| described.id));
            self.committer.keep(ToCommit { worker, attempt, name, output });
        }
    }

    fn keep_output(&self, attempt: Attempt, output: Vec<u8>) {
        if let Some(group) = self.groups.get(attempt.group.index()) {
            self.committer.keep_output(group.name.clone(), attempt.number, output);
        }
    }

    /// Left-overs are swept at the next start, too: a failure here does no harm.
    fn discard(&self, output: &Output) {
        if let Some(aside) = &output.partial {
            let _swept_later = std::fs::remove_file(self.partials.join(&aside.file));
        }
    }

    /// Tells how much room is missing, by the partials so far.
    fn tell_room(&mut self, state: &State) {
        let (results, bytes) = self.written;
        let wanted = bytes.checked_div(results).map(|one| one.saturating_mul(state.tally().left as u64));
        let message = disk_space::told(&self.partials, wanted);
        self.tell_listener(&RunEvent::Warning { message });
    }

    fn tell_listener(&mut self, happening: &RunEvent) {
        self.listener.hear(self.began.elapsed().saturating_sub(self.paused), happening);
    }
}

/// Sleeps for so long; for ever where nothing is to be waited for.
async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
