//! Pipes, sockets, devices and folders in the place of files: nothing waits for them, and nothing crashes.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::farm::Farm;
use crate::running::Running;

const DAYS: usize = 2;

/// What can be in a file's place.
#[derive(Clone, Copy, Debug)]
enum Odd {
    Pipe,
    Socket,
    /// A link to one that is read without end.
    Device,
    Folder,
}

const ODD: [Odd; 4] = [Odd::Pipe, Odd::Socket, Odd::Device, Odd::Folder];

impl Odd {
    fn put(self, path: &Path) {
        let _none = std::fs::remove_file(path);
        match self {
            Self::Pipe => mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap(),
            // the socket's file stays
            Self::Socket => drop(UnixListener::bind(path).unwrap()),
            Self::Device => symlink("/dev/zero", path).unwrap(),
            Self::Folder => std::fs::create_dir(path).unwrap(),
        }
    }

    fn remove(self, path: &Path) {
        match self {
            Self::Folder => std::fs::remove_dir(path).unwrap(),
            _ => std::fs::remove_file(path).unwrap(),
        }
    }
}

/// The exit code of a command, which must end by itself.
fn code(farm: &Farm, arguments: &[&str]) -> i32 {
    let ended = Running::start(farm.folder_command(arguments)).end();
    ended.code.unwrap_or_else(|| panic!("{arguments:?} was ended by a signal: {ended:?}"))
}

#[test]
fn in_the_place_of_a_run_directorys_file_they_are_refused_and_named() {
    let files = [
        "plan.json",
        "finished.json",
        "journal.jsonl",
        "failed.tsv",
        "lock",
        "lock.start",
        "lock.collate",
        "done.1-of-2",
    ];
    let farm = Farm::new(DAYS, "");
    assert_eq!(farm.run(&["--limit", "1"]).code, 0);
    for (place, file) in files.into_iter().enumerate() {
        let path = farm.run_dir().join(file);
        let kept = std::fs::read(&path).ok();
        for odd in [Odd::Pipe, ODD[1 + place % 3]] {
            odd.put(&path);
            let status = code(&farm, &["status", "out.nc.run"]);
            assert!(matches!(status, 0 | 2), "{odd:?} for {file}: status ended with {status}");
            let run = farm.run(&[]);
            assert_eq!(run.code, 2, "{odd:?} for {file}: {run:?}");
            let named = format!("DIR/out.nc.run/{file} is not a regular file: move it away");
            assert!(run.stderr.contains(&named), "{odd:?} for {file}: {run:?}");
            assert_eq!(code(&farm, &["collate", "out.nc.run"]), 2, "{odd:?} for {file}");
            odd.remove(&path);
        }
        if let Some(kept) = kept {
            std::fs::write(&path, kept).unwrap();
        }
    }
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn in_the_place_of_what_people_name_they_are_refused() {
    let farm = Farm::new(DAYS, "");
    for odd in ODD {
        for (file, arguments) in [
            ("odd.toml", &["run", "odd.toml"][..]),
            ("odd.toml", &["plan", "odd.toml"]),
            ("odd.nc", &["plot", "odd.nc"]),
            ("odd.run", &["status", "odd.run"]),
            ("odd.run", &["collate", "odd.run"]),
        ] {
            let path = farm.path().join(file);
            odd.put(&path);
            assert_eq!(code(&farm, arguments), 2, "{odd:?}: {arguments:?}");
            odd.remove(&path);
        }
        let output = farm.path().join("out.nc");
        odd.put(&output);
        assert_eq!(code(&farm, &["run", "job.toml"]), 2, "{odd:?} as the final file");
        odd.remove(&output);
    }
}

/// One that is an input by its name is left out or fails its group, and is told.
#[test]
fn among_the_inputs_they_are_told() {
    let farm = Farm::new(DAYS, "");
    for odd in [Odd::Pipe, Odd::Socket] {
        let path = farm.path().join("archive/2022-02-09.nc");
        odd.put(&path);
        let plan = farm.dayfold(&["plan", "job.toml"]);
        assert_eq!(plan.code, 0, "{plan:?}");
        assert!(plan.stdout.contains("1 path that cannot be read as a file"), "{odd:?}: {plan:?}");
        odd.remove(&path);
    }
}
