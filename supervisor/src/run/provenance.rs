//! What the final file says of itself: what decided its values, and what is not in it.
//!
//! No host, clock, command line, path of output or run directory, and no count: the file must be
//! the same to the byte however it was made.

use dayfold_contract::plan::VersionRule;
use dayfold_contract::{GroupName, Identity};
use dayfold_ncio::dataset::{Attribute, attribute};

use crate::rundir::plan_file::{Frozen, RegionsNote};

/// All that may be set here. Where a final file is folded again it has these from before, and they
/// may not hold any more.
pub const NAMES: [&str; 7] = [
    "Conventions",
    "archive_pattern",
    "task",
    "regions",
    "archive_versions",
    "missing_groups",
    "failed_groups",
];

/// The global attributes of the final file; their names are [`NAMES`].
///
/// # Errors
/// If the task cannot be written as JSON.
pub fn attributes(
    frozen: &Frozen,
    failed: &[GroupName],
) -> Result<Vec<(String, Attribute)>, serde_json::Error> {
    let Identity { pattern, versions, task, .. } = &frozen.identity;
    let mut attributes = vec![
        text("Conventions", "CF-1.8"),
        text("archive_pattern", pattern),
        text("task", &serde_json::to_string(task)?),
    ];
    if task.is_by_region() {
        attributes.push(text("regions", &regions(frozen)));
    }
    if !versions.is_empty() {
        attributes.push(text("archive_versions", &self::versions(versions)));
    }
    for (name, groups) in [("missing_groups", &frozen.plan.missing[..]), ("failed_groups", failed)] {
        if !groups.is_empty() {
            attributes.push(text(name, &lines(groups)));
        }
    }
    Ok(attributes)
}

/// Whether these are a final file's: all have what decided their values.
pub fn is_told(attributes: &[(String, Attribute)]) -> bool {
    ["archive_pattern", "task"].iter().all(|name| attribute(attributes, name).is_some())
}

fn text(name: &str, text: &str) -> (String, Attribute) {
    (name.to_owned(), text.into())
}

fn regions(frozen: &Frozen) -> String {
    match (&frozen.regions, frozen.identity.regions) {
        (Some(RegionsNote { file, .. }), Some(fingerprint)) => format!("{file} ({fingerprint})"),
        _ => "the whole grid".to_owned(),
    }
}

fn versions(rules: &[VersionRule]) -> String {
    let rule = |rule: &VersionRule| match &rule.until {
        Some(until) => format!("{} until {until}", rule.name),
        None => rule.name.clone(),
    };
    rules.iter().map(rule).collect::<Vec<_>>().join(", ")
}

fn lines(groups: &[GroupName]) -> String {
    groups.iter().map(GroupName::as_str).collect::<Vec<_>>().join("\n")
}
