//! What can be known of a run from its directory alone: while it goes on, from any node, or after.
//!
//! Everything here reads. It takes no lock, writes nothing, opens no partial and no final file: both
//! are counted by their names, and their contents are proven by the next run. What is damaged is
//! told in [`Status::warnings`], with what to do, and the rest is still known. What is done is known
//! by the partials; journals are believed for history, and for what goes on just now.
//!
//! - [`groups`]: which groups are done, failed or left, by shards
//! - [`forms`]: which results fit together
//! - [`holders`]: who is at work · [`history`], [`session`]: what the journals tell
//! - [`state`]: all of it in one word
//! - [`mod@recognise`]: whether there is a run directory at all

mod failures;
pub mod forms;
pub mod groups;
mod history;
pub mod holders;
mod recognise;
mod results;
pub mod session;
pub mod state;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_contract::error::in_one_line;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::meter::Host;
use crate::rundir::RunDir;
use crate::rundir::failed_table::FailedGroup;
use crate::rundir::learnt::Redo;
use crate::rundir::plan_file::{self, Found, Frozen};
use forms::FormCount;
use groups::{Counts, Part, Stands};
use holders::Holding;
pub use recognise::{StatusError, recognise};
use results::Results;
use session::{AtWork, Session};
use state::State;

/// What is known of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// Where.
    pub run_dir: PathBuf,
    /// When, by this node's clock.
    pub looked_at: Timestamp,
    /// In one word.
    pub state: State,
    /// How many groups stand where; `None` where the plan, or the folder of partials, cannot be read.
    pub groups: Option<Counts>,
    /// The same for each shard, where the plan is divided.
    pub shards: Vec<Part>,
    /// The files in the folder of partials.
    pub partials: PartialCounts,
    /// The forms of results, that of most groups first: where there are several, they do not fit together.
    pub forms: Vec<FormCount>,
    /// Groups without input files.
    pub missing: Vec<GroupName>,
    /// Groups whose results were made by an earlier content of a file that the command depends on, and kept.
    pub mixed_source: Vec<GroupName>,
    /// What `--redo` has asked for and the final file does not have yet.
    pub redo: Option<Redo>,
    /// Groups that failed and are not done, in order of their names.
    pub failed: Vec<FailedGroup>,
    /// Groups at work just now; those that take longest come first.
    pub at_work: Vec<AtWork>,
    /// Who holds a lock, or held it and is gone.
    pub holders: Vec<Holding>,
    /// What the journals tell of each start, the earliest first. Of long journals only the end is read.
    pub sessions: Vec<Session>,
    /// The final file; `None` where nothing says where it is.
    pub output: Option<Output>,
    /// What is damaged, or not as it should be, and what to do.
    pub warnings: Vec<String>,
}

/// Partials, by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PartialCounts {
    /// All; of two results of one group, one.
    pub listed: usize,
    /// Those of no planned group as it stands; `None` where the plan cannot be read.
    pub of_no_group: Option<usize>,
}

impl PartialCounts {
    fn new(results: Option<&Results>, stands: Option<&Stands<'_>>) -> Self {
        Self { listed: results.map_or(0, Results::listed), of_no_group: stands.map(Stands::strays) }
    }
}

/// The final file, by its name: its content is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Where it is, or will be.
    pub path: PathBuf,
    /// Its size; `None` where it is not there.
    pub bytes: Option<u64>,
    /// Groups that it was made of, where that is written down.
    pub groups: Option<usize>,
    /// Whether it holds the whole plan; `None` where that cannot be read.
    pub is_complete: Option<bool>,
}

/// Looks at a run directory.
///
/// # Errors
/// If it is none, or the folder cannot be read.
pub fn look(run_dir: &RunDir, host: &Host) -> Result<Status, StatusError> {
    recognise(run_dir)?;
    let mut warnings = Vec::new();
    // locks first: who has ended since has left all that comes next
    let holders = holders::look(run_dir, host, &mut warnings)?;
    let plan = read_plan(run_dir, &holders, &mut warnings);
    let frozen = plan.as_ref();
    let results = results::look(run_dir, frozen, &mut warnings);
    let sessions = history::look(run_dir, frozen, &holders, &mut warnings)?;
    let stands = frozen.zip(results.as_ref()).map(|(frozen, results)| Stands::new(frozen, results));
    let is_undone = |group: &GroupName| stands.as_ref().is_none_or(|stands| stands.is_undone(group));
    let at_work = session::at_work(&sessions, is_undone);
    let failed = failures::look(run_dir, &sessions, &at_work, is_undone, &mut warnings)?;
    let ended = frozen.map(|frozen| groups::ended(run_dir, frozen, &mut warnings)).transpose()?;
    let shards = stands.as_ref().zip(groups::division(&holders, &sessions)).map(|(stands, division)| {
        stands.parts(division, &failed, &holders, ended.as_deref().unwrap_or_default())
    });
    let groups = stands.as_ref().map(|stands| stands.counts(&failed));
    let output = results::output(frozen, results.as_ref());
    Ok(Status {
        run_dir: run_dir.path().to_owned(),
        looked_at: Timestamp::now(),
        state: state::state(groups, &holders, &sessions, output.as_ref()),
        groups,
        shards: shards.unwrap_or_default(),
        forms: frozen
            .zip(results.as_ref())
            .map(|(frozen, results)| forms::look(frozen, results, &sessions))
            .unwrap_or_default(),
        partials: PartialCounts::new(results.as_ref(), stands.as_ref()),
        missing: frozen.map(|frozen| frozen.plan.missing.clone()).unwrap_or_default(),
        mixed_source: frozen.map(|frozen| frozen.learnt.mixed.clone()).unwrap_or_default(),
        redo: frozen.and_then(|frozen| frozen.learnt.redo.clone()),
        failed,
        at_work,
        holders,
        sessions,
        output,
        warnings,
    })
}

/// The frozen plan; what is wrong with it is told.
fn read_plan(run_dir: &RunDir, holders: &[Holding], warnings: &mut Vec<String>) -> Option<Frozen> {
    let path = run_dir.plan_file();
    let again = "`dayfold run` with the configuration of this run makes it again from the archive";
    match plan_file::read(run_dir) {
        Ok(Found::Whole(frozen)) => return Some(frozen),
        // who begins makes it
        Ok(Found::None) if holders.iter().any(Holding::is_at_work) => {}
        Ok(Found::None) => warnings.push(format!("{} is not there: {again}", path.display())),
        Ok(Found::Damaged) => warnings.push(format!("{} is damaged: {again}", path.display())),
        Err(error) => warnings.push(in_one_line(&error)),
    }
    None
}

/// A duration as a number of seconds, null where it is not known.
fn maybe_seconds<S: Serializer>(duration: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(to)
}
