//! The main job with the real binary: real processes, a real archive, whole files.

#![expect(clippy::disallowed_methods, reason = "a test spoils files on purpose")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::Folder;
use rustix::process::{Pid, Signal, kill_process};

/// A folder with a sample archive of two days, small enough to be run many times.
fn sample() -> Folder {
    let folder = Folder::new();
    let made = folder.dayfold(&["sample", "try", "--days", "2", "--coarsen", "40"]);
    assert_eq!(made.code, 0, "{made:?}");
    folder
}

fn config(folder: &Folder) -> String {
    folder.path().join("try/dayfold.toml").display().to_string()
}

/// The final file, wherever the sample's configuration puts it; not what a run with `--limit` leaves beside it.
fn result(folder: &Folder) -> PathBuf {
    let mut found = std::fs::read_dir(folder.path().join("try")).unwrap().map(|entry| entry.unwrap().path());
    let is_final = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".nc") && !name.ends_with(".trial.nc")
    };
    found.find(is_final).unwrap()
}

fn bytes_of_a_run(folder: &Folder, options: &[&str]) -> Vec<u8> {
    let config = config(folder);
    let run = folder.dayfold(&[&["run", &config][..], options].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let output = result(folder);
    assert_eq!(
        run.stdout.trim().replace("DIR", &folder.path().display().to_string()),
        output.display().to_string()
    );
    let bytes = std::fs::read(&output).unwrap();
    std::fs::remove_file(&output).unwrap();
    std::fs::remove_dir_all(output.with_extension("nc.run")).unwrap();
    bytes
}

#[test]
fn any_number_of_workers_gives_the_same_bytes() {
    let folder = sample();
    let one = bytes_of_a_run(&folder, &["--workers", "1"]);
    assert!(one == bytes_of_a_run(&folder, &["--workers", "2"]));
    assert!(one == bytes_of_a_run(&folder, &["--workers", "5"]));
}

#[test]
fn a_finished_run_does_nothing_and_a_group_at_a_time_gives_the_same_bytes() {
    let folder = sample();
    let config = config(&folder);
    let first = folder.dayfold(&["run", &config, "--limit", "1"]);
    assert_eq!((first.code, first.stdout.as_str()), (0, ""), "{first:?}");
    let rest = folder.dayfold(&["run", &config, "--only", "2022-02-02"]);
    assert_eq!(rest.code, 0, "{rest:?}");
    let output = result(&folder);
    let bytes = std::fs::read(&output).unwrap();
    let modified = std::fs::metadata(&output).unwrap().modified().unwrap();
    let again = folder.dayfold(&["run", &config]);
    assert_eq!((again.code, again.stdout), (0, rest.stdout), "{}", again.stderr);
    assert_eq!(std::fs::metadata(&output).unwrap().modified().unwrap(), modified);
    std::fs::remove_dir_all(output.with_extension("nc.run")).unwrap();
    assert!(bytes == bytes_of_a_run(&folder, &[]));
}

#[test]
fn partials_are_removed_when_the_final_file_is_there_and_dates_can_be_added() {
    let folder = sample();
    let config = config(&folder);
    let whole = bytes_of_a_run(&folder, &[]);
    let one_day = folder.dayfold(&["run", &config, "--to", "2022-02-01"]);
    assert_eq!(one_day.code, 0, "{one_day:?}");
    let output = result(&folder);
    let partials = output.with_extension("nc.run").join("partials");
    assert_eq!(std::fs::read_dir(&partials).unwrap().count(), 0);
    let both = folder.dayfold(&["run", &config, "--message-format", "json", "--keep-partials"]);
    assert_eq!(both.code, 0, "{both:?}");
    assert_eq!(started(&both.stderr), ["2022-02-02"], "only the day that was added");
    assert_eq!(std::fs::read_dir(&partials).unwrap().count(), 1);
    assert!(whole == std::fs::read(&output).unwrap());
}

/// The groups that were started, by the JSON stream.
fn started(events: &str) -> Vec<String> {
    let events = events.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let groups = events.filter(|event| event["event"] == "started");
    groups.map(|event| event["group"].as_str().unwrap().to_owned()).collect()
}

/// A run that can be interfered with; it is ended with the test.
struct Running {
    child: Child,
    events: BufReader<std::process::ChildStderr>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(folder: &Folder, workers: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dayfold"))
            .args(["run", &config(folder), "--workers", workers, "--message-format", "json"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let events = BufReader::new(child.stderr.take().unwrap());
        Self { child, events }
    }

    /// Waits for an event of this kind.
    fn wait_for(&mut self, kind: &str) -> serde_json::Value {
        loop {
            let mut line = String::new();
            assert!(self.events.read_line(&mut line).unwrap() > 0, "the run ended before any {kind:?}");
            let event: serde_json::Value = serde_json::from_str(&line).unwrap();
            if event["event"] == kind {
                return event;
            }
        }
    }

    fn workers(&self) -> Vec<Pid> {
        let pid = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()).unwrap()).collect()
    }
}

#[test]
fn a_worker_killed_in_mid_group_is_replaced_and_the_file_is_the_same() {
    let folder = sample();
    let undisturbed = bytes_of_a_run(&folder, &["--workers", "1"]);
    let mut run = Running::start(&folder, "1");
    run.wait_for("started");
    let workers = run.workers();
    assert_eq!(workers.len(), 1);
    kill_process(workers[0], Signal::KILL).unwrap();
    let failed = run.wait_for("attempt-failed");
    assert_eq!((failed["attempt"].as_u64(), failed["again"].as_bool()), (Some(1), Some(true)), "{failed}");
    assert!(failed["reason"].as_str().unwrap().contains("SIGKILL"), "{failed}");
    run.wait_for("ended");
    assert_eq!(run.child.wait().unwrap().code(), Some(0));
    assert!(undisturbed == std::fs::read(result(&folder)).unwrap());
}

/// Replaces one input file of the second day.
fn spoil(folder: &Folder, spoil: impl FnOnce(&Path)) -> String {
    let day = folder.path().join("try/archive/v1.1/2022/02/02");
    let mut files: Vec<_> = std::fs::read_dir(&day).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    spoil(&files[50]);
    files[50].file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn a_damaged_file_fails_its_day_and_is_named_and_the_rest_is_done() {
    let folder = sample();
    let config = config(&folder);
    let file = spoil(&folder, |path| {
        let content = std::fs::read(path).unwrap();
        std::fs::write(path, &content[..content.len() / 2]).unwrap();
    });
    let run = folder.dayfold(&["run", &config]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    assert!(run.stderr.contains(&file) && run.stderr.contains("2022-02-02"), "{}", run.stderr);
    let table = std::fs::read_dir(folder.path().join("try")).unwrap().map(|entry| entry.unwrap().path());
    let run_dir =
        { table }.find(|path| path.extension().is_some_and(|extension| extension == "run")).unwrap();
    let failed = std::fs::read_to_string(run_dir.join("failed.tsv")).unwrap();
    assert!(failed.contains("2022-02-02\t1\t") && failed.contains(&file), "{failed}");
    let collated = folder.dayfold(&["collate", &run_dir.display().to_string()]);
    assert_eq!(collated.code, 3, "{collated:?}");
    let allowed = folder.dayfold(&["run", &config, "--allow-failed", "--message-format", "json"]);
    assert_eq!((allowed.code, started(&allowed.stderr)), (3, vec!["2022-02-02".to_owned()]), "{allowed:?}");
    assert!(result(&folder).is_file());
}

#[test]
fn a_damaged_file_can_be_skipped_and_is_named_in_the_result() {
    let folder = sample();
    let config = config(&folder);
    let file = spoil(&folder, |path| std::fs::write(path, "not NetCDF").unwrap());
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}\n[run]\nbad_files = \"skip\"\n")).unwrap();
    let run = folder.dayfold(&["run", &config]);
    assert_eq!(run.code, 0, "{run:?}");
    let raw = dayfold_ncio::raw::RawFile::open(result(&folder)).unwrap();
    let attributes = &raw.schema().attributes;
    let skipped = attributes.iter().find(|(name, _)| name == "skipped_files").unwrap().1.text().unwrap();
    assert!(skipped.ends_with(&file), "{skipped}");
}

