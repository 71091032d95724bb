//! From a configuration to everything that a run needs to know before it starts: groups, regions,
//! and what makes this run another one than the next. Reads directories and the regions' file,
//! opens no input file and changes nothing.
//!
//! [`order`](mod@order) adds what this node offers and says it to the supervisor, [`workers`](mod@workers) how many,
//! [`collation`] how long the last step takes, [`threads`] how many threads programs may use.

mod collation;
pub mod order;
mod threads;
pub mod workers;

use std::collections::HashSet;

use dayfold_contract::{Identity, Plan, RegionSet, partial};
use dayfold_supervisor::planning::{self, Found, PlanError, RegionsError};
use dayfold_supervisor::run::trial;
use dayfold_supervisor::rundir::learnt::Dependency;

use crate::config::{Config, nearest};

/// Why a run cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The archive.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The regions.
    #[error(transparent)]
    Regions(#[from] RegionsError),
    /// `--only` with something else than a group.
    #[error("there is no group \"{name}\" in the plan: {hint}")]
    UnknownGroup {
        /// As given.
        name: String,
        /// What it may have been.
        hint: String,
    },
}

/// A run that can be started.
#[derive(Debug)]
pub struct Prepared {
    /// What was asked for.
    pub config: Config,
    /// The archive's groups.
    pub found: Found,
    /// `None` is the whole grid.
    pub regions: Option<RegionSet>,
    /// What decides the run's values.
    pub identity: Identity,
    /// The files that the command depends on, as they are now.
    pub dependencies: Vec<Dependency>,
    /// What people should know, from the archive and the regions.
    pub warnings: Vec<String>,
}

/// Finds the groups and reads the regions.
pub fn prepare(config: Config) -> Result<Prepared, PrepareError> {
    // whatever the pattern matches, a run's own files are not its input
    let trial = trial::path(config.output());
    let own = [config.run().run_dir.as_path(), config.output(), &trial];
    let found = planning::find_besides(config.archive(), &own)?;
    let mut warnings = found.warnings.clone();
    let regions = match config.regions() {
        Some(spec) => {
            let (regions, more) = planning::read_regions(spec)?;
            warnings.extend(more);
            Some(regions)
        }
        None => None,
    };
    check_only(&config.run().only, &found.plan)?;
    let identity = identity(&config, regions.as_ref());
    let dependencies = read_dependencies(&config, &mut warnings);
    Ok(Prepared { config, found, regions, identity, dependencies, warnings })
}

/// A program may be such that it can be started and not be read.
fn read_dependencies(config: &Config, warnings: &mut Vec<String>) -> Vec<Dependency> {
    let mut read = Vec::new();
    for (name, path) in config.dependencies() {
        match Dependency::read(name.clone(), path.clone()) {
            Ok(dependency) => read.push(dependency),
            Err(error) => {
                warnings.push(format!("{name} cannot be read, so a change of it is not noticed: {error}"))
            }
        }
    }
    read
}

fn identity(config: &Config, regions: Option<&RegionSet>) -> Identity {
    let archive = config.archive();
    Identity {
        pattern: archive.pattern.clone(),
        versions: archive.versions.clone(),
        group: archive.group,
        regions: regions.map(RegionSet::fingerprint),
        task: config.task().clone(),
        bad_files: config.bad_files(),
        partial_format: partial::FORMAT,
    }
}

/// Every group that is asked for by name must be there.
fn check_only(only: &[String], plan: &Plan) -> Result<(), PrepareError> {
    let known: HashSet<&str> = plan.groups.iter().map(|group| group.name.as_str()).collect();
    match only.iter().find(|name| !known.contains(name.as_str())) {
        Some(name) => Err(PrepareError::UnknownGroup { name: name.clone(), hint: hint(name, plan) }),
        None => Ok(()),
    }
}

fn hint(name: &str, plan: &Plan) -> String {
    if plan.missing.iter().any(|missing| missing.as_str() == name) {
        return "it has no input files".to_owned();
    }
    let names = || plan.groups.iter().map(|group| group.name.as_str());
    if let Some(nearest) = nearest_in_time(name, names()) {
        return nearest;
    }
    match (nearest::nearest(name, names()), names().next(), names().next_back()) {
        (Some(nearest), ..) => format!("the nearest name is \"{nearest}\""),
        (None, Some(first), Some(last)) => format!("they are named \"{first}\" to \"{last}\""),
        _ => "it has no groups".to_owned(),
    }
}

/// The neighbours in time of a name that is a date as the groups' are: such names are sorted as their dates
/// are. `None` for any other.
fn nearest_in_time<'a>(name: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let shape = |name: &str| -> Vec<Option<char>> {
        name.chars().map(|c| if c.is_ascii_digit() { None } else { Some(c) }).collect()
    };
    let is_date = name.starts_with(|c: char| c.is_ascii_digit());
    let wanted = Some(shape(name)).filter(|_| is_date)?;
    let alike = names.filter(|other| shape(other) == wanted);
    let before = alike.clone().filter(|other| *other < name).max();
    let after = alike.filter(|other| *other > name).min();
    match (before, after) {
        (Some(before), Some(after)) => Some(format!("the nearest in time are \"{before}\" and \"{after}\"")),
        (Some(only), None) => Some(format!("the last one is \"{only}\"")),
        (None, Some(only)) => Some(format!("the first one is \"{only}\"")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::{Group, GroupName};

    fn hint_for(name: &str, groups: &[&str]) -> String {
        let group = |name: &&str| Group { name: GroupName::new(*name), files: Vec::new() };
        let groups = groups.iter().map(group).collect();
        hint(name, &Plan { root: "archive".into(), groups, missing: vec![GroupName::new("2022-02-05")] })
    }

    #[test]
    fn a_date_that_is_not_there_has_neighbours_in_time() {
        let days = ["2022-02-01", "2022-02-03", "2022-02-10"];
        assert_eq!(
            hint_for("2022-02-09", &days),
            "the nearest in time are \"2022-02-03\" and \"2022-02-10\""
        );
        assert_eq!(hint_for("2022-02-11", &days), "the last one is \"2022-02-10\"");
        assert_eq!(hint_for("2021-12-31", &days), "the first one is \"2022-02-01\"");
        assert_eq!(hint_for("2022-02-05", &days), "it has no input files");
        assert_eq!(hint_for("2022-02", &days), "the nearest name is \"2022-02-01\"");
    }

    #[test]
    fn another_name_has_the_nearest_in_letters() {
        assert_eq!(
            hint_for("febuary.nc", &["january.nc", "february.nc"]),
            "the nearest name is \"february.nc\""
        );
    }
}
