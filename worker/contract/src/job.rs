//! What a worker is told once, before its first assignment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::output::VariableSettings;
use crate::{Fingerprint, RegionSet, TaskSpec};

/// What happens to a group with an unreadable file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BadFiles {
    /// The group fails.
    #[default]
    Fail,
    /// The file is left out and named in the result.
    Skip,
}

/// What a group without any values is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Empty {
    /// A failure: most often something is wrong.
    #[default]
    Fail,
    /// A result: it is counted and named.
    Allow,
}

impl Empty {
    /// Whether it is the default, which need not be written down.
    pub fn is_fail(&self) -> bool {
        *self == Self::Fail
    }
}

/// Everything that all groups of a run share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The archive's root: groups' files are relative to it.
    pub root: PathBuf,
    /// The configuration's folder: programs run there, and relative paths start there. It decides no values.
    pub folder: PathBuf,
    /// The run directory's folder of partials, where workers write aside.
    pub partials: PathBuf,
    /// What to do.
    #[serde(with = "crate::json_text")]
    pub task: TaskSpec,
    /// Where to average; `None` is the whole grid as one region, "all".
    pub regions: Option<RegionSet>,
    /// What to do with unreadable files.
    pub bad_files: BadFiles,
    /// What a group without values is. It decides no values.
    pub empty: Empty,
    /// The layout that the run's first readable file had; a group with another one fails. `None`
    /// before the probe, and for tasks that do not care.
    pub layout: Option<Layout>,
    /// How variables of the final file will be stored, where that is not left to collation: a result that
    /// cannot be stored so has failed.
    pub stored: BTreeMap<String, VariableSettings>,
}

/// What all files of a run have in common: the grid, as far as the task reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Of the grid's coordinates, to the bit.
    pub fingerprint: Fingerprint,
    /// For people: `173 x 222 cells, latitude -44.5 to -10.1, longitude 112 to 156.2`.
    pub description: String,
}

impl fmt::Display for Layout {
    /// The description, and the fingerprint in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.description, self.fingerprint)
    }
}

impl Layout {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (description, fingerprint) = text.strip_suffix(')')?.rsplit_once(" (")?;
        Some(Self { fingerprint: fingerprint.parse().ok()?, description: description.to_owned() })
    }
}

/// What a look at one file told, before any work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// To be put into [`Job::layout`].
    pub layout: Option<Layout>,
    /// For people: regions outside the grid or without a cell, equal names.
    pub warnings: Vec<String>,
}

/// Why a look at one file did not help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbeFailure {
    /// This file cannot be read: another one may tell.
    Unreadable(String),
    /// The task cannot be done: the file is readable and a variable is missing, say, or a program is.
    Wrong(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_comes_back_from_its_text() {
        let layout =
            Layout { fingerprint: Fingerprint::of(b"grid"), description: "2 x 3 cells (odd)".into() };
        assert_eq!(Layout::parse(&layout.to_string()), Some(layout));
        assert_eq!(Layout::parse("2 x 3 cells"), None);
    }
}
