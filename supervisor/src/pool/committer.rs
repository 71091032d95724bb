//! Puts results into their places: rename, and one sync of the folder for all that wait.
//!
//! A worker has written and synced its file; it counts once it has its name and the folder is
//! synced. Where many groups end at once they share that sync, and the look at the lock before it. A
//! thread of its own does it, so that a slow disk does not keep the pool from hearing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use dayfold_contract::error::{in_one_line, is_no_space};
use dayfold_contract::message::{Attempt, Output};
use dayfold_contract::{Fingerprint, GroupName, PartialName};
use tokio::sync::mpsc::Sender;

use super::child::Heard;
use crate::decide::event::{Event, KeepFailure, KeptPartial};
use crate::durable::DurableError;
use crate::helper::Helper;
use crate::lock::LockError;
use crate::lock::ask::{StillOurs, until_answered};
use crate::run_event::WorkerId;
use crate::rundir::logs;
use crate::{crash, durable};

/// Syncs are at least so far apart: where groups end every fraction of a millisecond, a sync for each
/// would cost more than all else. One that ends alone does not wait, and no worker ever does.
const APART: Duration = Duration::from_millis(5);

/// A run that has waited for its last results in vain waits so much longer for the thread.
const LEFT_AFTER: Duration = Duration::from_millis(500);

/// One result to be put into its place.
#[derive(Debug)]
pub struct ToCommit {
    /// Who made it.
    pub worker: WorkerId,
    /// Of what.
    pub attempt: Attempt,
    /// To be its name.
    pub name: PartialName,
    /// What the worker left.
    pub output: Output,
}

/// What the committer is asked for.
#[derive(Debug)]
enum Request {
    Result(Box<ToCommit>),
    /// The output of a failed attempt at this group.
    Output(GroupName, u32, Vec<u8>),
}

/// What the committer has to know.
pub struct CommitConfig {
    /// The run directory.
    pub run_dir: PathBuf,
    /// The folder of the partials.
    pub partials: PathBuf,
    /// The run's fingerprint, for the names.
    pub run: Fingerprint,
    /// Asked before anything is renamed.
    pub still_ours: StillOurs,
}

/// The committer's thread.
#[derive(Debug)]
pub struct Committer {
    requests: Option<mpsc::Sender<Request>>,
    thread: Helper,
    is_urgent: bool,
}

impl Committer {
    /// Starts it; how each request went is told through `heard`.
    pub fn start(keeping: CommitConfig, heard: Sender<Heard>) -> io::Result<Self> {
        let (requests, incoming) = mpsc::channel();
        let thread = Helper::start("committer", move || serve(&keeping, &incoming, &heard))?;
        Ok(Self { requests: Some(requests), thread, is_urgent: false })
    }

    /// From now on it is not waited for long: it has been, in vain.
    pub fn hurry(&mut self) {
        self.is_urgent = true;
    }

    /// Asks for one; the answer comes as [`Event::Kept`].
    pub fn keep(&self, request: ToCommit) {
        self.ask(Request::Result(Box::new(request)));
    }

    /// Asks for the output of a failed attempt to be kept; trouble is told as a warning, once.
    pub fn keep_output(&self, group: GroupName, attempt: u32, output: Vec<u8>) {
        self.ask(Request::Output(group, attempt, output));
    }

