//! Who holds the locks of a run directory, or held them and is gone.

use std::path::PathBuf;
use std::time::Duration;

use dayfold_contract::error::in_one_line;
use jiff::Timestamp;
use serde::Serialize;

use super::maybe_seconds;
use crate::lock::look::{Seen, look as look_at};
use crate::lock::{Holder, Life, STALE_AFTER};
use crate::meter::Host;
use crate::rundir::shard::Shard;
use crate::rundir::{RunDir, RunDirError};

/// A lock that is not free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The lock's file.
    pub file: PathBuf,
    /// What the lock is for.
    pub purpose: Purpose,
    /// Which part is worked on; `None` for other purposes.
    pub shard: Option<Shard>,
    /// Whether somebody is at work.
    pub presence: Presence,
    /// Who; `None` where the file is damaged.
    pub holder: Option<Who>,
    /// For how long, by the clocks of both nodes.
    #[serde(rename = "held_seconds", serialize_with = "maybe_seconds")]
    pub held_for: Option<Duration>,
    /// Since the last sign of life.
    #[serde(rename = "silent_seconds", serialize_with = "maybe_seconds")]
    pub silent_for: Option<Duration>,
}

/// A process that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// The node.
    pub host: String,
    /// Its number there.
    pub process: u32,
    /// The batch job.
    pub job: Option<String>,
    /// Since when it holds the lock.
    pub since: Timestamp,
}

/// What a lock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To work on a shard.
    Work,
    /// To begin.
    Begin,
    /// To collate the shards' results.
    #[serde(rename = "fold")]
    Collate,
}

/// Whether a holder is there, as far as it can be told from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Its process runs on this node.
    Alive,
    /// On another node, and its last sign of life is recent.
    Heard,
    /// On another node, without a sign of life for longer than holders leave between two.
    Silent,
    /// It was on this node and has ended without giving the lock back: it was killed.
    Gone,
}

impl Holding {
    fn new(purpose: Purpose, shard: Option<Shard>, seen: Seen) -> Self {
        let held_for = seen.held.age();
        let presence = presence(seen.life, seen.silent_for);
        Self {
            file: seen.held.path,
            purpose,
            shard,
            presence,
            holder: seen.held.holder.map(who),
            held_for,
            silent_for: seen.silent_for,
        }
    }

    /// Whether somebody is at work, as far as can be told.
    pub fn is_at_work(&self) -> bool {
        matches!(self.presence, Presence::Alive | Presence::Heard)
    }

    /// Whether somebody is at work on this shard.
    pub fn works_on(&self, shard: Shard) -> bool {
        self.shard == Some(shard) && self.is_at_work()
    }
}

fn who(holder: Holder) -> Who {
    let Holder { host, process, job, since, .. } = holder;
    Who { host, process, job, since }
}

fn presence(life: Life, silent_for: Option<Duration>) -> Presence {
    match life {
        Life::Alive => Presence::Alive,
        Life::Gone => Presence::Gone,
        Life::Unknown if silent_for.is_some_and(|silent| silent <= STALE_AFTER) => Presence::Heard,
        Life::Unknown => Presence::Silent,
    }
}

/// All locks that are not free: those of shards in order, then the others.
///
/// # Errors
/// If the run directory cannot be read; a lock that cannot be read is told.
pub fn look(run_dir: &RunDir, host: &Host, warnings: &mut Vec<String>) -> Result<Vec<Holding>, RunDirError> {
    let me = Holder::here(host, None);
    let mut shards = run_dir.locked_shards()?;
    shards.sort();
    let of_shards = shards.into_iter().map(|shard| (run_dir.lock_file(shard), Purpose::Work, Some(shard)));
    let others =
        [(run_dir.start_lock_file(), Purpose::Begin), (run_dir.collation_lock_file(), Purpose::Collate)];
    let others = others.map(|(path, purpose)| (path, purpose, None));
    let mut holders = Vec::new();
    for (path, purpose, shard) in of_shards.chain(others) {
        match look_at(&path, &me, host) {
            Ok(None) => {}
            Ok(Some(seen)) => holders.push(Holding::new(purpose, shard, seen)),
            Err(error) => warnings.push(format!("failed to {}", in_one_line(&error))),
        }
    }
    warnings.extend(holders.iter().filter_map(nameless));
    Ok(holders)
}

fn nameless(holding: &Holding) -> Option<String> {
    let path = holding.file.display();
    holding.holder.is_none().then(|| {
        format!(
            "{path} is damaged and does not say who holds it: the next run takes it over after {} s without \
             a sign of life",
            STALE_AFTER.as_secs()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::lock::fixture::taken;

    #[test]
    fn elsewhere_only_signs_of_life_tell() {
        let after = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(presence(Life::Unknown, after(12)), Presence::Heard);
        assert_eq!(presence(Life::Unknown, after(61)), Presence::Silent);
        assert_eq!(presence(Life::Unknown, None), Presence::Silent);
        assert_eq!(presence(Life::Alive, after(600)), Presence::Alive, "it has been stopped, perhaps");
        assert_eq!(presence(Life::Gone, after(1)), Presence::Gone);
    }

    #[test]
    fn each_lock_is_told_with_its_purpose_and_a_damaged_one_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let (run_dir, host) = (RunDir::at(folder.path()), Host::here());
        let shard: Shard = "2/3".parse().unwrap();
        let me = Holder::here(&host, Some("77".into()));
        let lock = taken(&run_dir.lock_file(shard), &me, &host);
        durable::replace(&run_dir.collation_lock_file(), b"").unwrap();
        std::fs::create_dir(run_dir.start_lock_file()).unwrap();
        let mut warnings = Vec::new();
        let holders = look(&run_dir, &host, &mut warnings).unwrap();
        let found: Vec<_> = holders.iter().map(|held| (held.purpose, held.shard, held.presence)).collect();
        assert_eq!(
            found,
            [(Purpose::Work, Some(shard), Presence::Alive), (Purpose::Collate, None, Presence::Heard)]
        );
        let who = holders[0].holder.as_ref().unwrap();
        assert_eq!((who.process, who.job.as_deref()), (std::process::id(), Some("77")));
        assert!(holders[0].works_on(shard) && !holders[0].works_on(Shard::WHOLE));
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].contains("lock.start") && warnings[1].contains("lock.collate is damaged"));
        drop(lock);
    }
}
