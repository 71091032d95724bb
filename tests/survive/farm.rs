//! An archive of small NetCDF files, a script that is run for each, and a configuration for both.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::write::{Storage, write_dataset};
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::running::Running;
use crate::support::{Folder, Outcome};

/// The first day of the archive.
const FIRST: Date = date(2022, 2, 1);

/// A job that can be run here and interfered with.
pub struct Farm {
    folder: Folder,
    output: PathBuf,
    /// The configuration's `[run]`.
    options: &'static str,
    /// More of its `[task]`.
    task: &'static str,
}

/// Makes a day's file 40 kB.
const CELLS: usize = 200;

/// What a script can call: the process above it has started it for the worker.
const FAMILY: &str = r#"
parent_of() { sed -n 's/^PPid:\s*//p' "/proc/$1/status"; }
worker() { parent_of $PPID; }
supervisor() { parent_of $(worker); }
"#;

/// Nothing is to be learned about memory: all workers begin at once.
const KNOWN: &str = "memory_per_group = '1MB'";

impl Farm {
    /// An archive of so many days. For each, `script` is run before its file becomes the result; it
    /// knows `$group`, `$input` and `$output`, can call `worker` and `supervisor` for their numbers, and works in [`Farm::path`].
    pub fn new(days: usize, script: &str) -> Self {
        let folder = Folder::new();
        let output = folder.path().join("out.nc");
        let farm = Self { folder, output, options: KNOWN, task: "" };
        std::fs::create_dir(farm.path().join("archive")).unwrap();
        (0..days).for_each(|day| farm.write_day(day));
        farm.put_script(script);
        farm.write_config();
        farm
    }

    /// The bytes that any run over so many days must give.
    pub fn undisturbed(days: usize) -> Vec<u8> {
        let farm = Self::new(days, "");
        let run = farm.run(&[]);
        assert_eq!(run.code, 0, "{run:?}");
        farm.result()
    }

    /// The name of a day's group.
    pub fn day(day: usize) -> String {
        FIRST.checked_add((day as i64).days()).unwrap().to_string()
    }

    fn write_day(&self, day: usize) {
        let hours: Vec<f64> = (0..24).map(|hour| f64::from(hour) + 24.0 * day as f64).collect();
        let numbers = hours.iter().map(|hour| (hour / 7.0).sin()).collect();
        let variable = |name: &str, values, units: &str| Variable {
            name: name.to_owned(),
            dimensions: vec!["time".to_owned()],
            values: Values::F64(values),
            attributes: vec![("units".to_owned(), units.into())],
        };
        let map = Variable {
            name: "map".to_owned(),
            dimensions: vec!["time".to_owned(), "cell".to_owned()],
            values: Values::F64((0..hours.len() * CELLS).map(|number| number as f64).collect()),
            attributes: Vec::new(),
        };
        let dataset = Dataset {
            dimensions: vec![("time".to_owned(), hours.len()), ("cell".to_owned(), CELLS)],
            variables: vec![
                map,
                variable("power", numbers, "W"),
                variable("time", hours, "hours since 2022-02-01"),
            ],
            attributes: Vec::new(),
        };
        let path = self.path().join("archive").join(format!("{}.nc", Self::day(day)));
        write_dataset(&path, &dataset, Storage::Plain).unwrap();
    }

