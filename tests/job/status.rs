//! `dayfold status` as users meet it: run directories in all states, and runs that go on while they
//! are looked at. What it says of damage is tested in `damage`.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '%Y-%m-%d.nc'
[task]
kind = 'command'
command = ['./day.sh', '{group}']
empty = 'allow'
[output]
file = 'out.nc'
[run]
workers = 2
memory_per_group = '1MB'
attempts = 1
";

/// Days 1 to 3, 5 and 6, and a task that fails on day 2, and waits after it until it may go on.
fn days() -> Folder {
    let folder = Folder::new();
    folder.write("dayfold.toml", CONFIG);
    for day in [1, 2, 3, 5, 6] {
        folder.write(&format!("archive/2022-02-0{day}.nc"), "");
    }
    let script = folder.write(
        "day.sh",
        "#!/bin/sh\n\
         case $1 in\n\
         *02) echo 'no rain in it' >&2; exit 7;;\n\
         *03|*05|*06) while [ ! -e go ]; do sleep 0.05; done;;\n\
         esac\n",
    );
    fs::set_permissions(script, PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn status(folder: &Folder, options: &[&str]) -> Outcome {
    folder.dayfold(&[&["status", "out.nc.run"], options].concat())
}

fn json_of(folder: &Folder) -> Value {
    let told = status(folder, &["--json"]);
    assert_eq!(told.code, 0, "{told:?}");
    serde_json::from_str(&told.stdout).unwrap()
}

/// Looks again until both workers wait, and the failure has been told.
fn at_work(folder: &Folder) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let told = status(folder, &["--json"]);
        if let Ok(json) = serde_json::from_str::<Value>(&told.stdout)
            && json["at_work"][1].is_object()
            && json["failed"][0].is_object()
        {
            return json;
        }
        assert!(Instant::now() < deadline, "waited in vain: {told:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// A process that is ended with the test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    fn run(folder: &Folder) -> Self {
        let mut command = folder.command(&["run", "dayfold.toml"]);
        Self::start(command.env("PBS_JOBID", "4711.gadi").stdout(Stdio::null()).stderr(Stdio::null()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn counts(json: &Value) -> [u64; 4] {
    ["all", "done", "failed", "left"].map(|field| json["groups"][field].as_u64().unwrap())
}

#[test]
fn a_run_is_shown_from_its_start_to_its_end() {
    let folder = days();
    let mut run = Process::run(&folder);
    let json = at_work(&folder);
    assert_eq!((&json["state"], counts(&json)), (&json!("running"), [5, 1, 1, 3]));
    assert_eq!(json["missing"], json!(["2022-02-04"]));
    assert_eq!(json["failed"][0]["group"], "2022-02-02");
    let holder = &json["holders"][0];
    assert_eq!((&holder["purpose"], &holder["presence"]), (&json!("work"), &json!("alive")));
    assert_eq!(holder["holder"]["process"], run.0.id());
    assert_eq!(holder["holder"]["job"], "4711.gadi");
    let session = &json["sessions"][0];
    assert_eq!((&session["is_at_work"], &session["start"]["workers"]), (&json!(true), &json!(2)));
    assert!(json["rate"].as_f64().unwrap() > 0.0 && json["seconds_left"].is_f64(), "{json}");
    assert_eq!((&json["output"]["bytes"], &json["warnings"]), (&Value::Null, &json!([])));
    let text = status(&folder, &[]);
    assert_eq!((text.code, text.stderr.as_str()), (0, ""), "{text:?}");
    let holder = format!("\nheld by      process {} on ", run.0.id());
    for line in [
        "state        running\n",
        &holder,
        " in batch job 4711.gadi for ",
        "\ngroups       1 of 5 done, 1 failed, 2 at work, 1 left\n             1 without values\n",
        "\nrate         ",
        "\nat work      2022-02-0",
        "\nfailed       2022-02-02: ./day.sh ended with exit code 7",
        "\nmissing      1 without input files: 2022-02-04\n",
        "/out.nc: not there yet\n",
    ] {
        assert!(text.stdout.contains(line), "{line:?} in {}", text.stdout);
    }
    folder.write("go", "");
    assert_eq!(run.0.wait().unwrap().code(), Some(3));
    let json = json_of(&folder);
    assert_eq!((&json["state"], counts(&json)), (&json!("failed"), [5, 4, 1, 0]));
    assert_eq!((&json["holders"], &json["at_work"]), (&json!([]), &json!([])));
    assert_eq!(json["sessions"][0]["end"]["verdict"], "failed");
}

#[test]
fn a_run_that_was_killed_is_told_from_one_that_goes_on() {
    let folder = days();
    let run = Process::run(&folder);
    at_work(&folder);
    kill_process(Pid::from_child(&run.0), Signal::KILL).unwrap();
    drop(run);
    let json = json_of(&folder);
    assert_eq!((&json["state"], counts(&json)), (&json!("unfinished"), [5, 1, 1, 3]));
    assert_eq!((&json["holders"][0]["presence"], &json["at_work"]), (&json!("gone"), &json!([])));
    assert_eq!((&json["rate"], &json["sessions"][0]["end"]), (&Value::Null, &Value::Null));
    let text = status(&folder, &[]).stdout;
    assert!(
        text.contains(": it was killed\n") && text.contains(", then killed, or unable to write its end\n"),
        "{text}"
    );
    assert!(
        text.contains("\nnext         the script of batch job 4711.gadi, submitted again, goes on\n"),
        "{text}"
    );
}

#[test]
fn watching_ends_with_the_run_and_with_its_reader() {
    let folder = days();
    let mut run = Process::run(&folder);
    at_work(&folder);
    let watch = || {
        let mut command = folder.command(&["status", "out.nc.run", "--watch", "--json"]);
        Process::start(command.stdout(Stdio::piped()))
    };
    let mut patient = watch();
    let mut lines = BufReader::new(patient.0.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next()?.unwrap()).ok();
    assert_eq!(next().unwrap()["state"], "running");
    let mut impatient = watch();
    drop(impatient.0.stdout.take());
    assert_eq!(impatient.0.wait().unwrap().code(), Some(0));
    folder.write("go", "");
    assert_eq!(run.0.wait().unwrap().code(), Some(3));
    let last = std::iter::from_fn(next).last().unwrap();
    assert_eq!((&last["state"], counts(&last)), (&json!("failed"), [5, 4, 1, 0]));
    assert_eq!(patient.0.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_no_run_directory_is_refused_and_named() {
    let folder = days();
    let refused = |path: &str, said: &str| {
        let told = folder.dayfold(&["status", path]);
        assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{told:?}");
        assert!(told.stderr.contains(said), "{said:?} in {}", told.stderr);
    };
    refused("out.nc.run", "error: out.nc.run is not a run directory: there is nothing");
    refused("dayfold.toml", "it is not a folder");
    refused("archive", "it holds none of plan.json, finished.json, partials");
    fs::create_dir(folder.path().join("out.nc.run")).unwrap();
    refused(".", "did you mean ./out.nc.run?");
    refused("out.nc", "error: out.nc.run is not a run directory: it holds none of plan.json");
    fs::create_dir(folder.path().join("out.nc.run/partials")).unwrap();
    let told = status(&folder, &[]);
    assert_eq!(told.code, 2, "{told:?}");
    assert!(told.stderr.contains("plan.json is not there"), "{}", told.stderr);
    assert!(told.stdout.contains("groups       not known\n"), "{}", told.stdout);
}
