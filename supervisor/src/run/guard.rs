//! Keeps the lock for as long as a run lasts: gives signs of life, and knows whether it is lost.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::lock::{Lock, LockError, TOUCH_EVERY};

/// A lock that a thread touches.
#[derive(Debug)]
pub struct Guard {
    lock: Arc<Mutex<Lock>>,
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Guard {
    /// Begins to touch it.
    pub fn new(lock: Lock) -> std::io::Result<Self> {
        let lock = Arc::new(Mutex::new(lock));
        let (end, ended) = mpsc::channel();
        let touched = Arc::clone(&lock);
        let thread = thread::Builder::new().name("lock".to_owned()).spawn(move || touch(&touched, &ended))?;
        Ok(Self { lock, end: Some(end), thread: Some(thread) })
    }

    /// A question to be asked, from any thread, before anything is renamed.
    pub fn asker(&self) -> impl Fn() -> Result<(), LockError> + Send + use<> {
        let lock = Arc::clone(&self.lock);
        move || lock.lock().unwrap_or_else(PoisonError::into_inner).check()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// A touch that fails is not told here: who is about to rename something asks by itself.
fn touch(lock: &Mutex<Lock>, ended: &mpsc::Receiver<()>) {
    while ended.recv_timeout(TOUCH_EVERY) == Err(RecvTimeoutError::Timeout) {
        let _asked_again = lock.lock().unwrap_or_else(PoisonError::into_inner).touch();
    }
}
