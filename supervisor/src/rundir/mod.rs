//! The run directory: what is where, and what is known of earlier runs.
//!
//! - [`plan_file`]: `plan.json`, the frozen plan and the identity of its run
//! - [`partials`]: which groups have a whole partial
//! - [`finished`]: `finished.json`, what a final file was made of, once partials are removed
//! - [`failed_table`] is `failed.tsv`

pub mod failed_table;
pub mod finished;
pub mod partials;
pub mod plan_file;

use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::partial::ASIDE_PREFIX;

use crate::durable::{self, DurableError};

/// A run directory that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RunDirError {
    /// A folder cannot be made or written to.
    #[error(
        "failed to prepare {}: {source}: choose a place that you can write to, with --run-dir or [output] file",
        path.display()
    )]
    NotWritable {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of it cannot be read.
    #[error("failed to read {}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of it cannot be written.
    #[error(transparent)]
    Write(#[from] DurableError),
    /// It belongs to another run.
    #[error(
        "{} belongs to a run with another {}: go on with what it was begun with, or choose another \
         --run-dir, or remove it",
        path.display(), differences.join(", another ")
    )]
    OtherRun {
        /// The run directory.
        path: PathBuf,
        /// What differs, each in words.
        differences: Vec<String>,
    },
    /// It was written by a newer dayfold.
    #[error(
        "{} has format {found}, and this dayfold reads format {}: use the dayfold that wrote it",
        path.display(), plan_file::FORMAT
    )]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// There is no run here.
    #[error("{} holds no whole plan.json: is it a run directory?", path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// The identity cannot be written as JSON.
    #[error("failed to describe the run")]
    Identity(#[source] serde_json::Error),
}

/// A run directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// The run directory at this path; nothing is looked at.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Makes the folders that are not there, and proves that they can be written to.
    ///
    /// # Errors
    /// [`RunDirError::NotWritable`].
    pub fn prepare(&self) -> Result<(), RunDirError> {
        let partials = self.partials();
        std::fs::create_dir_all(&partials).map_err(|source| not_writable(&partials, source))?;
        prove_writable(&self.path)?;
        prove_writable(&partials)
    }

    /// Removes what crashed writers left.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn sweep(&self) -> Result<(), RunDirError> {
        Ok(durable::sweep(&self.partials(), ASIDE_PREFIX).map(drop)?)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the partials.
    pub fn partials(&self) -> PathBuf {
        self.path.join("partials")
    }

    /// The frozen plan.
    pub fn plan_file(&self) -> PathBuf {
        self.path.join("plan.json")
    }

    /// What a final file was made of.
    pub fn finished_file(&self) -> PathBuf {
        self.path.join("finished.json")
    }

    /// Who is at work.
    pub fn lock_file(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// The groups that failed.
    pub fn failed_file(&self) -> PathBuf {
        self.path.join("failed.tsv")
    }
}

/// Proves that files can be made in a folder, by making one and removing it.
///
/// # Errors
/// [`RunDirError::NotWritable`].
pub fn prove_writable(folder: &Path) -> Result<(), RunDirError> {
    tempfile::Builder::new()
        .prefix(ASIDE_PREFIX)
        .tempfile_in(folder)
        .and_then(tempfile::NamedTempFile::close)
        .map_err(|source| not_writable(folder, source))
}

fn not_writable(path: &Path, source: io::Error) -> RunDirError {
    RunDirError::NotWritable { path: path.to_owned(), source }
}
