//! The end of a run: the list of failures, and whether the final file is due.

use std::collections::HashSet;
use std::path::PathBuf;

use dayfold_contract::GroupName;

use super::folding::{Folding, fold};
use super::known::Known;
use super::order::{Order, Report, Verdict};
use super::{Run, RunError};
use crate::decide::State;
use crate::decide::groups::{Before, Tally};
use crate::decide::stop::Stop;
use crate::happening::Happening;
use crate::rundir::failed_table::{self, FailedGroup};

/// Closes a run whose pool is done, or had nothing to do.
///
/// # Errors
/// If no worker could be started, or results cannot be folded.
pub fn close(run: &mut Run<'_>, order: &Order, known: &Known, state: &State) -> Result<Report, RunError> {
    let failed = all_failed(run, known)?;
    failed_table::write(&run.dir, &failed)?;
    if state.stopped() == Some(Stop::NoWorkers) {
        return Err(RunError::NoWorker(run.ears.last_lost().unwrap_or("none was ready").to_owned()));
    }
    let (verdict, output) = conclude(run, order, known, state)?;
    let report =
        Report { verdict, tally: state.tally(), failed, missing: known.frozen.plan.missing.clone(), output };
    run.hear(&ended(&report));
    Ok(report)
}

/// What failed now, and what failed in earlier runs and was not tried now.
fn all_failed(run: &mut Run<'_>, known: &Known) -> Result<Vec<FailedGroup>, RunError> {
    let groups = known.frozen.plan.groups.iter().zip(&known.before);
    let untried: HashSet<&GroupName> =
        groups.filter(|(_, before)| **before == Before::NotNow).map(|(group, _)| &group.name).collect();
    let earlier = failed_table::read(&run.dir);
    let mut failed = run.ears.failed().to_vec();
    failed.extend(earlier.into_iter().filter(|earlier| untried.contains(&earlier.group)));
    failed.sort_by(|a, b| a.group.cmp(&b.group));
    Ok(failed)
}

/// How the run ends, and the final file where one is due.
fn conclude(
    run: &mut Run<'_>,
    order: &Order,
    known: &Known,
    state: &State,
) -> Result<(Verdict, Option<PathBuf>), RunError> {
    let Tally { failed, not_now, .. } = state.tally();
    let ended = if failed > 0 { Verdict::Failed } else { Verdict::Complete };
    match state.stopped() {
        Some(stop) => return Ok((Verdict::Interrupted(stop), None)),
        None if failed > 0 && !order.allow_failed => return Ok((Verdict::Failed, None)),
        None if not_now > 0 => {
            return Ok((if failed > 0 { Verdict::Failed } else { Verdict::PartDone }, None));
        }
        None => {}
    }
    let folding = Folding {
        frozen: &known.frozen,
        finished: known.finished.as_ref(),
        done: state.done(),
        failed: state.failed(),
        keep_partials: order.keep_partials,
    };
    fold(run, &folding, ended)
}

fn ended(report: &Report) -> Happening {
    let Tally { done, failed, left, not_now } = report.tally;
    Happening::Ended { done, failed, left: left + not_now, output: report.output.clone() }
}
