//! The command task with real programs: what they get, what they leave, how they end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use common::{Deaf, assignment};
use dayfold_contract::job::{BadFiles, Empty, Probe, ProbeFailure};
use dayfold_contract::message::{Failure, FailureKind, ProgramEnd};
use dayfold_contract::task::CommandSpec;
use dayfold_contract::{Job, TaskSpec};
use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};
use dayfold_worker::task::{self, Produced};

/// A folder with a command in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn job(&self, command: &[&str]) -> Job {
        self.job_with(command, Empty::Allow)
    }

    fn job_with(&self, command: &[&str], empty: Empty) -> Job {
        Job {
            root: "/archive".into(),
            folder: self.folder.path().to_owned(),
            partials: PathBuf::new(),
            task: TaskSpec::Command(CommandSpec { command: command.iter().map(|&c| c.to_owned()).collect() }),
            regions: None,
            bad_files: BadFiles::Fail,
            empty,
            layout: None,
            stored: Default::default(),
        }
    }

    /// What becomes of one group; nothing but a partial may stay.
    fn run(&self, command: &[&str], files: &[impl AsRef<str>]) -> Result<Produced, Failure> {
        self.run_job(self.job(command), files)
    }

    fn run_job(&self, job: Job, files: &[impl AsRef<str>]) -> Result<Produced, Failure> {
        let partials = self.path("partials");
        fs::create_dir_all(&partials).unwrap();
        let partial = self.partial();
        let produced = task::build(job).run(&assignment(files), &partial, &mut Deaf);
        let left: Vec<_> = partials.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, if produced == Ok(Produced::Partial) { vec![partial] } else { Vec::new() });
        produced
    }

    /// As [`Self::run`] with a script.
    fn sh(&self, script: &str) -> Result<Produced, Failure> {
        self.run(&["sh", "-euc", script, "day", "{output}", "{files}"], &["a.nc", "b c.nc"])
    }

    fn partial(&self) -> PathBuf {
        self.path("partials").join(".aside-1-1-1.nc")
    }

    fn probe(&self, program: &str) -> Result<Probe, ProbeFailure> {
        task::build(self.job(&[program])).probe("a.nc")
    }
}

/// A NetCDF file whose one variable has this name, dimension and attributes.
fn write(path: &Path, name: &str, dimension: &str, attributes: &[(&str, &str)]) {
    let attributes = attributes.iter().map(|&(name, text)| (name.to_owned(), Attribute::from(text)));
    let variable = Variable {
        name: name.to_owned(),
        dimensions: vec![dimension.to_owned()],
        values: Values::F64(vec![1.0, 2.0]),
        attributes: attributes.collect(),
    };
    let dimensions = vec![(dimension.to_owned(), 2)];
    write_dataset(
        path,
        &Dataset { dimensions, variables: vec![variable], attributes: Vec::new() },
        Storage::Plain,
    )
    .unwrap();
}

#[test]
fn a_program_gets_each_file_as_an_argument_and_what_it_writes_is_the_partial() {
    let place = Place::new();
    write(&place.path("day.nc"), "time", "time", &[("units", "days since 1970-01-01")]);
    let script = r#"printf '%s\n' "$@" > told; cp day.nc "$1.tmp"; mv "$1.tmp" "$1"; touch "$1.rest""#;
    assert_eq!(place.sh(script), Ok(Produced::Partial));
    let told = fs::read_to_string(place.path("told")).unwrap();
    let told: Vec<&str> = told.lines().collect();
    assert!(told[0].starts_with(place.path("partials").to_str().unwrap()), "{told:?}");
    assert_eq!(told[1..], ["/archive/a.nc", "/archive/b c.nc"]);
    assert!(RawFile::open(place.partial()).unwrap().read("time").unwrap().same(&Values::F64(vec![1.0, 2.0])));
}

