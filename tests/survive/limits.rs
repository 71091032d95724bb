//! Where a run's limits come from: the walltime that the batch system tells, the memory that the first
//! lines name.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::farm::Farm;
use crate::processes::wait_until;
use crate::running::{Ended, Running};

const DAYS: usize = 4;

/// Of job 2, that has run for 3 of 40 s.
const QSTAT: &str = include_str!("../../supervisor/tests/recorded/qstat_running.json");

/// A batch system that has one program, which keeps what it is asked.
struct Batch {
    farm: Farm,
    job: (&'static str, &'static str),
}

impl Batch {
    fn new(farm: Farm, program: &str, job: (&'static str, &'static str), answer: &str) -> Self {
        let name = format!("bin/{program}");
        farm.write(&name, &format!("#!/bin/sh\necho \"{program} $*\" >> asked\n{answer}\n"));
        std::fs::set_permissions(farm.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { farm, job }
    }

    fn command(&self) -> Command {
        let mut command = self.command_for_people();
        command.args(["--message-format", "json"]);
        command
    }

    fn command_for_people(&self) -> Command {
        let mut command = self.farm.command(&["--workers", "1"]);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}/bin:{path}", self.farm.path().display()));
        command.env(self.job.0, self.job.1);
        command
    }

    fn run(&self) -> Ended {
        Running::start(self.command()).end()
    }

    fn asked(&self) -> String {
        self.farm.read("asked")
    }
}

const PBS: (&str, &str) = ("PBS_JOBID", "2.pbs-server");
const SLURM: (&str, &str) = ("SLURM_JOB_ID", "77");

