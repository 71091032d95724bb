//! Keeps the lock for as long as a run lasts: gives signs of life, and knows whether it is lost.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use dayfold_contract::error::in_one_line;

use super::{Lock, LockError, TOUCH_EVERY};
use crate::helper::Helper;

/// A lock that a thread touches.
#[derive(Debug)]
pub struct Heartbeat {
    lock: Arc<Mutex<Lock>>,
    path: PathBuf,
    /// Why it is lost, once a touch has found that.
    lost: Arc<OnceLock<String>>,
    end: Option<mpsc::Sender<()>>,
    thread: Helper,
}

impl Heartbeat {
    /// Begins to touch it.
    pub fn new(lock: Lock) -> std::io::Result<Self> {
        let path = lock.path().to_owned();
        let lock = Arc::new(Mutex::new(lock));
        let (end, ended) = mpsc::channel();
        let (touched, lost) = (Arc::clone(&lock), Arc::<OnceLock<String>>::default());
        let finds = Arc::clone(&lost);
        let thread = Helper::start("lock", move || touch(&touched, &finds, &ended))?;
        Ok(Self { lock, path, lost, end: Some(end), thread })
    }

    /// Why the lock is lost, as far as its own signs of life have found: a question that costs nothing.
    pub fn watch(&self) -> impl Fn() -> Option<String> + use<> {
        let lost = Arc::clone(&self.lost);
        move || lost.get().cloned()
    }

    /// A question to be asked, from any thread, before anything is renamed. It keeps no lock: for a thread
    /// that the run has left behind it is lost as soon as the run has given it up.
    pub fn asker(&self) -> impl Fn() -> Result<(), LockError> + Send + use<> {
        let (lock, path) = (Arc::downgrade(&self.lock), self.path.clone());
        move || match lock.upgrade() {
            Some(lock) => lock.lock().unwrap_or_else(PoisonError::into_inner).check(),
            None => Err(LockError::Gone(path.clone())),
        }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.end = None;
        self.thread.wait(Duration::ZERO, &|| false);
    }
}

/// A touch that fails for the moment is not told: who is about to rename something asks by itself.
fn touch(lock: &Mutex<Lock>, lost: &OnceLock<String>, ended: &mpsc::Receiver<()>) {
    while ended.recv_timeout(TOUCH_EVERY) == Err(RecvTimeoutError::Timeout) {
        let touched = lock.lock().unwrap_or_else(PoisonError::into_inner).touch();
        if let Some(error) = touched.err().filter(LockError::is_lost) {
            let _told_before = lost.set(format!("failed to {}", in_one_line(&error)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Holder;
    use crate::lock::fixture::taken;
    use crate::meter::Host;

    #[test]
    fn who_still_asks_keeps_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (path, host) = (folder.path().join("lock"), Host::here());
        let guard = Heartbeat::new(taken(&path, &Holder::here(&host, None), &host)).unwrap();
        let ask = guard.asker();
        ask().unwrap();
        drop(guard);
        assert!(!path.exists() && ask().unwrap_err().is_lost());
    }
}
