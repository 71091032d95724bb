//! Workers that misbehave: each is named with what it did, replaced, and the run comes to its end.
//!
//! Shell scripts stand in for the worker's program. The first to be started is the real one: it looks
//! at the archive before any work.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use dayfold_contract::GroupId;
use dayfold_contract::frame::write_frame;
use dayfold_contract::message::{Attempt, FromWorker, Output, PROTOCOL};
use rustix::process::Signal;

use crate::farm::Farm;
use crate::processes::{self, wait_until};
use crate::running::{Ended, Running};
use crate::support::Outcome;

const DAYS: usize = 3;

/// A run with one worker, whose program is this script, but for the first and, if `recovers`, all
/// after the second.
fn farm_with(worker: &str, recovers: bool) -> (Farm, String) {
    let farm = Farm::new(DAYS, "");
    let real = format!("exec '{}' worker", env!("CARGO_BIN_EXE_dayfold"));
    let after = if recovers { format!("mkdir second 2> /dev/null || {real}") } else { String::new() };
    let folder = farm.path().display().to_string();
    farm.write(
        "worker.sh",
        &format!("#!/bin/sh\ncd '{folder}'\nmkdir first 2> /dev/null && {real}\n{after}\n{worker}\n"),
    );
    let program = farm.path().join("worker.sh");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    (farm, program.display().to_string())
}

fn run(worker: &str, recovers: bool, frames: &[FromWorker], options: &[&str]) -> (Farm, Ended) {
    let (farm, program) = farm_with(worker, recovers);
    let mut file = File::create(farm.path().join("frames")).unwrap();
    frames.iter().for_each(|frame| write_frame(&mut file, frame).unwrap());
    let options = [&["--workers", "1", "--message-format", "json"], options].concat();
    let mut command = farm.command(&options);
    command.env("DAYFOLD_WORKER", program);
    let ended = Running::start(command).end();
    (farm, ended)
}

fn lost(ended: &Ended) -> Vec<&str> {
    ended.all("worker-lost").iter().map(|event| event["reason"].as_str().unwrap()).collect()
}

fn ready() -> FromWorker {
    FromWorker::Ready { protocol: PROTOCOL }
}

#[test]
fn one_that_writes_rubbish() {
    let (farm, ended) = run("echo rubbish, and more rubbish; exec sleep 600", true, &[], &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(lost(&ended), ["the worker did not keep to the protocol: frame size too big"]);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn one_that_speaks_of_a_group_that_it_does_not_have() {
    let attempt = Attempt { group: GroupId(2), number: 1 };
    let output = Output {
        partial: None,
        elapsed: Duration::ZERO,
        peak_memory: 0,
        layout: None,
        warnings: Vec::new(),
        form: None,
    };
    let frames = [ready(), FromWorker::Done { attempt, output }];
    let (farm, ended) = run("cat frames; exec sleep 600", true, &frames, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let said = "the worker did not keep to the protocol: an answer to something that it was not asked";
    assert_eq!(lost(&ended), [said]);
    assert_eq!(farm.starts().len(), DAYS, "no group is done by hearsay");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn one_of_another_version() {
    let frames = [FromWorker::Ready { protocol: PROTOCOL + 1 }];
    let (_, ended) = run("cat frames; exec sleep 600", true, &frames, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        lost(&ended)[0].contains(&format!("it speaks version {} of the protocol", PROTOCOL + 1)),
        "{ended:?}"
    );
}

#[test]
fn one_that_always_exits_at_once() {
    let (farm, ended) = run("echo its last words >&2; exit 7", false, &[], &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(lost(&ended), ["the worker ended by itself with exit code 7"; 3]);
    let error = ended.all("error")[0]["message"].to_string();
    assert!(
        error.contains("failed to start a worker: the worker ended by itself with exit code 7"),
        "{error}"
    );
    assert!(farm.starts().is_empty() && !farm.has_result());
}

fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn one_that_cannot_even_look_at_the_archive() {
    let farm = Farm::new(DAYS, "");
    let said = |program: &str| outcome(farm.command(&[]).env("DAYFOLD_WORKER", program));
    let exits = said("/bin/false");
    assert_eq!(exits.code, 1, "{exits:?}");
    assert!(
        exits.stderr.contains("failed to start a worker: the worker ended by itself with exit code 1"),
        "{exits:?}"
    );
    let not_there = said("/nowhere/dayfold");
    assert_eq!(not_there.code, 1, "{not_there:?}");
    assert!(
        not_there.stderr.contains("the worker could not be started: No such file or directory"),
        "{not_there:?}"
    );
}

#[test]
fn one_that_is_killed_before_or_while_it_looks_at_the_archive_is_replaced() {
    let farm = Farm::new(DAYS, "");
    let (real, folder) = (env!("CARGO_BIN_EXE_dayfold"), farm.path().display().to_string());
    farm.write("ready", "");
    write_frame(&mut File::create(farm.path().join("ready")).unwrap(), &ready()).unwrap();
    farm.write(
        "worker.sh",
        &format!(
            "#!/bin/sh\ncd '{folder}'\nmkdir first 2> /dev/null && kill -9 $$\n\
             mkdir second 2> /dev/null && {{ cat ready; sleep 0.2; kill -9 $$; }}\nexec '{real}' worker\n"
        ),
    );
    let program = farm.path().join("worker.sh");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = farm.command(&["--workers", "1", "--message-format", "json"]);
    command.env("DAYFOLD_WORKER", program);
    let ended = Running::start(command).end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let warnings = ended.all("warning");
    let said = "is replaced: the worker was ended by signal 9 (SIGKILL)";
    assert!(
        warnings.len() == 2 && warnings.iter().all(|event| event["message"].to_string().contains(said)),
        "{ended:?}"
    );
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn one_that_never_gets_ready_and_one_that_never_answers() {
    // each is waited for a minute: all at once
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (farm, program) = farm_with("exec sleep 600", false);
            farm.write("first", "");
            let silent = outcome(farm.command(&[]).env("DAYFOLD_WORKER", program));
            assert_eq!(silent.code, 1, "{silent:?}");
            assert!(
                silent.stderr.contains("failed to start a worker: it was not ready within 60 s"),
                "{silent:?}"
            );
        });
        for (worker, frames) in [("exec sleep 600", vec![]), ("cat frames; exec sleep 600", vec![ready()])] {
            scope.spawn(move || {
                let (farm, ended) = run(worker, true, &frames, &[]);
                assert_eq!(ended.code, Some(0), "{ended:?}");
                assert_eq!(lost(&ended), ["the worker did not answer for 60 s: it was stopped, or is stuck"]);
                assert!(ended.all("attempt-failed").is_empty(), "{ended:?}");
                assert!(farm.result() == Farm::undisturbed(DAYS));
            });
        }
    });
}

#[test]
fn one_that_was_stopped_in_the_middle_of_a_group() {
    let farm = Farm::new(DAYS, "[ -e go ] || { touch waits; sleep 600; }");
    let mut run = farm.start(&["--workers", "1", "--timeout", "5s"]);
    wait_until("a group at work", || farm.path().join("waits").exists());
    let worker = run.workers()[0];
    processes::send(worker, Signal::STOP);
    farm.write("go", "");
    let failed = run.wait_for("attempt-failed");
    let said = "the group took longer than the 5 s that --timeout allows";
    assert_eq!((failed["reason"].as_str(), failed["again"].as_bool()), (Some(said), Some(true)), "{failed}");
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}
