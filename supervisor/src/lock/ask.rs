//! Whether a lock is still held, asked until there is an answer.
//!
//! A file system that is busy failing over, or a process that has too many files open, cannot tell. That is
//! no answer: the lock may well be held, and what waits for the answer is hours of work.

use std::thread;
use std::time::{Duration, Instant};

use dayfold_contract::error::in_one_line;

use super::{LockError, STALE_AFTER};

/// It is asked for so long. Nobody takes a lock over sooner, however silent its holder is.
const PATIENCE: Duration = STALE_AFTER.saturating_sub(Duration::from_secs(30));

const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Whether what a lock guards is still ours: asked before anything is written or renamed.
pub type StillOurs = Box<dyn Fn() -> Result<(), LockError> + Send>;

/// The answer of `ask`; `tell` hears, once, that there is none yet.
///
/// # Errors
/// [`LockError::Lost`] if the lock is lost; another if that cannot be known.
pub fn until_answered(
    ask: &dyn Fn() -> Result<(), LockError>,
    tell: impl FnOnce(String),
) -> Result<(), LockError> {
    answered_within(PATIENCE, ask, tell)
}

fn answered_within(
    patience: Duration,
    ask: &dyn Fn() -> Result<(), LockError>,
    tell: impl FnOnce(String),
) -> Result<(), LockError> {
    let until = Instant::now() + patience;
    let mut tell = Some(tell);
    loop {
        let error = match ask() {
            Err(error @ LockError::Read { .. }) if Instant::now() < until => error,
            answer => return answer,
        };
        if let Some(tell) = tell.take() {
            tell(format!("failed to {}: it is tried again", in_one_line(&error)));
        }
        thread::sleep(ASK_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io;

    fn unreadable() -> LockError {
        LockError::Read { path: "run/lock".into(), source: io::Error::from_raw_os_error(5) }
    }

    #[test]
    fn what_cannot_be_read_is_read_again_and_told_once() {
        let (asked, mut told) = (Cell::new(0), Vec::new());
        let ask = || {
            asked.set(asked.get() + 1);
            if asked.get() < 3 { Err(unreadable()) } else { Ok(()) }
        };
        until_answered(&ask, |why| told.push(why)).unwrap();
        assert_eq!((asked.get(), told.len()), (3, 1));
        assert!(
            told[0].contains("read the lock run/lock") && told[0].contains("Input/output error"),
            "{told:?}"
        );
    }

    #[test]
    fn a_lost_lock_is_an_answer_and_patience_ends() {
        let lost = until_answered(&|| Err(LockError::Lost("lock".into())), |_| panic!("it is known"));
        assert!(matches!(lost, Err(LockError::Lost(_))));
        let unknown = answered_within(Duration::ZERO, &|| Err(unreadable()), |_| {});
        assert!(matches!(unknown, Err(LockError::Read { .. })));
    }
}
