//! The end of a run: its list of failures, and what follows for the final file.
//!
//! A shard that ends leaves its marker, also with groups that failed: nothing more will come from
//! it. Who finds all markers there is the last, collates or says what failed in any shard, and its exit
//! code speaks for all. So nothing waits for a shard that has ended, and running that one again
//! tries its failed groups and then finds the others' markers still there.

use std::collections::HashSet;

use dayfold_contract::error::in_one_line;
use dayfold_contract::{GroupId, GroupName};

use super::final_step::{CollateOptions, FinalStep};
use super::trial;
use crate::decide::State;
use crate::decide::groups::{InitialState, Tally};
use crate::decide::stop::Stop;
use crate::disk_space;
use crate::run::RunError;
use crate::run::begin::resume_state::ResumeState;
use crate::run::context::Run;
use crate::run::order::{Order, Report};
use crate::rundir::failed_table::{self, FailedGroup};
use crate::rundir::{RunDirError, done_marker, logs};
use crate::verdict::Verdict;

/// Closes a run whose pool is done, or had nothing to do.
///
/// # Errors
/// If no worker could be started, or results cannot be collated.
pub fn close(
    run: &mut Run<'_>,
    order: &Order,
    known: &ResumeState,
    state: &State,
) -> Result<Report, RunError> {
    let failed = own_failed(run, known, state)?;
    let is_listed = list(run, &failed)?;
    let stay = logs::sweep(&run.dir, own_done(run, known, state));
    run.warn(&stay);
    if state.stopped() == Some(Stop::NoWorkers) {
        return Err(RunError::NoWorker(run.sinks.last_lost().unwrap_or("none was ready").to_owned()));
    }
    let tally = own_tally(run, known, state);
    let part = |run: &Run<'_>, verdict| Report {
        verdict,
        part: run.shard,
        tally,
        run_dir: run.dir.path().to_owned(),
        failed_list: is_listed.then(|| run.dir.failed_file(run.shard)),
        missing: known.frozen.plan.missing.clone(),
        failed: failed.clone(),
        empty: own_empty(run, known),
        output: None,
    };
    if let Some(verdict) = early_end(state, tally) {
        let is_trial =
            verdict == Verdict::PartDone && order.selection.limit.is_some() && run.shard.is_whole();
        let verdict = if is_trial { trial::collate(run, known, state)?.unwrap_or(verdict) } else { verdict };
        return Ok(part(run, verdict));
    }
    if !is_listed {
        return Ok(part(run, Verdict::Interrupted(Stop::NoSpace)));
    }
    let wishes = CollateOptions { allow_failed: order.allow_failed, keep_partials: order.keep_partials };
    if run.shard.is_whole() {
        return of_this_run(run, known, state, failed).conclude(run, wishes);
    }
    if let Some(verdict) = end_of_shard(run, known, state, tally)? {
        return Ok(part(run, verdict));
    }
    match last_of_all(run, order, known, wishes)? {
        Some(report) => Ok(report),
        None => Ok(part(run, Verdict::Interrupted(Stop::Signal))),
    }
}

/// What failed now, and what failed in earlier runs and has neither been done nor failed again.
fn own_failed(run: &Run<'_>, known: &ResumeState, state: &State) -> Result<Vec<FailedGroup>, RunError> {
    let done: HashSet<usize> = state.done().into_iter().map(GroupId::index).collect();
    let mut failed = run.sinks.failed().to_vec();
    failed.iter_mut().for_each(|failed| failed.forget_lost_log(&run.dir));
    let again: HashSet<&GroupName> = run.sinks.failed().iter().map(|failed| &failed.group).collect();
    let groups = known.frozen.plan.groups.iter().enumerate();
    let untried: HashSet<&GroupName> = groups
        .filter(|(place, group)| {
            run.shard.takes(*place) && !done.contains(place) && !again.contains(&group.name)
        })
        .map(|(_, group)| &group.name)
        .collect();
    failed
        .extend(failed_table::read(&run.dir)?.into_iter().filter(|earlier| untried.contains(&earlier.group)));
    failed.sort_by(|a, b| a.group.cmp(&b.group));
    Ok(failed)
}

