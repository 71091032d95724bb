//! How this process takes locks: at once or not at all, or in its turn.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{Acquisition, Held, Holder, Life, Lock, LockError, Step, holder_of};
use crate::batch::job::batch_job;
use crate::interrupt::Interrupt;
use crate::meter::Host;

/// How often a lock is looked at that is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Others need so long for what they take a lock for.
const USUAL_WAIT: Duration = Duration::from_secs(2);

/// This process, as others read of it in locks.
#[derive(Debug)]
pub struct LockClient {
    me: Holder,
    host: Host,
    interrupt: Interrupt,
}

impl LockClient {
    /// This process, which waits for no lock any more once it is asked to end.
    pub fn here(interrupt: Interrupt) -> Self {
        let host = Host::here();
        let job = batch_job(&host).map(|job| job.id);
        Self { me: Holder::here(&host, job), host, interrupt }
    }

    /// This process in words of a lock.
    pub fn me(&self) -> &Holder {
        &self.me
    }

    /// Takes a lock, if need be after watching one that may be stale, which `tell` hears of.
    ///
    /// # Errors
    /// [`LockError::Held`] if somebody lives who has it, [`LockError::Interrupted`] if a signal comes.
    pub fn take(&self, path: &Path, tell: &mut dyn FnMut(String)) -> Result<Lock, LockError> {
        let mut told = false;
        self.acquisition(path).wait(|held, left, pause| {
            if !std::mem::replace(&mut told, true) {
                tell(format!("{held}: waiting up to {} s for a sign of life", left.as_secs()));
            }
            self.sleep(path, pause)
        })
    }

    /// Takes a lock that others have for a while, after them; who has it, if that takes longer than
    /// `patience`.
    ///
    /// # Errors
    /// If the lock cannot be read or taken, or a signal comes.
    pub fn take_in_turn(
        &self,
        path: &Path,
        patience: Duration,
        tell: &mut dyn FnMut(String),
    ) -> Result<Result<Lock, Held>, LockError> {
        let began = Instant::now();
        let mut told = false;
        let mut acquisition = self.acquisition(path);
        loop {
            let held = match acquisition.step(Instant::now())? {
                Step::Acquired(lock) => return Ok(Ok(lock)),
                Step::Watch(held, _) => held,
                Step::Held(held) => {
                    acquisition = self.acquisition(path);
                    held
                }
            };
            let waited = began.elapsed();
            if waited >= patience {
                return Ok(Err(held));
            }
            // a moment is usual, and nothing to tell of
            if waited > USUAL_WAIT && !std::mem::replace(&mut told, true) {
                tell(format!("{held}: waiting for it"));
            }
            self.sleep(path, LOOK_EVERY)?;
        }
    }

    /// Sleeps while a lock is waited for.
    ///
    /// # Errors
    /// [`LockError::Interrupted`] if a signal comes.
    pub fn sleep(&self, path: &Path, duration: Duration) -> Result<(), LockError> {
        if self.interrupt.sleep(duration) {
            return Err(LockError::Interrupted(path.to_owned()));
        }
        Ok(())
    }

    /// Who has a lock, if somebody does who is not known to be gone.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn holder_of(&self, path: &Path) -> Result<Option<(Held, Life)>, LockError> {
        holder_of(path, &self.me, &self.host)
    }

    fn acquisition(&self, path: &Path) -> Acquisition {
        Acquisition::new(path, &self.me, &self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_gets_it_after_the_holder_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock.start");
        let client = LockClient::here(Interrupt::default());
        let first = client.take(&path, &mut |_| {}).unwrap();
        let impatient = client.take_in_turn(&path, Duration::ZERO, &mut |_| {}).unwrap();
        assert_eq!(impatient.unwrap_err().path, path);
        std::thread::scope(|scope| {
            let second = scope.spawn(move || {
                LockClient::here(Interrupt::default()).take_in_turn(&path, Duration::MAX, &mut |_| {})
            });
            std::thread::sleep(Duration::from_millis(50));
            assert!(!second.is_finished());
            drop(first);
            assert!(second.join().unwrap().unwrap().unwrap().still_held().unwrap());
        });
    }
}
