//! The frozen plan, with what a new look at the archive says.
//!
//! No date is removed. A group that has more files than before is taken as it is now, and so is one
//! that has fewer, or none, and was not done; one that was done keeps what it had. What is done and
//! what is there is the caller's to say.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use dayfold_contract::plan::GroupBy;
use dayfold_contract::{Group, GroupName, Plan};

/// What is known besides the two plans.
pub struct Sight<'a> {
    /// The files that hold a group's result; none where it is not done.
    pub kept_in: &'a dyn Fn(&Group) -> Vec<PathBuf>,
    /// Where the archive is.
    pub root: &'a Path,
    /// What a group is.
    pub group: GroupBy,
}

/// What becomes of a group of the frozen plan.
enum Fate {
    /// It is not what the new look was for.
    Outside,
    /// It is as the new look says.
    AsNow,
    /// It has lost so many files that these are left; what holds its result.
    Shrunk(usize, Vec<PathBuf>),
}

/// Merges them, and warns of what people may not expect.
pub fn merge(old: &Plan, new: Plan, sight: &Sight<'_>, warnings: &mut Vec<String>) -> Plan {
    let range = range(&new);
    let Plan { root, groups, missing } = new;
    let mut groups: BTreeMap<GroupName, Group> =
        groups.into_iter().map(|group| (group.name.clone(), group)).collect();
    let looked_for: HashSet<GroupName> = missing.iter().cloned().collect();
    let mut missing: BTreeSet<GroupName> = missing.into_iter().chain(old.missing.iter().cloned()).collect();
    let mut outside = 0;
    for was in &old.groups {
        match sight.fate(was, groups.get(&was.name), &looked_for) {
            Fate::AsNow => {}
            Fate::Outside => {
                outside += 1;
                groups.insert(was.name.clone(), was.clone());
            }
            Fate::Shrunk(left, kept_in) => {
                warnings.push(shrunk(was, left, &kept_in));
                if !kept_in.is_empty() {
                    groups.insert(was.name.clone(), was.clone());
                } else if left == 0 && sight.group != GroupBy::File {
                    missing.insert(was.name.clone());
                }
            }
        }
    }
    warnings.extend(wider(outside, sight.group, range));
    missing.retain(|name| !groups.contains_key(name));
    Plan { root, groups: groups.into_values().collect(), missing: missing.into_iter().collect() }
}

impl Sight<'_> {
    fn fate(&self, was: &Group, now: Option<&Group>, looked_for: &HashSet<GroupName>) -> Fate {
        match now {
            Some(now) if !has_fewer(was, now) => Fate::AsNow,
            None if !looked_for.contains(&was.name) && self.is_there(was) => Fate::Outside,
            _ => Fate::Shrunk(now.map_or(0, |now| now.files.len()), (self.kept_in)(was)),
        }
    }

    /// Whether a group that was not found has a file all the same.
    fn is_there(&self, group: &Group) -> bool {
        group.files.iter().any(|file| self.root.join(file).symlink_metadata().is_ok())
    }
}

/// Whether files have gone and none has come.
fn has_fewer(was: &Group, now: &Group) -> bool {
    now.files.len() < was.files.len() && has_all(was, now)
}

/// Whether a group has all files of another one.
pub fn has_all(larger: &Group, smaller: &Group) -> bool {
    smaller.files.iter().all(|file| larger.files.binary_search(file).is_ok())
}

/// The first and the last group that were looked for.
fn range(plan: &Plan) -> Option<(GroupName, GroupName)> {
    let names = || plan.groups.iter().map(|group| &group.name).chain(&plan.missing);
    Some((names().min()?.clone(), names().max()?.clone()))
}

fn shrunk(was: &Group, left: usize, kept_in: &[PathBuf]) -> String {
    let Group { name, files } = was;
    let what = if kept_in.is_empty() {
        "it was not done, and what is there counts".to_owned()
    } else {
        let places: Vec<String> = kept_in.iter().map(|path| path.display().to_string()).collect();
        let places = places.join(" and ");
        format!("its result, in {places}, is kept (--redo {name} has it made of what is there)")
    };
    format!("group {name} had {} files and has {left} now: {what}", files.len())
}

