//! Who holds a run directory, in words.

use std::time::Duration;

use dayfold_supervisor::status::holders::{Holding, Presence, Purpose, Who};

use crate::show::words;

/// Holders give a sign of life every 10 s: a longer silence is worth a word.
const LONG: Duration = Duration::from_secs(30);

/// Who has a lock, what for, for how long, and whether he lives.
pub fn holder(holding: &Holding) -> String {
    let who = holding.holder.as_ref().map_or_else(|| "somebody: the lock is damaged".to_owned(), who);
    let held = holding.held_for.filter(|_| holding.presence != Presence::Gone);
    let held = held.map_or(String::new(), |held| format!(" for {}", words::duration(held)));
    format!("{who}{}{held}{}", purpose(holding), presence(holding))
}

fn who(who: &Who) -> String {
    let job = who.job.as_ref().map_or(String::new(), |job| format!(" in batch job {job}"));
    format!("process {} on {}{job}", who.process, who.host)
}

fn purpose(holding: &Holding) -> String {
    match (holding.purpose, holding.shard) {
        (Purpose::Begin, _) => ", to begin".to_owned(),
        (Purpose::Collate, _) => ", to collate".to_owned(),
        (Purpose::Work, Some(shard)) if !shard.is_whole() => format!(", shard {shard}"),
        (Purpose::Work, _) => String::new(),
    }
}

fn presence(holding: &Holding) -> String {
    let silence = holding.silent_for.map_or("a while".to_owned(), words::duration);
    match holding.presence {
        Presence::Gone => ": it was killed".to_owned(),
        Presence::Silent => format!(": no sign of life for {silence}, so it is gone or cut off"),
        Presence::Heard => format!(", last sign of life {silence} ago"),
        Presence::Alive if holding.silent_for.is_some_and(|silent| silent > LONG) => {
            format!(": it is there, and has given no sign of life for {silence}: is it stopped?")
        }
        Presence::Alive => String::new(),
    }
}
