//! What killed workers leave running: found and ended, whatever process group or session it is in.
//!
//! A worker is the parent of all that its programs leave, and ends it. One that is killed itself cannot:
//! its process group is ended with it, but not what has left that. So this process [`adopt`]s: it becomes
//! the parent of whatever a worker that is gone leaves, and ends it. Where this process is killed at the
//! same instant, nobody is left to do so.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dayfold_contract::command::STARTER;
use rustix::process::{
    Pid, Signal, WaitOptions, child_subreaper, getpid, kill_process, set_child_subreaper, waitpid,
};
use tokio::time::sleep;

/// A process that was killed is gone at once, unless the system itself is stuck.
const PATIENCE: Duration = Duration::from_secs(1);

/// So long a worker's starter may take to end its programs.
const STARTERS_PATIENCE: Duration = Duration::from_millis(500);

const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// The workers: children of this process that nobody has to adopt.
static WORKERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Makes this process the parent of all descendants that lose theirs; not where it has children that are
/// no workers, which only a shell that became this program can leave: what these start is none of ours.
///
/// # Errors
/// If the system does not let us.
pub fn adopt() -> io::Result<()> {
    if strangers().is_empty() {
        set_child_subreaper(Some(getpid()))?;
    }
    Ok(())
}

/// This child is a worker.
pub fn is_worker(pid: Pid) {
    workers().insert(pid.as_raw_pid());
}

/// A worker is gone: ends what it has left.
pub async fn end_what_is_left_of(worker: Pid) {
    workers().remove(&worker.as_raw_pid());
    if !matches!(child_subreaper(), Ok(Some(_))) {
        return;
    }
    let until = Instant::now() + PATIENCE;
    let starters_until = Instant::now() + STARTERS_PATIENCE;
    loop {
        let left = strangers();
        for &orphan in &left {
            if Instant::now() > starters_until || !is_starter(orphan) {
                let _gone = kill_process(orphan, Signal::KILL);
            }
            let _not_yet = waitpid(Some(orphan), WaitOptions::NOHANG);
        }
        // what these leave is adopted when they are gone
        if left.is_empty() || Instant::now() > until {
            return;
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Whether it is what starts and ends a worker's programs. It ends by itself, after them: were it killed, and this
/// process right after it, nobody would be left to end them.
fn is_starter(process: Pid) -> bool {
    let name = fs::read(format!("/proc/{process}/comm")).unwrap_or_default();
    name.trim_ascii_end() == STARTER.to_bytes()
}

/// Sends a signal to a process and all that descends from it, parents first.
pub fn signal_all(process: Pid, signal: Signal) {
    let mut found = vec![process];
    let mut next = 0;
    while let Some(&process) = found.get(next) {
        let _gone = kill_process(process, signal);
        let threads = PathBuf::from(format!("/proc/{process}/task"));
        let names = dayfold_files::names(&threads).unwrap_or_default().into_iter();
        let lists = names.filter_map(|thread| fs::read_to_string(threads.join(thread).join("children")).ok());
        let numbers: Vec<Pid> = lists.flat_map(|list| pids(&list).collect::<Vec<_>>()).collect();
        // a number can come twice if processes end while they are looked at
        let new: Vec<Pid> = numbers.into_iter().filter(|child| !found.contains(child)).collect();
        found.extend(new);
        next += 1;
    }
}

fn pids(list: &str) -> impl Iterator<Item = Pid> {
    list.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().ok()?))
}

/// Children of the main thread, which is given those that are adopted, but for the workers; none where
/// the kernel does not tell.
fn strangers() -> Vec<Pid> {
    let main = getpid();
    let list = fs::read_to_string(format!("/proc/self/task/{main}/children")).unwrap_or_default();
    let workers = workers();
    pids(&list).filter(|pid| !workers.contains(&pid.as_raw_pid())).collect()
}

fn workers() -> MutexGuard<'static, BTreeSet<i32>> {
    WORKERS.lock().unwrap_or_else(PoisonError::into_inner)
}
