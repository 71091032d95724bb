//! A look at a lock by who does not want it.

use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::holder::{Holder, Life};
use super::scene::Scene;
use super::{Held, LockError};
use crate::meter::Host;

/// A lock that is not free, as one look shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Who has it.
    pub held: Held,
    /// Whether that process lives, or one that is about to take the lock over.
    pub life: Life,
    /// Since the file changed: its holder's last sign of life. Clocks of nodes and file systems
    /// differ by seconds; `None` where the file system does not tell.
    pub silent_for: Option<Duration>,
}

/// Who holds a lock, or held it and is gone; `None` where it is free.
///
/// # Errors
/// If the file cannot be read.
pub fn look(path: &Path, me: &Holder, host: &Host) -> Result<Option<Seen>, LockError> {
    let Some(scene) = Scene::look(path)? else { return Ok(None) };
    let held = Held { path: path.to_owned(), holder: scene.holder(), seen: Timestamp::now() };
    Ok(Some(Seen { held, life: scene.life(me, host), silent_for: since_change(path) }))
}

/// A change that lies ahead, by this node's clock, is one of just now.
fn since_change(path: &Path) -> Option<Duration> {
    let changed = path.metadata().and_then(|metadata| metadata.modified()).ok()?;
    Some(SystemTime::now().duration_since(changed).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::fixture::taken;

    #[test]
    fn a_look_shows_holders_and_those_who_are_gone_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, host) = (folder.path().join("lock"), Host::here());
        let me = Holder::here(&host, Some("77".into()));
        assert_eq!(look(&path, &me, &host).unwrap(), None);
        let lock = taken(&path, &me, &host);
        let seen = look(&path, &me, &host).unwrap().unwrap();
        assert_eq!((seen.life, seen.held.holder.as_ref()), (Life::Alive, Some(lock.holder())));
        assert!(seen.silent_for.is_some());
        let content = std::fs::read(&path).unwrap();
        drop(lock);
        let gone = String::from_utf8(content).unwrap().replace(
            &format!("\"process\":{}", std::process::id()),
            &format!("\"process\":{}", u32::MAX / 4),
        );
        crate::durable::replace(&path, gone.as_bytes()).unwrap();
        assert_eq!(look(&path, &me, &host).unwrap().unwrap().life, Life::Gone);
        assert_eq!(std::fs::read(&path).unwrap(), gone.as_bytes());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
