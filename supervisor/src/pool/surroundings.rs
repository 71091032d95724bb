//! What may have changed while this process did not run: whether its lock is still its own, and how long its
//! job may still run. Asked in a thread: a file system or a batch system may take its time to answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use super::child::Heard;
use crate::decide::event::{Event, Walltime};

/// The batch system is asked so often within [`SPAN`]: NCI wants no more than one question in ten minutes.
const QUESTIONS: usize = 3;
const SPAN: Duration = Duration::from_secs(1800);

/// How long the job may still run, asked anew after a pause of so long; what people should know besides.
pub type AskTime = dyn Fn() -> (Walltime, Vec<String>) + Send + Sync;

/// Whether the lock is lost, and why: `Ok` also where that cannot be known for the moment.
pub type AskLock = dyn Fn() -> Result<(), String> + Send;

/// Who is asked.
pub struct Surroundings {
    lock: Arc<Mutex<Box<AskLock>>>,
    time: Arc<AskTime>,
    /// The lock's own watch: why it is lost, once that is found.
    watch: Box<dyn Fn() -> Option<String>>,
    told_loss: bool,
    asked: VecDeque<Instant>,
}

impl Surroundings {
    /// `watch` costs nothing to ask, `lock` and `time` may take long.
    pub fn new(lock: Box<AskLock>, time: Arc<AskTime>, watch: Box<dyn Fn() -> Option<String>>) -> Self {
        // at the start it was asked
        let asked = VecDeque::from([Instant::now()]);
        Self { lock: Arc::new(Mutex::new(lock)), time, watch, told_loss: false, asked }
    }

    /// Why the lock is lost, told once.
    pub fn has_lost_the_lock(&mut self) -> Option<String> {
        let why = if self.told_loss { None } else { (self.watch)() };
        self.told_loss |= why.is_some();
        why
    }

    /// Looks around; the answer is [`Event::LookedAround`].
    pub fn look(&mut self, heard: Sender<Heard>) {
        let no_thread = heard.clone();
        let (lock, time, may_ask) = (Arc::clone(&self.lock), Arc::clone(&self.time), self.may_ask());
        let look = move || {
            let lock = (lock.lock().unwrap_or_else(PoisonError::into_inner))();
            // a walltime that is not known anew is taken to have stood still, as a suspended job's does
            let (walltime, warnings) = if may_ask { time() } else { (Walltime::StoodStill, Vec::new()) };
            for warning in warnings {
                let _pool_gone = heard.blocking_send(Heard::Warning(warning));
            }
            let _pool_gone = heard.blocking_send(Heard::Event(Event::LookedAround { lock, walltime }));
        };
        if let Err(error) = thread::Builder::new().name("surroundings".to_owned()).spawn(look) {
            // whoever gives a result its name asks for the lock all the same
            let _pool_gone = no_thread.try_send(Heard::Warning(format!("failed to start a thread: {error}")));
            let walltime = Walltime::StoodStill;
            let _pool_gone = no_thread.try_send(Heard::Event(Event::LookedAround { lock: Ok(()), walltime }));
        }
    }

    fn may_ask(&mut self) -> bool {
        self.asked.retain(|asked| asked.elapsed() < SPAN);
        let may = self.asked.len() < QUESTIONS;
        if may {
            self.asked.push_back(Instant::now());
        }
        may
    }
}
