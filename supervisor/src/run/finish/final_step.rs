//! The end of all: whether the final file is due, and collating it.
//!
//! Here is what an unsharded run, the last of several shards and `dayfold collate` have in common.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use dayfold_contract::job::Empty;
use dayfold_contract::{Group, GroupId, GroupName, partial};

use super::collation::{Collated, FinalCollation, collate};
use crate::collate::Misfit;
use crate::decide::groups::Tally;
use crate::names;
use crate::run::RunError;
use crate::run::begin::results::Results;
use crate::run::context::Run;
use crate::run::order::Report;
use crate::run_event::RunEvent;
use crate::rundir::failed_table::{self, FailedGroup};
use crate::rundir::finished::Finished;
use crate::rundir::partials::Partials;
use crate::rundir::plan_file::Frozen;
use crate::rundir::shard::Shard;
use crate::verdict::Verdict;

/// All groups of a plan, and what has come of them.
pub struct FinalStep<'a> {
    /// The plan.
    pub frozen: &'a Frozen,
    /// The final file that stands for partials that are gone.
    pub finished: Option<Finished>,
    /// The final file that is there and stands for no group any more.
    pub former: Option<Finished>,
    /// The groups whose results are safe.
    pub done: Vec<GroupId>,
    /// Of these, those without values.
    pub empty: Vec<GroupName>,
    /// Those that failed.
    pub failed: Vec<FailedGroup>,
    /// Those that neither are done nor have failed.
    pub left: Vec<GroupName>,
}

/// What is wished of the final file.
#[derive(Clone, Copy, Debug)]
pub struct CollateOptions {
    /// Write it without the groups that failed.
    pub allow_failed: bool,
    /// Keep partials when it is there.
    pub keep_partials: bool,
}

