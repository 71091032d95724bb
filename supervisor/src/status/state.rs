//! How a run stands, in one word.

use serde::Serialize;

use super::Output;
use super::groups::Counts;
use super::holders::{Holding, Purpose};
use super::session::Session;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Somebody takes its plan up.
    Beginning,
    /// Somebody is at work on groups.
    Running,
    /// Somebody collates results into the final file.
    #[serde(rename = "folding")]
    Collating,
    /// The final file holds all of it, or no group gave any values and there is none.
    Finished,
    /// Nobody is at work, and all groups were tried; some failed.
    Failed,
    /// Nobody is at work, and all groups are done, but not known to be in the final file.
    #[serde(rename = "unfolded")]
    Uncollated,
    /// Nobody is at work, and groups are left.
    Unfinished,
    /// Nobody is at work, and the plan or the partials cannot be read.
    Unknown,
}

impl State {
    /// Whether somebody is at work, as far as can be told.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Beginning | Self::Running | Self::Collating)
    }
}

/// How a run stands. A lock that nobody gave back changes nothing: the final file says what it holds.
pub fn state(
    counts: Option<Counts>,
    holders: &[Holding],
    sessions: &[Session],
    output: Option<&Output>,
) -> State {
    if let Some(state) = at_work(counts, holders, sessions) {
        return state;
    }
    match counts {
        None => State::Unknown,
        Some(counts) if counts.left > 0 => State::Unfinished,
        Some(counts) if counts.failed > 0 => State::Failed,
        // without any values there is nothing to put into a final file
        Some(counts) if counts.all > 0 && counts.empty == counts.all => State::Finished,
        Some(_) if output.is_some_and(|output| output.is_complete == Some(true)) => State::Finished,
        Some(_) => State::Uncollated,
    }
}

fn at_work(counts: Option<Counts>, holders: &[Holding], sessions: &[Session]) -> Option<State> {
    let has = |purpose| holders.iter().any(|holding| holding.purpose == purpose && holding.is_at_work());
    let going_on = || sessions.iter().filter(|session| session.is_at_work);
    // the journal is begun before the plan is made
    let has_begun = going_on().any(|session| session.to_do.is_some());
    match () {
        () if !holders.iter().any(Holding::is_at_work) => None,
        () if !has_begun && (has(Purpose::Begin) || counts.is_none()) => Some(State::Beginning),
        () if has(Purpose::Collate) || going_on().any(|session| session.is_collating) => {
            Some(State::Collating)
        }
        () => Some(State::Running),
    }
}
