//! What a command's program finds when it is started, and programs that cannot be.

use std::fs;

use crate::command::executable;
use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '%Y-%m-%d.nc'
[task]
kind = 'command'
command = ['./day.sh', '{output}']
[output]
file = 'out.nc'
";

/// A day, and this script to run on it.
fn day(script: &str, task: &str) -> Folder {
    let folder = Folder::new();
    folder.write("dayfold.toml", &CONFIG.replace("[output]", &format!("{task}\n[output]")));
    folder.write("archive/2022-02-01.nc", "");
    executable(&folder.write("day.sh", script));
    folder
}

/// The environment of a program, in the environment of a batch job or none.
fn environment(task: &str, set: &[(&str, &str)]) -> String {
    let folder = day("#!/bin/sh\nenv > told\nexit 1\n", task);
    let mut command = folder.command(&["run", "dayfold.toml"]);
    command.env_remove("HDF5_USE_FILE_LOCKING").env_remove("OMP_NUM_THREADS").env_remove("MKL_NUM_THREADS");
    assert_eq!(command.envs(set.iter().copied()).output().unwrap().status.code(), Some(3));
    fs::read_to_string(folder.path().join("told")).unwrap()
}

fn value<'a>(environment: &'a str, name: &str) -> Option<&'a str> {
    environment.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

#[test]
fn libraries_take_one_thread_unless_the_user_says_otherwise() {
    let plain = environment("", &[]);
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"] {
        assert_eq!(value(&plain, name), Some("1"), "{name}");
    }
    let told = environment("threads = 4", &[("OMP_NUM_THREADS", "3")]);
    assert_eq!((value(&told, "OMP_NUM_THREADS"), value(&told, "MKL_NUM_THREADS")), (Some("3"), Some("4")));
}

/// dayfold turns HDF5's locks off for itself alone.
#[test]
fn file_locking_is_for_programs_as_the_user_has_it() {
    let name = "HDF5_USE_FILE_LOCKING";
    assert_eq!(value(&environment("", &[]), name), None);
    for locking in ["BEST_EFFORT", "FALSE", ""] {
        assert_eq!(value(&environment("", &[(name, locking)]), name), Some(locking));
    }
}

/// How many threads a program takes decides no value.
#[test]
fn another_number_of_threads_is_the_same_run() {
    let folder = day("#!/bin/sh\nexit 1\n", "");
    let run = || folder.dayfold(&["run", "dayfold.toml"]);
    assert_eq!(run().code, 3);
    folder.write("dayfold.toml", &CONFIG.replace("[output]", "threads = 2\n[output]"));
    let second: Outcome = run();
    assert_eq!(second.code, 3, "{second:?}");
    folder.write("dayfold.toml", &CONFIG.replace("[output]", "threads = 0\n[output]"));
    let none = run();
    assert!(none.code == 2 && none.stderr.contains("task.threads must be 1 or more"), "{none:?}");
}
