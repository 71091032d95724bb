//! Signals before the first group is started: while a file system does not answer, while a lock is
//! waited for, while the archive is looked at. A standard input that nobody writes to stands for what hangs.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use rustix::process::{Pid, Signal};

use crate::farm::Farm;
use crate::processes::{children, wait_until};
use crate::running::{Ended, Running};

const SAID: &str =
    "a signal asked for the end before any group was started: to go on, start the run again as before";

/// Whether a process has said what it does at SIGTERM.
fn listens(process: Pid) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = u64::from_str_radix(mask.unwrap_or("0").trim(), 16).unwrap();
    mask >> (Signal::TERM.as_raw() - 1) & 1 == 1
}

fn says(ended: &Ended, what: &str) {
    assert_eq!(ended.code, Some(75), "{ended:?}");
    assert!(ended.text.is_empty(), "more than events: {ended:?}");
    let errors = ended.all("error");
    assert!(errors.iter().any(|error| error["message"].to_string().contains(what)), "{ended:?}");
}

#[test]
fn what_hangs_before_anything_was_begun_ends_and_says_so() {
    for signals in [1, 2] {
        let farm = Farm::new(1, "");
        let mut command = farm.folder_command(&["run", "-", "--message-format", "json"]);
        // who reads the configuration there waits for ever
        command.stdin(Stdio::piped());
        let run = Running::start(command);
        wait_until("it listens", || listens(run.pid()));
        (0..signals).for_each(|_| run.send(Signal::TERM));
        says(&run.end(), SAID);
        assert!(!farm.run_dir().exists());
    }
}

#[test]
fn a_lock_is_not_waited_for_any_more_and_stays() {
    let farm = Farm::new(2, "");
    let lock = farm.run_dir().join("lock");
    farm.write("out.nc.run/lock", "whose is it?");
    let mut run = farm.start(&[]);
    run.wait_for("warning");
    run.send(Signal::INT);
    says(&run.end(), "out.nc.run/lock: a signal asked for the end");
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), "whose is it?");
    std::fs::remove_file(lock).unwrap();
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(2));
}

#[test]
fn the_look_at_the_archive_is_broken_off_and_no_lock_stays() {
    let farm = Farm::new(1, "");
    // the worker that is to look never does
    farm.write("worker.sh", "#!/bin/sh\nexec sleep 600\n");
    let worker = farm.path().join("worker.sh");
    std::fs::set_permissions(&worker, Permissions::from_mode(0o755)).unwrap();
    let mut command = farm.command(&["--message-format", "json"]);
    command.env("DAYFOLD_WORKER", worker);
    let run = Running::start(command);
    wait_until("a worker is to look at the archive", || !children(run.pid()).is_empty());
    run.send(Signal::TERM);
    says(&run.end(), SAID);
    assert!(!farm.run_dir().exists(), "nothing was begun, and no lock stays");
}
