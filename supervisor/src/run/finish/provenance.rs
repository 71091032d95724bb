//! What the final file says of itself: what decided its values, and what is not in it.
//!
//! No host, clock, command line, path of output or run directory, and no count: the file must be
//! the same to the byte however it was made.

use std::collections::HashSet;

use dayfold_contract::partial::{EMPTY_GROUPS, GRID, SKIPPED_FILES};
use dayfold_contract::plan::VersionRule;
use dayfold_contract::{Fingerprint, GroupName, Identity};
use dayfold_ncio::dataset::{Attribute, attribute};

use crate::rundir::differences;
use crate::rundir::plan_file::{Frozen, RegionsNote};

/// All that may be set here. Where a final file is collated again it has these from before, and they
/// may not hold any more.
pub const NAMES: [&str; 10] = [
    "archive_pattern",
    "task",
    "regions",
    "archive_versions",
    "missing_groups",
    "failed_groups",
    "mixed_source",
    RUN,
    GROUPS,
    EMPTY_GROUPS,
];

/// Those of these that are said of all groups, and do not hold of a part.
pub const OF_THE_WHOLE: [&str; 4] = [RUN, GROUPS, "missing_groups", "failed_groups"];

/// The run's fingerprint: that of what decides the values.
const RUN: &str = "run_fingerprint";

/// The fingerprint of the names of the groups in the file.
const GROUPS: &str = "groups_fingerprint";

/// All names that are the program's own, [`NAMES`] among them: people cannot give them.
pub fn is_own(name: &str) -> bool {
    NAMES.contains(&name) || [GRID, SKIPPED_FILES].contains(&name) || name.starts_with('_')
}

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
        text("archive_pattern", pattern),
        text("task", &serde_json::to_string(task)?),
        text(RUN, &frozen.run.to_string()),
        text(GROUPS, &groups_fingerprint(frozen, failed).to_string()),
    ];
    if task.is_by_region() {
        attributes.push(text("regions", &regions(frozen)));
    }
    if !versions.is_empty() {
        attributes.push(text("archive_versions", &self::versions(versions)));
    }
    let mixed = &frozen.learnt.mixed[..];
    for (name, groups) in
        [("missing_groups", &frozen.plan.missing[..]), ("failed_groups", failed), ("mixed_source", mixed)]
    {
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

/// Whether a final file with these attributes has all groups of this plan and no other.
pub fn is_of_same_groups(attributes: &[(String, Attribute)], frozen: &Frozen) -> bool {
    told(attributes, GROUPS).is_some_and(|told| told == groups_fingerprint(frozen, &[]).to_string())
}

/// What makes the run of a final file another one, in words of the configuration, as far as it tells: 51aab24 and
/// before did not write its fingerprint.
pub fn differences(attributes: &[(String, Attribute)], frozen: &Frozen) -> Vec<String> {
    let run = told(attributes, RUN);
    if run.is_some_and(|run| run == frozen.run.to_string()) {
        return Vec::new();
    }
    let Identity { pattern, versions, task, .. } = &frozen.identity;
    let mut found = Vec::new();
    let mut compare = |key: &str, was: Option<&str>, is: &str| {
        let was = was.unwrap_or("none");
        if was != is {
            found.push(format!("{key}: was {was}, is {is}"));
        }
    };
    compare("archive.pattern", told(attributes, "archive_pattern"), pattern);
    let versions = if versions.is_empty() { "none".to_owned() } else { self::versions(versions) };
    compare("archive.versions", told(attributes, "archive_versions"), &versions);
    if task.is_by_region() && told(attributes, "regions").map(content) != Some(content(&regions(frozen))) {
        compare("regions", told(attributes, "regions"), &regions(frozen));
    }
    match told(attributes, "task").map(serde_json::from_str) {
        Some(Ok(was)) => found.extend(differences::of_tasks(&was, task)),
        _ => found.push("task: was one that this dayfold does not know".to_owned()),
    }
    if found.is_empty() && run.is_some() {
        found.push("archive.group or run.bad_files: was another".to_owned());
    }
    found
}

/// Without the file's name.
fn content(regions: &str) -> &str {
    regions.rsplit_once(" (").map_or(regions, |(_, fingerprint)| fingerprint)
}

fn told<'a>(attributes: &'a [(String, Attribute)], name: &str) -> Option<&'a str> {
    attribute(attributes, name)?.text()
}

