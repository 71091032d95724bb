//! What is known before work begins: the plan as it was frozen and as the archive is now, and
//! which groups are done.
//!
//! A plan by which others are at work is taken as it is, since their parts are counted by it; what
//! has come to the archive since then waits for a start without them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use dayfold_contract::{Group, GroupName, Plan};

use super::again;
use super::results::{Results, Withdrawn};
use crate::decide::forms::Forms;
use crate::decide::groups::InitialState;
use crate::lock::{Held, LockError};
use crate::run::order::{Order, Selection, fingerprint};
use crate::rundir::differences::differences;
use crate::rundir::failed_table;
use crate::rundir::finished::Finished;
use crate::rundir::learnt::Learnt;
use crate::rundir::merge::{Sight, merge};
use crate::rundir::plan_file::{self, Found, Frozen};
use crate::rundir::shard::Shard;
use crate::rundir::{RunDir, RunDirError};

/// What is known.
#[derive(Debug)]
pub struct ResumeState {
    /// The plan, and the identity of the run.
    pub frozen: Frozen,
    /// What is to become of `plan.json`.
    pub freeze: Freeze,
    /// The state of each group of the plan.
    pub before: Vec<InitialState>,
    /// The groups that are done and gave no values.
    pub empty: Vec<GroupName>,
    /// The forms of partials that are there.
    pub forms: Forms,
    /// The final file of an earlier run, where it holds groups whose partials are gone.
    pub finished: Option<Finished>,
    /// The final file that is there and stands for no group any more.
    pub former: Option<Finished>,
    /// Results that are to be removed before work begins: their groups are done again.
    pub withdrawn: Withdrawn,
    /// For people.
    pub warnings: Vec<String>,
}

/// What is to become of `plan.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freeze {
    /// It stays.
    Keep,
    /// It is not there.
    Create,
    /// It says something else by now.
    Replace,
}

impl Freeze {
    /// The same, where something has changed.
    pub fn changed(self) -> Self {
        if self == Self::Keep { Self::Replace } else { self }
    }
}

/// Asks whether another shard is at work, which can take a minute.
pub type OthersAtWork<'a> = dyn FnMut() -> Result<Option<Held>, LockError> + 'a;

/// Why the run directory cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The run directory.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// The others' locks.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl ResumeState {
    /// How many groups of this shard are in this state.
    pub fn count(&self, shard: Shard, state: InitialState) -> usize {
        let own = self.before.iter().enumerate().filter(|(place, _)| shard.takes(*place));
        own.filter(|&(_, &before)| before == state).count()
    }

    /// How many are to be done now.
    pub fn to_do(&self) -> usize {
        self.before.iter().filter(|&&before| before == InitialState::ToDo).count()
    }
}

/// Looks at the run directory.
///
/// # Errors
/// If it belongs to another run, or cannot be read.
pub fn look(
    run_dir: &RunDir,
    order: &Order,
    others_at_work: &mut OthersAtWork<'_>,
) -> Result<ResumeState, ResumeError> {
    let mut warnings = Vec::new();
    let new = frozen_now(order)?;
    let old = read_frozen(run_dir, &new, &mut warnings)?;
    let before = if let Found::Whole(old) = &old { Some(old) } else { None };
    let groups = before.into_iter().chain([&new]).flat_map(|frozen| &frozen.plan.groups);
    let learnt = before.map(|frozen| frozen.learnt.clone()).unwrap_or_default();
    let mut results =
        Results::look(run_dir, new.run, groups, &learnt, new.empty, &order.output, &mut warnings)?;
    let of_either: Vec<&Group> = before.into_iter().chain([&new]).flat_map(|it| &it.plan.groups).collect();
    let (redo, withdrawn) =
        again::withdraw(order, before, &of_either, &mut results, others_at_work, &mut warnings)?;
    let (frozen, freeze) = match old {
        Found::None => (new, Freeze::Create),
        Found::Damaged => (new, Freeze::Replace),
        Found::Whole(old) => {
            let old = without_odd_layout(run_dir, old, &results, others_at_work)?;
            update(old, new, &results, others_at_work, &mut warnings)?
        }
    };
    results.stand_for(&frozen, &mut warnings);
    let (frozen, freeze) = with_layout(frozen, freeze, &results);
    let groups = &frozen.plan.groups;
    let with_results = groups.iter().filter(|group| results.is_done(group));
    let with_results: Vec<&GroupName> = with_results.map(|group| &group.name).collect();
    let learnt = again::learn(run_dir, order, &learnt, redo, &with_results, others_at_work)?;
    let (frozen, freeze) = with_learnt(frozen, freeze, learnt, others_at_work)?;
    let groups = &frozen.plan.groups;
    let done: Vec<bool> = groups.iter().map(|group| results.is_done(group)).collect();
    let empty = results.empty_among(groups);
    let forms = Forms::new(if done_all(&done) { Vec::new() } else { results.forms(groups) });
    let before = select(&frozen, done, order.shard, &order.selection);
    let (finished, former) = results.into_final_files();
    Ok(ResumeState { frozen, freeze, before, empty, forms, finished, former, withdrawn, warnings })
}

