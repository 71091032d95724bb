//! Whether locks of others are alive, without wanting them.
//!
//! On this host that is known at once. Elsewhere a lock is alive that changes, and one that has not
//! changed for [`STALE_AFTER`] is not. One that is seen to live is looked at once more: a shard that
//! begins holds its lock for a moment before it waits for its turn.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::taker::Taker;
use super::{Held, Holder, Life, LockError, STALE_AFTER, TOUCH_EVERY};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A lock that is being watched.
struct Vigil {
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
enum Sign {
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
    taker: &Taker,
    paths: impl IntoIterator<Item = PathBuf>,
    tell: &mut dyn FnMut(String),
) -> Result<Option<Held>, LockError> {
    let mut vigils: Vec<_> = paths.into_iter().map(|path| Vigil { path, seen: None }).collect();
    let mut told = false;
    loop {
        let mut longest = None;
        let mut watched = Vec::new();
        for mut vigil in vigils {
            match vigil.look(taker, Instant::now())? {
                Sign::Alive(held) => return Ok(Some(held)),
                Sign::Free => {}
                Sign::Watch(held, left) => {
                    longest = longest.max(Some(left)).inspect(|_| tell_once(&mut told, &held, left, tell));
                    watched.push(vigil);
                }
            }
        }
        let Some(left) = longest else { return Ok(None) };
        vigils = watched;
        if let Some(vigil) = vigils.first() {
            taker.sleep(&vigil.path, LOOK_EVERY.min(left))?;
        }
    }
}

fn tell_once(told: &mut bool, held: &Held, left: Duration, tell: &mut dyn FnMut(String)) {
    if left > LOOK_EVERY && !std::mem::replace(told, true) {
        tell(format!("{held}: waiting up to {} s for a sign of life", left.as_secs()));
    }
}

impl Vigil {
    fn look(&mut self, taker: &Taker, now: Instant) -> Result<Sign, LockError> {
        let Some((held, life)) = taker.holder_of(&self.path)? else { return Ok(Sign::Free) };
        let Some(seen) = &mut self.seen else {
            self.seen = Some(Seen { holder: held.holder.clone(), at: now, unchanged: Duration::ZERO });
            let left = if life == Life::Alive { LOOK_EVERY } else { STALE_AFTER };
            return Ok(Sign::Watch(held, left));
        };
        if life == Life::Alive || seen.holder != held.holder {
            return Ok(Sign::Alive(held));
        }
        // a file system that hung, or a stop of our own, has kept its signs from being seen
        seen.unchanged += now.saturating_duration_since(seen.at).min(TOUCH_EVERY);
        seen.at = now;
        let left = STALE_AFTER.saturating_sub(seen.unchanged);
        Ok(if left.is_zero() { Sign::Free } else { Sign::Watch(held, left) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::interrupt::Interrupt;

    struct Room {
        folder: tempfile::TempDir,
        taker: Taker,
        start: Instant,
    }

    impl Room {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                taker: Taker::here(Interrupt::default()),
                start: Instant::now(),
            }
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join("lock.1-of-2")
        }

        /// A lock whose holder is on another node, with so many signs of life.
        fn elsewhere(&self, touched: u32) {
            let _first = std::fs::remove_file(self.path());
            let lock = self.taker.take(&self.path(), &mut |_| {}).unwrap();
            let mut holder = serde_json::to_value(lock.holder()).unwrap();
            drop(lock);
            holder["host"] = "node-7".into();
            holder["token"] = "x".into();
            holder["since"] = "2022-02-01T00:00:00Z".into();
            holder["touched"] = format!("{touched:020}").into();
            durable::replace(&self.path(), holder.to_string().as_bytes()).unwrap();
        }

        fn look(&self, vigil: &mut Vigil, seconds: u64) -> Sign {
            vigil.look(&self.taker, self.start + Duration::from_secs(seconds)).unwrap()
        }
    }

    #[test]
    fn a_lock_elsewhere_lives_if_it_changes_and_is_stale_after_a_minute() {
        let room = Room::new();
        let mut vigil = Vigil { path: room.path(), seen: None };
        assert_eq!(room.look(&mut vigil, 0), Sign::Free);
        room.elsewhere(1);
        for seconds in (0..60).step_by(10) {
            assert!(matches!(room.look(&mut vigil, seconds), Sign::Watch(..)), "{seconds} s");
        }
        assert_eq!(room.look(&mut vigil, 60), Sign::Free);
        let mut vigil = Vigil { path: room.path(), seen: None };
        assert!(matches!(room.look(&mut vigil, 0), Sign::Watch(..)));
        assert!(matches!(room.look(&mut vigil, 1000), Sign::Watch(..)), "who slept has not looked");
        room.elsewhere(2);
        assert!(matches!(room.look(&mut vigil, 1001), Sign::Alive(_)));
    }

    #[test]
    fn one_of_this_host_is_looked_at_twice() {
        let room = Room::new();
        let lock = room.taker.take(&room.path(), &mut |_| {}).unwrap();
        let mut vigil = Vigil { path: room.path(), seen: None };
        assert!(matches!(room.look(&mut vigil, 0), Sign::Watch(_, LOOK_EVERY)));
        assert!(matches!(room.look(&mut vigil, 2), Sign::Alive(_)));
        drop(lock);
        assert_eq!(first_alive(&room.taker, [room.path()], &mut |_| {}).unwrap(), None);
    }
}
