//! `logs/`: what failed attempts wrote, a file an attempt, until their group is done.
//!
//! They are for people: nothing is decided by them, and one that cannot be written or removed is told.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use dayfold_contract::error::in_one_line;
use dayfold_contract::partial::slug;
use dayfold_contract::{Fingerprint, GroupName};

use super::RunDir;
use crate::durable::{self, DurableError};

/// The folder's name in the run directory.
pub const FOLDER: &str = "logs";

const EXTENSION: &str = ".log";

/// So many digits of a name's fingerprint tell groups apart whose names look alike in a file's name.
const DIGITS: usize = 8;

/// Where the output of an attempt is kept, relative to the run directory.
pub fn name(group: &GroupName, attempt: u32) -> String {
    format!("{FOLDER}/{}.{attempt}{EXTENSION}", stem(group))
}

/// What the names of a group's logs begin with; no other group's do.
fn stem(group: &GroupName) -> String {
    let slug = slug(group);
    if slug == group.as_str() {
        return slug;
    }
    let mut fingerprint = Fingerprint::of(group.as_str().as_bytes()).to_string();
    fingerprint.truncate(DIGITS);
    format!("{slug}.{fingerprint}")
}

/// The stem in a log's name.
fn stem_of(file_name: &str) -> Option<&str> {
    let (stem, attempt) = file_name.strip_suffix(EXTENSION)?.rsplit_once('.')?;
    attempt.parse::<u32>().is_ok().then_some(stem)
}

/// Keeps the output of an attempt. With the first, those of an earlier run's attempts go.
///
/// # Errors
/// If it cannot be written.
pub fn keep(run_dir: &Path, group: &GroupName, attempt: u32, output: &[u8]) -> Result<(), DurableError> {
    let path = run_dir.join(name(group, attempt));
    make_folder(run_dir).map_err(|source| DurableError {
        action: "make the folder of",
        path: path.clone(),
        source,
    })?;
    let later = (attempt == 1).then_some(2..).into_iter().flatten();
    later
        .map(|number| fs::remove_file(run_dir.join(name(group, number))))
        .take_while(Result::is_ok)
        .for_each(drop);
    durable::replace(&path, output)
}

/// Of logs. The run directory is not made with it: one that has been moved away stays there.
fn make_folder(run_dir: &Path) -> io::Result<()> {
    match fs::create_dir(run_dir.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.and_then(|()| durable::sync_folder(run_dir)),
    }
}

/// Removes the logs of groups that are done; what stays, in words.
pub fn sweep<'a>(run_dir: &RunDir, done: impl IntoIterator<Item = &'a GroupName>) -> Vec<String> {
    match file_names(&run_dir.logs()) {
        Ok(names) if names.is_empty() => Vec::new(),
        Ok(names) => {
            let done: HashSet<String> = done.into_iter().map(stem).collect();
            let is_done = |name: &&String| stem_of(name).is_some_and(|stem| done.contains(stem));
            remove(run_dir, names.iter().filter(is_done))
        }
        Err(error) => vec![stays(&run_dir.logs(), &error)],
    }
}

/// Removes all logs, and their folder; what stays, in words.
pub fn remove_all(run_dir: &RunDir) -> Vec<String> {
    match file_names(&run_dir.logs()) {
        Ok(names) => remove(run_dir, names.iter().filter(|name| stem_of(name).is_some())),
        Err(error) => vec![stays(&run_dir.logs(), &error)],
    }
}

fn remove<'a>(run_dir: &RunDir, names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let folder = run_dir.logs();
    let stay = names.filter_map(|name| match fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Some(stays(&folder.join(name), &error)),
        _ => None,
    });
    let stay = stay.collect();
    // it stays where other logs are
    let _is_there = fs::remove_dir(&folder);
    stay
}

fn stays(path: &Path, error: &io::Error) -> String {
    format!("{} is not needed any more and stays: {}", path.display(), in_one_line(error))
}

/// Nothing where the folder is not there.
fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    match dayfold_files::names(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(names) => Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> GroupName {
        GroupName::new(name)
    }

    fn names(run_dir: &RunDir) -> Vec<String> {
        let mut names = file_names(&run_dir.logs()).unwrap();
        names.sort();
        names
    }

    #[test]
    fn a_run_directory_that_is_not_there_any_more_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("pv.nc.run");
        assert!(keep(&gone, &GroupName::new("a"), 1, b"output").is_err());
        assert!(!gone.exists());
    }

    #[test]
    fn groups_that_look_alike_have_logs_of_their_own() {
        assert_eq!(name(&group("2022-02-01"), 3), "logs/2022-02-01.3.log");
        let (slash, line) = (name(&group("a/b"), 1), name(&group("a_b"), 1));
        assert!(
            slash != line && slash.starts_with("logs/a_b.") && line.starts_with("logs/a_b."),
            "{slash} {line}"
        );
        for name in [slash, line] {
            assert!(stem_of(&name["logs/".len()..]).is_some());
        }
    }

    #[test]
    fn an_attempt_keeps_its_output_until_the_group_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        for (name, attempt) in [("1", 1), ("1", 2), ("2", 1)] {
            keep(folder.path(), &group(name), attempt, name.as_bytes()).unwrap();
        }
        assert_eq!(names(&run_dir), ["1.1.log", "1.2.log", "2.1.log"]);
        assert_eq!(sweep(&run_dir, [&group("2"), &group("3")]), [""; 0]);
        assert_eq!(names(&run_dir), ["1.1.log", "1.2.log"]);
        keep(folder.path(), &group("1"), 1, b"of the next run").unwrap();
        assert_eq!(names(&run_dir), ["1.1.log"]);
        assert_eq!(fs::read(folder.path().join(name(&group("1"), 1))).unwrap(), b"of the next run");
        assert_eq!(sweep(&run_dir, [&group("1")]), [""; 0]);
        assert!(!run_dir.logs().exists());
    }

    #[test]
    fn what_is_none_of_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        keep(folder.path(), &group("1"), 1, b"").unwrap();
        durable::replace(&run_dir.logs().join("notes.txt"), b"mine").unwrap();
        assert_eq!(remove_all(&run_dir), [""; 0]);
        assert_eq!(names(&run_dir), ["notes.txt"]);
        assert_eq!(remove_all(&RunDir::at(&folder.path().join("none"))), [""; 0]);
    }
}
