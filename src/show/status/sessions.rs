//! Those who are at work on a run, and were before, in words.

use dayfold_supervisor::run_event::RunEvent;
use dayfold_supervisor::status::session::{Memory, Peak, Session};
use dayfold_supervisor::verdict::Verdict;

use crate::show::words;

/// So many earlier sessions are told.
const TOLD: usize = 3;

/// What memory each that is at work uses, and the largest peak of any group.
pub fn memory(sessions: &[Session]) -> String {
    let at_work = sessions.iter().filter(|session| session.is_at_work);
    let used = at_work.filter_map(|session| Some(used(session, session.memory?)));
    let peak = sessions.iter().filter_map(|session| session.peak.as_ref()).max_by_key(|peak| peak.bytes);
    let peak = peak.map(|Peak { group, bytes }| {
        format!("{} at most in a group so far, in {group}", words::bytes(*bytes))
    });
    used.chain(peak).collect::<Vec<_>>().join("\n")
}

/// How many attempts failed, of groups that those at work try again.
pub fn retried(sessions: &[Session]) -> String {
    let at_work = sessions.iter().filter(|session| session.is_at_work);
    let retried = at_work.map(|session| session.retried).sum();
    if retried > 0 { format!("{} that failed", words::count(retried, "attempt")) } else { String::new() }
}

fn used(session: &Session, memory: Memory) -> String {
    let shard = shard(session).map_or(String::new(), |shard| format!("{shard}: "));
    let size = |bytes| words::bytes_of(bytes, memory.limit);
    let limit = memory.limit.map_or(String::new(), |limit| format!(" of {}", size(limit)));
    format!("{shard}{}{limit} used", size(memory.used))
}

/// The last sessions that have ended, the latest first.
pub fn before(sessions: &[Session]) -> String {
    let ended = sessions.iter().rev().filter(|session| !session.is_at_work);
    ended.take(TOLD).map(session).collect::<Vec<_>>().join("\n")
}

fn session(session: &Session) -> String {
    let began = session.began.strftime("%Y-%m-%d %H:%M UTC");
    let shard = shard(session).map_or(String::new(), |shard| format!(", shard {shard}"));
    let host = session.start.as_ref().map_or(String::new(), |start| format!(" on {}", start.host));
    let done = words::count(session.done, "group");
    let span = words::duration(session.span);
    format!("{began}{host}{shard}: did {done} in {span}, {}", end(session))
}

fn shard(session: &Session) -> Option<String> {
    (!session.shard.is_whole()).then(|| session.shard.to_string())
}

fn end(session: &Session) -> String {
    match &session.end {
        None => "then killed, or unable to write its end".to_owned(),
        Some(RunEvent::Broken { reason }) => format!("then an error: {reason}"),
        Some(RunEvent::Ended { verdict, failed, left, .. }) => match verdict {
            Verdict::Complete => "finished".to_owned(),
            Verdict::PartDone => format!("the part that was asked for; {left} left"),
            Verdict::OthersLeft(_) => "its shard is done".to_owned(),
            Verdict::PartlyRun => format!("not collated, {left} left"),
            Verdict::Failed => format!("{failed} failed"),
            Verdict::Contradiction(what) => format!("not collated: {what}"),
            Verdict::Interrupted(why) => format!("ended early: {why}"),
        },
        Some(_) => "ended".to_owned(),
    }
}
