//! Calls of the system that fail, one at a time: every kind, at any time, in the supervisor and in workers. No run
//! crashes, its exit code is true, and the same command goes on to the same bytes.
//!
//! A few of all calls are tried; with `DAYFOLD_ALL_FAULTS` in the environment, every one with every error, for an
//! hour or two.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::farm::Farm;
use crate::support::Folder;

const KINDS: [&str; 11] =
    ["write", "sync", "rename", "open", "read", "unlink", "mkdir", "stat", "close", "truncate", "mmap"];

/// EIO, ENOSPC, EDQUOT, ESTALE, EACCES.
const ERRORS: [i32; 5] = [5, 28, 122, 116, 13];

const ROLES: [&str; 2] = ["run", "worker"];

/// So many calls of each kind are tried by itself.
const TRIED: u64 = 2;

/// A job that is run again and again.
struct Job {
    folder: Folder,
    library: PathBuf,
    config: &'static str,
    output: &'static str,
    expected: Vec<u8>,
}

/// One call that fails.
#[derive(Clone, Copy, Debug)]
struct Fault {
    kind: &'static str,
    number: u64,
    error: i32,
    role: &'static str,
}

impl Job {
    fn new(folder: Folder, config: &'static str, output: &'static str) -> Self {
        let library = compiled(folder.path());
        let mut job = Self { folder, library, config, output, expected: Vec::new() };
        let run = job.folder.dayfold(&["run", config, "--workers", "1"]);
        assert_eq!(run.code, 0, "{run:?}");
        job.expected = job.result();
        job
    }

    fn result(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join(self.output)).unwrap()
    }

    fn clear(&self) {
        let _none = std::fs::remove_file(self.folder.path().join(self.output));
        let _none = std::fs::remove_dir_all(self.folder.path().join(format!("{}.run", self.output)));
        let _none = std::fs::remove_file(self.count());
    }

    fn count(&self) -> PathBuf {
        self.folder.path().join("count")
    }

    /// How many calls of its kind there were.
    fn counted(&self) -> u64 {
        let counted = std::fs::read(self.count()).unwrap_or_default();
        counted.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes))
    }

    fn command(&self, fault: Fault) -> Command {
        let Fault { kind, number, error, role } = fault;
        let below = self.folder.path().join(self.output);
        let mut command = self.folder.command(&["run", self.config, "--workers", "1"]);
        command.env("LD_PRELOAD", &self.library).env("DAYFOLD_FAULT_COUNT", self.count());
        command.env("DAYFOLD_FAULT", format!("{kind}:{number}:{error}:{role}:{}", below.display()));
        command
    }

    /// A run in which no call fails; how many there are.
    fn calls(&self, kind: &'static str, role: &'static str) -> u64 {
        self.clear();
        let run = self.command(Fault { kind, number: 0, error: 0, role }).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        self.counted()
    }

    fn try_it(&self, fault: Fault) {
        self.clear();
        let run = self.command(fault).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        let code = run.status.code();
        let code = code.unwrap_or_else(|| panic!("{fault:?} ended the run by a signal: {run:?}"));
        assert!(matches!(code, 0..=3 | 75) && !said.contains("panicked"), "{fault:?}: {code}: {said}");
        match code {
            0 => assert!(self.result() == self.expected, "{fault:?}: {said}"),
            2 => assert!(!said.contains(" to do"), "{fault:?}: work had begun: {said}"),
            _ => {}
        }
        let again = self.folder.dayfold(&["run", self.config, "--workers", "1"]);
        assert_eq!(again.code, 0, "{fault:?}: {said}\nand then {again:?}");
        assert!(self.result() == self.expected, "{fault:?}");
        let run_dir = self.folder.path().join(format!("{}.run", self.output));
        for folder in [self.folder.path(), &run_dir, &run_dir.join("partials")] {
            let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with(".aside-")).collect();
            assert!(left.is_empty(), "{fault:?}: {left:?}");
        }
    }

    fn try_all(&self) {
        let all = std::env::var_os("DAYFOLD_ALL_FAULTS").is_some();
        let mut errors = ERRORS.into_iter().cycle();
        for (kind, role) in KINDS.into_iter().flat_map(|kind| ROLES.map(|role| (kind, role))) {
            let calls = self.calls(kind, role);
            let tried = if all { calls } else { calls.min(TRIED) };
            // from the first to the last
            let numbers = (0..tried).map(|place| 1 + place * (calls - 1) / (tried - 1).max(1));
            for number in numbers {
                let errors: Vec<i32> =
                    if all { ERRORS.to_vec() } else { errors.next().into_iter().collect() };
                errors.into_iter().for_each(|error| self.try_it(Fault { kind, number, error, role }));
            }
        }
    }
}

/// The library that lets calls fail.
fn compiled(folder: &Path) -> PathBuf {
    let library = folder.join("fail.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/survive/faults/fail.c");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut compile = Command::new(compiler);
    compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    assert!(compile.status().unwrap().success());
    library
}

#[test]
fn no_failing_call_crashes_a_run_of_programs() {
    Job::new(Farm::new(2, "").into_folder(), "job.toml", "out.nc").try_all();
}

#[test]
fn no_failing_call_crashes_a_run_of_the_pv_task() {
    let folder = Folder::new();
    let sample = folder.dayfold(&["sample", "s", "--days", "1", "--coarsen", "100"]);
    assert_eq!(sample.code, 0, "{sample:?}");
    Job::new(folder, "s/dayfold.toml", "s/pv.nc").try_all();
}

/// What a run in which renaming failed leaves behind is not told as finished.
#[test]
fn a_final_file_that_did_not_get_its_name_is_not_told_as_finished() {
    let job = Job::new(Farm::new(2, "").into_folder(), "job.toml", "out.nc");
    job.clear();
    let first = job.folder.dayfold(&["run", "job.toml", "--to", "2022-02-01"]);
    assert_eq!(first.code, 0, "{first:?}");
    let renames = job.calls("rename", "run");
    // the last but the description of what is in place then
    for number in (1..=renames).rev().take(3) {
        job.clear();
        assert_eq!(job.folder.dayfold(&["run", "job.toml", "--to", "2022-02-01"]).code, 0);
        let before = job.result();
        let run = job.command(Fault { kind: "rename", number, error: 5, role: "run" }).output().unwrap();
        let status = job.folder.dayfold(&["status", "out.nc.run", "--json"]);
        let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
        let is_old = job.result() == before;
        assert_eq!(is_old, status["state"] != "finished", "rename {number}: {run:?}\n{status}");
        assert_eq!(status["output"]["is_complete"], !is_old, "rename {number}: {status}");
        assert_eq!(run.status.code(), Some(if is_old { 75 } else { 0 }), "rename {number}: {run:?}");
    }
}
