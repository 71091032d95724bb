//! What there is to do: the groups of an archive, and the regions to average over.
//!
//! [`find`] turns a pattern into groups of files, [`read_regions`] a GeoJSON file or a shapefile into
//! polygons. Neither opens a data file, and neither knows what will be computed.
//!
//! A pattern is a path relative to the archive's root. Each of its names can hold
//!
//! - strftime fields: `%Y`, `%y` (1969 to 2068), `%m`, `%b` and `%B` (English, any case), `%d`, `%j`,
//!   `%H`, `%M`, `%S`, each of its usual width; `%%` is a percent sign. Fields that occur twice must agree;
//! - globs: `*`, `?`, `[abc]`, `[!a-z]`, `{a,b}`, none of which matches the dot of a hidden name. Beside a
//!   date, `*` takes as little as it can. `**` is any number of folders; links to folders are followed, but for
//!   those that lead back up;
//! - `{version}`, the name of the version that is valid on the path's date.
//!
//! A backslash takes the next character literally. Case matters. What runs write themselves is no input: their run
//! directories, and files that are being written.

mod days;
mod dead_end;
mod error;
mod estimate;
mod fields;
mod groups;
mod layout;
mod left_out;
mod lister;
mod name;
mod own;
mod pattern;
mod reading;
mod regions;
mod unmatched;
mod versions;
mod walk;

use std::path::{Path, PathBuf};

use dayfold_contract::Plan;
use dayfold_contract::plan::{GroupBy, VersionRule};
use jiff::civil::Date;

use groups::Groups;
use layout::Layout;
use lister::{Disk, Lister};
use own::Own;
use walk::Walk;

pub use dead_end::DeadEnd;
pub use error::PlanError;
pub use estimate::Estimate;
pub use pattern::PatternFault;
pub use regions::{RegionsError, RegionsSpec, read_regions};
pub use versions::VersionFault;

/// Where an archive is and what of it is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchiveSpec {
    /// The folder that everything is relative to.
    pub root: PathBuf,
    /// Where files are below it.
    pub pattern: String,
    /// What `{version}` stands for, and until when; in order.
    pub versions: Vec<VersionRule>,
    /// The first day wanted. A path that names only a month or a year is wanted if any day of it is.
    pub from: Option<Date>,
    /// The last day wanted.
    pub to: Option<Date>,
    /// What a group is.
    pub group: GroupBy,
}

/// What an archive holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Groups with files, and those without.
    pub plan: Plan,
    /// What was left out and why, a sentence each.
    pub warnings: Vec<String>,
    /// How much there is to read.
    pub estimate: Estimate,
}

/// Finds what is wrong with a specification without looking at the disk.
pub fn check(spec: &ArchiveSpec) -> Result<(), PlanError> {
    Layout::new(spec).map(drop)
}

/// Finds an archive's groups, listing each folder that can matter once.
///
/// Files that are symbolic links count as files and are not followed.
///
/// # Errors
/// What [`check`] finds, a folder that cannot be listed, or nothing that matches.
pub fn find(spec: &ArchiveSpec) -> Result<Found, PlanError> {
    find_besides(spec, &[])
}

/// The same, and leaves out what the run itself writes: `own` are its run directory and its final file.
///
/// # Errors
/// As [`find`].
pub fn find_besides(spec: &ArchiveSpec, own: &[&Path]) -> Result<Found, PlanError> {
    find_with(spec, &Own::below(&spec.root, own), Disk)
}

/// Which dates are asked for, where not all are.
fn asked(spec: &ArchiveSpec) -> Option<String> {
    let dates = match (spec.from, spec.to) {
        (Some(from), Some(to)) => format!("from {from} to {to} (`from` and `to`)"),
        (Some(from), None) => format!("from {from} on (`from`)"),
        (None, Some(to)) => format!("until {to} (`to`)"),
        (None, None) => return None,
    };
    Some(format!("the dates asked for are those {dates}"))
}

fn find_with(spec: &ArchiveSpec, own: &Own, lister: impl Lister) -> Result<Found, PlanError> {
    let layout = Layout::new(spec)?;
    let mut groups = Groups::new(spec.group);
    let mut sink = |path, days| groups.add(path, days);
    let mut walk = Walk::new(&spec.root, &layout, own, lister, &mut sink);
    walk.run()?;
    let (folders, mut warnings, dead_end) = (walk.folders, walk.left_out.warnings(), walk.dead_end.take());
    let unmatched = unmatched::warnings(&spec.root, &layout.routes, &walk.sights);
    if groups.is_empty() {
        let dead_end = Box::new(dead_end.unwrap_or_else(|| DeadEnd::at(spec.root.clone())));
        if dead_end.has_other_dates() {
            warnings.extend(asked(spec));
        }
        return Err(PlanError::NothingMatches {
            pattern: spec.root.join(&spec.pattern),
            dead_end,
            notes: warnings,
        });
    }
    warnings.extend(unmatched);
    let missing = groups.missing(spec.from, spec.to);
    let plan = Plan { root: spec.root.clone(), groups: groups.into_groups(), missing };
    let estimate = Estimate::new(&spec.root, &plan.groups, folders);
    Ok(Found { plan, warnings, estimate })
}
