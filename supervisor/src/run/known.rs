//! What is known before work begins: the plan as it was frozen and as the archive is now, and
//! which groups are done.

use std::collections::HashSet;

use dayfold_contract::{Fingerprint, GroupName, partial};

use super::order::{Order, Selection, fingerprint};
use crate::decide::groups::Before;
use crate::rundir::finished::Finished;
use crate::rundir::partials::Partials;
use crate::rundir::plan_file::{self, Found, Frozen};
use crate::rundir::{RunDir, RunDirError};

/// What is known.
#[derive(Debug)]
pub struct Known {
    /// The plan, and the identity of the run.
    pub frozen: Frozen,
    /// Whether `plan.json` says something else by now.
    pub changed: bool,
    /// The state of each group of the plan.
    pub before: Vec<Before>,
    /// The final file of an earlier run, where it holds groups whose partials are gone.
    pub finished: Option<Finished>,
    /// For people.
    pub warnings: Vec<String>,
}

impl Known {
    /// How many groups are done.
    pub fn done(&self) -> usize {
        self.before.iter().filter(|&&before| before == Before::Done).count()
    }

    /// How many are to be done now.
    pub fn to_do(&self) -> usize {
        self.before.iter().filter(|&&before| before == Before::ToDo).count()
    }
}

/// Looks at the run directory.
///
/// # Errors
/// If it belongs to another run, or cannot be read.
pub fn look(run_dir: &RunDir, order: &Order) -> Result<Known, RunDirError> {
    let mut warnings = Vec::new();
    let run = fingerprint(&order.identity)?;
    let (frozen, changed) = freeze(run_dir, run, order, &mut warnings)?;
    let mut partials = Partials::list(run_dir)?;
    warnings.extend(partials.verify(run, &frozen.plan.groups));
    let finished = Finished::read(run_dir, &order.output)?.filter(|finished| covers(finished, &frozen, run));
    let in_final = finished.as_ref().map(Finished::keys).unwrap_or_default();
    let done = frozen
        .plan
        .groups
        .iter()
        .map(|group| partials.of(run, group).is_some() || in_final.contains(&partial::key(run, group)));
    let before = select(&frozen, done.collect(), &order.selection);
    Ok(Known { frozen, changed, before, finished, warnings })
}

/// A final file can stand for its partials only while every group in it is as it was: the values of
/// one that has grown could not be taken out of it.
fn covers(finished: &Finished, frozen: &Frozen, run: Fingerprint) -> bool {
    let now: HashSet<_> = frozen.plan.groups.iter().map(|group| partial::key(run, group)).collect();
    finished.groups.iter().all(|key| now.contains(key))
}

fn freeze(
    run_dir: &RunDir,
    run: Fingerprint,
    order: &Order,
    warnings: &mut Vec<String>,
) -> Result<(Frozen, bool), RunDirError> {
    let new = Frozen {
        run,
        identity: order.identity.clone(),
        regions: order.regions.clone(),
        layout: None,
        output: order.output.clone(),
        plan: order.plan.clone(),
    };
    let old = match plan_file::read(run_dir)? {
        Found::None => return Ok((new, true)),
        Found::Damaged => {
            let path = run_dir.plan_file();
            warnings.push(format!("{} is damaged: it is made again from the archive", path.display()));
            return Ok((new, true));
        }
        Found::Whole(old) => old,
    };
    if old.run != run {
        let differences = plan_file::differences(&old.identity, &new.identity);
        return Err(RunDirError::OtherRun { path: run_dir.path().to_owned(), differences });
    }
    let plan = plan_file::merge(&old.plan, new.plan.clone(), warnings);
    let merged = Frozen { plan, layout: old.layout.clone(), ..new };
    let changed = merged != *old;
    Ok((merged, changed))
}

/// What each group is at the beginning.
fn select(frozen: &Frozen, done: Vec<bool>, selection: &Selection) -> Vec<Before> {
    let only: HashSet<&GroupName> = selection.only.iter().collect();
    let mut left = selection.limit.unwrap_or(usize::MAX);
    let state = |(group, done): (&dayfold_contract::Group, bool)| {
        if done {
            return Before::Done;
        }
        if left == 0 || !(only.is_empty() || only.contains(&group.name)) {
            return Before::NotNow;
        }
        left -= 1;
        Before::ToDo
    };
    frozen.plan.groups.iter().zip(done).map(state).collect()
}
