//! Who may begin: one supervisor a shard, shards of one division only, one beginning at a time.
//!
//! Who begins takes `lock.start`, then the lock of its own shard, settles the plan, and gives
//! `lock.start` back. So whoever holds a shard's lock works by the plan that is on the disk, but for
//! who holds `lock.start` as well. An unsharded run is a division of its own.
//!
//! A lock of one's own shard that may be stale is watched first, so that all shards of a crashed
//! run are watched at the same time, and not one after the other.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::lock::ask::until_answered;
use crate::lock::client::LockClient;
use crate::lock::heartbeat::Heartbeat;
use crate::lock::watch;
use crate::lock::{Held, LockError};
use crate::run::RunError;
use crate::rundir::RunDir;
use crate::rundir::shard::Shard;

/// Who begins needs a look at the archive at most, unless it has been stopped.
const PATIENCE: Duration = Duration::from_secs(600);

/// A beginning; others begin when it is dropped.
#[derive(Debug)]
pub struct Entrance {
    start: Heartbeat,
    /// The locks of the other shards of the division.
    neighbours: Vec<PathBuf>,
}

/// Takes the locks that a run of this shard needs.
///
/// # Errors
/// If somebody is at work on this shard, or on one of another division.
pub fn enter(
    dir: &RunDir,
    shard: Shard,
    client: &LockClient,
    tell: &mut dyn FnMut(String),
) -> Result<(Entrance, Heartbeat), RunError> {
    let own = dir.lock_file(shard);
    if own.exists() {
        drop(client.take(&own, tell)?);
    }
    let start = client.take_in_turn(&dir.start_lock_file(), PATIENCE, tell)?;
    let start = start.map_err(|held| LockError::Held(Box::new(held)))?;
    let start = Heartbeat::new(start).map_err(RunError::Thread)?;
    let (neighbours, strangers): (Vec<Shard>, Vec<Shard>) =
        dir.locked_shards()?.into_iter().partition(|other| other.is_of_same_division(shard));
    refuse_strangers(dir, shard, &strangers, client, tell)?;
    let own = Heartbeat::new(client.take(&own, tell)?).map_err(RunError::Thread)?;
    let neighbours = neighbours.into_iter().filter(|&other| other != shard);
    let neighbours = neighbours.map(|other| dir.lock_file(other)).collect();
    Ok((Entrance { start, neighbours }, own))
}

impl Entrance {
    /// Whether nobody else can be at work, as far as one look tells.
    ///
    /// # Errors
    /// If a lock cannot be read.
    pub fn is_alone(&self, client: &LockClient) -> Result<bool, LockError> {
        let mut alone = true;
        for path in &self.neighbours {
            alone &= client.holder_of(path)?.is_none();
        }
        Ok(alone)
    }

    /// Another shard that is at work; to be sure that none is can take a minute.
    ///
    /// # Errors
    /// If a lock cannot be read.
    pub fn neighbour(
        &self,
        client: &LockClient,
        tell: &mut dyn FnMut(String),
    ) -> Result<Option<Held>, LockError> {
        watch::first_alive(client, self.neighbours.iter().cloned(), tell)
    }

    /// Whether others are still kept from beginning; to be asked before the plan is changed.
    ///
    /// # Errors
    /// If that cannot be told, or somebody has taken the lock over.
    pub fn check(&self) -> Result<(), LockError> {
        until_answered(&self.start.asker(), |_passes| {})
    }
}

/// Refuses if somebody is at work on a shard of another division; stale locks of such are removed,
/// so that they are watched once.
fn refuse_strangers(
    dir: &RunDir,
    shard: Shard,
    strangers: &[Shard],
    client: &LockClient,
    tell: &mut dyn FnMut(String),
) -> Result<(), RunError> {
    let path = |&stranger: &Shard| dir.lock_file(stranger);
    if let Some(held) = watch::first_alive(client, strangers.iter().map(path), tell)? {
        let theirs = strangers.iter().find(|stranger| dir.lock_file(**stranger) == held.path);
        let theirs = theirs.copied().unwrap_or_default();
        return Err(RunError::OtherDivision { held: Box::new(held), theirs, mine: shard });
    }
    strangers.iter().map(path).for_each(|path| remove(&path));
    Ok(())
}

/// One that stays is watched again at the next start, and does no other harm.
fn remove(path: &Path) {
    let _stays = std::fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    fn enter_as(dir: &RunDir, text: &str) -> Result<(Entrance, Heartbeat), RunError> {
        enter(dir, shard(text), &LockClient::here(Interrupt::default()), &mut |_| {})
    }

    #[test]
    fn shards_of_one_division_are_let_in_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir::at(folder.path());
        let client = LockClient::here(Interrupt::default());
        let (first, lock) = enter_as(&dir, "1/2").unwrap();
        assert!(first.is_alone(&client).unwrap());
        drop(first);
        let (second, _lock_2) = enter_as(&dir, "2/2").unwrap();
        assert!(!second.is_alone(&client).unwrap());
        let neighbour = second.neighbour(&client, &mut |_| {}).unwrap().unwrap();
        assert_eq!(neighbour.path, dir.lock_file(shard("1/2")));
        drop(second);
        for text in ["1/1", "1/3"] {
            let refused = enter_as(&dir, text).unwrap_err();
            assert!(matches!(refused, RunError::OtherDivision { .. }), "{refused}");
        }
        assert!(matches!(enter_as(&dir, "1/2").unwrap_err(), RunError::Lock(LockError::Held(_))));
        drop(lock);
        enter_as(&dir, "1/2").unwrap();
    }

    #[test]
    fn the_whole_keeps_all_shards_out() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir::at(folder.path());
        let (entrance, _lock) = enter_as(&dir, "1/1").unwrap();
        drop(entrance);
        let refused = enter_as(&dir, "2/3").unwrap_err().to_string();
        assert!(refused.contains("unsharded") && refused.contains("shard 2/3"), "{refused}");
    }
}
