//! A whole run, from the run directory as it was found to the final file.
//!
//! The lock is taken, what is known is looked at, the archive is probed, the plan is frozen; the
//! pool does what is left; results are folded. Each step leaves the run directory such that the
//! same command can go on.
//!
//! - [`order`]: what is asked for, and what came of it
//! - [`known`]: what earlier runs left · [`guard`]: keeps the lock · [`ears`]: who hears
//! - [`working`]: the archive is probed, the pool works
//! - [`closing`], [`folding`]: the end · [`provenance`]: what the final file says of itself
//! - [`collate_only`]: the last step alone

mod closing;
mod collate_only;
mod ears;
mod folding;
mod guard;
mod known;
pub mod order;
mod provenance;
mod working;

use std::path::Path;
use std::time::Instant;

use dayfold_contract::frame::FrameError;

use crate::collate::CollateError;
use crate::happening::{Happening, Listener};
use crate::lock::{Acquisition, Holder, LockError};
use crate::meter::{Host, batch};
use crate::pool::PoolError;
use crate::pool::probe::ProbeError;
use crate::rundir::{RunDir, RunDirError, prove_writable};
use ears::Ears;
use guard::Guard;
use order::{Order, Report};

pub use collate_only::collate_only;

/// Why a run could not be done, besides what [`order::Verdict`] tells.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The run directory.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// Another supervisor is at work.
    #[error("failed to {0}")]
    Lock(#[from] LockError),
    /// The archive is not what the task needs.
    #[error("the archive is not what the task needs: {0}")]
    Layout(String),
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
    /// The system gives no threads or no runtime.
    #[error("failed to start a thread")]
    Thread(#[source] std::io::Error),
}

impl From<ProbeError> for RunError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Wrong(why) => Self::Layout(why),
            ProbeError::NoWorker { reason, log } => Self::NoWorker(format!("{reason}{}", indented(&log))),
            ProbeError::Frame(error) => Self::Frame(error),
        }
    }
}

fn indented(log: &[String]) -> String {
    log.iter().map(|line| format!("\n  {line}")).collect()
}

/// What all steps of a run share.
struct Run<'a> {
    dir: RunDir,
    guard: Guard,
    ears: Ears<'a>,
    began: Instant,
}

impl<'a> Run<'a> {
    /// Takes the lock of a run directory that is there.
    fn begin(dir: RunDir, listener: &'a mut dyn Listener) -> Result<Self, RunError> {
        let began = Instant::now();
        let guard = lock(&dir, began, listener)?;
        Ok(Self { dir, guard, ears: Ears::new(listener), began })
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

/// Does a run.
///
/// # Errors
/// If it cannot be begun, or something unexpected happens; groups that fail are not an error.
pub fn run(mut order: Order, listener: &mut dyn Listener) -> Result<Report, RunError> {
    let dir = RunDir::at(&order.run_dir);
    prove_writable(folder_of(&order.output))?;
    dir.prepare()?;
    let mut run = Run::begin(dir, listener)?;
    run.dir.sweep()?;
    let mut known = known::look(&run.dir, &order)?;
    run.warn(&known.warnings);
    let state = working::work(&mut run, &mut order, &mut known)?;
    closing::close(&mut run, &order, &known, &state)
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Takes the lock, if need be after watching one that may be stale.
fn lock(dir: &RunDir, began: Instant, listener: &mut dyn Listener) -> Result<Guard, RunError> {
    let host = Host::here();
    let job = batch::batch_job(&host).map(|job| job.id);
    let me = Holder::here(&host, job);
    let mut told = false;
    let lock = Acquisition::new(&dir.lock_file(), &me, &host).wait(|held, left| {
        if !std::mem::replace(&mut told, true) {
            let seconds = left.as_secs();
            let message = format!("{held}: waiting up to {seconds} s for a sign of life");
            listener.hear(began.elapsed(), &Happening::Warning { message });
        }
    })?;
    Guard::new(lock).map_err(RunError::Thread)
}

/// An error with its causes, in one line.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
