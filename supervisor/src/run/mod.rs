//! A whole run, from the run directory as it was found to the final file.
//!
//! Locks are taken, what is known is looked at, the archive is probed, the plan is frozen; the pool
//! does what is left; results are folded. Each step leaves the run directory such that the same
//! command can go on.
//!
//! - [`order`]: what is asked for, and what came of it
//! - [`entrance`]: who may begin
//! - [`known`], [`results`], [`lore`]: what earlier runs left · [`again`]: what of it is done again
//! - [`ears`]: who hears · [`chronicle`]: the journal as it is written · [`session`]: its first line
//! - [`working`]: the archive is probed, the pool works
//! - [`closing`], [`whole`], [`folding`]: the end · [`provenance`], [`describe`]: what the final file says of itself ·
//!   [`contradiction`]: what is said of results that contradict each other
//! - [`target`]: where the final file goes · [`replaceable`], [`coverage`]: what it may take the place of
//! - [`mod@collate_only`]: the last step alone · [`trial`]: tried out before the whole is done

mod again;
mod chronicle;
mod closing;
mod collate_only;
mod contradiction;
mod coverage;
mod describe;
mod ears;
mod entrance;
mod folding;
mod known;
mod lore;
pub mod order;
mod provenance;
mod replaceable;
mod results;
mod session;
mod target;
pub mod trial;
mod whole;
mod working;

use std::path::Path;
use std::time::{Duration, Instant};

use dayfold_contract::Fingerprint;
use dayfold_contract::error::{explained, in_one_line};
use dayfold_contract::frame::FrameError;

use crate::collate::CollateError;
use crate::decide::groups::Tally;
use crate::decide::stop::Stop;
use crate::happening::{Happening, Listener};
use crate::interrupt::Interrupt;
use crate::journal::Session;
use crate::lock::ask::until_answered;
use crate::lock::guard::Guard;
use crate::lock::taker::Taker;
use crate::lock::{Held, LockError};
use crate::pool::PoolError;
use crate::pool::probe::ProbeError;
use crate::rundir::shard::Shard;
use crate::rundir::{RunDir, RunDirError, prove_writable};
use chronicle::Chronicle;
use ears::Ears;
use entrance::Entrance;
use known::{Known, KnownError};
use order::{Order, Report};
use replaceable::Others;

pub use collate_only::collate_only;
pub use provenance::is_own as is_own_attribute;

/// Why a run could not be done, besides what [`crate::verdict::Verdict`] tells.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The run directory.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// Another supervisor is at work.
    #[error("failed to {0}")]
    Lock(#[from] LockError),
    /// Another supervisor is at work, on other parts of the plan than this one would be.
    #[error(
        "failed to begin: {held}, which is {}, and this would be {}: let that end first, or begin with \
         the same N in --shard I/N",
        part(*theirs), part(*mine)
    )]
    OtherDivision {
        /// Its lock.
        held: Box<Held>,
        /// Its part.
        theirs: Shard,
        /// This one's.
        mine: Shard,
    },
    /// The archive is not what the task needs, or the task's program is not there.
    #[error("the task cannot be done: {0}")]
    Layout(String),
    /// Any of these, after work had begun: not all that an error means before holds then.
    #[error(transparent)]
    Underway(Box<RunError>),
    /// The system lets this process open too few files.
    #[error("failed to open files for workers: {}", explained(.0))]
    Descriptors(#[source] std::io::Error),
    /// Workers cannot be started.
    #[error("failed to start a worker: {0}")]
    NoWorker(String),
    /// Messages cannot be encoded.
    #[error("failed to encode a message to a worker")]
    Frame(#[from] FrameError),
    /// The pool cannot work.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Results cannot be folded.
    #[error(transparent)]
    Collate(#[from] CollateError),
    /// A signal came before any group was started.
    #[error(
        "a signal asked for the end before any group was started: to go on, start the run again as before"
    )]
    Interrupted,
    /// A second signal came, and the file system does not let the run end in order.
    #[error(
        "a second signal asked for the end, and what was under way does not end: most likely the file system \
         does not answer; to go on, start the run again as before"
    )]
    GivenUp,
    /// Another result has come to the final file's place while the run was at work.
    #[error("{0}; the results of this run are kept in its run directory")]
    Taken(#[source] RunDirError),
    /// The system gives no threads or no runtime.
    #[error("failed to start a thread: {}", explained(.0))]
    Thread(#[source] std::io::Error),
    /// The system gives nothing to this process that killed workers leave.
    #[error("failed to become the parent of what killed workers leave")]
    Adopt(#[source] std::io::Error),
}

impl From<ProbeError> for RunError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Wrong(why) => Self::Layout(why),
            ProbeError::NoWorker { reason, log } => Self::NoWorker(format!("{reason}{}", indented(&log))),
            ProbeError::Frame(error) => Self::Frame(error),
            ProbeError::Signals(error) => Self::Pool(PoolError::Signals(error)),
            ProbeError::Interrupted => Self::Interrupted,
        }
    }
}

