//! Asks workers about some files, before any work: is the archive what the task needs?
//!
//! A worker does it and not the supervisor itself, because a damaged file can bring the NetCDF
//! library down, or keep it for ever.

use std::time::Duration;

use dayfold_contract::frame::FrameError;
use dayfold_contract::job::{Probe, ProbeFailure};
use dayfold_contract::message::{FromWorker, ToWorker, last_lines};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::child::{self, Heard};
use super::launch::Launcher;
use super::signals;
use super::vote::{Answer, Outcome, Votes};
use crate::decide::crew::STARTS_IN_VAIN;
use crate::decide::event::{Event, Exit, How};
use crate::decide::patience::GONE_IN;
use crate::run_event::WorkerId;

/// A healthy file tells within a second, on a slow file system within some: one that takes longer
/// is left to the run itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Workers that may end while they look at one file: it may have been something else that ended the first.
const LOOKS: u32 = 2;

/// Why the archive could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No file is what the task needs, or the task's program is not there.
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
    Answer(Answer),
    /// The worker ended before it was ready.
    NotReady(Exit),
    /// The worker ended while it looked at the file.
    Ended(Exit),
}

/// Looks at these files, with their places in the plan, until enough is known: what most of them are like. `None` if
/// none of them can be read: then each group fails by itself, with its own reason. A worker that ends is replaced, as
/// any other is, which is told.
///
/// # Errors
/// If none that was looked at is what the task needs, no worker can be started, or a signal comes.
pub async fn probe(
    launcher: &Launcher,
    files: &[(usize, String)],
    warn: &mut dyn FnMut(String),
) -> Result<Option<Probe>, ProbeError> {
    let (tell, heard) = channel(64);
    let _woken_is_enough = signals::listen_to_ends(&tell).map_err(ProbeError::Signals)?;
    let mut prober = Prober { launcher, tell, heard, starts_in_vain: 0 };
    let mut votes = Votes::default();
    for (place, file) in files {
        votes.count(*place, prober.look_at(file, warn).await?);
        if votes.are_enough() {
            break;
        }
    }
    match votes.outcome() {
        Outcome::Probe(probe) => Ok(Some(probe)),
        Outcome::Wrong(why) => Err(ProbeError::Wrong(why)),
        Outcome::Unknown => Ok(None),
    }
}

/// Starts a worker for each look.
struct Prober<'a> {
    launcher: &'a Launcher,
    tell: Sender<Heard>,
    heard: Receiver<Heard>,
    starts_in_vain: u32,
}