fn groups_fingerprint(frozen: &Frozen, failed: &[GroupName]) -> Fingerprint {
    let failed: HashSet<&GroupName> = failed.iter().collect();
    let groups = frozen.plan.groups.iter().filter(|group| !failed.contains(&group.name));
    Fingerprint::of_parts(groups.map(|group| group.name.as_str().as_bytes()))
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
    groups.iter().map(GroupName::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{frozen, group};
    use dayfold_contract::TaskSpec;
    use dayfold_contract::plan::GroupBy;
    use dayfold_contract::task::CommandSpec;

    fn plan() -> Frozen {
        let mut plan = frozen(vec![group("1", &["a"]), group("2", &["b"])]);
        plan.identity.regions = Some(Fingerprint::of(b"regions"));
        plan.regions = Some(RegionsNote { file: "a.geojson".into(), count: 1, bounds: None });
        Frozen { run: plan.identity.fingerprint().unwrap(), ..plan }
    }

    fn told_of(plan: &Frozen, change: impl FnOnce(&mut Frozen)) -> String {
        let mut now = plan.clone();
        change(&mut now);
        now.run = now.identity.fingerprint().unwrap();
        differences(&attributes(plan, &[]).unwrap(), &now).join("; ")
    }

    #[test]
    fn what_makes_a_run_another_is_named() {
        let plan = plan();
        assert_eq!(told_of(&plan, |_| ()), "");
        let told = told_of(&plan, |now| now.identity.pattern = "*.nc".into());
        assert_eq!(told, "archive.pattern: was %Y/%m/%d/*.nc, is *.nc");
        let command = TaskSpec::Command(CommandSpec { command: vec!["true".into()] });
        let told = told_of(&plan, |now| now.identity.task = command);
        assert_eq!(told, "task.kind: was pv, is command");
        let told = told_of(&plan, |now| now.identity.regions = Some(Fingerprint::of(b"others")));
        assert!(told.starts_with("regions: was a.geojson ("), "{told}");
        let told = told_of(&plan, |now| now.identity.group = GroupBy::Month);
        assert_eq!(told, "archive.group or run.bad_files: was another");
        let renamed = |now: &mut Frozen| {
            now.regions = Some(RegionsNote { file: "b.geojson".into(), count: 1, bounds: None })
        };
        assert_eq!(told_of(&plan, renamed), "");
    }

    #[test]
    fn a_final_file_without_a_fingerprint_is_known_by_what_it_tells() {
        let plan = plan();
        let mut old = attributes(&plan, &[]).unwrap();
        old.retain(|(name, _)| name != RUN && name != GROUPS);
        assert_eq!(differences(&old, &plan), [""; 0]);
        let mut now = plan.clone();
        now.identity.pattern = "*.nc".into();
        assert_eq!(differences(&old, &now).len(), 1);
        assert!(!is_of_same_groups(&old, &plan));
    }

    #[test]
    fn groups_are_the_same_while_none_has_come_or_failed() {
        let plan = plan();
        assert!(is_of_same_groups(&attributes(&plan, &[]).unwrap(), &plan));
        assert!(!is_of_same_groups(&attributes(&plan, &[GroupName::new("2")]).unwrap(), &plan));
        let mut more = plan.clone();
        more.plan.groups.push(group("3", &["c"]));
        assert!(!is_of_same_groups(&attributes(&plan, &[]).unwrap(), &more));
    }
}
