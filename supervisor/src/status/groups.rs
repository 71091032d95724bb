//! How many groups are done, failed or left, of the whole plan and of each shard.

use std::collections::HashSet;

use dayfold_contract::job::Empty;
use dayfold_contract::{Fingerprint, GroupName, partial};
use serde::Serialize;

use super::holders::Holding;
use super::results::Results;
use super::session::Session;
use crate::rundir::done_marker::{self, Mark};
use crate::rundir::failed_table::FailedGroup;
use crate::rundir::plan_file::Frozen;
use crate::rundir::shard::Shard;
use crate::rundir::{RunDir, RunDirError};

/// How many groups stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the plan.
    pub all: usize,
    /// With a result.
    pub done: usize,
    /// Of these, those without values.
    pub empty: usize,
    /// Given up, and without a result.
    pub failed: usize,
    /// Neither; those at work among them.
    pub left: usize,
}

/// One shard of a divided plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Which.
    pub shard: Shard,
    /// Its groups.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether somebody is at work on it.
    pub is_at_work: bool,
    /// Whether it has left its marker: nothing more will come from it.
    pub has_ended: bool,
}

/// Which groups of a plan have a result.
#[derive(Debug)]
pub struct Stands<'a> {
    /// By their places in the plan.
    done: Vec<bool>,
    /// Likewise.
    empty: Vec<bool>,
    names: Vec<&'a GroupName>,
    undone: HashSet<&'a GroupName>,
    /// Partials that belong to none of them.
    strays: usize,
}

impl<'a> Stands<'a> {
    /// Of this plan, with these results.
    pub fn new(frozen: &'a Frozen, results: &Results) -> Self {
        let groups = &frozen.plan.groups;
        let keys: Vec<Fingerprint> = groups.iter().map(|group| partial::key(frozen.run, group)).collect();
        let with_partial = keys.iter().filter(|key| results.in_partials(**key)).count();
        let names: Vec<&GroupName> = groups.iter().map(|group| &group.name).collect();
        // the next run does them again
        let counts = |key: Fingerprint| frozen.empty == Empty::Allow || !results.is_empty_partial(key);
        let is_done = |key: &Fingerprint| results.in_final(*key) || results.in_partials(*key) && counts(*key);
        let done: Vec<bool> = keys.iter().map(is_done).collect();
        let empty_in_final = results.empty_in_final();
        let is_empty = |(key, group): (&Fingerprint, &&GroupName)| match results.in_final(*key) {
            true => empty_in_final.contains(group),
            false => results.is_empty_partial(*key),
        };
        let empty = keys.iter().zip(&names).map(is_empty).collect();
        let undone = names.iter().zip(&done).filter(|(_, done)| !**done).map(|(name, _)| *name).collect();
        Self { done, empty, names, undone, strays: results.listed().saturating_sub(with_partial) }
    }

    /// How many partials belong to no group as it stands.
    pub fn strays(&self) -> usize {
        self.strays
    }

    /// Whether a group is in the plan and has no result.
    pub fn is_undone(&self, group: &GroupName) -> bool {
        self.undone.contains(group)
    }

    /// Of the whole plan.
    pub fn counts(&self, failed: &[FailedGroup]) -> Counts {
        self.count(Shard::WHOLE, failed)
    }

    /// Of each shard of this one's division.
    pub fn parts(
        &self,
        division: Shard,
        failed: &[FailedGroup],
        holders: &[Holding],
        ended: &[Shard],
    ) -> Vec<Part> {
        let part = |shard: Shard| Part {
            shard,
            counts: self.count(shard, failed),
            is_at_work: holders.iter().any(|holding| holding.works_on(shard)),
            has_ended: ended.contains(&shard),
        };
        division.all().map(part).collect()
    }

    /// Of a shard. Those that failed have no result and are in the plan.
    fn count(&self, shard: Shard, failed: &[FailedGroup]) -> Counts {
        let failed: HashSet<&GroupName> = failed.iter().map(|failed| &failed.group).collect();
        let mut counts = Counts::default();
        let groups = self.names.iter().zip(self.done.iter().zip(&self.empty)).enumerate();
        for (_, (name, (&done, &empty))) in groups.filter(|(place, _)| shard.takes(*place)) {
            counts.all += 1;
            counts.empty += usize::from(done && empty);
            match done {
                true => counts.done += 1,
                false if failed.contains(name) => counts.failed += 1,
                false => counts.left += 1,
            }
        }
        counts
    }
}

/// The shards that have left a marker that counts for this plan; damaged markers are told.
///
/// # Errors
/// If the run directory cannot be read.
pub fn ended(
    run_dir: &RunDir,
    frozen: &Frozen,
    warnings: &mut Vec<String>,
) -> Result<Vec<Shard>, RunDirError> {
    let (whole, damaged): (Vec<_>, Vec<_>) =
        done_marker::look(run_dir, frozen)?.into_iter().partition(|(_, mark)| *mark != Mark::Damaged);
    warnings.extend(damaged.into_iter().map(|(shard, _)| {
        let path = done_marker::path(run_dir, shard);
        format!(
            "{} is damaged: run shard {shard} again, which does nothing but leave the marker if all is done",
            path.display()
        )
    }));
    let ended = whole.into_iter().filter(|(_, mark)| *mark == Mark::Ended);
    Ok(ended.map(|(shard, _)| shard).collect())
}

/// A shard of the division that is worked by now or was in the last session, where there is one.
pub fn division(holders: &[Holding], sessions: &[Session]) -> Option<Shard> {
    let now = holders.iter().filter(|holding| holding.is_at_work()).find_map(|holding| holding.shard);
    now.or(sessions.last().map(|session| session.shard)).filter(|shard| !shard.is_whole())
}
