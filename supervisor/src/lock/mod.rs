//! One supervisor a shard: a file says who is at work.
//!
//! `flock` holds on one node only on many parallel file systems; between nodes creating a file
//! exclusively and renaming are safe. So the lock is a file that is created whole, and whose holder
//! gives signs of life by changing its content in place every [`TOUCH_EVERY`]. [`acquire`] takes
//! it, also over from one who is gone; here is what a holder does with it. When to touch, and what
//! follows when it is lost, is the pool's.
//!
//! Taking over: who wants a stale lock writes its own lock aside, under a name made of the stale
//! content, exclusively; looks whether the lock still has that content; and renames it over the
//! lock. Of many who saw the same content one gets that name, and who sees the name taken waits as
//! for a holder. So there is no moment without a lock in which a third could come, and nobody can
//! take over a lock that he has not seen to be stale. A holder writes through the file that it
//! created, never by name: one that was taken for dead writes into a file without a name.

pub mod acquire;
pub mod ask;
pub mod client;
pub mod heartbeat;
pub mod holder;
pub mod look;
mod scene;
pub mod watch;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dayfold_contract::error::limit_named;
use dayfold_files::NotRegular;
use jiff::Timestamp;
use rustix::io::Errno;

use crate::durable::DurableError;
pub use acquire::{Acquisition, Step, holder_of};
pub use holder::{Holder, Life};

/// How often a holder gives a sign of life.
pub const TOUCH_EVERY: Duration = Duration::from_secs(10);

/// After so long without one, by the waiter's clock, a lock is taken over.
pub const STALE_AFTER: Duration = Duration::from_secs(60);

/// Whether a file of this name is a claim to a lock.
pub fn is_claim(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("lock") && name.contains(scene::CLAIM))
}

/// What can go wrong with a lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else is at work.
    #[error(
        "take the lock: {0}: wait for that to end, or end the process or its batch job; a lock whose process \
         is gone is taken over without more ado"
    )]
    Held(Box<Held>),
    /// It was taken over: nothing more may be renamed.
    #[error("keep the lock {}: another process has taken it over", .0.display())]
    Lost(PathBuf),
    /// Somebody has removed its file, or it has been given up: nothing more may be renamed.
    #[error("keep the lock {}: it is gone: somebody has removed it, and others may be at work by now", .0.display())]
    Gone(PathBuf),
    /// A signal came while it was waited for.
    #[error("take the lock {}: a signal asked for the end", .0.display())]
    Interrupted(PathBuf),
    /// The file could not be read.
    #[error("read the lock {}: {source}; {}", path.display(), advice(source))]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file could not be changed or removed.
    #[error("change the lock {}", path.display())]
    Change {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file could not be created.
    #[error(transparent)]
    Create(#[from] DurableError),
    /// The holder cannot be written down.
    #[error("write down who takes the lock")]
    Encode(#[from] serde_json::Error),
}

impl LockError {
    /// Whether the lock is this process's no more.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Gone(_))
    }
}

/// A lock that somebody else holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The lock's file.
    pub path: PathBuf,
    /// Who; `None` where the file is damaged.
    pub holder: Option<Holder>,
    /// When it was found so.
    pub seen: Timestamp,
}

impl Held {
    /// How long the holder has it; clocks of nodes differ by seconds.
    pub fn age(&self) -> Option<Duration> {
        let since = self.seen.duration_since(self.holder.as_ref()?.since);
        Some(since.try_into().unwrap_or(Duration::ZERO))
    }
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        match (&self.holder, self.age()) {
            (Some(holder), Some(age)) => {
                let age = jiff::SignedDuration::from_secs(age.as_secs().try_into().unwrap_or(i64::MAX));
                write!(f, "{path} is held by {holder} for {age:#}")
            }
            _ => write!(f, "{path} is damaged and does not say who holds it"),
        }
    }
}

/// A lock that this process holds. Dropped, it is released as well as may be.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    me: Holder,
    /// The file as it was created, under whatever name it has now.
    file: File,
    touched: u64,
    released: bool,
}

impl Lock {
    /// Of a file that was just created with `me` in it.
    fn new(path: &Path, me: Holder) -> Result<Self, LockError> {
        let opened = dayfold_files::open_with(File::options().read(true).write(true), path);
        let file = opened.map_err(|source| LockError::Change { path: path.to_owned(), source })?;
        let lock = Self { path: path.to_owned(), me, file, touched: 0, released: false };
        lock.check()?;
        Ok(lock)
    }

    /// Who holds it: this process.
    pub fn holder(&self) -> &Holder {
        &self.me
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the lock is still this process's. To be asked before anything is renamed; where
    /// the file cannot be read, that is an error and not an answer.
    pub fn still_held(&self) -> Result<bool, LockError> {
        match self.check() {
            Err(error) if error.is_lost() => Ok(false),
            checked => checked.map(|()| true),
        }
    }

    /// As [`Lock::still_held`], with an error where it is not.
    pub fn check(&self) -> Result<(), LockError> {
        let gone = || LockError::Gone(self.path.clone());
        let content = match scene::read(&self.path) {
            Err(LockError::Read { source, .. }) if is_no_file(&source) => return Err(gone()),
            content => content?.ok_or_else(gone)?,
        };
        match Holder::parse(&content) {
            Some(holder) if holder.token == self.me.token => Ok(()),
            _ => Err(LockError::Lost(self.path.clone())),
        }
    }

    /// Gives a sign of life, every [`TOUCH_EVERY`], and looks whether the lock is still held.
    pub fn touch(&mut self) -> Result<(), LockError> {
        self.check()?;
        self.touched += 1;
        self.me.touch(self.touched);
        let text = self.me.to_text()?;
        let written = self.file.write_all_at(&text, 0).and_then(|()| self.file.sync_data());
        written.map_err(|source| LockError::Change { path: self.path.clone(), source })
    }

    /// Gives the lock up. One that was lost is left to who has it.
    pub fn release(mut self) -> Result<(), LockError> {
        self.remove()
    }

    fn remove(&mut self) -> Result<(), LockError> {
        self.released = true;
        if !self.still_held()? {
            return Ok(());
        }
        fs::remove_file(&self.path).map_err(|source| LockError::Change { path: self.path.clone(), source })
    }
}

fn advice(error: &io::Error) -> String {
    let can_be_read = "see to it that it can be read, or move it away if no process of this run is left";
    let by_limit = Errno::from_io_error(error) == Some(Errno::MFILE);
    limit_named(error).filter(|_| by_limit).unwrap_or_else(|| can_be_read.to_owned())
}

/// Whether something else has come into a file's, or its folder's, place: to ask again brings no other answer.
fn is_no_file(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotADirectory
        || error.get_ref().is_some_and(|source| source.is::<NotRegular>())
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.released {
            // what stays is a lock whose process is gone: the next one takes it over
            let _ = self.remove();
        }
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