fn own_done<'a>(run: &Run<'_>, known: &'a ResumeState, state: &State) -> Vec<&'a GroupName> {
    let own = state.done().into_iter().filter(|id| run.shard.takes(id.index()));
    own.filter_map(|id| known.frozen.plan.groups.get(id.index())).map(|group| &group.name).collect()
}

/// Writes the list of failures; false where there is no room for it, which is told: the closing lines say
/// what failed all the same, and running again tries it again.
fn list(run: &mut Run<'_>, failed: &[FailedGroup]) -> Result<bool, RunError> {
    let written = match run.shard.is_whole() {
        true => failed_table::join(&run.dir, failed),
        false => failed_table::write(&run.dir, run.shard, failed),
    };
    match written {
        Err(RunDirError::Write(error)) if error.is_no_space() => {
            let error = RunDirError::Write(error);
            run.warn(&[in_one_line(&error), disk_space::told(run.dir.path(), None)]);
            Ok(false)
        }
        written => Ok(written.map(|()| true)?),
    }
}

/// How many groups of this shard stand where.
fn own_tally(run: &Run<'_>, known: &ResumeState, state: &State) -> Tally {
    let done = state.done().into_iter().filter(|id| run.shard.takes(id.index())).count();
    Tally { done, excluded: known.count(run.shard, InitialState::Excluded), ..state.tally() }
}

/// Where not all of this part has been tried, there is nothing to be collated.
fn early_end(state: &State, tally: Tally) -> Option<Verdict> {
    match (state.stopped(), tally) {
        (Some(Stop::SameFailure), _) => Some(Verdict::Failed),
        (Some(stop), _) => Some(Verdict::Interrupted(stop)),
        (None, Tally { excluded: 0, .. }) => None,
        (None, Tally { failed: 0, .. }) => Some(Verdict::PartDone),
        (None, _) => Some(Verdict::Failed),
    }
}

/// All groups, where this run knows of all of them.
fn of_this_run<'a>(
    run: &Run<'_>,
    known: &'a ResumeState,
    state: &State,
    failed: Vec<FailedGroup>,
) -> FinalStep<'a> {
    let (finished, former) = (known.finished.clone(), known.former.clone());
    let empty = own_empty(run, known);
    FinalStep { frozen: &known.frozen, finished, former, done: state.done(), empty, failed, left: Vec::new() }
}

/// The groups of this shard that gave no values, now or in an earlier run.
fn own_empty(run: &Run<'_>, known: &ResumeState) -> Vec<GroupName> {
    let names: HashSet<&GroupName> = known.empty.iter().chain(run.sinks.empty()).collect();
    let groups = known.frozen.plan.groups.iter().enumerate();
    let own = groups.filter(|(place, group)| run.shard.takes(*place) && names.contains(&group.name));
    own.map(|(_, group)| group.name.clone()).collect()
}

/// Leaves the marker; how this shard ends, if it is not the last.
fn end_of_shard(
    run: &mut Run<'_>,
    known: &ResumeState,
    state: &State,
    tally: Tally,
) -> Result<Option<Verdict>, RunError> {
    let frozen = &known.frozen;
    if state.done().len() == frozen.plan.groups.len()
        && of_this_run(run, known, state, Vec::new()).is_in_final()
    {
        return Ok(None);
    }
    run.still_ours()?;
    done_marker::write(&run.dir, run.shard, frozen)?;
    let others = done_marker::still_to_end(&run.dir, run.shard, frozen)?;
    Ok(match (others.is_empty(), tally.failed) {
        (true, _) => None,
        (false, 0) => Some(Verdict::OthersLeft(others)),
        (false, _) => Some(Verdict::Failed),
    })
}

/// Of several that end at once, one collates after the other, and the second finds it done. `None` if
/// a signal came while it waited.
fn last_of_all(
    run: &mut Run<'_>,
    order: &Order,
    known: &ResumeState,
    wishes: CollateOptions,
) -> Result<Option<Report>, RunError> {
    let path = run.dir.collation_lock_file();
    if !run.also_take(&path)? {
        return Ok(None);
    }
    let whole = FinalStep::look(run, &known.frozen, order.job.empty)?;
    failed_table::join(&run.dir, &whole.failed)?;
    whole.conclude(run, wishes).map(Some)
}
