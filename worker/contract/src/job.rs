//! What a worker is told once, before its first assignment.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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

/// Everything that all groups of a run share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The archive's root: groups' files are relative to it.
    pub root: PathBuf,
    /// The run directory's folder of partials, where workers write aside.
    pub partials: PathBuf,
    /// What to do.
    pub task: TaskSpec,
    /// Where to average; `None` is the whole grid as one region, "all".
    pub regions: Option<RegionSet>,
    /// What to do with unreadable files.
    pub bad_files: BadFiles,
    /// The layout that the run's first readable file had; a group with another one fails. `None`
    /// before the probe, and for tasks that do not care.
    pub layout: Option<Layout>,
}

/// What all files of a run have in common: the grid, as far as the task reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Of the grid's coordinates, to the bit.
    pub fingerprint: Fingerprint,
    /// For people: `173 x 222 cells, latitude -44.5 to -10.1, longitude 112 to 156.2`.
    pub description: String,
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
    /// The file is readable and not what the task needs: a variable is missing, say.
    Wrong(String),
}
