//! A small sample archive and runs over it: what the tests of resume, damage, locks and shards share.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{Folder, Outcome};

pub const CONFIG: &str = "try/dayfold.toml";

/// A folder with an archive of some days from 2022-02-01 on.
pub struct Room(Folder);

impl Room {
    pub fn new(days: u32) -> Self {
        let folder = Folder::new();
        let made = folder.dayfold(&["sample", "try", "--days", &days.to_string(), "--coarsen", "80"]);
        assert_eq!(made.code, 0, "{made:?}");
        Self(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("try").join(name)
    }

    pub fn run_dir(&self) -> PathBuf {
        self.path("pv.nc.run")
    }

    /// `dayfold run` of this archive.
    pub fn run(&self, options: &[&str]) -> Outcome {
        self.0.dayfold(&[&["run", CONFIG], options].concat())
    }

    /// The same, with events told in JSON.
    pub fn run_told(&self, options: &[&str]) -> Outcome {
        self.run(&[options, &["--message-format", "json"]].concat())
    }

    /// Any command, run in the folder above `try`.
    pub fn dayfold(&self, arguments: &[&str]) -> Outcome {
        self.0.dayfold(arguments)
    }

    pub fn collate(&self) -> Outcome {
        self.0.dayfold(&["collate", "try/pv.nc.run"])
    }

    pub fn status(&self, options: &[&str]) -> Outcome {
        self.0.dayfold(&[&["status", "try/pv.nc.run"], options].concat())
    }

    /// The final file.
    pub fn result(&self) -> Vec<u8> {
        fs::read(self.path("pv.nc")).unwrap()
    }

    /// The final file of a run that nothing disturbs; nothing is left of it.
    pub fn undisturbed(&self) -> Vec<u8> {
        let run = self.run(&[]);
        assert_eq!(run.code, 0, "{run:?}");
        let bytes = self.result();
        self.start_anew();
        bytes
    }

    /// Removes the final file and the run directory.
    pub fn start_anew(&self) {
        fs::remove_file(self.path("pv.nc")).unwrap();
        fs::remove_dir_all(self.run_dir()).unwrap();
    }

    /// Changes the configuration.
    pub fn configure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("dayfold.toml")).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.path("dayfold.toml"), text.replace(from, to)).unwrap();
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The folder of a day of February 2022.
    pub fn day(&self, day: u32) -> PathBuf {
        self.path("archive/v1.1/2022/02").join(format!("{day:02}"))
    }

    /// A day's files, sorted.
    pub fn files(&self, day: u32) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.day(day)).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Starts a run that can be interfered with.
    pub fn start(&self, options: &[&str], environment: &[(&str, &str)]) -> Running {
        let mut command = self.0.command(&[&["run", CONFIG, "--message-format", "json"], options].concat());
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let events = BufReader::new(child.stderr.take().unwrap());
        Running { child, events }
    }

    /// A global attribute of the final file, as text.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let raw = dayfold_ncio::raw::RawFile::open(self.path("pv.nc")).unwrap();
        let attributes = &raw.schema().attributes;
        attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.text().unwrap().to_owned())
    }

    /// Names in the run directory, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.run_dir()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A run that goes on; it is ended with the test.
pub struct Running {
    child: Child,
    events: BufReader<ChildStderr>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for an event of this kind.
    pub fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.events.read_line(&mut line).unwrap() > 0, "the run ended before any {kind:?}");
            if let Ok(event) = serde_json::from_str::<Value>(&line)
                && event["event"] == kind
            {
                return event;
            }
        }
    }

    /// Waits for its end; the exit code, if it ended by itself, and what was told till then.
    pub fn end(mut self) -> (Option<i32>, String) {
        let lines: Vec<String> = self.events.by_ref().lines().map_while(Result::ok).collect();
        (self.child.wait().unwrap().code(), lines.join("\n"))
    }
}

/// The groups that were started, by the JSON stream, sorted.
pub fn started(events: &str) -> Vec<String> {
    let events = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let groups = events.filter(|event| event["event"] == "started");
    let mut groups: Vec<_> = groups.map(|event| event["group"].as_str().unwrap().to_owned()).collect();
    groups.sort();
    groups
}

/// The warnings, by the JSON stream.
pub fn warnings(events: &str) -> Vec<String> {
    let events = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let told = events.filter(|event| event["event"] == "warning");
    told.map(|event| event["message"].as_str().unwrap().to_owned()).collect()
}

/// Copies a folder, all that is in it included.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