    /// Another script in place of that of [`Farm::new`].
    pub fn put_script(&self, script: &str) {
        let script = format!(
            "#!/bin/sh\nset -e\n{FAMILY}group=$1 input=$2 output=$3\necho \"$group\" >> starts\n{script}\ncp \"$input\" \"$output\"\n"
        );
        let path = self.folder.write("day.sh", &script);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn write_config(&self) {
        let (output, task) = (self.output.display(), self.task);
        let config = format!(
            "[archive]\nroot = 'archive'\npattern = '%Y-%m-%d.nc'\n[task]\nkind = 'command'\n\
             command = ['./day.sh', '{{group}}', '{{files}}', '{{output}}']\n{task}\n[output]\nfile = '{output}'\n\
             [run]\n{}\n",
            self.options
        );
        self.folder.write("job.toml", &config);
    }

    /// A group without values is a result.
    pub fn allow_empty(&mut self) {
        self.task = "empty = 'allow'";
        self.write_config();
    }

    /// The final file goes elsewhere.
    pub fn put_output(&mut self, path: PathBuf) {
        self.output = path;
        self.write_config();
    }

    /// Other lines in the configuration's `[run]`; by itself it says that groups need little memory.
    pub fn put_options(&mut self, options: &'static str) {
        self.options = options;
        self.write_config();
    }

    /// Where everything is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a file that the script may wait for, or read.
    pub fn write(&self, name: &str, content: &str) {
        self.folder.write(name, content);
    }

    /// A file that the script wrote; empty where there is none.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    /// How often each group's script was started.
    pub fn starts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        self.read("starts").lines().for_each(|group| *counts.entry(group.to_owned()).or_default() += 1);
        counts
    }

    /// The groups whose results are safe: their partials are in place, or the final file stands for all.
    pub fn safe(&self) -> Vec<String> {
        let is_finished = self.run_dir().join("finished.json").exists();
        if is_finished { self.starts().into_keys().collect() } else { self.partials() }
    }

    /// All that is in the partials' folder.
    pub fn left_in_partials(&self) -> Vec<String> {
        let list = std::fs::read_dir(self.run_dir().join("partials")).into_iter().flatten();
        list.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// The groups whose partials are in place.
    pub fn partials(&self) -> Vec<String> {
        let names = self.left_in_partials().into_iter().filter(|name| !name.starts_with('.'));
        names.map(|name| name.split('.').next().unwrap().to_owned()).collect()
    }

    /// The run directory.
    pub fn run_dir(&self) -> PathBuf {
        let mut path = self.output.clone().into_os_string();
        path.push(".run");
        path.into()
    }

    /// The final file's bytes.
    pub fn result(&self) -> Vec<u8> {
        std::fs::read(&self.output).unwrap()
    }

    /// Whether there is a final file.
    pub fn has_result(&self) -> bool {
        self.output.exists()
    }

    /// As though there had been no run.
    pub fn clear(&self) {
        for path in [&self.output, &self.path().join("starts")] {
            let _not_there = std::fs::remove_file(path);
        }
        std::fs::remove_dir_all(self.run_dir()).unwrap();
    }

    /// `dayfold run` of this job.
    pub fn command(&self, options: &[&str]) -> Command {
        self.folder.command(&[&["run", "job.toml"][..], options].concat())
    }

    /// Runs to the end, telling people.
    pub fn run(&self, options: &[&str]) -> Outcome {
        self.folder.dayfold(&[&["run", "job.toml"][..], options].concat())
    }

    /// The folder alone, for who runs things otherwise.
    pub fn into_folder(self) -> Folder {
        self.folder
    }

    /// Another command, to be run here.
    pub fn folder_command(&self, args: &[&str]) -> Command {
        self.folder.command(args)
    }

    /// Another command, here.
    pub fn dayfold(&self, args: &[&str]) -> Outcome {
        self.folder.dayfold(args)
    }

    /// A run that tells its events, and whose thread that passes a step ("3 keep": for the third time) waits
    /// there until the test makes the file `until`.
    pub fn start_held(&self, step: &str, until: &str, options: &[&str]) -> Running {
        let mut command = self.command(&[options, &["--message-format", "json"]].concat());
        command.env("DAYFOLD_HOLD_AT", step).env("DAYFOLD_HOLD_UNTIL", self.path().join(until));
        Running::start(command)
    }

    /// Starts a run that tells its events.
    pub fn start(&self, options: &[&str]) -> Running {
        Running::start(self.command(&[options, &["--message-format", "json"]].concat()))
    }
}