/// Where the plan does not say what the archive's files look like, results may: it was lost with the
/// plan, or no file could be read when it was looked for.
fn with_layout(frozen: Frozen, freeze: Freeze, results: &Results) -> (Frozen, Freeze) {
    if frozen.layout.is_some() {
        return (frozen, freeze);
    }
    match results.layout(&frozen.plan.groups) {
        None => (frozen, freeze),
        layout => (Frozen { layout, ..frozen }, freeze.changed()),
    }
}

/// The plan with what was learnt at this start, unless others are at work by it.
fn with_learnt(
    frozen: Frozen,
    freeze: Freeze,
    learnt: Learnt,
    others_at_work: &mut OthersAtWork<'_>,
) -> Result<(Frozen, Freeze), ResumeError> {
    if learnt == frozen.learnt || others_at_work()?.is_some() {
        return Ok((frozen, freeze));
    }
    Ok((Frozen { learnt, ..frozen }, freeze.changed()))
}

/// What all files must look like is known from the first that was read. Where groups have failed and none
/// has a result, that may have been the odd one: it is looked for again.
fn without_odd_layout(
    run_dir: &RunDir,
    frozen: Frozen,
    results: &Results,
    others_at_work: &mut OthersAtWork<'_>,
) -> Result<Frozen, ResumeError> {
    let any_done = frozen.plan.groups.iter().any(|group| results.is_done(group));
    if any_done || failed_table::read(run_dir)?.is_empty() || others_at_work()?.is_some() {
        return Ok(frozen);
    }
    Ok(Frozen { layout: None, ..frozen })
}

/// What the configuration and the archive say now.
fn frozen_now(order: &Order) -> Result<Frozen, RunDirError> {
    Ok(Frozen {
        run: fingerprint(&order.identity)?,
        identity: order.identity.clone(),
        regions: order.regions.clone(),
        region_contents: order.job.regions.as_ref().map(plan_file::region_contents).unwrap_or_default(),
        layout: None,
        learnt: Learnt::default(),
        empty: order.job.empty,
        output: order.output.clone(),
        output_settings: order.output_settings.clone(),
        plan: order.plan.clone(),
    })
}

/// The plan of earlier runs.
fn read_frozen(
    run_dir: &RunDir,
    new: &Frozen,
    warnings: &mut Vec<String>,
) -> Result<Found<Frozen>, RunDirError> {
    let found = plan_file::read(run_dir)?;
    match &found {
        Found::Whole(old) if old.run != new.run => {
            let mut differences = differences(old, new);
            if differences.is_empty() {
                differences.push("in something that this dayfold does not know".to_owned());
            }
            return Err(RunDirError::OtherRun { path: run_dir.path().to_owned(), differences });
        }
        Found::Damaged => {
            let path = run_dir.plan_file();
            warnings.push(format!("{} is damaged: it is made again from the archive", path.display()));
        }
        Found::None | Found::Whole(_) => {}
    }
    Ok(found)
}

