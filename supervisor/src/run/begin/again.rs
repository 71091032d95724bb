//! Groups that are done again though they have results, and results that were made by what has changed since.

use std::collections::HashSet;

use dayfold_contract::{Group, GroupName};

use super::results::{Results, Withdrawn};
use super::resume_state::{OthersAtWork, ResumeError};
use crate::lock::LockError;
use crate::names;
use crate::run::order::Order;
use crate::rundir::learnt::{self, Learnt, Redo};
use crate::rundir::plan_file::Frozen;
use crate::rundir::{RunDir, RunDirError};
use crate::task;

/// Takes back the results of the groups that are to be done again, unless they are being done again already; what is
/// being done again, and the results' files, which are still there.
///
/// # Errors
/// If others are at work.
pub fn withdraw(
    order: &Order,
    old: Option<&Frozen>,
    groups: &[&Group],
    results: &mut Results,
    others_at_work: &mut OthersAtWork<'_>,
    warnings: &mut Vec<String>,
) -> Result<(Option<Redo>, Withdrawn), ResumeError> {
    if let Some(name) = order.redo.iter().flat_map(|wish| &wish.groups).find(|name| !is_group(groups, name)) {
        return Err(RunDirError::NoGroup { name: name.to_string() }.into());
    }
    let pending = old.and_then(|old| old.learnt.redo.clone());
    let Some(wish) = &order.redo else { return Ok((pending, Withdrawn::default())) };
    if pending.as_ref().is_some_and(|pending| pending.groups == wish.groups) {
        warnings.push("what --redo asks for was begun by an earlier start, and goes on".to_owned());
        return Ok((pending, Withdrawn::default()));
    }
    alone(others_at_work)?;
    let again: Vec<&Group> = groups.iter().copied().filter(|group| wish.has(&group.name)).collect();
    let withdrawn = results.withdraw(&again);
    warnings.extend(told(&withdrawn, wish, groups, results));
    let earlier = pending.and_then(|pending| pending.outdated);
    let outdated = results.former().map(|former| former.output_checksum).or(earlier);
    Ok((Some(Redo { groups: wish.groups.clone(), outdated }), withdrawn))
}

fn is_group(groups: &[&Group], name: &GroupName) -> bool {
    groups.iter().any(|group| group.name == *name)
}

/// One group's values cannot be taken out of a final file.
fn told(withdrawn: &Withdrawn, wish: &Redo, groups: &[&Group], results: &Results) -> Option<String> {
    let output = withdrawn.final_file.as_ref()?.output.display();
    let is_kept = |name: &GroupName| groups.iter().any(|group| group.name == *name && results.is_done(group));
    let in_it = withdrawn.final_file.iter().flat_map(|finished| &finished.groups).map(|group| &group.name);
    let lost = in_it.filter(|name| !wish.has(name) && !is_kept(name));
    let lost: Vec<&str> = lost.map(GroupName::as_str).collect();
    let stays = format!("{output} stays until the new one is whole");
    if lost.is_empty() {
        return Some(stays);
    }
    Some(format!(
        "the values of one group cannot be taken out of {output}, and partial results are gone: these groups are done \
         again, too: {}; {stays}",
        names::shortened(&lost)
    ))
}

/// What is learnt at this start, where `done` groups have results.
///
/// # Errors
/// If results would be mixed with those of a program that has changed, and nobody has accepted it, or if others are at
/// work by what has changed.
pub fn learn(
    dir: &RunDir,
    order: &Order,
    old: &Learnt,
    redo: Option<Redo>,
    done: &[&GroupName],
    others_at_work: &mut OthersAtWork<'_>,
) -> Result<Learnt, ResumeError> {
    let command = task::words(&order.identity.task);
    let is_done: HashSet<&GroupName> = done.iter().copied().collect();
    let mut mixed: Vec<GroupName> =
        old.mixed.iter().filter(|group| is_done.contains(group)).cloned().collect();
    let changes = learnt::changes(&old.dependencies, &order.dependencies, command);
    if !changes.is_empty() {
        if !done.is_empty() && !order.accept_change {
            return Err(changed(dir, changes, done.len()).into());
        }
        alone(others_at_work)?;
        mixed = done.iter().map(|&group| group.clone()).collect();
    }
    Ok(Learnt { dependencies: order.dependencies.clone(), mixed, redo })
}

/// The error about dependencies that have changed since so many groups were done.
pub fn changed(dir: &RunDir, changes: Vec<String>, done: usize) -> RunDirError {
    RunDirError::Changed { path: dir.path().to_owned(), changes, done }
}

fn alone(others_at_work: &mut OthersAtWork<'_>) -> Result<(), ResumeError> {
    match others_at_work()? {
        Some(held) => Err(LockError::Held(Box::new(held)).into()),
        None => Ok(()),
    }
}
