//! What the supervisor has asked for and nobody has begun: filled by the thread that listens, emptied by
//! the one that works.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use dayfold_contract::frame::{self, FrameError};
use dayfold_contract::message::{Assignment, Attempt, FromWorker, ToWorker};

use super::responder::Responder;
use super::{ServeError, handshake};

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Look at this file.
    Probe(String),
    /// Do this group.
    Assign(Assignment),
}

/// What the thread that works does next.
#[derive(Debug)]
pub enum Next {
    /// This.
    Do(Request),
    /// Nothing more will come.
    Finished,
    /// The supervisor cannot be heard any more.
    Cut(ServeError),
}

/// A batch system signals one process after the other. A worker that hears of it before the supervisor begins
/// nothing for so long, and what waits can be taken back meanwhile.
const SIGNAL_SETTLES: Duration = Duration::from_millis(200);

/// Errands in order, and how listening ended.
#[derive(Default)]
pub struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
    /// A signal has come that asks for the end.
    signalled: Arc<AtomicBool>,
}

#[derive(Default)]
struct State {
    requests: VecDeque<Request>,
    finished: bool,
    cut: Option<ServeError>,
    /// Nothing is being worked on, and nothing will be before the next look in here.
    idle: bool,
}

impl Inbox {
    /// An empty one; the flag is set by signals that ask for the end.
    pub fn new(signalled: Arc<AtomicBool>) -> Self {
        Self { signalled, ..Self::default() }
    }

