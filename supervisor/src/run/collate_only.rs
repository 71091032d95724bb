//! `dayfold collate`: the last step alone, from the run directory and nothing else.

use std::collections::HashSet;
use std::path::Path;

use dayfold_contract::{Group, GroupId, GroupName, partial};

use super::folding::{Folding, fold};
use super::order::{Report, Verdict};
use super::{Run, RunError};
use crate::decide::groups::Tally;
use crate::happening::{Happening, Listener};
use crate::rundir::failed_table::{self, FailedGroup};
use crate::rundir::finished::Finished;
use crate::rundir::partials::Partials;
use crate::rundir::plan_file::{self, Found, Frozen};
use crate::rundir::{RunDir, RunDirError};

/// Folds what is there, if no group is left to do but those that failed.
///
/// # Errors
/// If this is no run directory, somebody is at work in it, or partials cannot be folded.
pub fn collate_only(
    run_dir: &Path,
    allow_failed: bool,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    let dir = RunDir::at(run_dir);
    let Found::Whole(frozen) = plan_file::read(&dir)? else {
        return Err(RunDirError::NoRun { path: run_dir.to_owned() }.into());
    };
    let mut run = Run::begin(dir, listener)?;
    let here = Here::look(&mut run, *frozen)?;
    let tally = here.tally();
    let (verdict, output) = if tally.left > 0 {
        (Verdict::PartlyRun, None)
    } else if tally.failed > 0 && !allow_failed {
        (Verdict::Failed, None)
    } else {
        here.fold(&mut run)?
    };
    let Tally { done, failed, left, .. } = tally;
    run.hear(&Happening::Ended { done, failed, left, output: output.clone() });
    Ok(Report { verdict, tally, failed: here.failed, missing: here.frozen.plan.missing, output })
}

/// What the run directory holds.
struct Here {
    frozen: Frozen,
    finished: Option<Finished>,
    done: Vec<GroupId>,
    failed: Vec<FailedGroup>,
}

impl Here {
    fn look(run: &mut Run<'_>, frozen: Frozen) -> Result<Self, RunError> {
        let mut partials = Partials::list(&run.dir)?;
        let warnings = partials.verify(frozen.run, &frozen.plan.groups);
        run.warn(&warnings);
        let finished = Finished::read(&run.dir, &frozen.output)?;
        let in_final = finished.as_ref().map(Finished::keys).unwrap_or_default();
        let is_done = |group: &Group| {
            partials.of(frozen.run, group).is_some() || in_final.contains(&partial::key(frozen.run, group))
        };
        let groups = (0..).map(GroupId).zip(&frozen.plan.groups);
        let done = groups.filter(|(_, group)| is_done(group)).map(|(id, _)| id).collect();
        let undone: HashSet<&GroupName> =
            frozen.plan.groups.iter().filter(|group| !is_done(group)).map(|group| &group.name).collect();
        let mut failed = failed_table::read(&run.dir);
        failed.retain(|failed| undone.contains(&failed.group));
        Ok(Self { finished, done, failed, frozen })
    }

    fn tally(&self) -> Tally {
        let (done, failed) = (self.done.len(), self.failed.len());
        let left = self.frozen.plan.groups.len() - done - failed;
        Tally { done, failed, left, not_now: 0 }
    }

    fn fold(&self, run: &mut Run<'_>) -> Result<(Verdict, Option<std::path::PathBuf>), RunError> {
        let ended = if self.failed.is_empty() { Verdict::Complete } else { Verdict::Failed };
        let folding = Folding {
            frozen: &self.frozen,
            finished: self.finished.as_ref(),
            done: self.done.clone(),
            failed: self.failed.iter().map(|failed| failed.group.clone()).collect(),
            keep_partials: true,
        };
        fold(run, &folding, ended)
    }
}