/// The frozen plan with what has come since, unless others are at work by it.
fn update(
    old: Frozen,
    new: Frozen,
    results: &Results,
    others_at_work: &mut OthersAtWork<'_>,
    warnings: &mut Vec<String>,
) -> Result<(Frozen, Freeze), ResumeError> {
    let mut told = Vec::new();
    let kept_in = |group: &Group| results.kept_in(group);
    let sight = Sight { kept_in: &kept_in, root: &new.plan.root, group: new.identity.group };
    let plan = merge(&old.plan, new.plan.clone(), &sight, &mut told);
    warnings.extend(other_root(&old.plan, &new.plan.root, results));
    let merged = Frozen { plan, layout: old.layout.clone(), learnt: old.learnt.clone(), ..new };
    if merged == old {
        warnings.extend(told);
        return Ok((old, Freeze::Keep));
    }
    if let Some(held) = others_at_work()? {
        warnings.push(format!(
            "{held}, and works by the plan as it was frozen: so does this run; {} at the next start \
             without others",
            changes(&old, &merged)
        ));
        return Ok((old, Freeze::Keep));
    }
    warnings.extend(told);
    Ok((merged, Freeze::Replace))
}

/// Told where results are kept whose files lie in another folder that is still there: an archive that was moved is not.
/// It can be a copy, or another archive of the same form.
fn other_root(old: &Plan, root: &Path, results: &Results) -> Option<String> {
    let is_another =
        || matches!((old.root.canonicalize(), root.canonicalize()), (Ok(was), Ok(is)) if was != is);
    let done = old.groups.iter().filter(|group| results.is_done(group)).count();
    (done > 0 && is_another()).then(|| {
        let kept = if done == 1 {
            "1 group that is done keeps its result".to_owned()
        } else {
            format!("{done} groups that are done keep their results")
        };
        format!(
            "archive.root was {}, is {}: {kept} from there; unless this is a copy, choose \
             another `[output] file`, or do all again with `--redo all`",
            old.root.display(),
            root.display()
        )
    })
}

/// What has to wait.
fn changes(old: &Frozen, merged: &Frozen) -> String {
    let before: HashMap<&GroupName, &Group> =
        old.plan.groups.iter().map(|group| (&group.name, group)).collect();
    let is_new = |group: &&Group| before.get(&group.name) != Some(group);
    let new = merged.plan.groups.iter().filter(is_new).count();
    match new {
        0 => "what has changed is taken up".to_owned(),
        1 => "1 group that is new or has changed is taken up".to_owned(),
        more => format!("{more} groups that are new or have changed are taken up"),
    }
}

/// Nothing new will be compared then.
fn done_all(done: &[bool]) -> bool {
    done.iter().all(|&done| done)
}

/// What each group is at the beginning.
fn select(frozen: &Frozen, done: Vec<bool>, shard: Shard, selection: &Selection) -> Vec<InitialState> {
    let only: HashSet<&GroupName> = selection.only.iter().collect();
    let mut left = selection.limit.unwrap_or(usize::MAX);
    let state = |(place, (group, done)): (usize, (&Group, bool))| {
        if done {
            return InitialState::Done;
        }
        let asked_for = only.is_empty() || only.contains(&group.name);
        if left == 0 || !asked_for || !shard.takes(place) {
            return InitialState::Excluded;
        }
        left -= 1;
        InitialState::ToDo
    };
    frozen.plan.groups.iter().zip(done).enumerate().map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{frozen, group};

    #[test]
    fn of_a_shard_the_first_that_are_not_done_are_selected() {
        let groups = (1..=8).map(|number| group(&number.to_string(), &["a"])).collect();
        let done = vec![false, true, false, false, false, false, false, false];
        let selection = Selection { limit: Some(2), only: Vec::new() };
        let before = select(&frozen(groups), done, "2/2".parse().unwrap(), &selection);
        use InitialState::{Done, Excluded, ToDo};
        assert_eq!(before, [Excluded, Done, Excluded, ToDo, Excluded, ToDo, Excluded, Excluded]);
    }
}
