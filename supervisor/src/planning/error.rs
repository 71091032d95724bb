//! Why an archive cannot be planned.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::dead_end::DeadEnd;
use super::pattern::PatternFault;
use super::versions::VersionFault;

/// Why an archive cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The pattern's text.
    #[error("the archive's pattern {pattern:?} cannot be used")]
    Pattern {
        /// As written.
        pattern: String,
        /// What is wrong with it.
        #[source]
        fault: PatternFault,
    },
    /// One of the versions.
    #[error("the archive's version {name:?} cannot be used")]
    Version {
        /// Its name.
        name: String,
        /// What is wrong with it.
        #[source]
        fault: VersionFault,
    },
    /// Versions without a place for them.
    #[error(
        "the archive has versions, but its pattern {pattern:?} does not say where: write {{version}} there"
    )]
    VersionsUnused {
        /// The pattern.
        pattern: String,
    },
    /// A place without versions.
    #[error("the archive's pattern {pattern:?} holds {{version}}, but no versions are given")]
    VersionsMissing {
        /// The pattern.
        pattern: String,
    },
    /// A range that runs backwards.
    #[error("the archive's `from`, {from}, is after its `to`, {to}")]
    FromAfterTo {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// A range after the last version.
    #[error("the archive's last version ends on {last}, before `from`, {from}")]
    VersionsEnd {
        /// The last day of the last version.
        last: Date,
        /// The first day that is asked for.
        from: Date,
    },
    /// Dates asked for where none are read.
    #[error(
        "`from` and `to` need dates, and the archive's pattern {pattern:?} reads none: add a year to it, \
         such as %Y, or leave `from` and `to` out"
    )]
    DatesWithoutFields {
        /// The pattern.
        pattern: String,
    },
    /// Groups finer than the pattern's dates.
    #[error(
        "groups by {group} need {needs} in the archive's pattern {pattern:?}; add it, \
         or choose another `group`"
    )]
    GroupNeeds {
        /// What a group is.
        group: &'static str,
        /// The fields.
        needs: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// A folder that cannot be listed.
    #[error("the archive's folder {} cannot be listed{}", path.display(), remedy(path, source))]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// No file fits.
    #[error("no file matches {}: {dead_end}{}", pattern.display(), appended(notes))]
    NothingMatches {
        /// Root and pattern.
        pattern: PathBuf,
        /// Where the search ended first.
        dead_end: Box<DeadEnd>,
        /// What was left out, and why.
        notes: Vec<String>,
    },
}

/// What to do about a folder that is locked.
fn remedy(path: &Path, error: &io::Error) -> String {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return String::new();
    }
    let folder = path.display();
    format!(" (its owner lets you with `chmod a+rx {folder}`; or leave its days out with `from` and `to`)")
}

fn appended(notes: &[String]) -> String {
    notes.iter().map(|note| format!("; {note}")).collect()
}
