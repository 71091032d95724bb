//! A screen that nobody reads: a pipe that is full, a terminal that was stopped. The run goes on, ends by
//! itself, and hears signals.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::farm::Farm;
use crate::processes::{self, wait_until};

const DAYS: usize = 6;

/// So many lines of log a group: each is told, and those of one group are more than a pipe holds.
const LINES: usize = 3000;

/// What a pipe holds, but for one message.
const FULL: u64 = 60_000;

/// How much is to be told.
const LOUD: [&[&str]; 2] = [&["-v"], &["--message-format", "json"]];

/// Groups have much to tell.
fn talkative(then: &str) -> Farm {
    Farm::new(DAYS, &format!("seq {LINES} >&2\n{then}"))
}

/// A run, killed with the value, and its standard error that is not read.
struct Unread {
    child: Child,
    stderr: ChildStderr,
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Unread {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        Self { child, stderr }
    }

    fn wait_until_full(&self) {
        wait_until("a full pipe", || ioctl_fionread(&self.stderr).unwrap() > FULL);
    }

    fn send(&self, signal: Signal) {
        processes::send(Pid::from_child(&self.child), signal);
    }

    fn code(&mut self) -> Option<i32> {
        end_of(&mut self.child)
    }
}

fn end_of(child: &mut Child) -> Option<i32> {
    let mut status = None;
    wait_until("the end of a run", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap().code()
}

#[test]
fn a_run_that_nobody_listens_to_ends_by_itself() {
    for options in LOUD {
        let farm = talkative("");
        let mut run = Unread::start(farm.command(options));
        assert_eq!(run.code(), Some(0), "{options:?}");
        assert!(ioctl_fionread(&run.stderr).unwrap() > FULL, "it had more to say");
        assert!(farm.result() == Farm::undisturbed(DAYS));
    }
}

#[test]
fn a_run_that_nobody_listens_to_hears_signals() {
    for options in LOUD {
        let farm = talkative("while [ ! -e go ]; do sleep 0.02; done");
        let mut run = Unread::start(farm.command(&[options, &["--workers", "2", "--grace", "1s"]].concat()));
        wait_until("two groups at work", || farm.starts().len() == 2);
        run.wait_until_full();
        run.send(Signal::TERM);
        assert_eq!(run.code(), Some(75), "{options:?}");
        farm.write("go", "");
        assert_eq!(farm.run(&[]).code, 0);
        assert!(farm.result() == Farm::undisturbed(DAYS));
    }
}

#[test]
fn who_reads_late_misses_nothing() {
    let farm = talkative("while [ ! -e go ]; do sleep 0.02; done");
    let mut run = Unread::start(farm.command(LOUD[1]));
    run.wait_until_full();
    let mut told = String::new();
    std::thread::scope(|scope| {
        scope.spawn(|| run.stderr.read_to_string(&mut told).unwrap());
        farm.write("go", "");
    });
    assert_eq!(run.code(), Some(0), "{told}");
    assert_eq!(told.matches("\"event\":\"worker-log\"").count(), DAYS * LINES);
    assert!(told.lines().last().unwrap().contains("\"event\":\"ended\""), "{told}");
}

/// A terminal, and the side of it that people have.
fn terminal() -> (File, File) {
    let people = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&people).unwrap();
    unlockpt(&people).unwrap();
    let name = ptsname(&people, Vec::new()).unwrap();
    let program = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (people.into(), program.into())
}

/// A run on a terminal where somebody presses Ctrl-S in the first group's time.
fn on_a_stopped_terminal(farm: &Farm, then: impl FnOnce(Pid)) -> Option<i32> {
    let (mut people, program) = terminal();
    let mut command = farm.command(&["--workers", "1", "--grace", "1s"]);
    command.env("TERM", "xterm").stdout(program.try_clone().unwrap()).stderr(program);
    let mut child = command.spawn().unwrap();
    wait_until("a group at work", || !farm.starts().is_empty());
    people.write_all(b"\x13").unwrap();
    // the program's side is not to be ours, too
    drop(command);
    then(Pid::from_child(&child));
    end_of(&mut child)
}

#[test]
fn a_stopped_terminal_stops_nothing() {
    let farm = Farm::new(DAYS, "while [ ! -e go ]; do sleep 0.02; done");
    let code = on_a_stopped_terminal(&farm, |_| farm.write("go", ""));
    assert_eq!(code, Some(0));
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn on_a_stopped_terminal_a_signal_is_heard() {
    let farm = Farm::new(DAYS, "[ ! -e go ] || exec sleep 600; while [ ! -e go ]; do sleep 0.02; done");
    let code = on_a_stopped_terminal(&farm, |run| {
        farm.write("go", "");
        wait_until("a second group at work", || farm.starts().len() == 2);
        processes::send(run, Signal::TERM);
    });
    assert_eq!(code, Some(75));
    farm.put_script("");
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}