/// A job with 10 s left, most of them for the grace: groups of 2 s are not all done.
fn ends_before_the_walltime(program: &str, job: (&'static str, &'static str), answer: &str, asked: &str) {
    let farm = Farm::new(DAYS, "[ -e go ] || sleep 2");
    farm.write("answer", &QSTAT.replace("00:00:40", "00:00:13"));
    let batch = Batch::new(farm, program, job, answer);
    let ended = batch.run();
    assert_eq!(ended.code, Some(75), "{ended:?}");
    assert_eq!(ended.all("stopping")[0]["reason"], "walltime", "{ended:?}");
    assert!(ended.groups("finished").len() < DAYS && ended.all("warning").is_empty(), "{ended:?}");
    assert_eq!(batch.asked(), asked, "once");
    batch.farm.write("go", "");
    assert_eq!(batch.farm.run(&[]).code, 0);
    assert!(batch.farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn pbs_is_asked_once_for_the_walltime() {
    ends_before_the_walltime("qstat", PBS, "cat answer", "qstat -f -F json 2.pbs-server\n");
}

#[test]
fn slurm_is_asked_once_for_the_walltime() {
    ends_before_the_walltime("squeue", SLURM, "echo 0:10", "squeue -h -j 77 -o %L\n");
}

#[test]
fn a_batch_system_that_does_not_answer_is_not_waited_for() {
    for (program, job) in [("qstat", PBS), ("squeue", SLURM)] {
        // an answer that would end the run at once
        let late = "sleep 600; echo 0:01";
        let batch = Batch::new(Farm::new(DAYS, ""), program, job, late);
        let ended = batch.run();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let warnings: Vec<&Value> = ended.all("warning").iter().map(|event| &event["message"]).collect();
        let said = format!("the time left is not known: {program} gave no answer within 5 s");
        assert_eq!(warnings, [&Value::from(said)]);
        assert_eq!(batch.asked().lines().count(), 1);
        assert!(batch.farm.result() == Farm::undisturbed(DAYS));
    }
}

#[test]
fn qstat_is_found_where_pbs_conf_says_and_what_the_job_asked_for_is_shown_as_such() {
    let farm = Farm::new(DAYS, "");
    farm.write("answer", QSTAT);
    let batch = Batch::new(farm, "qstat", PBS, "cat answer");
    let folder = batch.farm.path().display();
    batch.farm.write("pbs.conf", &format!("PBS_SERVER=pbs\nPBS_EXEC={folder}\n"));
    let mut command = batch.farm.command(&["--workers", "1"]);
    command.env(PBS.0, PBS.1).env("PBS_CONF_FILE", batch.farm.path().join("pbs.conf"));
    let output = command.env("PATH", "/usr/bin:/bin").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(batch.asked(), "qstat -f -F json 2.pbs-server\n", "{told}");
    assert!(told.contains("1 worker, at most 1.0 GiB of memory: mem=1gb of the job ("), "{told}");
}

#[test]
fn in_a_batch_job_that_ends_early_its_script_is_to_be_submitted_again() {
    let farm = Farm::new(DAYS, "[ -e go ] || sleep 2");
    farm.write("answer", &QSTAT.replace("00:00:40", "00:00:13"));
    let batch = Batch::new(farm, "qstat", PBS, "cat answer");
    let output = batch.command_for_people().output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(75), "{told}");
    assert!(told.ends_with("to go on: submit the script of this job again (PBS 2.pbs-server)\n"), "{told}");
}

/// A job with 30 s left is suspended; its walltime stands still meanwhile.
#[test]
fn after_a_suspension_the_batch_system_is_asked_again() {
    let farm = Farm::new(DAYS, "touch waits; while [ ! -e go ]; do sleep 0.1; done");
    farm.write("answer", &QSTAT.replace("00:00:40", "00:00:33"));
    let batch = Batch::new(farm, "qstat", PBS, "cat answer");
    let mut run = Running::start(batch.command());
    run.wait_for("started");
    run.send(Signal::STOP);
    std::thread::sleep(Duration::from_secs(8));
    batch.farm.write("answer", &QSTAT.replace("00:00:40", "10:00:00"));
    run.send(Signal::CONT);
    wait_until("it is asked again", || batch.asked().lines().count() == 2);
    // longer than what was left before
    std::thread::sleep(Duration::from_secs(20));
    batch.farm.write("go", "");
    let ended = run.end();
    assert_eq!((ended.code, ended.groups("finished").len()), (Some(0), DAYS), "{ended:?}");
    let elapsed = |event: &&Value| event["elapsed"].as_f64().unwrap();
    let first = ended.all("finished").iter().map(elapsed).fold(0.0, f64::max);
    let at = ended.events.last().unwrap()["at"].as_f64().unwrap();
    assert!(first <= at, "no time in which nothing was done is told: {ended:?}");
}

#[test]
fn a_lock_that_was_taken_over_in_a_pause_is_noticed_before_anything_is_started() {
    let farm = Farm::new(DAYS, "touch waits; while [ ! -e go ]; do sleep 0.1; done");
    let mut run = farm.start(&["--workers", "1"]);
    run.wait_for("started");
    run.send(Signal::STOP);
    let lock = farm.run_dir().join("lock");
    let mut holder: Value = serde_json::from_str(&std::fs::read_to_string(&lock).unwrap()).unwrap();
    holder["token"] = "another's".into();
    farm.write("lock.new", &holder.to_string());
    std::fs::rename(farm.path().join("lock.new"), &lock).unwrap();
    std::thread::sleep(Duration::from_secs(6));
    farm.write("go", "");
    run.send(Signal::CONT);
    let ended = run.end();
    assert_eq!(ended.code, Some(75), "{ended:?}");
    assert_eq!(ended.all("stopping")[0]["reason"], "lock-lost", "{ended:?}");
    assert!(farm.starts().len() <= 2, "but for what was in the pipe: {:?}", farm.starts());
    assert!(farm.partials().is_empty(), "{ended:?}");
}

#[test]
fn too_few_open_files_for_all_workers_are_told_once_and_as_what_they_are() {
    let farm = Farm::new(DAYS, "");
    let dayfold = farm.command(&["--workers", "16"]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64; exec \"$@\"", "sh"])
        .arg(dayfold.get_program())
        .args(dayfold.get_args());
    command.current_dir(farm.path());
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    let warnings: Vec<&str> = told.lines().filter(|line| line.starts_with("warning")).collect();
    let [warning] = warnings[..] else { panic!("{told}") };
    assert!(warning.contains("(`ulimit -n`) is 64, which is enough for"), "{warning}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn the_first_lines_say_which_memory_limit_decides() {
    let farm = Farm::new(1, "");
    let told = |options: &[&str]| {
        let run = farm.run(options);
        assert_eq!(run.code, 0, "{run:?}");
        farm.clear();
        run.stderr.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(
        told(&["--workers", "1", "--memory", "50MB"]),
        "1 worker, at most 50.0 MB of memory: --memory"
    );
    // what this machine has, by the command that is asked for it
    let output = farm.dayfold(&["doctor"]).stdout;
    let memory = output.lines().find_map(|line| line.strip_prefix("memory       ")).unwrap();
    let (size, source) = memory.split_once(": ").unwrap();
    assert_eq!(told(&["--workers", "1"]), format!("1 worker, at most {size} of memory: {source}"));
}
