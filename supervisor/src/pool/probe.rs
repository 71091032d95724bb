//! Asks one worker about one file, before any work: is the archive what the task needs?
//!
//! A worker does it and not the supervisor itself, because a damaged file can bring the NetCDF
//! library down, or keep it for ever.

use std::time::Duration;

use dayfold_contract::frame::FrameError;
use dayfold_contract::job::{Probe, ProbeFailure};
use dayfold_contract::message::{FromWorker, ToWorker};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

use super::child::{self, Heard};
use super::launch::Launcher;
use super::signals;
use crate::decide::event::Event;
use crate::happening::WorkerId;

/// A healthy file tells within a second, on a slow file system within some: one that takes longer
/// is left to the run itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why the archive could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// A file is readable and not what the task needs, or the task's program is not there.
    #[error("{0}")]
    Wrong(String),
    /// No worker gets as far as to answer.
    #[error("failed to start a worker: {reason}")]
    NoWorker {
        /// How it ended.
        reason: String,
        /// Its last lines.
        log: Vec<String>,
    },
    /// Signals cannot be listened to.
    #[error("failed to listen to signals")]
    Signals(#[source] std::io::Error),
    /// A signal came.
    #[error("a signal asked for the end")]
    Interrupted,
    /// A message cannot be encoded.
    #[error("failed to encode a message to a worker")]
    Frame(#[from] FrameError),
}

/// What a look at one file gave.
enum Look {
    Told(Probe),
    Unreadable,
}

/// Looks at the files in turn until one tells. `None` if none of them can be read: then each group
/// fails by itself, with its own reason.
///
/// # Errors
/// If a file is readable and wrong, no worker can be started, or a signal comes.
pub async fn probe(launcher: &Launcher, files: &[String]) -> Result<Option<Probe>, ProbeError> {
    for file in files {
        match look(launcher, file).await? {
            Look::Told(probe) => return Ok(Some(probe)),
            Look::Unreadable => {}
        }
    }
    Ok(None)
}

async fn look(launcher: &Launcher, file: &str) -> Result<Look, ProbeError> {
    let (tell, mut heard) = channel(64);
    signals::listen_to_ends(&tell).map_err(ProbeError::Signals)?;
    let mut child = child::start(WorkerId(0), launcher, tell);
    child.send(&ToWorker::Probe(file.to_owned()))?;
    let mut was_ready = false;
    let answer = timeout(PATIENCE, answer(&mut heard, &mut was_ready)).await;
    child.kill();
    match answer {
        Ok(answer) => answer,
        Err(_) if was_ready => Ok(Look::Unreadable),
        Err(_) => {
            let reason = format!("it was not ready within {} s", PATIENCE.as_secs());
            Err(ProbeError::NoWorker { reason, log: Vec::new() })
        }
    }
}

/// Waits for the answer. A worker that dies of the file has said that it was ready.
async fn answer(heard: &mut Receiver<Heard>, was_ready: &mut bool) -> Result<Look, ProbeError> {
    while let Some(message) = heard.recv().await {
        match message {
            Heard::Event(Event::Said { message: FromWorker::Ready { .. }, .. }) => *was_ready = true,
            Heard::Event(Event::Said { message: FromWorker::Probed(answer), .. }) => {
                return match answer {
                    Ok(probe) => Ok(Look::Told(probe)),
                    Err(ProbeFailure::Unreadable(_)) => Ok(Look::Unreadable),
                    Err(ProbeFailure::Wrong(why)) => Err(ProbeError::Wrong(why)),
                };
            }
            Heard::Event(Event::Asked(_)) => return Err(ProbeError::Interrupted),
            Heard::Event(Event::Exited { exit, .. }) if !*was_ready => {
                return Err(ProbeError::NoWorker { reason: exit.how.to_string(), log: exit.log });
            }
            Heard::Event(Event::Exited { .. }) => break,
            Heard::Event(_) | Heard::Line(..) | Heard::Warning(_) | Heard::Pause => {}
        }
    }
    Ok(Look::Unreadable)
}
