//! What lies in the folder around a lock: its file, and the claims of those who want to take over
//! exactly this content of it.

use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::Fingerprint;

use super::LockError;
use super::holder::{Holder, Life};
use crate::meter::Host;

/// A lock that is not free, to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scene {
    /// The lock file's content.
    pub lock: Vec<u8>,
    /// The claims' contents, in order.
    pub claims: Vec<Vec<u8>>,
}

impl Scene {
    /// Looks; `None` where the lock is free.
    pub fn look(path: &Path) -> Result<Option<Self>, LockError> {
        let Some(lock) = read(path)? else { return Ok(None) };
        let mut claims = Vec::new();
        while let Some(claim) = read(&claim_path(path, &lock, claims.len()))? {
            claims.push(claim);
        }
        Ok(Some(Self { lock, claims }))
    }

    /// Where the next who wants this lock writes a claim.
    pub fn next_claim(&self, path: &Path) -> PathBuf {
        claim_path(path, &self.lock, self.claims.len())
    }

    /// Who holds the lock, as far as it can be read.
    pub fn holder(&self) -> Option<Holder> {
        Holder::parse(&self.lock)
    }

    /// Whether anyone of these lives: the holder, or who is about to take it over.
    pub fn life(&self, me: &Holder, host: &Host) -> Life {
        let of =
            |content: &Vec<u8>| Holder::parse(content).map_or(Life::Unknown, |holder| holder.life(me, host));
        let lives: Vec<Life> = std::iter::once(&self.lock).chain(&self.claims).map(of).collect();
        match () {
            () if lives.contains(&Life::Alive) => Life::Alive,
            () if lives.contains(&Life::Unknown) => Life::Unknown,
            () => Life::Gone,
        }
    }
}

/// What stands between a lock's name and what a claim to it is made of.
pub(super) const CLAIM: &str = ".claim-";

/// What the names of all claims to a lock begin with.
pub(super) fn claim_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}{CLAIM}")
}

/// Named by the content that it is a claim to: nobody can claim what he has not seen.
fn claim_path(path: &Path, lock: &[u8], number: usize) -> PathBuf {
    path.with_file_name(format!("{}{}-{number}", claim_prefix(path), Fingerprint::of(lock)))
}

/// A file's content, `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, LockError> {
    match dayfold_files::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LockError::Read { path: path.to_owned(), source }),
    }
}