impl<'a> FinalStep<'a> {
    /// What the run directory holds, and nothing else.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn look(run: &mut Run<'_>, frozen: &'a Frozen, empty: Empty) -> Result<Self, RunError> {
        let mut warnings = Vec::new();
        let groups = &frozen.plan.groups;
        let mut results = Results::look(
            &run.dir,
            frozen.run,
            groups,
            &frozen.learnt,
            empty,
            &frozen.output,
            &mut warnings,
        )?;
        results.stand_for(frozen, &mut warnings);
        run.warn(&warnings);
        let (done, undone): (Vec<_>, Vec<_>) =
            (0..).map(GroupId).zip(groups).partition(|(_, group)| results.is_done(group));
        let mut undone: HashSet<&GroupName> = undone.into_iter().map(|(_, group)| &group.name).collect();
        let mut failed = failed_table::read(&run.dir)?;
        failed.retain(|failed| undone.remove(&failed.group));
        let left = |group: &&Group| undone.contains(&group.name);
        let empty = results.empty_among(groups);
        let (finished, former) = results.into_final_files();
        Ok(Self {
            left: groups.iter().filter(left).map(|group| group.name.clone()).collect(),
            empty,
            finished,
            former,
            done: done.into_iter().map(|(id, _)| id).collect(),
            failed,
            frozen,
        })
    }

    /// Whether the final file holds everything already.
    pub fn is_in_final(&self) -> bool {
        self.left.is_empty() && self.collation(true).is_done()
    }

    /// How the run ends, with the final file where one is due.
    ///
    /// # Errors
    /// If results cannot be collated.
    pub fn conclude(mut self, run: &mut Run<'_>, wishes: CollateOptions) -> Result<Report, RunError> {
        let (verdict, output) = loop {
            let ended = if self.failed.is_empty() { Verdict::Complete } else { Verdict::Failed };
            if !self.left.is_empty() {
                run.hear(&RunEvent::Warning { message: named(&self.left) });
                break (Verdict::PartlyRun, None);
            }
            if !self.failed.is_empty() && !wishes.allow_failed {
                break (ended, None);
            }
            match collate(run, &self.collation(wishes.keep_partials), ended)? {
                Collated::Ended(verdict, output) => break (verdict, output),
                Collated::Lost(groups) => {
                    self.lose(groups);
                    break (Verdict::PartlyRun, None);
                }
                Collated::Misfits(misfits) => self.fail(run, misfits)?,
            }
        };
        Ok(self.report(run, verdict, output))
    }

    /// Groups whose results cannot be collated with the others' have failed: they are listed, and what is there of
    /// them is removed, so that they run again at the next start.
    fn fail(&mut self, run: &mut Run<'_>, misfits: Vec<Misfit>) -> Result<(), RunError> {
        let mut reasons: HashMap<GroupName, String> = HashMap::new();
        for Misfit { group, reason } in misfits {
            for group in self.collation(true).lost_with(&group) {
                reasons.insert(group, reason.clone());
            }
        }
        let plan = &self.frozen.plan.groups;
        let failed = |id: &GroupId| plan.get(id.index()).filter(|group| reasons.contains_key(&group.name));
        let groups: Vec<&Group> = self.done.iter().filter_map(failed).collect();
        self.done.retain(|id| failed(id).is_none());
        self.failed.extend(groups.iter().filter_map(|group| {
            let (group, reason) = (group.name.clone(), reasons.get(&group.name)?.clone());
            Some(FailedGroup { group, attempts: 1, reason, file: None, cause: None, log_file: None })
        }));
        self.failed.sort_by(|one, other| one.group.cmp(&other.group));
        failed_table::join(&run.dir, &self.failed)?;
        self.forget(run, &groups)
    }

    /// Removes what is there of these groups' results.
    fn forget(&mut self, run: &mut Run<'_>, groups: &[&Group]) -> Result<(), RunError> {
        let mut partials = Partials::list(&run.dir)?;
        let keys = groups.iter().map(|group| partial::key(self.frozen.run, group));
        let in_final = self.finished.as_ref().map(Finished::keys).unwrap_or_default();
        for key in keys {
            if in_final.contains(&key) {
                // it stands for them no more, and what it holds cannot be taken apart
                self.former = self.finished.take();
                Finished::forget(&run.dir)?;
            }
            if let Err(error) = partials.remove(key) {
                run.warn(&[format!("a result that does not fit the others cannot be removed: {error}")]);
            }
        }
        Ok(())
    }

    /// These were done, and are left to do.
    fn lose(&mut self, groups: Vec<GroupName>) {
        let lost: HashSet<&GroupName> = groups.iter().collect();
        let plan = &self.frozen.plan.groups;
        let name = |id: &GroupId| plan.get(id.index()).map(|group| &group.name);
        self.done.retain(|id| name(id).is_none_or(|name| !lost.contains(name)));
        self.left.extend(groups);
    }

    fn collation(&self, keep_partials: bool) -> FinalCollation<'_> {
        FinalCollation {
            frozen: self.frozen,
            finished: self.finished.as_ref(),
            former: self.former.as_ref(),
            done: &self.done,
            failed: self.failed.iter().map(|failed| failed.group.clone()).collect(),
            keep_partials,
        }
    }

    fn report(self, run: &Run<'_>, verdict: Verdict, output: Option<PathBuf>) -> Report {
        let (done, failed, left) = (self.done.len(), self.failed.len(), self.left.len());
        Report {
            verdict,
            part: Shard::WHOLE,
            tally: Tally { done, failed, left, excluded: 0 },
            failed: self.failed,
            run_dir: run.dir.path().to_owned(),
            failed_list: Some(run.dir.failed_file(Shard::WHOLE)),
            missing: self.frozen.plan.missing.clone(),
            empty: self.empty,
            output,
        }
    }
}

fn named(left: &[GroupName]) -> String {
    let names: Vec<&str> = left.iter().map(GroupName::as_str).collect();
    format!("there is no result yet of {}", names::shortened(&names))
}
