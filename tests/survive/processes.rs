//! Processes as `/proc` shows them.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Whatever is waited for takes a small part of this on a healthy machine, however loaded.
pub const PATIENCE: Duration = Duration::from_secs(120);

const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Waits until this is so.
pub fn wait_until(what: &str, so: impl FnMut() -> bool) {
    wait_at_most(PATIENCE, what, so);
}

/// Waits until this is so, at most for so long.
pub fn wait_at_most(longest: Duration, what: &str, mut so: impl FnMut() -> bool) {
    let until = Instant::now() + longest;
    while !so() {
        assert!(Instant::now() < until, "waited in vain: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// The process with this number.
pub fn pid(number: &str) -> Pid {
    Pid::from_raw(number.trim().parse().unwrap()).unwrap()
}

/// The state in `ps`'s letters; `None` for one that is gone, or only waits to be taken notice of.
pub fn state(process: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let state = stat.rsplit_once(')')?.1.trim_start().chars().next()?;
    (!matches!(state, 'Z' | 'X')).then_some(state)
}

/// Whether it does nothing: it is stopped, or waits for a child that was stopped before it was a
/// program, or is gone.
pub fn is_still(process: Pid) -> bool {
    matches!(state(process), Some('T' | 'D') | None)
}

/// The children of all threads of a process.
pub fn children(process: Pid) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(pid).collect::<Vec<_>>()).collect()
}

/// Everything below a process.
pub fn descendants(process: Pid) -> Vec<Pid> {
    let mut found = children(process);
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(children(parent));
        next += 1;
    }
    found
}

/// Sends a signal; to one that is gone, nothing.
pub fn send(process: Pid, signal: Signal) {
    let _gone = kill_process(process, signal);
}