#[test]
fn another_task_in_the_same_run_directory_is_refused() {
    let folder = sample();
    let config = config(&folder);
    assert_eq!(folder.dayfold(&["run", &config, "--limit", "1"]).code, 0);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("\"single-axis\"", "\"latitude\"")).unwrap();
    let run = folder.dayfold(&["run", &config]);
    assert_eq!(run.code, 2, "{run:?}");
    let told = "belongs to another run (task.mount: was single-axis, is latitude)";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn an_output_that_cannot_be_written_is_found_before_any_work() {
    let folder = sample();
    let config = config(&folder);
    let text = std::fs::read_to_string(&config).unwrap();
    let mut table: toml::Table = text.parse().unwrap();
    table["output"]["file"] = toml::Value::String("/proc/nowhere/pv.nc".into());
    std::fs::write(&config, table.to_string()).unwrap();
    let run = folder.dayfold(&["run", &config]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("/proc/nowhere"), "{}", run.stderr);
}

#[test]
fn a_missing_variable_is_found_before_any_work_and_those_that_are_there_are_named() {
    let folder = sample();
    let config = config(&folder);
    let text = std::fs::read_to_string(&config).unwrap();
    let mut table: toml::Table = text.parse().unwrap();
    let names = "ghi = 'ghi'\ndni = 'direct_normal_irradiance'\ndhi = 'surface_diffuse_irradiance'";
    table["task"]
        .as_table_mut()
        .unwrap()
        .insert("variables".into(), names.parse::<toml::Table>().unwrap().into());
    std::fs::write(&config, table.to_string()).unwrap();
    let run = folder.dayfold(&["run", &config]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("\"ghi\"") && run.stderr.contains("surface_global_irradiance"),
        "{}",
        run.stderr
    );
}
