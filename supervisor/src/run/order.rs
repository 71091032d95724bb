//! What a run is asked to do, and what came of it.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::decide::Settings;
use crate::decide::groups::Tally;
use crate::rundir::failed_table::FailedGroup;
use crate::rundir::learnt::{Dependency, Redo};
use crate::rundir::output_settings::OutputSettings;
use crate::rundir::plan_file::RegionsNote;
use crate::rundir::shard::Shard;
use crate::verdict::Verdict;
use dayfold_contract::{Fingerprint, GroupName, Identity, Job, Plan};

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Order {
    /// What workers are told; the layout is filled in here.
    pub job: Job,
    /// What decides the values.
    pub identity: Identity,
    /// The groups that a look at the archive found.
    pub plan: Plan,
    /// Where regions came from.
    pub regions: Option<RegionsNote>,
    /// The run directory.
    pub run_dir: PathBuf,
    /// The final file.
    pub output: PathBuf,
    /// How that is stored, and what people add to it.
    pub output_settings: OutputSettings,
    /// What that must not take the place of, besides the input files.
    pub given: Vec<Given>,
    /// How the run goes.
    pub settings: Settings,
    /// The user says how long the job may run; else the batch system is asked again after a pause.
    pub walltime_given: bool,
    /// Where the memory limit was read, for people.
    pub memory_source: Option<String>,
    /// Which part of the plan.
    pub shard: Shard,
    /// Which groups of it.
    pub selection: Selection,
    /// Write the final file without the groups that failed.
    pub allow_failed: bool,
    /// Keep partials when the final file is there.
    pub keep_partials: bool,
    /// The files that the command depends on, as they are now.
    pub dependencies: Vec<Dependency>,
    /// Keep results that were made when a dependency had other content.
    pub accept_change: bool,
    /// Do these groups again though they have results.
    pub redo: Option<Redo>,
    /// Replace what is in the final file's place and is no earlier result of this run.
    pub overwrite: bool,
    /// The program that is a worker, and its arguments.
    pub worker: (PathBuf, Vec<OsString>),
    /// Variables of the environment that workers, and the programs that they start, get besides this process's.
    pub environment: Vec<(String, String)>,
}

/// A file that people gave to the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What it is, as in "the configuration".
    pub what: &'static str,
    /// Where it is.
    pub path: PathBuf,
}

/// Which of the groups that are not done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The first so many.
    pub limit: Option<usize>,
    /// These; all where it is empty.
    pub only: Vec<GroupName>,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub verdict: Verdict,
    /// What this speaks of: the run's shard, or the whole where that was the last to end.
    pub part: Shard,
    /// How many groups of this part stand where.
    pub tally: Tally,
    /// The groups of this part that failed.
    pub failed: Vec<FailedGroup>,
    /// The run directory, which has what their attempts wrote.
    pub run_dir: PathBuf,
    /// Where they are listed, if they are.
    pub failed_list: Option<PathBuf>,
    /// Groups without files.
    pub missing: Vec<GroupName>,
    /// Groups of this part that are done and gave no values.
    pub empty: Vec<GroupName>,
    /// The final file, where it is there and whole.
    pub output: Option<PathBuf>,
}

/// The fingerprint of an identity.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn fingerprint(identity: &Identity) -> Result<Fingerprint, crate::rundir::RunDirError> {
    identity.fingerprint().map_err(crate::rundir::RunDirError::Identity)
}