    fn ask(&self, request: Request) {
        if let Some(requests) = &self.requests {
            let _thread_gone = requests.send(request);
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.requests = None;
        let is_urgent = self.is_urgent;
        let _else_left_behind = self.thread.wait(LEFT_AFTER, &|| is_urgent);
    }
}

fn serve(keeping: &CommitConfig, incoming: &mpsc::Receiver<Request>, heard: &Sender<Heard>) {
    let mut last: Option<Instant> = None;
    let mut told_trouble = false;
    while let Ok(first) = incoming.recv() {
        if let Some(last) = last {
            thread::sleep(APART.saturating_sub(last.elapsed()));
        }
        last = Some(Instant::now());
        let warn = |message| {
            let _pool_gone = heard.blocking_send(Heard::Warning(message));
        };
        let mut batch = Vec::new();
        for request in std::iter::once(first).chain(incoming.try_iter()) {
            match request {
                Request::Result(result) => batch.push(*result),
                Request::Output(group, attempt, output) => {
                    let kept = logs::keep(&keeping.run_dir, &group, attempt, &output);
                    if let Err(error) = kept
                        && !std::mem::replace(&mut told_trouble, true)
                    {
                        let error = in_one_line(&error);
                        warn(format!("failed to {error}: what failed attempts write is not kept"));
                    }
                }
            }
        }
        if batch.is_empty() {
            continue;
        }
        for (worker, attempt, result) in keep_all(keeping, batch, warn) {
            if heard.blocking_send(Heard::Event(Event::Kept { worker, attempt, result })).is_err() {
                return;
            }
        }
    }
}

type Kept = (WorkerId, Attempt, Result<KeptPartial, KeepFailure>);

fn keep_all(keeping: &CommitConfig, batch: Vec<ToCommit>, warn: impl FnOnce(String)) -> Vec<Kept> {
    if let Err(error) = until_answered(&*keeping.still_ours, warn) {
        let why = not_ours(&error);
        let unkept = |request: ToCommit| (request.worker, request.attempt, Err(why.clone()));
        return batch.into_iter().map(unkept).collect();
    }
    let named = |request: ToCommit| {
        let ToCommit { worker, attempt, name, output } = request;
        let result = give_name(keeping, &name, output).map_err(|error| failure(keeping, &error));
        (worker, attempt, result)
    };
    let named: Vec<Kept> = batch.into_iter().map(named).collect();
    let Err(error) = durable::sync_folder(&keeping.partials) else { return named };
    let failed = failure(keeping, &error);
    named
        .into_iter()
        .map(|(worker, attempt, result)| (worker, attempt, result.and(Err(failed.clone()))))
        .collect()
}

/// Gives one result its name; one without values is an empty file of the same kind of name.
fn give_name(keeping: &CommitConfig, name: &PartialName, output: Output) -> io::Result<KeptPartial> {
    let name = name.to_string();
    let path = keeping.partials.join(&name);
    let partial = match &output.partial {
        Some(aside) => {
            let from = keeping.partials.join(&aside.file);
            crash::after("answer", &from);
            std::fs::rename(from, &path).map_err(at(&path))?;
            crash::after("keep", &path);
            Some(name)
        }
        None => {
            std::fs::File::create(&path).map_err(at(&path))?;
            crash::after("keep nothing", &path);
            None
        }
    };
    Ok(KeptPartial { partial, output })
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |source| DurableError { action: "give its name to", path: path.to_owned(), source }.into()
}

/// That it cannot be known is no reason to end the run: the group is tried again.
fn not_ours(error: &LockError) -> KeepFailure {
    let reason = format!("failed to {}", in_one_line(error));
    match error {
        lost if lost.is_lost() => KeepFailure::LockLost(reason),
        _ => KeepFailure::Other(reason),
    }
}

fn failure(keeping: &CommitConfig, error: &io::Error) -> KeepFailure {
    let reason =
        format!("failed to put a partial into {}: {}", keeping.partials.display(), in_one_line(error));
    if is_no_space(error) { KeepFailure::NoSpace(reason) } else { KeepFailure::Other(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::group;
    use dayfold_contract::GroupId;
    use dayfold_contract::message::WrittenAside;
    use tokio::sync::mpsc::channel;

    fn request(number: u32, partials: &Path, has_values: bool) -> ToCommit {
        let content = if has_values { format!("values {number}") } else { String::new() };
        let checksum = Fingerprint::of(content.as_bytes());
        let file = format!(".aside-{number}");
        if has_values {
            durable::replace(&partials.join(&file), content.as_bytes()).unwrap();
        }
        let aside = WrittenAside { file, checksum, bytes: content.len() as u64 };
        let partial = has_values.then_some(aside);
        let output = Output {
            partial,
            elapsed: Duration::ZERO,
            peak_memory: 1,
            layout: None,
            warnings: Vec::new(),
            form: None,
        };
        let name = PartialName::new(Fingerprint::of(b"run"), &group(&number.to_string(), &["a"]), checksum);
        let attempt = Attempt { group: GroupId(number), number: 1 };
        ToCommit { worker: WorkerId(0), attempt, name, output }
    }

    /// Many at once, then none: all have their names when they are told, and in their order.
    #[test]
    fn results_that_share_a_sync_are_all_in_place_when_they_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let partials = folder.path();
        let (tell, mut heard) = channel(100);
        let keeping = CommitConfig {
            run_dir: partials.to_owned(),
            partials: partials.to_owned(),
            run: Fingerprint::of(b"run"),
            still_ours: Box::new(|| Ok(())),
        };
        let committer = Committer::start(keeping, tell).unwrap();
        (0..30).for_each(|number| committer.keep(request(number, partials, number % 3 > 0)));
        for number in 0..30 {
            let Some(Heard::Event(Event::Kept { attempt, result, .. })) = heard.blocking_recv() else {
                panic!("an answer to each is expected")
            };
            let ToCommit { name, .. } = request(number, folder.path(), number % 3 > 0);
            assert_eq!(attempt.group, GroupId(number));
            assert_eq!(result.unwrap().partial, (number % 3 > 0).then(|| name.to_string()));
            let content = std::fs::read(partials.join(name.to_string())).unwrap();
            assert_eq!(Fingerprint::of(&content), name.checksum);
        }
    }

    /// What is answered to one request, and what is warned of before.
    fn kept(folder: &Path, still_ours: StillOurs) -> (Vec<String>, Result<KeptPartial, KeepFailure>) {
        let (tell, mut heard) = channel(100);
        let keeping = CommitConfig {
            run_dir: folder.to_owned(),
            partials: folder.to_owned(),
            run: Fingerprint::of(b"run"),
            still_ours,
        };
        let committer = Committer::start(keeping, tell).unwrap();
        committer.keep(request(1, folder, true));
        let mut warnings = Vec::new();
        loop {
            match heard.blocking_recv() {
                Some(Heard::Warning(warning)) => warnings.push(warning),
                Some(Heard::Event(Event::Kept { result, .. })) => return (warnings, result),
                other => panic!("an answer is expected, and not {other:?}"),
            }
        }
    }

    #[test]
    fn nothing_is_named_in_a_folder_that_is_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let (warnings, result) = kept(folder.path(), Box::new(|| Err(LockError::Lost("lock".into()))));
        assert!(matches!(result, Err(KeepFailure::LockLost(why)) if why.contains("taken it over")));
        assert_eq!(warnings, [""; 0]);
        assert!(folder.path().join(".aside-1").exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_lock_that_cannot_be_read_for_a_moment_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let asked = std::sync::atomic::AtomicBool::default();
        let still_ours = move || match asked.swap(true, std::sync::atomic::Ordering::SeqCst) {
            true => Ok(()),
            false => {
                let source = io::Error::from_raw_os_error(116);
                Err(LockError::Read { path: "run/lock".into(), source })
            }
        };
        let (warnings, result) = kept(folder.path(), Box::new(still_ours));
        assert_eq!(result.map(|kept| kept.partial.is_some()), Ok(true));
        assert!(matches!(&warnings[..], [warning] if warning.contains("run/lock")), "{warnings:?}");
        assert!(!folder.path().join(".aside-1").exists());
    }
}
