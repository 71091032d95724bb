//! A plan as people read it and, serialized, as programs do.

use std::path::PathBuf;

use dayfold_contract::job::BadFiles;
use dayfold_contract::plan::{GroupBy, VersionRule};
use dayfold_contract::task::{CommandSpec, Mount, Night, PvSpec, Temperature};
use dayfold_contract::{Group, GroupName, TaskSpec};
use serde::Serialize;

use super::table::TwoColumns;
use super::words;
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

/// The whole summary.
pub fn text(report: &PlanReport) -> String {
    let mut table = TwoColumns::default()
        .row("archive", words::path(&report.root))
        .row("pattern", &report.pattern)
        .row("groups", groups(report));
    if !report.missing.is_empty() {
        table = table.row("missing", missing(&report.missing));
    }
    table = table.row("files", files(report));
    if report.task.is_by_region() {
        table = table.row("regions", regions(report.regions.as_deref()));
    }
    table = table
        .row("task", task(&report.task))
        .row("output", words::path(&report.output))
        .row("run dir", words::path(&report.run_dir))
        .row("workers", format!("{}: {}", report.workers.count, report.workers.source));
    for warning in &report.warnings {
        table = table.row("warning", warning);
    }
    table.into_text()
}

fn groups(report: &PlanReport) -> String {
    let by = match report.group_by {
        GroupBy::File => "by file",
        GroupBy::Day => "by day",
        GroupBy::Month => "by month",
        GroupBy::Year => "by year",
    };
    let count = report.groups.len();
    match (report.groups.first(), report.groups.last()) {
        (Some(first), Some(last)) if count > 1 => format!("{count} {by}, {} to {}", first.name, last.name),
        (Some(only), _) => format!("{count} {by}, {}", only.name),
        _ => format!("{count} {by}"),
    }
}

/// How many groups there are without files, and which.
pub fn missing(missing: &[GroupName]) -> String {
    format!("{} without input files: {}", missing.len(), words::groups(missing))
}

fn files(report: &PlanReport) -> String {
    match report.bytes {
        Some(bytes) => format!("{}, about {}", report.files, words::bytes(bytes)),
        None => report.files.to_string(),
    }
}

fn regions(names: Option<&[String]>) -> String {
    match names {
        Some(names) => format!("{}: {}", names.len(), words::shortened(names)),
        None => "none: the whole grid is one region, \"all\"".to_owned(),
    }
}

fn task(task: &TaskSpec) -> String {
    match task {
        TaskSpec::Pv(pv) => format!("pv: what panels and their inverters deliver\n{}", pv_details(pv)),
        TaskSpec::Command(CommandSpec { command }) => {
            format!("command: a program for each group\n{command:?}")
        }
    }
}

fn pv_details(pv: &PvSpec) -> String {
    let PvSpec { mount, module, inverter, temperature, variables, night } = pv;
    let mount = match mount {
        Mount::SingleAxis => "single-axis tracker".to_owned(),
        Mount::Latitude => "fixed, tilted by the latitude towards the equator".to_owned(),
        Mount::Fixed { tilt, azimuth } => format!("fixed, tilt {tilt}, azimuth {azimuth} degrees"),
    };
    let temperature = match temperature {
        Temperature::Constant(degrees) => format!("{degrees} deg C"),
        Temperature::Nearest { pattern, variable } => format!("nearest {variable} of {pattern}"),
    };
    let night = match night {
        Night::Missing => "missing: means are over the cells that deliver",
        Night::Zero => "0 W, in the means over all cells",
        Night::Inverter => "what the inverter draws, in the means over all cells",
    };
    format!(
        "mount {mount}\nmodule {}\ninverter {}\ntemperature {temperature}\nirradiance {}, {}, {}\nat night {night}",
        module.name, inverter.name, variables.ghi, variables.dni, variables.dhi
    )
}
