//! `finished.json`: which groups are in the final file, once their partials are removed.
//!
//! It lets a finished run be told from one that never began, and lets dates be added later: the
//! final file then takes the place of the partials that it was made of, as long as it is the same
//! to the byte.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use dayfold_contract::{Fingerprint, Group, GroupName, Plan, partial};
use serde::{Deserialize, Serialize};

use super::{RunDir, RunDirError};
use crate::durable;

/// What a final file was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// The final file.
    pub output: PathBuf,
    /// Of its content.
    pub checksum: Fingerprint,
    /// The keys of the groups in it: see [`partial::key`].
    pub groups: Vec<Fingerprint>,
    /// The groups that its attribute names as missing.
    pub missing: Vec<GroupName>,
}

impl Finished {
    /// Describes the final file that was made of these groups.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn describe(
        output: &Path,
        run: Fingerprint,
        plan: &Plan,
        done: impl Iterator<Item = Group>,
    ) -> Result<Self, RunDirError> {
        let checksum = checksum(output)?;
        let groups = done.map(|group| partial::key(run, &group)).collect();
        Ok(Self { output: output.to_owned(), checksum, groups, missing: plan.missing.clone() })
    }

    /// Reads it; `None` where it is not there, is damaged, or the final file is another by now.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(run_dir: &RunDir, output: &Path) -> Result<Option<Self>, RunDirError> {
        let Ok(text) = std::fs::read(run_dir.finished_file()) else { return Ok(None) };
        let Ok(finished) = serde_json::from_slice::<Self>(&text) else { return Ok(None) };
        let there = finished.output == output && output.is_file();
        Ok((there && checksum(output)? == finished.checksum).then_some(finished))
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, run_dir: &RunDir) -> Result<(), RunDirError> {
        let text = serde_json::to_vec_pretty(self).map_err(RunDirError::Identity)?;
        Ok(durable::replace(&run_dir.finished_file(), &text)?)
    }

    /// The keys of the groups in it.
    pub fn keys(&self) -> HashSet<Fingerprint> {
        self.groups.iter().copied().collect()
    }
}

fn checksum(path: &Path) -> Result<Fingerprint, RunDirError> {
    let read = File::open(path).and_then(Fingerprint::of_reader);
    read.map_err(|source| RunDirError::Unreadable { path: path.to_owned(), source })
}
