//! How fast a run goes that is looked at from outside, and how long it will still take.

use std::time::Duration;

use dayfold_supervisor::status::Status;
use dayfold_supervisor::status::session::Session;

use super::eta::Pace;

/// Of all shards at work together; `None` where nothing has ended yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Forecast {
    /// Groups a second.
    pub rate: Option<f64>,
    /// Until the last of them has ended, collating not counted.
    pub left: Option<Duration>,
}

/// What to expect.
pub fn forecast(status: &Status) -> Forecast {
    let at_work = status.sessions.iter().filter(|session| session.is_at_work);
    let paces: Vec<Pace> = at_work.map(|session| pace(status, session)).collect();
    let rates: Vec<f64> = paces.iter().filter_map(Pace::rate).collect();
    let left: Option<Vec<Duration>> = paces.iter().map(Pace::time_left).collect();
    Forecast {
        rate: (!rates.is_empty()).then(|| rates.iter().sum()),
        left: left.and_then(|left| left.into_iter().max()),
    }
}

fn pace(status: &Status, session: &Session) -> Pace {
    let all = session.done + session.failed;
    // of the others it is not known how long they took
    let ended = all.saturating_sub(session.counted.done + session.counted.failed);
    let running = status.at_work.iter().filter(|at_work| at_work.shard == session.shard);
    Pace {
        elapsed: session.span,
        ended,
        spent: session.spent,
        running: running.map(|at_work| at_work.age).collect(),
        // where its first line is too far back, all that is left in its part is for it to do
        left: session.to_do.map_or_else(|| left_of(status, session), |to_do| to_do.saturating_sub(all)),
    }
}

fn left_of(status: &Status, session: &Session) -> usize {
    let part = status.shards.iter().find(|part| part.shard == session.shard).map(|part| part.counts);
    part.or(status.groups).map_or(0, |counts| counts.left)
}
