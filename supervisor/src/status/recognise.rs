//! Whether a folder is a run directory, and what may have been meant if it is none.

use std::io;
use std::path::{Path, PathBuf};

use dayfold_files::names;

use crate::rundir::{PARTIALS, RunDir, RunDirError, is_file_of_a_run};

/// What a run directory is known by, for people.
const LOOKED_FOR: &str = "plan.json, finished.json, partials, journal*.jsonl, failed*.tsv, lock*, done*";

/// Why nothing is known.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// It is something else than a run directory.
    #[error("{} is not a run directory: {what}{hint}", path.display())]
    NotARunDir {
        /// What was given.
        path: PathBuf,
        /// What it is.
        what: String,
        /// What may have been meant.
        hint: String,
    },
    /// The run directory.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
}

/// Looks for anything that a run leaves.
///
/// # Errors
/// If there is nothing, or the folder cannot be read.
pub fn recognise(run_dir: &RunDir) -> Result<(), StatusError> {
    let path = run_dir.path();
    let refused = |what: &str| {
        let (path, what, hint) = (path.to_owned(), what.to_owned(), hint(path));
        Err(StatusError::NotARunDir { path, what, hint })
    };
    let names = match names(path) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return refused("there is nothing"),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return refused("it is not a folder"),
        Err(source) => return Err(RunDirError::Unreadable { path: path.to_owned(), source }.into()),
    };
    if names.iter().filter_map(|name| name.to_str()).any(|name| name == PARTIALS || is_file_of_a_run(name)) {
        return Ok(());
    }
    refused(&format!("it holds none of {LOOKED_FOR}"))
}

/// The run directory beside an output file, or in a folder, where there is one.
fn hint(path: &Path) -> String {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".run");
    let is_run_dir = |path: &PathBuf| path.is_dir() && path.extension().is_some_and(|found| found == "run");
    let within = || {
        let mut names = names(path).unwrap_or_default();
        names.sort();
        names.into_iter().map(|name| path.join(name)).find(is_run_dir)
    };
    match Some(PathBuf::from(beside)).filter(is_run_dir).or_else(within) {
        Some(path) => format!("; did you mean {}?", path.display()),
        None => "; usually it is the output file's name and .run".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use std::fs;

    fn refused(path: &Path) -> String {
        recognise(&RunDir::at(path)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_run_directory_is_refused_with_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(
            refused(&path.join("gone")).contains("gone is not a run directory: there is nothing; usually")
        );
        assert!(refused(path).contains("it holds none of plan.json, finished.json, partials, journal"));
        durable::replace(&path.join("pv.nc"), b"").unwrap();
        assert!(refused(&path.join("pv.nc")).contains("it is not a folder; usually"));
        let run_dir = path.join("pv.nc.run");
        fs::create_dir(&run_dir).unwrap();
        for meant in [path, &path.join("pv.nc")] {
            let told = refused(meant);
            assert!(told.ends_with(&format!("; did you mean {}?", run_dir.display())), "{told}");
        }
    }

    #[test]
    fn one_file_of_a_run_is_enough() {
        for name in ["plan.json", "lock", "lock.start", "journal.2-of-4.jsonl", "failed.tsv", "done.1-of-2"] {
            let folder = tempfile::tempdir().unwrap();
            durable::replace(&folder.path().join(name), b"").unwrap();
            assert!(recognise(&RunDir::at(folder.path())).is_ok(), "{name}");
        }
    }
}
