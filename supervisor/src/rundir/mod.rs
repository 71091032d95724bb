//! The run directory: what is where, and what is known of earlier runs.
//!
//! - [`plan_file`]: `plan.json`, the frozen plan and the identity of its run · [`mod@merge`]: with what a new
//!   look at the archive says · [`mod@differences`]: what another run has otherwise
//! - [`learnt`]: what starts learn beside the identity: dependencies, mixed results, what is done again
//! - [`partials`]: which groups have a whole partial
//! - [`finished`]: `finished.json`, what a final file was made of, once partials are removed
//! - [`failed_table`] is `failed.tsv` · [`logs`]: what failed attempts wrote
//! - [`shard`]: parts of a plan, and their files' names · [`done_marker`]: which have ended
//! - [`place`]: where the final file is, so that both can be moved
//! - [`sealed`]: JSON files that carry a version and a checksum

pub mod differences;
pub mod done_marker;
pub mod failed_table;
pub mod finished;
#[cfg(test)]
pub(crate) mod fixture;
pub mod learnt;
pub mod logs;
pub mod merge;
pub mod output_settings;
pub mod partials;
mod place;
pub mod plan_file;
pub mod sealed;
pub mod shard;

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use dayfold_contract::Fingerprint;
use dayfold_contract::error::in_one_line;
use dayfold_contract::partial::ASIDE_PREFIX;

use dayfold_files::{Entry, Kind};

use crate::durable::{self, DurableError};
use crate::lock;
use shard::Shard;

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
    #[error(
        "failed to read {}: {source}: see to it that it can be read, or move it away, and run the same command \
         again",
        path.display()
    )]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something else than a regular file has the name of one of its files.
    #[error(
        "failed to prepare the run directory: {} is not a regular file: move it away, and run the same command \
         again",
        path.display()
    )]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// A file of it cannot be written.
    #[error("failed to {0}")]
    Write(#[from] DurableError),
    /// It belongs to another run.
    #[error(
        "{} belongs to another run ({}): go on with what it was begun with, or choose another [output] file for \
         this run, and with --run-dir another folder, too",
        path.display(), differences.join("; ")
    )]
    OtherRun {
        /// The run directory.
        path: PathBuf,
        /// What differs, each in words.
        differences: Vec<String>,
    },
    /// What the command depends on is not what it was when groups were done.
    #[error(
        "{} since {} of {} {} done, and the final file would mix what both give: run with --redo all to do {} \
         again, or with --accept-change to keep {} (the final file names them then, in its attribute mixed_source)",
        changes.join(", "), counted(*done), path.display(), was(*done), them(*done), them(*done)
    )]
    Changed {
        /// The run directory.
        path: PathBuf,
        /// What has changed, each in words.
        changes: Vec<String>,
        /// How many groups have results.
        done: usize,
    },
    /// `--redo` of something that is no group.
    #[error("there is no group \"{name}\" in the plan: --redo takes the name of a group, or all")]
    NoGroup {
        /// What was given.
        name: String,
    },
    /// It was written by a newer dayfold.
    #[error(
        "{} has format {found}, and this dayfold reads format {known} and older: use the dayfold that wrote it",
        path.display()
    )]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// It was written by another dayfold, in a format that is known.
    #[error("{} holds what this dayfold does not know ({why}): use the dayfold that wrote it", path.display())]
    UnknownContent {
        /// Which file.
        path: PathBuf,
        /// What that is.
        why: String,
    },
    /// There is no run here.
    #[error(
        "{} holds no whole plan.json: is it a run directory? `dayfold run` with the configuration of \
         this run makes a damaged plan again",
        path.display()
    )]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// The final file cannot be put in its place.
    #[error("failed to prepare the final file {}: it is a folder: choose another [output] file", path.display())]
    OutputIsFolder {
        /// What is there.
        path: PathBuf,
    },
    /// The final file's folder is not there.
    #[error(
        "failed to prepare the final file {}: the folder {} does not exist: make it, or choose another \
         [output] file",
        path.display(), folder.display()
    )]
    NoFolder {
        /// The final file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// The final file would take the place of something that the run needs.
    #[error(
        "failed to prepare the final file {}: it is {what}, and would be replaced: choose another [output] file",
        path.display()
    )]
    OutputIsGiven {
        /// What is there.
        path: PathBuf,
        /// What that is to the run.
        what: String,
    },
    /// The final file would take the place of something that was never a final file.
    #[error(
        "failed to prepare the final file {}: what is there is {found}, and would be replaced: choose \
         another [output] file, or move it away",
        path.display()
    )]
    OutputIsForeign {
        /// What is there.
        path: PathBuf,
        /// What that is.
        found: &'static str,
    },
    /// The final file would take the place of another result.
    #[error(
        "failed to prepare the final file {}: what is there is not an earlier result of this run ({}), and would \
         be replaced: choose another [output] file, or have it replaced by --overwrite",
        path.display(), differences.join("; ")
    )]
    OutputIsAnothers {
        /// What is there.
        path: PathBuf,
        /// What makes it another's, each in words.
        differences: Vec<String>,
    },
    /// What a file is to hold cannot be written as JSON.
    #[error("failed to describe the run")]
    Identity(#[source] serde_json::Error),
}

