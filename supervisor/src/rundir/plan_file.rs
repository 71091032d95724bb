//! `plan.json`: the frozen plan, the identity of its run, and what the first look at the archive
//! told.
//!
//! It is made once and only ever replaced whole: when dates were added, or the output has another
//! name. It carries a checksum; a damaged one is made again from the archive, since partials prove
//! by themselves which run and group they belong to.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use dayfold_contract::job::Layout;
use dayfold_contract::{Fingerprint, Group, GroupName, Identity, Plan};
use serde::{Deserialize, Serialize};

use super::{RunDir, RunDirError};
use crate::durable;

/// The version of the file's form.
pub const FORMAT: u32 = 1;

/// What `plan.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// The fingerprint of `identity`.
    pub run: Fingerprint,
    /// What decides the values.
    pub identity: Identity,
    /// The names of the regions and of their file, for people and for the final file.
    pub regions: Option<RegionsNote>,
    /// What the first readable file looked like.
    pub layout: Option<Layout>,
    /// Where the final file goes.
    pub output: PathBuf,
    /// What there is to do.
    pub plan: Plan,
}

/// Where regions came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionsNote {
    /// The file's name, without its folder.
    pub file: String,
    /// How many there are.
    pub count: usize,
}

#[derive(Serialize, Deserialize)]
struct PlanFile {
    format: u32,
    checksum: Fingerprint,
    #[serde(flatten)]
    frozen: Frozen,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// What was found in the place of `plan.json`.
#[derive(Debug)]
pub enum Found {
    /// Nothing: the run is new.
    None,
    /// Something that is not whole.
    Damaged,
    /// A whole plan.
    Whole(Box<Frozen>),
}

/// Reads `plan.json`.
///
/// # Errors
/// If it cannot be read, or is of a newer format.
pub fn read(run_dir: &RunDir) -> Result<Found, RunDirError> {
    let path = run_dir.plan_file();
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::None),
        Err(source) => return Err(RunDirError::Unreadable { path, source }),
    };
    if let Ok(FormatOnly { format: found }) = serde_json::from_slice(&text)
        && found > FORMAT
    {
        return Err(RunDirError::NewerFormat { path, found });
    }
    let whole = serde_json::from_slice::<PlanFile>(&text).ok();
    let whole = whole.filter(|file| checksum(&file.frozen).is_ok_and(|sum| sum == file.checksum));
    Ok(whole.map_or(Found::Damaged, |file| Found::Whole(Box::new(file.frozen))))
}

/// Writes `plan.json`, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write(run_dir: &RunDir, frozen: &Frozen) -> Result<(), RunDirError> {
    let checksum = checksum(frozen).map_err(RunDirError::Identity)?;
    let file = PlanFile { format: FORMAT, checksum, frozen: frozen.clone() };
    let text = serde_json::to_vec_pretty(&file).map_err(RunDirError::Identity)?;
    Ok(durable::replace(&run_dir.plan_file(), &text)?)
}

fn checksum(frozen: &Frozen) -> Result<Fingerprint, serde_json::Error> {
    Ok(Fingerprint::of(&serde_json::to_vec(frozen)?))
}

/// What differs between two identities, in words of the configuration.
pub fn differences(old: &Identity, new: &Identity) -> Vec<String> {
    let Identity { pattern, versions, group, regions, task, bad_files, partial_format } = old;
    let differing = [
        (*pattern != new.pattern, "[archive] pattern"),
        (*versions != new.versions, "[archive] versions"),
        (*group != new.group, "[archive] group"),
        (*regions != new.regions, "content of [regions]"),
        (*task != new.task, "[task]"),
        (*bad_files != new.bad_files, "[run] bad_files"),
        (*partial_format != new.partial_format, "format of partials (an older or newer dayfold wrote it)"),
    ];
    differing.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what.to_owned()).collect()
}

/// The frozen plan, with what a new look at the archive adds.
///
/// No group is removed. A group that has more files than before is run again; one that has fewer
/// keeps what it had, with a warning.
pub fn merge(old: &Plan, new: Plan, warnings: &mut Vec<String>) -> Plan {
    let mut groups: BTreeMap<GroupName, Group> =
        new.groups.into_iter().map(|group| (group.name.clone(), group)).collect();
    for was in &old.groups {
        match groups.get(&was.name) {
            Some(now) if !has_fewer(was, now) => {}
            Some(now) => {
                let (before, after) = (was.files.len(), now.files.len());
                let name = &was.name;
                warnings.push(format!(
                    "group {name} had {before} files and has {after} now: what was planned is kept"
                ));
                groups.insert(was.name.clone(), was.clone());
            }
            None => {
                groups.insert(was.name.clone(), was.clone());
            }
        }
    }
    let missing = |name: &GroupName| !groups.contains_key(name);
    let mut missing: Vec<_> =
        old.missing.iter().chain(&new.missing).filter(|name| missing(name)).cloned().collect();
    missing.sort();
    missing.dedup();
    Plan { root: new.root, groups: groups.into_values().collect(), missing }
}

/// Whether files have gone and none has come.
fn has_fewer(was: &Group, now: &Group) -> bool {
    now.files.len() < was.files.len() && now.files.iter().all(|file| was.files.binary_search(file).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, files: &[&str]) -> Group {
        Group { name: GroupName::new(name), files: files.iter().map(|&f| f.to_owned()).collect() }
    }

    fn plan(groups: Vec<Group>, missing: &[&str]) -> Plan {
        Plan { root: "/a".into(), groups, missing: missing.iter().map(|&m| GroupName::new(m)).collect() }
    }

    #[test]
    fn groups_are_added_and_none_is_removed() {
        let old = plan(vec![group("1", &["a"]), group("2", &["b"])], &["3"]);
        let new = plan(vec![group("2", &["b"]), group("3", &["c"])], &["4"]);
        let mut warnings = Vec::new();
        let merged = merge(&old, new, &mut warnings);
        let names: Vec<_> = merged.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!((names, merged.missing), (vec!["1", "2", "3"], vec![GroupName::new("4")]));
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_group_that_has_grown_is_taken_as_it_is_now() {
        let old = plan(vec![group("1", &["a"])], &[]);
        let merged = merge(&old, plan(vec![group("1", &["a", "b"])], &[]), &mut Vec::new());
        assert_eq!(merged.groups, [group("1", &["a", "b"])]);
    }

    #[test]
    fn a_group_that_has_shrunk_is_kept_as_it_was_with_a_warning() {
        let old = plan(vec![group("1", &["a", "b"])], &[]);
        let mut warnings = Vec::new();
        let merged = merge(&old, plan(vec![group("1", &["b"])], &[]), &mut warnings);
        assert_eq!(merged.groups, old.groups);
        assert_eq!(warnings, ["group 1 had 2 files and has 1 now: what was planned is kept"]);
    }
}
