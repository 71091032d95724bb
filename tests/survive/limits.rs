//! Where a run's limits come from: the walltime that the batch system tells, the memory that the first
//! lines name.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::farm::Farm;
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
        let mut command = self.farm.command(&["--workers", "1", "--message-format", "json"]);
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
