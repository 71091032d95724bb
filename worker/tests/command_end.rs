//! Programs of a worker process and all that they start: they end with their group and with their worker.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use common::process::{self, Worker};
use dayfold_contract::job::{BadFiles, Empty};
use dayfold_contract::message::{FailureKind, FromWorker, Output, ToWorker};
use dayfold_contract::task::CommandSpec;
use dayfold_contract::{Job, TaskSpec};
use dayfold_worker::GONE;
use rustix::process::Signal;

/// As a child: serves. As a test among others: nothing.
#[test]
fn the_process_itself() {
    process::serve_if_asked();
}

/// A worker that has begun to run this script, which leaves the numbers of processes in `pids` and then
/// makes the file `ready`.
fn worker_at(script: &str, folder: &Path) -> Worker {
    let partials = folder.join("partials");
    fs::create_dir(&partials).unwrap();
    let command = ["sh", "-euc", script, "{output}"].map(str::to_owned).to_vec();
    let mut worker = Worker::with_job(&Job {
        root: folder.to_owned(),
        folder: folder.to_owned(),
        partials,
        task: TaskSpec::Command(CommandSpec { command }),
        regions: None,
        bad_files: BadFiles::Fail,
        // the scripts end groups, and write no results
        empty: Empty::Allow,
        layout: None,
        stored: Default::default(),
    });
    worker.say(&ToWorker::Assign(common::assignment(&["a.nc"])));
    assert!(matches!(worker.hear(), Some(FromWorker::Started(_))));
    wait_until("the script is ready", || folder.join("ready").exists());
    worker
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn pids(folder: &Path) -> Vec<String> {
    let pids = fs::read_to_string(folder.join("pids")).unwrap();
    pids.split_whitespace().map(str::to_owned).collect()
}

/// Whether a process of this number does more than to wait for somebody who takes its status.
fn is_alive(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// A program, a program of it, and one that has left the session and whose parent is gone.
const FAMILY: &str = r#"
    touch "$0"
    sleep 600 &
    sleeping=$!
    (setsid sh -c 'echo $$ > daemon; exec sleep 600' &)
    while ! [ -s daemon ]; do sleep 0.01; done
    echo $$ $sleeping $(cat daemon) > pids
    touch ready
"#;

#[test]
fn when_the_supervisor_is_gone_the_program_and_all_that_it_started_end_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker_at(&format!("{FAMILY} wait"), folder.path());
    let pids = pids(folder.path());
    assert!(pids.len() == 3 && pids.iter().all(|pid| is_alive(pid)), "{pids:?}");
    worker.leave();
    assert_eq!(worker.end().0.code(), Some(i32::from(GONE)));
    let left: Vec<_> = pids.iter().filter(|pid| is_alive(pid)).collect();
    assert!(left.is_empty(), "{left:?} of {pids:?}");
    assert_eq!(folder.path().join("partials").read_dir().unwrap().count(), 0);
}

#[test]
fn what_a_program_leaves_running_ends_with_its_group() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker_at(&format!("{FAMILY} exit 0"), folder.path());
    let done = worker.hear();
    assert!(matches!(done, Some(FromWorker::Done { output: Output { partial: None, .. }, .. })), "{done:?}");
    let pids = pids(folder.path());
    assert!(pids.len() == 3 && !pids.iter().any(|pid| is_alive(pid)), "{pids:?}");
    worker.say(&ToWorker::Shutdown);
    let (status, log) = worker.end();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("processes of its own running: they are ended"), "{log}");
}

#[test]
fn a_worker_that_is_killed_takes_its_program_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let worker = worker_at("echo $$ > pids; touch ready; exec sleep 600", folder.path());
    let [pid] = &pids(folder.path())[..] else { panic!() };
    assert!(is_alive(pid));
    worker.signal(Signal::KILL);
    worker.end();
    wait_until("the program is gone", || !is_alive(pid));
}

#[test]
fn a_program_hears_signals_that_the_worker_leaves_to_the_supervisor() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker_at("echo $$ > pids; touch ready; kill -TERM $PPID $$; sleep 600", folder.path());
    let Some(FromWorker::Failed { failure, .. }) = worker.hear() else { panic!() };
    assert_eq!(failure.kind, FailureKind::Passing);
    assert_eq!(failure.reason, "sh was ended by signal 15 (SIGTERM)");
    worker.say(&ToWorker::Shutdown);
    assert_eq!(worker.end().0.code(), Some(0));
}

/// The session of a process, or what else stands there in the kernel's line on it, counted from its state.
fn session_of(pid: &str) -> String {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(3).unwrap().to_owned()
}

#[test]
fn a_program_has_a_session_of_its_own_and_so_has_what_starts_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker_at("echo $$ $PPID > pids; touch ready; sleep 600", folder.path());
    let [program, starter] = &pids(folder.path())[..] else { panic!() };
    let sessions = [session_of(program), session_of(starter), session_of("self")];
    assert_eq!(sessions[0], *program);
    assert_eq!(sessions[1], *starter);
    assert!(!sessions[..2].contains(&sessions[2]), "{sessions:?}");
    worker.leave();
    worker.end();
}

#[test]
fn a_signal_to_all_processes_of_the_job_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let goes_on = "touch ready; kill -USR1 $PPID; while ! [ -e go ]; do sleep 0.01; done";
    let mut worker = worker_at(goes_on, folder.path());
    assert_eq!(worker.hear(), Some(FromWorker::Signalled), "before the program's end");
    fs::File::create(folder.path().join("go")).unwrap();
    assert!(matches!(worker.hear(), Some(FromWorker::Done { .. })));
    worker.leave();
    worker.end();
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker_at("touch ready; kill -TERM $PPID $$; sleep 600", folder.path());
    assert!(matches!(worker.hear(), Some(FromWorker::Failed { .. })));
    assert_eq!(worker.hear(), Some(FromWorker::Signalled), "after the answer that it is about");
    worker.leave();
    worker.end();
}

#[test]
fn a_worker_whose_starter_is_killed_ends_its_programs_and_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker_at(&format!("{FAMILY} kill -KILL $PPID; sleep 600"), folder.path());
    let Some(FromWorker::Failed { failure, .. }) = worker.hear() else { panic!() };
    assert_eq!(failure.kind, FailureKind::Passing);
    assert!(failure.reason.contains("starts the programs of this worker was ended"), "{failure:?}");
    let pids = pids(folder.path());
    wait_until("the family is gone", || !pids.iter().any(|pid| is_alive(pid)));
    let (status, log) = worker.end();
    assert_eq!(status.code(), Some(i32::from(dayfold_worker::NO_SETUP)));
    assert!(log.contains("to be replaced"), "{log}");
}