impl From<KnownError> for RunError {
    fn from(error: KnownError) -> Self {
        match error {
            KnownError::RunDir(error) => Self::RunDir(error),
            KnownError::Lock(error) => Self::Lock(error),
        }
    }
}

fn part(shard: Shard) -> String {
    if shard.is_whole() { "an unsharded run".to_owned() } else { format!("shard {shard}") }
}

fn indented(log: &[String]) -> String {
    log.iter().map(|line| format!("\n  {line}")).collect()
}

/// What all steps of a run share.
struct Run<'a> {
    dir: RunDir,
    shard: Shard,
    interrupt: Interrupt,
    taker: Taker,
    began: Instant,
    /// What becomes of another's file in the final file's place.
    others: Others,
    /// Somebody is about to end this process, or something of the run hangs.
    is_hurry: bool,
    /// Groups or results are being worked on.
    is_underway: bool,
    ears: Ears<'a>,
    /// After the ears, so that the journal is closed while the lock is held.
    guards: Vec<Guard>,
}

impl<'a> Run<'a> {
    /// Takes the locks of a run directory that is there; others begin when the entrance is dropped.
    fn begin(
        dir: RunDir,
        shard: Shard,
        others: Others,
        interrupt: &Interrupt,
        listener: &'a mut dyn Listener,
    ) -> Result<(Self, Entrance), RunError> {
        let (began, interrupt) = (Instant::now(), interrupt.clone());
        let taker = Taker::here(interrupt.clone());
        let mut ears = Ears::new(listener);
        let (entrance, own) = entrance::enter(&dir, shard, &taker, &mut teller(&mut ears, began))?;
        let guards = vec![own];
        let (is_hurry, is_underway) = (false, false);
        let run = Self { dir, shard, interrupt, taker, began, others, is_hurry, is_underway, ears, guards };
        Ok((run, entrance))
    }

    /// Writes down from now on what happens.
    fn begin_journal(&mut self, run: Fingerprint, session: Session) {
        let asker = self.guards.first().map(Guard::asker);
        let still_ours = move || asker.as_ref().map_or(Ok(()), |ask| ask());
        let path = self.dir.journal_file(self.shard);
        let (chronicle, warnings) = Chronicle::open(&path, run, Box::new(still_ours));
        self.ears.begin_journal(chronicle, session);
        self.warn(&warnings);
    }

    /// The end, told to all who hear.
    fn end(mut self, outcome: Result<Report, RunError>) -> Result<Report, RunError> {
        let is_underway = self.is_underway;
        let outcome =
            outcome.map_err(|error| if is_underway { RunError::Underway(Box::new(error)) } else { error });
        self.hear(&match &outcome {
            Ok(report) => ended(report),
            Err(error) => Happening::Broken { reason: in_one_line(error) },
        });
        let is_hurry = || self.is_hurry || self.interrupt.is_asked();
        self.ears.end_journal(self.began.elapsed(), &is_hurry);
        outcome
    }

