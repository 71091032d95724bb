//! Taking a lock, step by step.
//!
//! Each step looks once and never waits: whether to wait for a lock whose holder cannot be seen
//! from here, and how, is the caller's. [`Acquisition::wait`] is the plain way.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::holder::{Holder, Life};
use super::look::look;
use super::scene::{self, Scene};
use super::{Held, Lock, LockError, STALE_AFTER, TOUCH_EVERY};
use crate::durable;
use crate::meter::Host;

/// How often a lock is looked at that is being watched.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What one step found.
#[derive(Debug)]
pub enum Step {
    /// The lock is ours.
    Acquired(Lock),
    /// Somebody lives who has it: its process runs here, or it gave a sign of life.
    Held(Held),
    /// Its holder cannot be seen from here: to be looked at again, for so long at most.
    Watch(Held, Duration),
}

/// An attempt to take a lock.
#[derive(Debug)]
pub struct Acquisition {
    path: PathBuf,
    me: Holder,
    host: Host,
    watch: Option<Watch>,
}

/// What is being watched, and for how long it has not changed.
#[derive(Debug)]
struct Watch {
    scene: Scene,
    last_look: Instant,
    unchanged: Duration,
}

impl Watch {
    fn new(scene: Scene, now: Instant) -> Self {
        Self { scene, last_look: now, unchanged: Duration::ZERO }
    }

    /// Between two looks no more than a holder's interval counts: a file system that hung for a
    /// minute, or a waiter that was stopped, has kept the signs of life from being seen.
    fn go_on(&mut self, now: Instant) {
        self.unchanged += now.saturating_duration_since(self.last_look).min(TOUCH_EVERY);
        self.last_look = now;
    }
}

impl Acquisition {
    /// Of the lock file `path`, for `me`.
    pub fn new(path: &Path, me: &Holder, host: &Host) -> Self {
        Self { path: path.to_owned(), me: me.clone(), host: host.clone(), watch: None }
    }

    /// Takes the lock at last, or says why not. While there is something to watch, `pause` hears of
    /// it each time, with how long it may take at most, and sleeps for as long as it is given.
    pub fn wait(
        mut self,
        mut pause: impl FnMut(&Held, Duration, Duration) -> Result<(), LockError>,
    ) -> Result<Lock, LockError> {
        loop {
            match self.step(Instant::now())? {
                Step::Acquired(lock) => return Ok(lock),
                Step::Held(held) => return Err(LockError::Held(Box::new(held))),
                Step::Watch(held, left) => pause(&held, left, LOOK_EVERY.min(left))?,
            }
        }
    }

    /// Looks once, and takes the lock if it may. `now` is the waiter's own clock.
    pub fn step(&mut self, now: Instant) -> Result<Step, LockError> {
        let Some(scene) = Scene::look(&self.path)? else { return self.create(now) };
        match scene.life(&self.me, &self.host) {
            Life::Alive => Ok(Step::Held(self.held(&scene))),
            Life::Gone => self.take_over(scene, now),
            Life::Unknown => self.keep_watch(scene, now),
        }
    }

    /// Goes on watching: one that changes is alive, one that does not for long enough is stale.
    fn keep_watch(&mut self, scene: Scene, now: Instant) -> Result<Step, LockError> {
        let Some(watch) = &mut self.watch else { return Ok(self.start_watch(scene, now)) };
        if watch.scene.lock != scene.lock {
            return Ok(Step::Held(self.held(&scene)));
        }
        if watch.scene != scene {
            // another waiter was quicker: its claim is watched in its turn
            return Ok(self.start_watch(scene, now));
        }
        watch.go_on(now);
        let left = STALE_AFTER.saturating_sub(watch.unchanged);
        if left.is_zero() {
            return self.take_over(scene, now);
        }
        Ok(Step::Watch(self.held(&scene), left))
    }

    fn start_watch(&mut self, scene: Scene, now: Instant) -> Step {
        let held = self.held(&scene);
        self.watch = Some(Watch::new(scene, now));
        Step::Watch(held, STALE_AFTER)
    }

    fn create(&mut self, now: Instant) -> Result<Step, LockError> {
        self.me.renew();
        match self.create_whole(&self.path)? {
            true => Ok(Step::Acquired(Lock::new(&self.path, self.me.clone())?)),
            false => self.look_again(now),
        }
    }

    /// Takes over exactly what was seen: see the module above for why this way.
    pub(super) fn take_over(&mut self, seen: Scene, now: Instant) -> Result<Step, LockError> {
        let claim = seen.next_claim(&self.path);
        self.me.renew();
        if !self.create_whole(&claim)? {
            return self.look_again(now);
        }
        if scene::read(&self.path)?.as_ref() != Some(&seen.lock) {
            remove(&claim)?;
            return self.look_again(now);
        }
        let renamed = durable::publish(&claim, &self.path);
        renamed.map_err(|source| LockError::Change { path: self.path.clone(), source })?;
        let lock = Lock::new(&self.path, self.me.clone())?;
        if let Some(folder) = self.path.parent() {
            // claims of others who died before they could use them; nobody needs them gone
            let _ = durable::sweep(folder, &scene::claim_prefix(&self.path));
        }
        Ok(Step::Acquired(lock))
    }

    /// Somebody was quicker: what there is now is watched anew, or refused if it is seen to live.
    fn look_again(&mut self, now: Instant) -> Result<Step, LockError> {
        let Some(scene) = Scene::look(&self.path)? else { return self.create(now) };
        match scene.life(&self.me, &self.host) {
            Life::Alive => Ok(Step::Held(self.held(&scene))),
            Life::Gone | Life::Unknown => Ok(self.start_watch(scene, now)),
        }
    }

    /// Whether the file could be created with `me` in it. A network file system may say that a
    /// file is there which this very call has created.
    fn create_whole(&self, path: &Path) -> Result<bool, LockError> {
        let text = self.me.to_text()?;
        match durable::create_new(path, &text) {
            Ok(()) => Ok(true),
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {
                Ok(scene::read(path)?.is_some_and(|content| content == text))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn held(&self, scene: &Scene) -> Held {
        Held { path: self.path.clone(), holder: scene.holder(), seen: Timestamp::now() }
    }
}

/// Removes a file that may be gone already.
fn remove(path: &Path) -> Result<(), LockError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(LockError::Change { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Who holds a lock, without wanting it: `None` where it is free, or its process is gone.
pub fn holder_of(path: &Path, me: &Holder, host: &Host) -> Result<Option<(Held, Life)>, LockError> {
    let seen = look(path, me, host)?.filter(|seen| seen.life != Life::Gone);
    Ok(seen.map(|seen| (seen.held, seen.life)))
}
