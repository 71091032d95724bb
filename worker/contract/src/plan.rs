//! The plan: every group that there is to do, and the identity of the run that does it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::job::BadFiles;
use crate::{Fingerprint, Group, GroupName, TaskSpec};

/// The archive's version that is valid up to a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRule {
    /// What `{version}` stands for in the pattern.
    pub name: String,
    /// The last day on which it is valid, `YYYY-MM-DD`; `None`: from there on.
    pub until: Option<String>,
}

/// How files are put into groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupBy {
    /// Each file by itself.
    File,
    /// All files of a day.
    #[default]
    Day,
    /// All files of a month.
    Month,
    /// All files of a year.
    Year,
}

/// What decides the values of a run: a run directory belongs to one identity.
///
/// Not part of it, and free to change between runs: dates, workers, memory, walltime, attempts.
///
/// Its JSON is fingerprinted, and run directories outlive versions: a field that is added here, or in
/// [`TaskSpec`], has `#[serde(default, skip_serializing_if = "...")]`, so that it is absent at its default and
/// older runs keep their fingerprints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The archive's pattern.
    pub pattern: String,
    /// The archive's versions.
    pub versions: Vec<VersionRule>,
    /// How files are put into groups.
    pub group: GroupBy,
    /// The regions' content; `None` is the whole grid.
    pub regions: Option<Fingerprint>,
    /// What is done.
    pub task: TaskSpec,
    /// What happens to unreadable files.
    pub bad_files: BadFiles,
    /// [`crate::partial::FORMAT`].
    pub partial_format: u32,
}

impl Identity {
    /// The run's fingerprint.
    pub fn fingerprint(&self) -> Result<Fingerprint, serde_json::Error> {
        Ok(Fingerprint::of(&serde_json::to_vec(self)?))
    }
}

/// Everything that there is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The archive's root.
    pub root: PathBuf,
    /// In order of their names.
    pub groups: Vec<Group>,
    /// Groups that should be there by the dates and have no file.
    pub missing: Vec<GroupName>,
}
