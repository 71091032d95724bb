//! `dayfold plan`: what would run. Starts nothing.

use std::path::PathBuf;

use dayfold_contract::job::BadFiles;
use dayfold_contract::plan::{GroupBy, VersionRule};
use dayfold_contract::{Group, GroupName, TaskSpec};
use dayfold_supervisor::meter::Host;
use serde::Serialize;

use super::CliError;
use super::prepare::{Prepared, prepare};
use super::workers::{Workers, workers};
use crate::cli::{PlanArgs, RunFlags};
use crate::config;
use crate::exit::Exit;
use crate::show::{plan, stdout};

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

/// Prints the plan.
pub fn run(args: &PlanArgs) -> Result<Exit, CliError> {
    let prepared = prepare(config::load(&args.config, RunFlags::default())?)?;
    let report = report(prepared)?;
    if args.json {
        stdout::print(&(serde_json::to_string_pretty(&report)? + "\n"))?;
    } else {
        stdout::print(&plan::text(&report))?;
    }
    Ok(Exit::Done)
}

fn report(prepared: Prepared) -> Result<PlanReport, CliError> {
    let Prepared { config, found, regions, identity, warnings } = prepared;
    let archive = config.archive();
    let names = |regions: dayfold_contract::RegionSet| {
        regions.regions.into_iter().map(|region| region.name).collect()
    };
    Ok(PlanReport {
        root: archive.root.clone(),
        pattern: archive.pattern.clone(),
        versions: archive.versions.clone(),
        group_by: archive.group,
        groups: found.plan.groups,
        missing: found.plan.missing,
        files: found.estimate.files,
        bytes: found.estimate.bytes,
        regions: regions.map(names),
        task: config.task().clone(),
        bad_files: config.bad_files(),
        output: config.output().to_owned(),
        run_dir: config.run().run_dir.clone(),
        workers: workers(config.run().workers, &Host::here()),
        fingerprint: identity.fingerprint()?.to_string(),
        warnings,
    })
}