    /// Takes one more lock, after others, and keeps it to the end; false if a signal came first.
    fn also_take(&mut self, path: &Path) -> Result<bool, RunError> {
        let Self { taker, ears, began, .. } = self;
        let lock = match taker.take_in_turn(path, Duration::MAX, &mut teller(ears, *began)) {
            Ok(taken) => taken.map_err(|held| LockError::Held(Box::new(held)))?,
            Err(LockError::Interrupted(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.guards.push(Guard::new(lock).map_err(RunError::Thread)?);
        Ok(true)
    }

    /// Goes on, unless a signal has come.
    fn unless_asked(&self) -> Result<(), RunError> {
        if self.interrupt.is_asked() { Err(RunError::Interrupted) } else { Ok(()) }
    }

    /// Whether nobody has taken a lock over: to be asked before anything is renamed.
    fn still_ours(&mut self) -> Result<(), LockError> {
        let Self { guards, ears, began, .. } = self;
        let ask = || guards.iter().try_for_each(|guard| (guard.asker())());
        until_answered(&ask, teller(ears, *began))
    }

    fn hear(&mut self, happening: &Happening) {
        self.ears.hear(self.began.elapsed(), happening);
    }

    fn warn(&mut self, warnings: &[String]) {
        for message in warnings {
            self.hear(&Happening::Warning { message: message.clone() });
        }
    }
}

/// Tells warnings while others wait.
fn teller<'b>(ears: &'b mut Ears<'_>, began: Instant) -> impl FnMut(String) + 'b {
    move |message| ears.hear(began.elapsed(), &Happening::Warning { message })
}

fn ended(report: &Report) -> Happening {
    let Tally { done, failed, left, not_now } = report.tally;
    let (verdict, output) = (report.verdict.clone(), report.output.clone());
    Happening::Ended { verdict, done, failed, left: left + not_now, empty: report.empty.len(), output }
}

/// Does a run, until it is done or a signal comes.
///
/// # Errors
/// If it cannot be begun, or something unexpected happens; groups that fail are not an error.
pub fn run(mut order: Order, interrupt: &Interrupt, listener: &mut dyn Listener) -> Result<Report, RunError> {
    if interrupt.is_asked() {
        return Err(RunError::Interrupted);
    }
    let dir = RunDir::at(&order.run_dir);
    target::prove(&order.output, &order.given, &order.plan, &dir, Others::of(order.overwrite))?;
    let is_new = !dir.path().exists();
    dir.prepare()?;
    let outcome = in_run_dir(dir.clone(), &mut order, interrupt, listener);
    if is_new && outcome.is_err() {
        dir.remove_unused();
    }
    outcome
}

fn in_run_dir(
    dir: RunDir,
    order: &mut Order,
    interrupt: &Interrupt,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    let others = Others::of(order.overwrite);
    let (mut run, entrance) = Run::begin(dir, order.shard, others, interrupt, listener)?;
    let outcome = whole_run(&mut run, order, entrance);
    run.end(outcome)
}

fn whole_run(run: &mut Run<'_>, order: &mut Order, entrance: Entrance) -> Result<Report, RunError> {
    let mut known = look(run, order, &entrance)?;
    target::prove_result(&known.frozen, &run.dir, run.others)?;
    run.unless_asked()?;
    working::settle(run, order, &mut known, &entrance)?;
    // of what was refused before nothing is left
    run.begin_journal(known.frozen.run, session::of_run(&run.taker, order));
    drop(entrance);
    run.unless_asked()?;
    run.is_underway = true;
    let state = working::work(run, order, &known)?;
    run.is_hurry = state.leaves_behind() || state.stopped() == Some(Stop::Walltime);
    working::remember_layout(run, &mut known, &state)?;
    closing::close(run, order, &known, &state)
}

/// What is known, after what crashed writers left has been removed.
fn look(run: &mut Run<'_>, order: &Order, entrance: &Entrance) -> Result<Known, RunError> {
    if entrance.is_alone(&run.taker)? {
        let is_abandoned = |claim: &Path| matches!(run.taker.holder_of(claim), Ok(None));
        let stays = run.dir.sweep(target::folder(&order.output).as_path(), is_abandoned)?;
        run.warn(&stays);
    }
    let Run { dir, taker, ears, began, .. } = run;
    let known = known::look(dir, order, &mut || entrance.neighbour(taker, &mut teller(ears, *began)))?;
    run.warn(&known.warnings);
    Ok(known)
}