impl Prober<'_> {
    /// What a file tells.
    async fn look_at(&mut self, file: &str, warn: &mut dyn FnMut(String)) -> Result<Answer, ProbeError> {
        let mut looks = 0;
        loop {
            let ended = match self.look(file).await? {
                Look::Answer(answer) => return Ok(answer),
                Look::NotReady(exit) => {
                    self.starts_in_vain += 1;
                    let is_hopeless = matches!(exit.how, How::NotStarted(_));
                    if is_hopeless || self.starts_in_vain >= STARTS_IN_VAIN {
                        return Err(ProbeError::NoWorker {
                            reason: exit.how.to_string(),
                            log: last_lines(&exit.output),
                        });
                    }
                    exit
                }
                Look::Ended(exit) => {
                    looks += 1;
                    if looks >= LOOKS {
                        warn(format!("no worker survives a look at {file}: {}", exit.how));
                        return Ok(Answer::Unreadable);
                    }
                    exit
                }
            };
            warn(format!("the worker that looks at {file} is replaced: {}", ended.how));
        }
    }

    async fn look(&mut self, file: &str) -> Result<Look, ProbeError> {
        let mut child = child::start(WorkerId(0), self.launcher, self.tell.clone());
        child.send(&ToWorker::Probe(file.to_owned()))?;
        let mut was_ready = false;
        let answer = timeout(PATIENCE, self.answer(&mut was_ready)).await;
        if !matches!(answer, Ok(Ok(Look::NotReady(_) | Look::Ended(_)))) {
            child.kill();
            // one that hangs in a file system stays, and what it looks at is left to the run itself
            let _gone = timeout(GONE_IN, self.end()).await;
        }
        match answer {
            Ok(answer) => answer,
            Err(_) if was_ready => Ok(Look::Answer(Answer::Unreadable)),
            Err(_) => {
                let reason = format!("it was not ready within {} s", PATIENCE.as_secs());
                Err(ProbeError::NoWorker { reason, log: Vec::new() })
            }
        }
    }

    async fn answer(&mut self, was_ready: &mut bool) -> Result<Look, ProbeError> {
        while let Some(message) = self.heard.recv().await {
            match message {
                Heard::Event(Event::Said { message: FromWorker::Ready { .. }, .. }) => *was_ready = true,
                Heard::Event(Event::Said { message: FromWorker::Probed(answer), .. }) => {
                    return Ok(Look::Answer(match answer {
                        Ok(probe) => Answer::Told(probe),
                        Err(ProbeFailure::Unreadable(_)) => Answer::Unreadable,
                        Err(ProbeFailure::Wrong(why)) => Answer::Wrong(why),
                    }));
                }
                Heard::Signal => return Err(ProbeError::Interrupted),
                Heard::Event(Event::Exited { exit, .. }) if !*was_ready => return Ok(Look::NotReady(exit)),
                Heard::Event(Event::Exited { exit, .. }) => return Ok(Look::Ended(exit)),
                Heard::Event(_) | Heard::Line(..) | Heard::Warning(_) | Heard::Pause => {}
            }
        }
        Ok(Look::Answer(Answer::Unreadable))
    }

    /// Waits until the worker is gone, and all that it has left.
    async fn end(&mut self) {
        while let Some(message) = self.heard.recv().await {
            if matches!(message, Heard::Event(Event::Exited { .. })) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::frame::write_frame;
    use dayfold_contract::job::{BadFiles, Empty};
    use dayfold_contract::message::PROTOCOL;
    use dayfold_contract::task::CommandSpec;
    use dayfold_contract::{Job, TaskSpec};
    use rustix::process::{Pid, test_kill_process};
    use std::path::Path;

    /// Workers are shells that do this in a folder that holds their answers, and note their numbers.
    fn probed(does: &str) -> (tempfile::TempDir, Result<Option<Probe>, ProbeError>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let mut answers = std::fs::File::create(path.join("answers")).unwrap();
        let probe = Probe { layout: None, warnings: Vec::new() };
        for answer in [FromWorker::Ready { protocol: PROTOCOL }, FromWorker::Probed(Ok(probe))] {
            write_frame(&mut answers, &answer).unwrap();
        }
        let mut ready = std::fs::File::create(path.join("ready")).unwrap();
        write_frame(&mut ready, &FromWorker::Ready { protocol: PROTOCOL }).unwrap();
        let script = format!("cd '{}'; echo $$ >> started; {does}", path.display());
        let arguments = ["-c".into(), script.into()].to_vec();
        let launcher = Launcher::new("/bin/sh".into(), arguments, &job(path)).unwrap();
        let mut told = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let files = [(0, "a.nc".to_owned()), (1, "b.nc".to_owned())];
        let result = runtime.block_on(probe_with(&launcher, &files, &mut told));
        (folder, result, told)
    }

    async fn probe_with(
        launcher: &Launcher,
        files: &[(usize, String)],
        told: &mut Vec<String>,
    ) -> Result<Option<Probe>, ProbeError> {
        probe(launcher, files, &mut |warning| told.push(warning)).await
    }

    fn job(path: &Path) -> Job {
        Job {
            root: path.to_owned(),
            folder: path.to_owned(),
            partials: path.to_owned(),
            task: TaskSpec::Command(CommandSpec { command: vec!["none".into()] }),
            regions: None,
            bad_files: BadFiles::Fail,
            empty: Empty::Fail,
            layout: None,
            stored: Default::default(),
        }
    }

    fn started(folder: &tempfile::TempDir) -> Vec<Pid> {
        let numbers = std::fs::read_to_string(folder.path().join("started")).unwrap();
        numbers.lines().map(|number| Pid::from_raw(number.parse().unwrap()).unwrap()).collect()
    }

    #[test]
    fn the_worker_that_has_looked_is_gone_before_anything_else_begins() {
        let (folder, result, told) = probed("cat answers; exec sleep 600");
        assert!(matches!(result, Ok(Some(_))) && told.is_empty(), "{result:?} {told:?}");
        let [worker] = started(&folder)[..] else { panic!("one is enough") };
        assert!(test_kill_process(worker).is_err(), "not even waited for");
    }

    #[test]
    fn a_worker_that_is_killed_is_replaced_before_and_after_it_is_ready() {
        for (before, which) in [("", "not ready"), ("cat ready; sleep 0.2;", "ready")] {
            let does = format!("mkdir first && {{ {before} kill -9 $$; }}; cat answers; exec sleep 600");
            let (folder, result, told) = probed(&does);
            assert!(matches!(result, Ok(Some(_))), "{which}: {result:?}");
            assert_eq!((started(&folder).len(), told.len()), (2, 1), "{which}: {told:?}");
            assert!(told[0].contains("a.nc") && told[0].contains("signal 9 (SIGKILL)"), "{told:?}");
        }
    }

    #[test]
    fn a_file_that_no_worker_survives_is_left_and_the_next_is_looked_at() {
        let (folder, result, told) = probed(
            "mkdir 1 2 && { cat ready; kill -11 $$; }; mkdir 3 && { cat ready; kill -11 $$; }; cat answers; exec sleep 600",
        );
        assert!(matches!(result, Ok(Some(_))), "{result:?}");
        assert_eq!((started(&folder).len(), told.len()), (3, 2), "{told:?}");
        assert!(told[1].contains("no worker survives a look at a.nc"), "{told:?}");
    }

    #[test]
    fn workers_that_never_get_ready_are_an_error() {
        let (folder, result, told) = probed("echo last words >&2; exit 7");
        let Err(ProbeError::NoWorker { reason, log }) = result else { panic!("{result:?}") };
        assert!(reason.contains("exit code 7") && log == ["last words"], "{reason} {log:?}");
        assert_eq!((started(&folder).len(), told.len()), (STARTS_IN_VAIN as usize, 2));
    }
}
