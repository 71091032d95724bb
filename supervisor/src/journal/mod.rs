//! The journal: an append-only line an event, so that after a crash it is known what happened.
//!
//! It does not decide what is done: the partials do, each by its own name; a lost journal costs the
//! history and nothing else. One process writes it, who holds the shard's lock; [`read()`] follows
//! from anywhere. What is written and when is the run's.

pub mod earlier;
pub mod entry;
pub mod line;
pub mod read;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use dayfold_contract::Fingerprint;
use dayfold_contract::error::is_no_space;

use crate::crash;
use crate::durable::{self, DurableError};
pub use earlier::{Counts, Earlier};
use entry::Header;
pub use entry::{Entry, FORMAT, Record, Session};
use read::Examined;
pub use read::{Ending, History, Tail, read, read_end};

/// What can go wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It could not be read.
    #[error("read the journal {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It could not be written.
    #[error("write the journal {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It could not be created or put aside.
    #[error(transparent)]
    Create(#[from] DurableError),
    /// It is of another version of the program.
    #[error(
        "read the journal {}: it has format version {found}, and this program knows version {FORMAT}: \
         go on with the program that wrote it, or use another run directory",
        path.display()
    )]
    Format {
        /// Which.
        path: PathBuf,
        /// What it says.
        found: u32,
    },
}

impl JournalError {
    /// Whether the disk or a quota is full.
    pub fn is_no_space(&self) -> bool {
        match self {
            Self::Write { source, .. } => is_no_space(source),
            Self::Create(error) => error.is_no_space(),
            Self::Read { .. } | Self::Format { .. } => false,
        }
    }
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines in the file: the next are written from here, also over what a write
    /// that failed has left.
    good: u64,
    /// Lines that are not in the file yet.
    lines: Vec<u8>,
    unsynced: bool,
}

impl Journal {
    /// Goes on with the journal of this run, or begins one; what it tells so far. A torn tail is
    /// cut off. One whose header is damaged is put aside, since nobody knows whose it is, and so is
    /// that of another run.
    pub fn open(path: &Path, run: Fingerprint) -> Result<(Self, History), JournalError> {
        let (good, history) = match read::examine(path, Tail::IsTorn)? {
            None => begin(path, run)?,
            Some(found) if found.history.run == Some(run) => (found.good, found.history),
            Some(found) => {
                let told = put_aside(path, &found)?;
                let (good, fresh) = begin(path, run)?;
                (good, History { warnings: told.into_iter().collect(), ..fresh })
            }
        };
        Ok((Self::go_on(path, good)?, history))
    }

    fn go_on(path: &Path, good: u64) -> Result<Self, JournalError> {
        let cut = || {
            let file = dayfold_files::open_with(File::options().write(true), path)?;
            file.set_len(good)?;
            file.sync_data()?;
            Ok(file)
        };
        let file = cut().map_err(|source| JournalError::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file, good, lines: Vec::new(), unsynced: false })
    }

    /// Adds an entry. It is in the file after [`Journal::flush`], and safe after [`Journal::sync`]; where
    /// these fail, they can be tried again, and nothing that was added is lost.
    pub fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let pushed = line::push(&mut self.lines, &entry.to_write());
        pushed.map_err(|source| self.not_written(source))
    }

    /// Whether something that was added is not safe yet.
    pub fn is_behind(&self) -> bool {
        self.unsynced || !self.lines.is_empty()
    }

    /// Writes what was added, for others to read.
    pub fn flush(&mut self) -> Result<(), JournalError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.file.write_all_at(&self.lines, self.good).map_err(|source| self.not_written(source))?;
        crash::after("append to the journal", &self.path);
        self.good += self.lines.len() as u64;
        self.lines.clear();
        self.unsynced = true;
        Ok(())
    }

    /// Makes all that was added safe; many entries share one sync.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.flush()?;
        if self.unsynced {
            self.file.sync_data().map_err(|source| self.not_written(source))?;
            crash::after("sync the journal", &self.path);
            self.unsynced = false;
        }
        Ok(())
    }

    /// Leaves the file to somebody else: what is not written yet is dropped.
    pub fn abandon(mut self) {
        self.lines.clear();
    }

    fn not_written(&self, source: io::Error) -> JournalError {
        JournalError::Write { path: self.path.clone(), source }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // who wants to know whether it is safe has synced
        let _ = self.flush();
    }
}

/// A new journal with its header, whole at once.
fn begin(path: &Path, run: Fingerprint) -> Result<(u64, History), JournalError> {
    let mut header = Vec::new();
    let pushed = line::push(&mut header, &Header { journal: FORMAT, run });
    pushed.map_err(|source| JournalError::Write { path: path.to_owned(), source })?;
    durable::create_new(path, &header)?;
    Ok((header.len() as u64, History { run: Some(run), ..History::default() }))
}

/// Moves a journal out of the way that is damaged or another run's, unless there is nothing in it.
fn put_aside(path: &Path, found: &Examined) -> Result<Option<String>, JournalError> {
    let (suffix, what) = match found.history.run {
        Some(_) => (".other", "it is of another run"),
        None => (".damaged", "its header is damaged"),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    let aside = path.with_file_name(name);
    fs::rename(path, &aside).map_err(|source| JournalError::Write { path: aside.clone(), source })?;
    let told = || format!("{}: {what}; it is now {}", path.display(), aside.display());
    Ok((found.length > 0).then(told))
}

#[cfg(test)]
mod tests;
