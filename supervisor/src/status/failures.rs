//! Which groups failed: by the lists of failures, and by what the journals tell of sessions that have not
//! written theirs, since they go on or were killed.

use std::collections::BTreeMap;

use dayfold_contract::GroupName;
use dayfold_contract::shown::shown;

use super::session::{AtWork, Session};
use crate::run_event::RunEvent;
use crate::rundir::failed_table::{self, FailedGroup};
use crate::rundir::{RunDir, RunDirError};

/// So many groups are named in a warning.
const NAMED: usize = 3;

/// The groups that failed, are not done and are not at work again, in order of their names. What is
/// wrong with the lists is told.
///
/// # Errors
/// If the run directory cannot be read.
pub fn look(
    run_dir: &RunDir,
    sessions: &[Session],
    at_work: &[AtWork],
    is_undone: impl Fn(&GroupName) -> bool,
    warnings: &mut Vec<String>,
) -> Result<Vec<FailedGroup>, RunDirError> {
    let (listed, faults) = failed_table::look(run_dir)?;
    warnings.extend(faults.into_iter().map(|fault| format!("{fault}; {AGAIN}")));
    let mut failed: BTreeMap<GroupName, FailedGroup> = by_group(listed);
    let unlisted: Vec<&str> = last_sessions(sessions)
        .filter(|session| matches!(session.end, Some(RunEvent::Ended { .. })))
        .flat_map(|session| &session.given_up)
        .map(|group| &group.group)
        .filter(|group| is_undone(group) && !failed.contains_key(*group))
        .map(GroupName::as_str)
        .collect();
    warnings.extend(told(&unlisted));
    for session in last_sessions(sessions) {
        failed.extend(by_group(session.given_up.clone()));
    }
    failed.retain(|group, _| is_undone(group) && !at_work.iter().any(|at_work| at_work.group == *group));
    failed.values_mut().for_each(|failed| failed.forget_lost_log(run_dir));
    Ok(failed.into_values().collect())
}

/// What follows for people.
const AGAIN: &str = "groups that failed and are not in it are taken for not yet run";

fn by_group(failed: Vec<FailedGroup>) -> BTreeMap<GroupName, FailedGroup> {
    failed.into_iter().map(|failed| (failed.group.clone(), failed)).collect()
}

/// The last session of each journal, the earliest first.
fn last_sessions(sessions: &[Session]) -> impl Iterator<Item = &Session> {
    let is_last = |place: usize, session: &Session| {
        sessions.iter().skip(place + 1).all(|later| later.shard != session.shard)
    };
    sessions.iter().enumerate().filter(move |(place, session)| is_last(*place, session)).map(|(_, last)| last)
}

/// A session that has ended has listed what failed: the list was damaged since, or removed.
fn told(unlisted: &[&str]) -> Option<String> {
    let more = match unlisted.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<_> = unlisted.iter().take(NAMED).map(|name| shown(name)).collect();
    let named = named.join(", ");
    (!unlisted.is_empty())
        .then(|| format!("failed.tsv does not list {named}{more}, which failed by the journal: {AGAIN}"))
}
