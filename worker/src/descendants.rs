//! What was started from this process: found, ended and waited for, with all that it started itself.
//!
//! A process that [`adopt`]s becomes the parent of everything below it whose own parent is gone, also of what
//! has left the process group. So whoever ends all its children until there are none has ended all.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use dayfold_contract::command::STARTER;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};
use rustix::thread::gettid;

/// A process that was killed is gone at once, unless the system itself is stuck.
const PATIENCE: Duration = Duration::from_secs(1);

/// So long a starter may take to end its programs.
const STARTERS_PATIENCE: Duration = Duration::from_millis(500);

const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Makes this process the parent of all descendants that lose theirs.
pub fn adopt() -> io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

/// Ends all that the calling thread has started, and what was adopted of it; how many there were at first.
pub fn end_mine() -> usize {
    // the kernel gives adopted ones to the main thread, which is the calling one in a worker
    let threads = BTreeSet::from([gettid().as_raw_pid(), getpid().as_raw_pid()]);
    let children =
        || threads.iter().filter_map(|&thread| Pid::from_raw(thread)).flat_map(children_of).collect();
    let found: Vec<Pid> = children();
    end(children, |child| {
        let _gone = waitpid(Some(child), WaitOptions::NOHANG);
    });
    found.len()
}

/// Ends all descendants of this process; their status is left to the threads whose children they are.
pub fn end_everybodys() {
    // One that dies between the list and the look at it has left its children to this process, perhaps behind what
    // was read of the list by then: only a second look that finds nobody tells.
    let found =
        || Some(living_children()).filter(|living| !living.is_empty()).unwrap_or_else(living_children);
    end(found, |_| {});
}

fn living_children() -> Vec<Pid> {
    all_children().into_iter().filter(|&child| is_alive(child)).collect()
}

fn end(children: impl Fn() -> Vec<Pid>, reap: impl Fn(Pid)) {
    let begun = Instant::now();
    loop {
        let left = children();
        for &child in &left {
            if begun.elapsed() > STARTERS_PATIENCE || !is_starter(child) {
                let _gone = kill_process(child, Signal::KILL);
            }
            reap(child);
        }
        if left.is_empty() || begun.elapsed() > PATIENCE {
            return;
        }
        thread::sleep(LOOK_AGAIN);
    }
}

/// Whether it is what starts and ends programs. It ends by itself, after them: were it killed, and this process
/// right after it, nobody would be left to end them.
fn is_starter(process: Pid) -> bool {
    let name = fs::read(format!("/proc/{process}/comm")).unwrap_or_default();
    name.trim_ascii_end() == STARTER.to_bytes()
}

/// All that descends from this process.
pub fn all_below() -> Vec<Pid> {
    let mut found = all_children();
    let mut next = 0;
    while let Some(&process) = found.get(next) {
        let new: Vec<Pid> = children_in(&format!("/proc/{process}/task"));
        // a number can come twice if processes end while they are looked at
        let new = new.into_iter().filter(|child| !found.contains(child)).collect::<Vec<_>>();
        found.extend(new);
        next += 1;
    }
    found
}

fn all_children() -> Vec<Pid> {
    children_in("/proc/self/task")
}

/// The children of all these threads.
fn children_in(threads: &str) -> Vec<Pid> {
    let threads = Path::new(threads);
    let names = dayfold_files::names(threads).unwrap_or_default();
    names.into_iter().flat_map(|thread| children_listed(&threads.join(thread).join("children"))).collect()
}

fn children_of(thread: Pid) -> Vec<Pid> {
    children_listed(Path::new(&format!("/proc/self/task/{thread}/children")))
}

/// None where the kernel does not tell.
fn children_listed(list: &Path) -> Vec<Pid> {
    let list = fs::read_to_string(list).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}

/// Whether it is more than a status that waits to be taken.
fn is_alive(process: Pid) -> bool {
    state(process).is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// In the letters of `ps`; nothing where there is no such process.
pub fn state(process: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // after the name, in parentheses that it can contain itself
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc;

    fn sleeper() -> Child {
        Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn children_of_this_thread_are_ended_and_others_are_left() {
        let (tell, told) = mpsc::channel();
        let (ask, asked) = mpsc::channel();
        let other_thread = thread::spawn(move || {
            let mut child = sleeper();
            tell.send(Pid::from_child(&child)).unwrap();
            asked.recv().unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
        });
        let (mine, theirs) = (sleeper(), told.recv().unwrap());
        assert_eq!(end_mine(), 1);
        assert!(fs::metadata(format!("/proc/{}", mine.id())).is_err(), "ended, and its status taken");
        assert!(is_alive(theirs));
        ask.send(()).unwrap();
        other_thread.join().unwrap();
        assert!(!is_alive(theirs));
    }
}