    /// Waits for something to do.
    pub fn next(&self) -> Next {
        let mut state = self.lock();
        state.idle = true;
        loop {
            if state.finished && state.requests.is_empty() {
                return Next::Finished;
            }
            if let Some(cut) = state.cut.take() {
                return Next::Cut(cut);
            }
            if !state.requests.is_empty() && self.signalled.swap(false, Ordering::SeqCst) {
                drop(state);
                thread::sleep(SIGNAL_SETTLES);
                state = self.lock();
                continue;
            }
            if let Some(request) = state.requests.pop_front() {
                state.idle = false;
                return Next::Do(request);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether nothing waits to be done.
    pub fn is_empty(&self) -> bool {
        self.lock().requests.is_empty()
    }

    /// Nothing can be heard any more. Gives `why` back if something is being worked on: then nobody will
    /// ask for what is next, and whoever calls has to end the process.
    pub fn close(&self, why: ServeError) -> Option<ServeError> {
        let mut state = self.lock();
        if !state.idle {
            return Some(why);
        }
        state.cut = Some(why);
        self.changed.notify_one();
        None
    }

    /// Puts one message where it belongs; an attempt that was taken back is returned.
    fn take_in(&self, message: ToWorker) -> Result<Option<Attempt>, ServeError> {
        let mut state = self.lock();
        match message {
            ToWorker::Probe(file) => state.requests.push_back(Request::Probe(file)),
            ToWorker::Assign(assignment) => state.requests.push_back(Request::Assign(assignment)),
            ToWorker::TakeBack(attempt) => return Ok(state.take_back(attempt)),
            ToWorker::Shutdown => state.finished = true,
            ToWorker::Hello { .. } | ToWorker::JobPart(_) => {
                let found = handshake::name(&message);
                return Err(ServeError::OutOfPlace { expected: "something to do", found });
            }
        }
        self.changed.notify_one();
        Ok(None)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// `None` where it has been started, or was never here.
    fn take_back(&mut self, attempt: Attempt) -> Option<Attempt> {
        let is_it = |request: &Request| matches!(request, Request::Assign(assignment) if assignment.attempt == attempt);
        let place = self.requests.iter().position(is_it)?;
        self.requests.remove(place).map(|_| attempt)
    }
}

/// Listens until nothing more can be heard, and says why.
pub fn listen(input: &mut impl Read, inbox: &Inbox, responder: &Responder) -> ServeError {
    loop {
        let heard = match frame::read_frame(input) {
            Ok(Some(message)) => inbox.take_in(message),
            Ok(None) | Err(FrameError::Cut) => Err(ServeError::Gone),
            Err(error) => Err(ServeError::BadFrame(error)),
        };
        let answered = heard.and_then(|taken| {
            taken.map_or(Ok(()), |attempt| responder.send(&FromWorker::TakenBack(attempt)))
        });
        if let Err(end) = answered {
            return end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::{GroupId, GroupName};

    fn attempt(group: u32) -> Attempt {
        Attempt { group: GroupId(group), number: 1 }
    }

    fn assignment(group: u32) -> Assignment {
        Assignment { attempt: attempt(group), name: GroupName::new("day"), files: Vec::new() }
    }

    fn with(messages: Vec<ToWorker>) -> Inbox {
        let inbox = Inbox::default();
        messages.into_iter().for_each(|message| assert!(inbox.take_in(message).is_ok()));
        inbox
    }

    #[test]
    fn errands_come_in_order_and_then_the_end() {
        let inbox = with(vec![
            ToWorker::Probe("a.nc".into()),
            ToWorker::Assign(assignment(1)),
            ToWorker::Assign(assignment(2)),
            ToWorker::Shutdown,
        ]);
        assert!(matches!(inbox.next(), Next::Do(Request::Probe(file)) if file == "a.nc"));
        for group in [1, 2] {
            assert!(matches!(inbox.next(), Next::Do(Request::Assign(next)) if next == assignment(group)));
        }
        assert!(matches!(inbox.next(), Next::Finished));
    }

    #[test]
    fn only_what_nobody_has_begun_is_taken_back() {
        let inbox = with(vec![ToWorker::Assign(assignment(1)), ToWorker::Assign(assignment(2))]);
        assert!(matches!(inbox.next(), Next::Do(_)));
        assert_eq!(inbox.take_in(ToWorker::TakeBack(attempt(1))).unwrap(), None);
        assert_eq!(inbox.take_in(ToWorker::TakeBack(attempt(2))).unwrap(), Some(attempt(2)));
        inbox.take_in(ToWorker::Shutdown).unwrap();
        assert!(matches!(inbox.next(), Next::Finished));
    }

    #[test]
    fn who_is_at_work_is_not_told_and_who_waits_is() {
        let inbox = with(Vec::new());
        assert!(matches!(inbox.close(ServeError::Gone), Some(ServeError::Gone)));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| inbox.next());
            while inbox.close(ServeError::Gone).is_some() {
                thread::yield_now();
            }
            assert!(matches!(waiting.join().unwrap(), Next::Cut(ServeError::Gone)));
        });
    }

    #[test]
    fn a_supervisor_that_leaves_after_its_shutdown_leaves_in_peace() {
        let inbox = with(vec![ToWorker::Shutdown]);
        assert!(matches!(inbox.next(), Next::Finished));
        assert!(inbox.close(ServeError::Gone).is_none());
        assert!(matches!(inbox.next(), Next::Finished));
    }

    #[test]
    fn after_a_signal_what_waits_can_be_taken_back_for_a_moment() {
        let signalled = Arc::new(AtomicBool::new(true));
        let inbox = Inbox::new(Arc::clone(&signalled));
        inbox.take_in(ToWorker::Assign(assignment(1))).unwrap();
        thread::scope(|scope| {
            let next = scope.spawn(|| inbox.next());
            while signalled.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            assert_eq!(inbox.take_in(ToWorker::TakeBack(attempt(1))).unwrap(), Some(attempt(1)));
            inbox.take_in(ToWorker::Shutdown).unwrap();
            assert!(matches!(next.join().unwrap(), Next::Finished));
        });
    }

    #[test]
    fn a_second_hello_is_out_of_place() {
        let hello = ToWorker::Hello { protocol: 1, job_bytes: 0 };
        assert!(matches!(
            Inbox::default().take_in(hello),
            Err(ServeError::OutOfPlace { found: "a hello", .. })
        ));
    }
}
