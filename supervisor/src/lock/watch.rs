//! Whether locks of others are alive, without wanting them.
//!
//! On this host that is known at once. Elsewhere a lock is alive that changes, and one that has not
//! changed for [`STALE_AFTER`] is not. One that is seen to live is looked at once more: a shard that
//! begins holds its lock for a moment before it waits for its turn.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::client::LockClient;
use super::{Held, Holder, Life, LockError, STALE_AFTER, TOUCH_EVERY};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A lock that is being watched.
struct LockWatch {
    path: PathBuf,
    seen: Option<Seen>,
}

struct Seen {
    holder: Option<Holder>,
    at: Instant,
    unchanged: Duration,
}

/// What one look told.
#[derive(Debug, PartialEq, Eq)]
enum LockStatus {
    /// Nobody has it.
    Free,
    /// Somebody lives who has it.
    Alive(Held),
    /// To be looked at again, for so long at most.
    Watch(Held, Duration),
}

/// The first of these locks that somebody has; `None` if nobody has any. `tell` hears, once, of
/// whom this waits for.
///
/// # Errors
/// If one cannot be read, or a signal comes.
pub fn first_alive(
    client: &LockClient,
    paths: impl IntoIterator<Item = PathBuf>,
    tell: &mut dyn FnMut(String),
) -> Result<Option<Held>, LockError> {
    let mut vigils: Vec<_> = paths.into_iter().map(|path| LockWatch { path, seen: None }).collect();
    let mut told = false;
    loop {
        let mut longest = None;
        let mut watched = Vec::new();
        for mut vigil in vigils {
            match vigil.look(client, Instant::now())? {
                LockStatus::Alive(held) => return Ok(Some(held)),
                LockStatus::Free => {}
                LockStatus::Watch(held, left) => {
                    longest = longest.max(Some(left)).inspect(|_| tell_once(&mut told, &held, left, tell));
                    watched.push(vigil);
                }
            }
        }
        let Some(left) = longest else { return Ok(None) };
        vigils = watched;
        if let Some(vigil) = vigils.first() {
            client.sleep(&vigil.path, LOOK_EVERY.min(left))?;
        }
    }
}

fn tell_once(told: &mut bool, held: &Held, left: Duration, tell: &mut dyn FnMut(String)) {
    if left > LOOK_EVERY && !std::mem::replace(told, true) {
        tell(format!("{held}: waiting up to {} s for a sign of life", left.as_secs()));
    }
}

impl LockWatch {
    fn look(&mut self, client: &LockClient, now: Instant) -> Result<LockStatus, LockError> {
        let Some((held, life)) = client.holder_of(&self.path)? else { return Ok(LockStatus::Free) };
        let Some(seen) = &mut self.seen else {
            self.seen = Some(Seen { holder: held.holder.clone(), at: now, unchanged: Duration::ZERO });
            let left = if life == Life::Alive { LOOK_EVERY } else { STALE_AFTER };
            return Ok(LockStatus::Watch(held, left));
        };
        if life == Life::Alive || seen.holder != held.holder {
            return Ok(LockStatus::Alive(held));
        }
        // a file system that hung, or a stop of our own, has kept its signs from being seen
        seen.unchanged += now.saturating_duration_since(seen.at).min(TOUCH_EVERY);
        seen.at = now;
        let left = STALE_AFTER.saturating_sub(seen.unchanged);
        Ok(if left.is_zero() { LockStatus::Free } else { LockStatus::Watch(held, left) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::interrupt::Interrupt;

    struct Room {
        folder: tempfile::TempDir,
        client: LockClient,
        start: Instant,
    }

    impl Room {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                client: LockClient::here(Interrupt::default()),
                start: Instant::now(),
            }
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join("lock.1-of-2")
        }

        /// A lock whose holder is on another node, with so many signs of life.
        fn elsewhere(&self, touched: u32) {
            let _first = std::fs::remove_file(self.path());
            let lock = self.client.take(&self.path(), &mut |_| {}).unwrap();
            let mut holder = serde_json::to_value(lock.holder()).unwrap();
            drop(lock);
            holder["host"] = "node-7".into();
            holder["token"] = "x".into();
            holder["since"] = "2022-02-01T00:00:00Z".into();
            holder["touched"] = format!("{touched:020}").into();
            durable::replace(&self.path(), holder.to_string().as_bytes()).unwrap();
        }

        fn look(&self, vigil: &mut LockWatch, seconds: u64) -> LockStatus {
            vigil.look(&self.client, self.start + Duration::from_secs(seconds)).unwrap()
        }
    }

    #[test]
    fn a_lock_elsewhere_lives_if_it_changes_and_is_stale_after_a_minute() {
        let room = Room::new();
        let mut vigil = LockWatch { path: room.path(), seen: None };
        assert_eq!(room.look(&mut vigil, 0), LockStatus::Free);
        room.elsewhere(1);
        for seconds in (0..60).step_by(10) {
            assert!(matches!(room.look(&mut vigil, seconds), LockStatus::Watch(..)), "{seconds} s");
        }
        assert_eq!(room.look(&mut vigil, 60), LockStatus::Free);
        let mut vigil = LockWatch { path: room.path(), seen: None };
        assert!(matches!(room.look(&mut vigil, 0), LockStatus::Watch(..)));
        assert!(matches!(room.look(&mut vigil, 1000), LockStatus::Watch(..)), "who slept has not looked");
        room.elsewhere(2);
        assert!(matches!(room.look(&mut vigil, 1001), LockStatus::Alive(_)));
    }

    #[test]
    fn one_of_this_host_is_looked_at_twice() {
        let room = Room::new();
        let lock = room.client.take(&room.path(), &mut |_| {}).unwrap();
        let mut vigil = LockWatch { path: room.path(), seen: None };
        assert!(matches!(room.look(&mut vigil, 0), LockStatus::Watch(_, LOOK_EVERY)));
        assert!(matches!(room.look(&mut vigil, 2), LockStatus::Alive(_)));
        drop(lock);
        assert_eq!(first_alive(&room.client, [room.path()], &mut |_| {}).unwrap(), None);
    }
}
