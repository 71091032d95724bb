//! A thread that does one thing for the others, and is waited for at the end; where the process is about to
//! be ended by somebody else, not for long: what it does may hang in a file system that does not answer.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// While it is waited for, it is asked so often whether there is a hurry by now.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A thread that is at work, or has ended.
#[derive(Debug)]
pub(crate) struct Helper {
    /// Closed when it ends, by itself or in a panic.
    ended: mpsc::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Helper {
    /// Starts it.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (open, ended) = mpsc::channel();
        let work = move || {
            let _closed_at_the_end: mpsc::Sender<()> = open;
            work();
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Self { ended, thread: Some(thread) })
    }

    /// Waits for its end; from when on there is a hurry, `a_moment` at most. Whether it has ended: else it is
    /// left behind, and not waited for any more.
    pub(crate) fn wait(&mut self, a_moment: Duration, is_urgent: &dyn Fn() -> bool) -> bool {
        let Some(thread) = self.thread.take() else { return true };
        let mut hurry_since = None;
        while self.ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            if is_urgent() && hurry_since.get_or_insert_with(Instant::now).elapsed() >= a_moment {
                return false;
            }
        }
        let _panicked = thread.join();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn what_ends_is_waited_for_and_what_hangs_is_left_behind_in_a_hurry_only() {
        let done = Arc::new(AtomicBool::default());
        let does = Arc::clone(&done);
        let mut helper = Helper::start("slow", move || {
            thread::sleep(LOOK_EVERY * 4);
            does.store(true, Ordering::SeqCst);
        })
        .unwrap();
        assert!(helper.wait(Duration::ZERO, &|| false) && done.load(Ordering::SeqCst));
        assert!(helper.wait(Duration::ZERO, &|| true), "it has been waited for");
        let (go_on, held) = mpsc::channel::<()>();
        let mut helper = Helper::start("hangs", move || {
            let _go_on = held.recv();
        })
        .unwrap();
        assert!(!helper.wait(Duration::ZERO, &|| true));
        drop(go_on);
        let mut helper = Helper::start("panics", || panic!("as it is told to")).unwrap();
        assert!(helper.wait(Duration::ZERO, &|| false));
    }
}
