//! Puts results into their places: rename, and one sync of the folder for all that wait.
//!
//! A worker has written and synced its file; it counts once it has its name and the folder is
//! synced. Where many groups end at once they share that sync. A thread of its own does it, so that
//! a slow disk does not keep the pool from hearing.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use dayfold_contract::error::is_no_space;
use dayfold_contract::message::{Attempt, Output};
use dayfold_contract::{Fingerprint, Group, PartialName};
use tokio::sync::mpsc::Sender;

use super::child::Heard;
use crate::decide::event::{Event, KeepFailure, KeptPartial};
use crate::happening::WorkerId;
use crate::{crash, durable};

/// One result to be put into its place.
#[derive(Debug)]
pub struct ToKeep {
    /// Who made it.
    pub worker: WorkerId,
    /// Of what.
    pub attempt: Attempt,
    /// For its name.
    pub group: Group,
    /// What the worker left.
    pub output: Output,
}

/// Whether the run directory is still ours: asked before anything is renamed.
pub type StillOurs = Box<dyn Fn() -> Result<(), String> + Send>;

/// What the keeper has to know.
pub struct Keeping {
    /// The folder of the partials.
    pub partials: PathBuf,
    /// The run's fingerprint, for the names.
    pub run: Fingerprint,
    /// Asked before anything is renamed.
    pub still_ours: StillOurs,
}

/// The keeper's thread.
#[derive(Debug)]
pub struct Keeper {
    requests: Option<mpsc::Sender<ToKeep>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it; how each request went is told through `heard`.
    pub fn start(keeping: Keeping, heard: Sender<Heard>) -> io::Result<Self> {
        let (requests, incoming) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || serve(&keeping, &incoming, &heard))?;
        Ok(Self { requests: Some(requests), thread: Some(thread) })
    }

    /// Asks for one; the answer comes as [`Event::Kept`].
    pub fn keep(&self, request: ToKeep) {
        if let Some(requests) = &self.requests {
            let _thread_gone = requests.send(request);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn serve(keeping: &Keeping, incoming: &mpsc::Receiver<ToKeep>, heard: &Sender<Heard>) {
    while let Ok(first) = incoming.recv() {
        let batch: Vec<ToKeep> = std::iter::once(first).chain(incoming.try_iter()).collect();
        for (request, result) in keep_all(keeping, batch) {
            let ToKeep { worker, attempt, .. } = request;
            let event = Event::Kept { worker, attempt, result };
            if heard.blocking_send(Heard::Event(event)).is_err() {
                return;
            }
        }
    }
}

type Kept = (ToKeep, Result<KeptPartial, KeepFailure>);

fn keep_all(keeping: &Keeping, batch: Vec<ToKeep>) -> Vec<Kept> {
    if let Err(why) = (keeping.still_ours)() {
        return batch.into_iter().map(|request| (request, Err(KeepFailure::LockLost(why.clone())))).collect();
    }
    let named: Vec<Kept> = batch
        .into_iter()
        .map(|request| {
            let result = name(keeping, &request).map_err(|error| failure(keeping, &error));
            (request, result)
        })
        .collect();
    let Err(error) = durable::sync_folder(&keeping.partials) else { return named };
    let failed = failure(keeping, &error);
    named.into_iter().map(|(request, result)| (request, result.and(Err(failed.clone())))).collect()
}

/// Gives one result its name; one without values is an empty file of the same kind of name.
fn name(keeping: &Keeping, request: &ToKeep) -> io::Result<KeptPartial> {
    let name = |checksum| PartialName::new(keeping.run, &request.group, checksum).to_string();
    let partial = match &request.output.partial {
        Some(aside) => {
            let name = name(aside.checksum);
            let (from, to) = (keeping.partials.join(&aside.file), keeping.partials.join(&name));
            crash::after("answer", &from);
            std::fs::rename(from, &to)?;
            crash::after("keep", &to);
            Some(name)
        }
        None => {
            let empty = keeping.partials.join(name(Fingerprint::of(b"")));
            std::fs::File::create(&empty)?;
            crash::after("keep nothing", &empty);
            None
        }
    };
    Ok(KeptPartial { partial, output: request.output.clone() })
}

fn failure(keeping: &Keeping, error: &io::Error) -> KeepFailure {
    let reason = format!("failed to put a partial into {}: {error}", keeping.partials.display());
    if is_no_space(error) { KeepFailure::NoSpace(reason) } else { KeepFailure::Other(reason) }
}