/// Groups are added to a run directory and none is removed, whatever dates are asked for.
fn wider(outside: usize, group: GroupBy, range: Option<(GroupName, GroupName)>) -> Option<String> {
    let (first, last) = range.filter(|_| outside > 0)?;
    let groups = if outside == 1 { "1 group".to_owned() } else { format!("{outside} groups") };
    let (is, belongs) = if outside == 1 { ("is", "belongs") } else { ("are", "belong") };
    let outside = match group {
        GroupBy::File => "`from` and `to`".to_owned(),
        GroupBy::Day | GroupBy::Month | GroupBy::Year => format!("{first} to {last}"),
    };
    Some(format!(
        "the run directory also has {groups} outside {outside}, which {is} done as well and {belongs} to the \
         final file: use another --run-dir and another [output] file to leave out what is not asked for"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::rundir::fixture::{group, plan};

    /// In an archive that has these files.
    fn merged_in(files: &[&str], old: &Plan, new: Plan, by: GroupBy, done: bool) -> (Plan, Vec<String>) {
        let archive = tempfile::tempdir().unwrap();
        files.iter().for_each(|file| durable::replace(&archive.path().join(file), b"").unwrap());
        let mut warnings = Vec::new();
        let kept_in = |_: &Group| if done { vec!["p/1.nc".into(), "pv.nc".into()] } else { Vec::new() };
        let sight = Sight { kept_in: &kept_in, root: archive.path(), group: by };
        (merge(old, new, &sight, &mut warnings), warnings)
    }

    fn merged(old: &Plan, new: Plan, done: bool) -> (Plan, Vec<String>) {
        merged_in(&["a"], old, new, GroupBy::Day, done)
    }

    #[test]
    fn groups_are_added_and_none_is_removed() {
        let old = plan(vec![group("1", &["x", "a"]), group("2", &["b"])], &["3", "5"]);
        let new = plan(vec![group("2", &["b"]), group("3", &["c"])], &["4"]);
        for done in [true, false] {
            let (merged, warnings) = merged(&old, new.clone(), done);
            let names: Vec<_> = merged.groups.iter().map(|group| group.name.as_str()).collect();
            assert_eq!(names, ["1", "2", "3"]);
            assert_eq!(merged.missing, [GroupName::new("4"), GroupName::new("5")]);
            let told = "the run directory also has 1 group outside 2 to 4, which is done as well";
            assert!(warnings.len() == 1 && warnings[0].starts_with(told), "{warnings:?}");
        }
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
        assert_eq!(
            warnings,
            [
                "group 1 had 2 files and has 1 now: its result, in p/1.nc and pv.nc, is kept (--redo 1 has it made of \
              what is there)"
            ]
        );
        let (taken, warnings) = merged(&old, new.clone(), false);
        assert_eq!(taken.groups, new.groups);
        assert_eq!(
            warnings,
            ["group 1 had 2 files and has 1 now: it was not done, and what is there counts"]
        );
    }

    #[test]
    fn a_group_whose_files_are_gone_keeps_its_result_or_is_missing() {
        let old = plan(vec![group("1", &["b"])], &[]);
        // between others, and at an end of the archive
        for now in [plan(vec![], &["1"]), plan(vec![], &[])] {
            let (kept, warnings) = merged(&old, now.clone(), true);
            assert_eq!((&kept, warnings.len()), (&old, 1));
            let (taken, warnings) = merged(&old, now, false);
            assert_eq!((taken, warnings.len()), (plan(vec![], &["1"]), 1));
        }
        let (taken, _) = merged_in(&[], &old, plan(vec![], &[]), GroupBy::File, false);
        assert_eq!(taken, plan(vec![], &[]), "a file that is gone is not missed");
        let (taken, warnings) =
            merged_in(&["b"], &old, plan(vec![group("2", &["c"])], &[]), GroupBy::File, false);
        assert_eq!(taken.groups.len(), 2);
        assert!(
            warnings[0].contains("1 group outside `from` and `to`, which is done as well"),
            "{warnings:?}"
        );
    }
}