#[test]
fn other_placeholders_are_filled_in_and_a_list_has_a_file_a_line() {
    let place = Place::new();
    let command =
        ["sh", "-euc", r#"cat "$1" > told; echo "$2" >> told"#, "day", "{list}", "{group} of {root}"];
    assert_eq!(place.run(&command, &["a.nc", "b c.nc"]), Ok(Produced::Nothing));
    let told = fs::read_to_string(place.path("told")).unwrap();
    assert_eq!(told, "/archive/a.nc\n/archive/b c.nc\ngroup of /archive\n");
}

#[test]
fn no_file_and_an_empty_one_and_one_without_times_are_failures_unless_they_are_allowed() {
    let place = Place::new();
    let timeless = Dataset {
        dimensions: vec![("time".to_owned(), 0)],
        variables: vec![Variable {
            name: "time".to_owned(),
            dimensions: vec!["time".to_owned()],
            values: Values::F64(Vec::new()),
            attributes: vec![("units".to_owned(), Attribute::from("days since 1970-01-01"))],
        }],
        attributes: Vec::new(),
    };
    write_dataset(&place.path("timeless.nc"), &timeless, Storage::Plain).unwrap();
    for (script, said) in [
        (
            "cat",
            "sh ended with exit code 0 and wrote no file to {output}; if a group may be without values, set",
        ),
        (r#": > "$1""#, "sh ended with exit code 0 and wrote an empty file to {output}; "),
        (r#"cp timeless.nc "$1""#, "sh wrote a file without a single time to {output}; "),
    ] {
        assert_eq!(place.sh(script), Ok(Produced::Nothing), "{script}");
        let command = ["sh", "-euc", script, "day", "{output}"];
        let failure = place.run_job(place.job_with(&command, Empty::Fail), &["a.nc"]).unwrap_err();
        assert!(failure.reason.starts_with(said) && failure.kind == FailureKind::Input, "{failure:?}");
    }
}

#[test]
fn a_result_that_was_removed_with_its_folder_is_no_group_without_values() {
    let failure = Place::new().sh(r#"rm -r "$(dirname "$1")""#).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Passing, "{failure:?}");
    assert!(failure.reason.contains("was removed while the program ran"), "{failure:?}");
}

#[test]
fn another_exit_code_than_0_is_a_failure_with_the_last_lines() {
    let failure =
        Place::new().sh("echo reading; seq 1 100; echo 'no such variable: tas' >&2; exit 3").unwrap_err();
    assert_eq!(
        (failure.kind, failure.reason.as_str()),
        (FailureKind::Passing, "sh ended with exit code 3; its last line: no such variable: tas")
    );
    assert_eq!(failure.last_lines().len(), 20);
    assert_eq!(failure.last_lines()[18..], ["100", "no such variable: tas"]);
    assert!(failure.output.starts_with(b"reading\n1\n2\n"), "all of it is kept");
}

#[test]
fn a_signal_is_named() {
    let place = Place::new();
    let killed = |signal: &str| {
        let failure = place.sh(&format!("kill -{signal} $$")).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Passing);
        (failure.reason, failure.program)
    };
    let ended = |by: &str, signal| (format!("sh was ended by {by}"), Some(ProgramEnd::Signal(signal)));
    assert_eq!(killed("SEGV"), ended("signal 11 (SIGSEGV)", 11));
    // what it may mean that nobody sent this one, the supervisor knows, and says by `program`
    assert_eq!(killed("KILL"), ended("signal 9 (SIGKILL)", 9));
    let full = place.sh("echo 'cp: error writing: No space left on device' >&2; exit 1").unwrap_err();
    assert_eq!(full.kind, FailureKind::NoSpace);
}

#[test]
fn what_cannot_be_collated_is_said_at_once_and_not_tried_again() {
    let place = Place::new();
    write(&place.path("x.nc"), "x", "x", &[]);
    write(&place.path("y.nc"), "y", "time", &[]);
    write(&place.path("unitless.nc"), "time", "time", &[]);
    write(&place.path("lengths.nc"), "time", "time", &[("units", "metres")]);
    for (script, said) in [
        (r#"echo text > "$1""#, "sh wrote something else than a NetCDF file to {output}: "),
        (r#"mkdir "$1""#, "sh wrote a folder, a link or a device and not a file (to {output})"),
        (
            r#"cp x.nc "$1""#,
            "sh wrote a file without the dimension \"time\", along which groups are joined: it has x",
        ),
        (r#"cp y.nc "$1""#, "sh wrote a file with the dimension \"time\" and no variable of that name"),
        (r#"cp unitless.nc "$1""#, "sh wrote a file whose variable \"time\" has no units"),
        (r#"cp lengths.nc "$1""#, "sh wrote a file whose variable \"time\" is no time: "),
    ] {
        let failure = place.sh(script).unwrap_err();
        assert!(failure.reason.starts_with(said) && failure.kind == FailureKind::Input, "{failure:?}");
    }
}

/// Files that netCDF4-python, scipy and h5py wrote.
#[test]
fn values_that_are_missing_cut_off_or_elsewhere_are_said_at_once() {
    let fixture = |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let partial = |name: &str| fixture("supervisor/tests/fixtures/partials").join(name);
    let place = Place::new();
    let fails = |script: &str, said: &str| {
        let failure = place.sh(script).unwrap_err();
        assert!(failure.reason.contains(said) && failure.kind == FailureKind::Input, "{failure:?}");
    };
    let of = |path: &Path| format!(r#"cp '{}' "$1""#, path.display());
    fails(&of(&partial("never_written_times.2.nc")), "is no time: the time at index 0 is missing");
    // of a link whose file is not there the library says so itself
    for (name, said) in
        [("virtual", "write the values into"), ("external", "write the values into"), ("linked", "HDF error")]
    {
        let path = fixture("worker/ncio/tests/fixtures/foreign").join(format!("{name}.nc"));
        fails(&of(&path), said);
    }
    let cut = format!(r#"head -c -8 '{}' > "$1""#, partial("classic.1.nc").display());
    fails(&cut, "is truncated or damaged: it has 544 bytes and its header asks for 552");
    for name in ["noleap", "360_day", "packed", "classic", "nanoseconds"] {
        assert_eq!(place.sh(&of(&partial(&format!("{name}.1.nc")))), Ok(Produced::Partial), "{name}");
        fs::remove_file(place.partial()).unwrap();
    }
}

#[test]
fn more_files_than_a_command_line_takes_are_told_with_a_way_out() {
    let place = Place::new();
    let files: Vec<String> = (0..60_000).map(|number| format!("{}-{number}.nc", "x".repeat(100))).collect();
    let failure = place.run(&["true", "{files}"], &files).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Input);
    assert!(
        failure.reason.starts_with("the paths of 60000 input files are more than fits"),
        "{}",
        failure.reason
    );
    assert_eq!(
        place.run(&["sh", "-c", r#"test "$(wc -l < "$0")" = 60000"#, "{list}"], &files),
        Ok(Produced::Nothing)
    );
}

#[test]
fn a_program_that_cannot_be_started_is_found_by_the_first_look() {
    let place = Place::new();
    File::create(place.path("day.sh")).unwrap().write_all(b"#!/bin/sh\n").unwrap();
    let path = place.path("./day.sh").display().to_string();
    let said = format!("{path} is not executable: allow it with `chmod +x {path}`");
    assert_eq!(place.probe("./day.sh"), Err(ProbeFailure::Wrong(said.clone())));
    let failure = place.run(&["./day.sh"], &["a.nc"]).unwrap_err();
    assert_eq!((failure.kind, failure.reason), (FailureKind::Input, said));
    assert!(
        matches!(place.probe("./night.sh"), Err(ProbeFailure::Wrong(said)) if said.starts_with("no such program"))
    );
    assert_eq!(place.probe("sh"), Ok(Probe { layout: None, warnings: Vec::new() }));
}
