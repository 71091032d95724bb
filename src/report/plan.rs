//! What would run.

use std::path::PathBuf;

use dayfold_contract::job::BadFiles;
use dayfold_contract::plan::{GroupBy, VersionRule};
use dayfold_contract::{Group, GroupName, TaskSpec};
use serde::Serialize;

use crate::prepare::workers::Workers;

/// Everything about a plan that people and programs may want to know.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    /// The archive's folder.
    pub root: PathBuf,
    /// Where files are below it.
    pub pattern: String,
    /// What `{version}` stands for.
    pub versions: Vec<VersionRule>,
    /// What a group is.
    pub group_by: GroupBy,
    /// Groups with their files.
    pub groups: Vec<Group>,
    /// Groups without any.
    pub missing: Vec<GroupName>,
    /// How many files there are.
    pub files: u64,
    /// About how many bytes they have, where that is known.
    pub bytes: Option<u64>,
    /// The regions' names; `None` is the whole grid.
    pub regions: Option<Vec<String>>,
    /// What would be done.
    pub task: TaskSpec,
    /// What would happen to unreadable files.
    pub bad_files: BadFiles,
    /// The final file.
    pub output: PathBuf,
    /// Where what is done so far would be kept.
    pub run_dir: PathBuf,
    /// How many processes would work.
    pub workers: Workers,
    /// What a run directory must match to be gone on with.
    pub fingerprint: String,
    /// What people should know.
    pub warnings: Vec<String>,
}
