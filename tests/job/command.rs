//! Whole runs of `kind = "command"`: what programs leave, how they fail, and what is left of them when a run is cut
//! short.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable, attribute};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '%Y-%m-%d.*.nc'
[task]
kind = 'command'
command = ['./day.sh', '{group}', '{output}', '{files}']
empty = 'allow'
[output]
file = 'out.nc'
";

/// Three days of two files each, and this script to run on them.
fn days(script: &str) -> Folder {
    let folder = Folder::new();
    folder.write("dayfold.toml", CONFIG);
    for day in 1..=3 {
        folder.write(&format!("archive/2022-02-0{day}.a.nc"), "");
        folder.write(&format!("archive/2022-02-0{day}.b.nc"), "");
    }
    executable(&folder.write("day.sh", &format!("#!/bin/sh -eu\n{script}\n")));
    folder
}

/// Lets a script be run.
pub fn executable(script: &Path) {
    std::fs::set_permissions(script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

fn run(folder: &Folder, options: &[&str]) -> Outcome {
    folder.dayfold(&[&["run", "dayfold.toml"][..], options].concat())
}

fn text(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap_or_default()
}

/// What days 1 to 3 give.
fn prepare_results(folder: &Folder) {
    (1..=3).for_each(|day| write_result(&folder.path().join(format!("result-2022-02-0{day}.nc")), day));
}

/// A result of two times.
pub fn write_result(path: &Path, day: i32) {
    let variable = |name: &str, first: f64, attributes: Vec<(String, Attribute)>| Variable {
        name: name.to_owned(),
        dimensions: vec!["time".to_owned()],
        values: Values::F64(vec![first, first + 0.5]),
        attributes,
    };
    let units = ("units".to_owned(), Attribute::from("days since 2022-02-01"));
    let variables = vec![
        variable("time", f64::from(day - 1), vec![units]),
        variable("rain", f64::from(10 * day), Vec::new()),
    ];
    let dataset = Dataset { dimensions: vec![("time".to_owned(), 2)], variables, attributes: Vec::new() };
    write_dataset(path, &dataset, Storage::Plain).unwrap();
}

#[test]
fn results_are_collated_and_the_same_to_the_byte_for_any_number_of_workers() {
    let folder = days(r#"echo "$@" >> told; cp "result-$1.nc" "$2""#);
    prepare_results(&folder);
    let one = run(&folder, &["--workers", "1"]);
    assert_eq!((one.code, one.stdout.as_str()), (0, "DIR/out.nc\n"), "{one:?}");
    let told = text(&folder, "told");
    let archive = folder.path().join("archive").display().to_string();
    let first: Vec<&str> = told.lines().next().unwrap().split(' ').collect();
    assert_eq!((first[0], first.len()), ("2022-02-01", 4), "{told}");
    assert_eq!(first[2..], [format!("{archive}/2022-02-01.a.nc"), format!("{archive}/2022-02-01.b.nc")]);
    let output = folder.path().join("out.nc");
    let file = RawFile::open(&output).unwrap();
    assert!(file.read("rain").unwrap().same(&Values::F64(vec![10.0, 10.5, 20.0, 20.5, 30.0, 30.5])));
    let task = attribute(&file.schema().attributes, "task").unwrap().text().unwrap();
    assert_eq!(task, r#"{"command":{"command":["./day.sh","{group}","{output}","{files}"]}}"#);
    let bytes = std::fs::read(&output).unwrap();
    let three = run(&folder, &["--workers", "3", "--run-dir", "other"]);
    assert_eq!(three.code, 0, "{three:?}");
    assert!(bytes == std::fs::read(&output).unwrap());
}

#[test]
fn the_plan_shows_the_command_as_it_is_written_and_no_regions() {
    let plan = days("exit 0").dayfold(&["plan", "dayfold.toml"]);
    assert_eq!(plan.code, 0, "{plan:?}");
    assert!(plan.stdout.contains(r#"["./day.sh", "{group}", "{output}", "{files}"]"#), "{}", plan.stdout);
    assert!(!plan.stdout.contains("regions"), "{}", plan.stdout);
}

#[test]
fn a_failure_has_the_programs_last_lines_and_an_exit_code_is_tried_again_where_that_is_wished() {
    let folder =
        days(r#"echo "$1" >> attempts; [ "$1" != 2022-02-02 ] || { echo "no tas in $1" >&2; exit 7; }"#);
    let once = run(&folder, &["--attempts", "2"]);
    assert_eq!((once.code, once.stdout.as_str()), (3, ""), "{once:?}");
    assert!(once.stderr.contains("error: 2022-02-02: failed: ./day.sh ended with exit code 7"), "{once:?}");
    assert_eq!(text(&folder, "attempts").matches("2022-02-02").count(), 1);
    let run = run(&folder, &["--attempts", "2", "--retry", "all"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    assert!(
        run.stderr.contains(
            "error: 2022-02-02: failed (attempt 2): ./day.sh ended with exit code 7; its last line: no tas in 2022-02-02"
        ),
        "{run:?}"
    );
    assert!(run.stderr.contains("\n  no tas in 2022-02-02\n"), "{}", run.stderr);
    assert_eq!(text(&folder, "attempts").matches("2022-02-02").count(), 1 + 2);
    let failed = text(&folder, "out.nc.run/failed.tsv");
    assert!(failed.contains("2022-02-02\t2\t./day.sh ended with exit code 7"), "{failed}");
}

#[test]
fn what_fails_once_and_then_not_is_done() {
    for ends in ["exit 1", "kill -SEGV $$"] {
        let options: &[&str] = if ends == "exit 1" { &["--retry", "all"] } else { &[] };
        let folder = days(&format!(r#"mkdir "tried-$1" || exit 0; {ends}"#));
        assert_eq!(run(&folder, options).code, 0, "{ends}");
    }
}

#[test]
fn a_program_that_is_not_there_is_found_before_any_work() {
    let folder = days("exit 0");
    std::fs::remove_file(folder.path().join("day.sh")).unwrap();
    let run = run(&folder, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("no such program: DIR/./day.sh"), "{}", run.stderr);
}

/// Runs that can be interfered with; what is left of one is ended with the value.
struct Running<'a> {
    child: Child,
    folder: &'a Folder,
}

/// Says which processes there are, and does not end by itself.
const HANGS: &str = r#"sleep 600 & echo "$$ $!" > pids.new; mv pids.new pids; touch "$2"; wait"#;

impl<'a> Running<'a> {
    /// One worker, until its first program has said who it is.
    fn at_work(folder: &'a Folder, options: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_dayfold"))
            .args(["run", "dayfold.toml", "--workers", "1"])
            .args(options)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let running = Self { child, folder };
        wait_until("the program runs", || folder.path().join("pids").exists());
        running
    }

    fn supervisor(&self) -> i32 {
        self.child.id().try_into().unwrap()
    }

    fn worker(&self) -> i32 {
        let pid = self.child.id();
        text(self.folder, &format!("/proc/{pid}/task/{pid}/children")).trim().parse().unwrap()
    }

    /// The program and the one that it has started.
    fn programs(&self) -> Vec<i32> {
        text(self.folder, "pids").split_whitespace().map(|pid| pid.parse().unwrap()).collect()
    }

    fn ends(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.programs().into_iter().filter(|&pid| is_alive(pid)).for_each(|pid| signal(pid, Signal::KILL));
    }
}

fn signal(pid: i32, signal: Signal) {
    let _gone = kill_process(Pid::from_raw(pid).unwrap(), signal);
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn is_alive(pid: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// A later run, with a program that ends, does what is left.
fn goes_on(folder: &Folder) {
    let script = folder.write("day.sh", "#!/bin/sh\ntouch \"done-$1\"\n");
    assert!(script.exists());
    let run = run(folder, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(folder.path().join("done-2022-02-01").exists());
    assert!(!run.stderr.contains("attempt"), "{}", run.stderr);
}

fn asides(folder: &Folder) -> Vec<PathBuf> {
    let entries = folder.path().join("out.nc.run/partials").read_dir().unwrap();
    let is_aside = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with(".aside-");
    entries.map(|entry| entry.unwrap().path()).filter(|path| is_aside(path)).collect()
}

#[test]
fn a_supervisor_that_is_killed_leaves_no_process_and_nothing_in_the_way() {
    let folder = days(HANGS);
    let running = Running::at_work(&folder, &[]);
    let (worker, programs) = (running.worker(), running.programs());
    assert!(programs.len() == 2 && programs.iter().all(|&pid| is_alive(pid)));
    signal(running.supervisor(), Signal::KILL);
    wait_until("all are gone", || ![&programs[..], &[worker]].concat().into_iter().any(is_alive));
    assert_eq!(asides(&folder), [] as [PathBuf; 0]);
    drop(running);
    goes_on(&folder);
}

#[test]
fn a_stopped_worker_ends_with_its_supervisor_too() {
    let folder = days(HANGS);
    let running = Running::at_work(&folder, &[]);
    let (worker, programs) = (running.worker(), running.programs());
    [worker, programs[0]].into_iter().for_each(|pid| signal(pid, Signal::STOP));
    signal(running.supervisor(), Signal::KILL);
    wait_until("all are gone", || ![&programs[..], &[worker]].concat().into_iter().any(is_alive));
}

#[test]
fn a_worker_that_is_killed_takes_its_programs_with_it_and_its_group_is_tried_again() {
    let folder = days(&format!(
        r#"mkdir "tried-$1" 2> /dev/null || exit 0; [ "$1" = 2022-02-01 ] || exit 0; {HANGS}"#
    ));
    let running = Running::at_work(&folder, &[]);
    let programs = running.programs();
    signal(running.worker(), Signal::KILL);
    wait_until("both are gone", || !programs.iter().any(|&pid| is_alive(pid)));
    assert_eq!(running.ends(), Some(0), "{}", text(&folder, "log"));
    assert!(text(&folder, "log").contains("attempt 1 failed, trying again"));
}

#[test]
fn at_a_signal_programs_have_the_grace_and_then_end_and_the_same_command_goes_on() {
    let folder = days(HANGS);
    let running = Running::at_work(&folder, &["--grace", "100ms"]);
    let programs = running.programs();
    signal(running.supervisor(), Signal::TERM);
    assert_eq!(running.ends(), Some(75));
    wait_until("both are gone", || !programs.iter().any(|&pid| is_alive(pid)));
    let log = text(&folder, "log");
    assert!(log.contains("a signal asked for the end") && log.contains("dayfold run dayfold.toml"), "{log}");
    goes_on(&folder);
}

#[test]
fn a_signal_to_all_processes_of_a_job_costs_no_attempt() {
    let folder = days(HANGS);
    let running =
        Running::at_work(&folder, &["--attempts", "1", "--grace", "30s", "--message-format", "json"]);
    // the supervisor first, so that it knows when the worker tells that its program is gone
    signal(running.supervisor(), Signal::TERM);
    wait_until("it is stopping", || text(&folder, "log").contains("\"stopping\""));
    running.programs().into_iter().chain([running.worker()]).for_each(|pid| signal(pid, Signal::TERM));
    assert_eq!(running.ends(), Some(75));
    assert!(!folder.path().join("out.nc.run/failed.tsv").exists());
    goes_on(&folder);
}
