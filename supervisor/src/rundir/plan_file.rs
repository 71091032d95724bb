//! `plan.json`: the frozen plan, the identity of its run, and what the first look at the archive
//! told.
//!
//! It is created exclusively, once, and only ever replaced whole: when dates were added, groups have
//! grown, or the output has another name, and nobody else is at work by it. It carries a checksum; a
//! damaged one is made again from the archive, since partials prove by themselves which run and
//! group they belong to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dayfold_contract::job::Layout;
use dayfold_contract::{Fingerprint, Group, GroupName, Identity, Plan};
use serde::{Deserialize, Serialize};

pub use super::sealed::Found;
use super::{RunDir, RunDirError, sealed};
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

/// Reads `plan.json`.
///
/// # Errors
/// If it cannot be read, or is of a newer format.
pub fn read(run_dir: &RunDir) -> Result<Found<Frozen>, RunDirError> {
    sealed::read(&run_dir.plan_file(), FORMAT)
}

/// Creates `plan.json`, whole or not at all.
///
/// # Errors
/// If it cannot be written, or is there already.
pub fn create(run_dir: &RunDir, frozen: &Frozen) -> Result<(), RunDirError> {
    Ok(durable::create_new(&run_dir.plan_file(), &sealed::text(FORMAT, frozen)?)?)
}

/// Writes `plan.json` anew, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn replace(run_dir: &RunDir, frozen: &Frozen) -> Result<(), RunDirError> {
    Ok(durable::replace(&run_dir.plan_file(), &sealed::text(FORMAT, frozen)?)?)
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
/// No date is removed. A group that has more files than before is taken as it is now, and so is
/// one that has fewer, or none, and was not done; one that was done keeps what it had.
pub fn merge(old: &Plan, new: Plan, is_done: impl Fn(&Group) -> bool, warnings: &mut Vec<String>) -> Plan {
    let mut groups: BTreeMap<GroupName, Group> =
        new.groups.into_iter().map(|group| (group.name.clone(), group)).collect();
    let mut missing = new.missing;
    for was in &old.groups {
        let now = groups.get(&was.name);
        let has_gone = now.is_none() && missing.contains(&was.name);
        let has_fewer = now.is_some_and(|now| has_fewer(was, now));
        let keeps = is_done(was);
        if has_fewer || has_gone {
            warnings.push(shrunk(was, now.map_or(0, |now| now.files.len()), keeps));
        }
        let is_out_of_sight = now.is_none() && !has_gone;
        if is_out_of_sight || (keeps && (has_fewer || has_gone)) {
            groups.insert(was.name.clone(), was.clone());
        }
    }
    missing.extend(old.missing.iter().cloned());
    missing.retain(|name| !groups.contains_key(name));
    missing.sort();
    missing.dedup();
    Plan { root: new.root, groups: groups.into_values().collect(), missing }
}

/// Whether files have gone and none has come.
fn has_fewer(was: &Group, now: &Group) -> bool {
    now.files.len() < was.files.len() && has_all(was, now)
}

/// Whether a group has all files of another one.
pub fn has_all(larger: &Group, smaller: &Group) -> bool {
    smaller.files.iter().all(|file| larger.files.binary_search(file).is_ok())
}

fn shrunk(was: &Group, now: usize, keeps: bool) -> String {
    let Group { name, files } = was;
    let what = if keeps { "its result is kept" } else { "it was not done, and what is there counts" };
    format!("group {name} had {} files and has {now} now: {what}", files.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{group, plan};

    fn merged(old: &Plan, new: Plan, done: bool) -> (Plan, Vec<String>) {
        let mut warnings = Vec::new();
        (merge(old, new, |_| done, &mut warnings), warnings)
    }

    #[test]
    fn groups_are_added_and_none_is_removed() {
        let old = plan(vec![group("1", &["a"]), group("2", &["b"])], &["3", "5"]);
        let new = plan(vec![group("2", &["b"]), group("3", &["c"])], &["4"]);
        let (merged, warnings) = merged(&old, new, false);
        let names: Vec<_> = merged.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["1", "2", "3"]);
        assert_eq!(merged.missing, [GroupName::new("4"), GroupName::new("5")]);
        assert!(warnings.is_empty());
    }

    #[test]
    fn a_group_that_has_grown_or_changed_is_taken_as_it_is_now() {
        let old = plan(vec![group("1", &["a"]), group("2", &["b"])], &[]);
        let now = vec![group("1", &["a", "b"]), group("2", &["c"])];
        let (merged, warnings) = merged(&old, plan(now.clone(), &[]), true);
        assert_eq!((merged.groups, warnings), (now, vec![]));
    }

    #[test]
    fn a_group_that_has_shrunk_keeps_its_result_or_is_taken_as_it_is() {
        let old = plan(vec![group("1", &["a", "b"])], &[]);
        let new = plan(vec![group("1", &["b"])], &[]);
        let (kept, warnings) = merged(&old, new.clone(), true);
        assert_eq!(kept.groups, old.groups);
        assert_eq!(warnings, ["group 1 had 2 files and has 1 now: its result is kept"]);
        let (taken, warnings) = merged(&old, new.clone(), false);
        assert_eq!(taken.groups, new.groups);
        assert_eq!(
            warnings,
            ["group 1 had 2 files and has 1 now: it was not done, and what is there counts"]
        );
    }

    #[test]
    fn a_group_whose_files_are_gone_keeps_its_result_or_is_missing() {
        let old = plan(vec![group("1", &["a"])], &[]);
        let new = plan(vec![], &["1"]);
        let (kept, warnings) = merged(&old, new.clone(), true);
        assert_eq!((&kept, warnings.len()), (&old, 1));
        let (taken, warnings) = merged(&old, new.clone(), false);
        assert_eq!((taken, warnings.len()), (new, 1));
    }
}
