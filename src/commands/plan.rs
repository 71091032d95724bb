//! `dayfold plan`: what would run. Starts nothing.

use dayfold_contract::RegionSet;
use dayfold_supervisor::meter::Host;

use crate::cli::{PlanArgs, RunFlags};
use crate::config;
use crate::error::CliError;
use crate::exit::Exit;
use crate::prepare::workers::workers;
use crate::prepare::{Prepared, prepare};
use crate::show::plan::PlanReport;
use crate::show::{plan, stdout};

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
    let Prepared { config, found, regions, identity, warnings, .. } = prepared;
    let archive = config.archive();
    let names = |regions: RegionSet| regions.regions.into_iter().map(|region| region.name).collect();
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