/// The folder of the partials, in the run directory.
pub const PARTIALS: &str = "partials";

/// Whether a file of this name in a run directory is one of a run's own.
pub fn is_file_of_a_run(name: &str) -> bool {
    let of_shards = [("lock", ""), ("journal", ".jsonl"), ("failed", ".tsv"), ("done", "")];
    let is_of_shard = |(stem, extension)| Shard::of_file_name(name, stem, extension).is_some();
    matches!(name, "plan.json" | "finished.json" | "lock.start" | "lock.collate")
        || of_shards.into_iter().any(is_of_shard)
}

fn counted(groups: usize) -> String {
    if groups == 1 { "1 group".to_owned() } else { format!("{groups} groups") }
}

fn was(groups: usize) -> &'static str {
    if groups == 1 { "was" } else { "were" }
}

fn them(groups: usize) -> &'static str {
    if groups == 1 { "it" } else { "them" }
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

    /// Makes the folders that are not there, durably, and proves that they can be written to.
    ///
    /// # Errors
    /// [`RunDirError::NotWritable`].
    pub fn prepare(&self) -> Result<(), RunDirError> {
        let partials = self.partials();
        durable::make_folder(&partials).map_err(|source| not_writable(&partials, source))?;
        self.check_kinds()?;
        prove_writable(&self.path, ASIDE_PREFIX)?;
        prove_writable(&partials, ASIDE_PREFIX)
    }

    /// What tells this run directory from others, for the names of files that its runs write aside elsewhere: of two
    /// that have one final file each removes only its own left-overs beside that.
    pub fn owner(&self) -> String {
        // also where it is not there yet
        let beside = || Some(self.path.parent()?.canonicalize().ok()?.join(self.path.file_name()?));
        let here = self.path.canonicalize().ok().or_else(beside).unwrap_or_else(|| self.path.clone());
        Fingerprint::of(here.as_os_str().as_bytes()).to_string()
    }

    /// What such names begin with.
    pub fn aside_prefix(&self) -> String {
        format!("{ASIDE_PREFIX}{}-", self.owner())
    }

    /// Whether all that has the name of a file of a run is one: nothing else can be read or replaced, which
    /// would show when groups have been done.
    ///
    /// # Errors
    /// [`RunDirError::NotAFile`], or where the folder cannot be read.
    pub fn check_kinds(&self) -> Result<(), RunDirError> {
        let unreadable = |source| RunDirError::Unreadable { path: self.path.clone(), source };
        let entries = dayfold_files::list(&self.path).map_err(unreadable)?;
        let is_odd = |Entry { name, kind }: &Entry| {
            *kind != Kind::File
                && name.to_str().is_some_and(is_file_of_a_run)
                && self.path.join(name).metadata().is_ok_and(|there| !there.is_file())
        };
        match entries.iter().find(|entry| is_odd(entry)) {
            Some(odd) => Err(RunDirError::NotAFile { path: self.path.join(&odd.name) }),
            None => Ok(()),
        }
    }

    /// Removes it where it holds nothing but a folder for partials, which is empty: nothing was begun.
    pub fn remove_unused(&self) {
        if !dayfold_files::names(&self.path).is_ok_and(|names| names == [PARTIALS]) {
            return;
        }
        // neither is removed if there is anything in it by now
        if std::fs::remove_dir(self.partials()).is_ok() && std::fs::remove_dir(&self.path).is_err() {
            let _next_start_makes_it = std::fs::create_dir(self.partials());
        }
    }

    /// Removes what crashed writers left in it and in the final file's folder; what stays, in words. It is in
    /// nobody's way: no two attempts write under the same name. `is_abandoned` is asked of the claims of those who
    /// wanted to take a lock over.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn sweep(
        &self,
        outputs: &Path,
        is_abandoned: impl Fn(&Path) -> bool,
    ) -> Result<Vec<String>, RunDirError> {
        self.sweep_claims(is_abandoned)?;
        let mut told = self.sweep_partials()?;
        let mut stay = durable::sweep(&self.path, ASIDE_PREFIX)?;
        if self.logs().is_dir() {
            stay.extend(durable::sweep(&self.logs(), ASIDE_PREFIX)?);
        }
        stay.extend(durable::sweep(outputs, &self.aside_prefix())?);
        told.extend(stay.iter().map(stays));
        told.extend(durable::left_overs(outputs)?.iter().map(|left| {
            format!(
                "{} was left by another run, or by this one before it was moved: if nothing writes there any more, \
                 remove it",
                left.display()
            )
        }));
        Ok(told)
    }

    /// Removes what workers that were killed left among the partials, where no worker is; what stays, in words.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn sweep_partials(&self) -> Result<Vec<String>, RunDirError> {
        Ok(durable::sweep(&self.partials(), ASIDE_PREFIX)?.iter().map(stays).collect())
    }

    /// What processes that were killed left as they were about to take a lock over.
    fn sweep_claims(&self, is_abandoned: impl Fn(&Path) -> bool) -> Result<(), RunDirError> {
        let unreadable = |source| RunDirError::Unreadable { path: self.path.clone(), source };
        let names = dayfold_files::names(&self.path).map_err(unreadable)?;
        let claims = names.iter().filter(|name| lock::is_claim(name)).map(|name| self.path.join(name));
        claims.filter(|claim| is_abandoned(claim)).try_for_each(|claim| remove_file(&claim))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the partials.
    pub fn partials(&self) -> PathBuf {
        self.path.join(PARTIALS)
    }

    /// The folder of what failed attempts wrote.
    pub fn logs(&self) -> PathBuf {
        self.path.join(logs::FOLDER)
    }

    /// The frozen plan.
    pub fn plan_file(&self) -> PathBuf {
        self.path.join("plan.json")
    }

    /// What a final file was made of.
    pub fn finished_file(&self) -> PathBuf {
        self.path.join("finished.json")
    }

    /// Who is at work on this shard.
    pub fn lock_file(&self, shard: Shard) -> PathBuf {
        self.file(shard, "lock", "")
    }

    /// The shards that have a lock's file, of any division.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn locked_shards(&self) -> Result<Vec<Shard>, RunDirError> {
        self.shards_with("lock", "")
    }

    /// Who begins to work.
    pub fn start_lock_file(&self) -> PathBuf {
        self.path.join("lock.start")
    }

    /// Who collates the shards' partials.
    pub fn collation_lock_file(&self) -> PathBuf {
        self.path.join("lock.collate")
    }

    /// What happened in the runs of this shard.
    pub fn journal_file(&self, shard: Shard) -> PathBuf {
        self.file(shard, "journal", ".jsonl")
    }

    /// The shards that have a journal, of any division.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn journaled_shards(&self) -> Result<Vec<Shard>, RunDirError> {
        self.shards_with("journal", ".jsonl")
    }

    /// The groups of this shard that failed.
    pub fn failed_file(&self, shard: Shard) -> PathBuf {
        self.file(shard, "failed", ".tsv")
    }

    fn file(&self, shard: Shard, stem: &str, extension: &str) -> PathBuf {
        self.path.join(shard.file_name(stem, extension))
    }

    /// The shards that have a file of this kind.
    fn shards_with(&self, stem: &str, extension: &str) -> Result<Vec<Shard>, RunDirError> {
        let unreadable = |source| RunDirError::Unreadable { path: self.path.clone(), source };
        let names = dayfold_files::names(&self.path).map_err(unreadable)?;
        let shard = |name: &OsString| Shard::of_file_name(name.to_str()?, stem, extension);
        Ok(names.iter().filter_map(shard).collect())
    }
}

/// Removes a file that may be gone already.
///
/// # Errors
/// [`RunDirError::NotWritable`].
pub(crate) fn remove_file(path: &Path) -> Result<(), RunDirError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(not_writable(path, source)),
        _ => Ok(()),
    }
}

/// Proves that files can be made in a folder, by making one whose name begins with `prefix`, and removing it.
///
/// # Errors
/// [`RunDirError::NotWritable`].
pub fn prove_writable(folder: &Path, prefix: &str) -> Result<(), RunDirError> {
    match durable::file_aside(folder, prefix).and_then(tempfile::NamedTempFile::close) {
        // another who begins just now has swept it
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => Ok(()),
        proven => proven.map_err(|source| not_writable(folder, source)),
    }
}

fn stays(error: &DurableError) -> String {
    format!("failed to {}: it stays, and does no harm", in_one_line(error))
}

fn not_writable(path: &Path, source: io::Error) -> RunDirError {
    RunDirError::NotWritable { path: path.to_owned(), source }
}
