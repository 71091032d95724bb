//! The worker process: it reads assignments, runs the task, answers.
//!
//! One thread works, another listens, so that the end of the supervisor is noticed in the middle of a
//! group. What a group means is the task's; what becomes of a failed one is the supervisor's. Lines for
//! people go to standard error, plain: the supervisor prefixes them.

mod aside;
mod attempt;
mod handshake;
mod inbox;
mod memory;
mod responder;

use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use dayfold_contract::error::in_one_line;
use dayfold_contract::frame::FrameError;
use dayfold_contract::message::{FromWorker, PROTOCOL};
use rustix::process::{Signal, set_parent_process_death_signal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};

use crate::result::Sent;
use crate::task::{self, Ender, Task};
use crate::told::tell;
use crate::{descendants, system};
use aside::InHand;
use inbox::{Inbox, Next, Request};
use responder::Responder;

/// The exit code where supervisor and worker speak different protocols.
pub const OTHER_PROTOCOL: u8 = 76;

/// The exit code after something that is no message, or one out of place.
pub const BAD_MESSAGE: u8 = 65;

/// The exit code where the process could not be set up.
pub const NO_SETUP: u8 = 71;

/// The exit code where the supervisor is gone.
pub const GONE: u8 = 75;

/// What asks for the end, or warns of it.
pub const ENDS: [i32; 6] = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU];

/// Why a worker ends early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Descriptors or signal handlers.
    #[error("the worker process could not be set up")]
    Setup(#[source] io::Error),
    /// Another version of the program started this process.
    #[error(
        "the supervisor speaks protocol {theirs}, this worker {PROTOCOL}: both must come from the same version of dayfold"
    )]
    OtherProtocol {
        /// The supervisor's.
        theirs: u32,
    },
    /// Not a frame, or not a message.
    #[error("standard input is not what a supervisor sends")]
    BadFrame(#[source] FrameError),
    /// A message that has no place here.
    #[error("the supervisor sent {found} where {expected} was expected")]
    OutOfPlace {
        /// What should have come.
        expected: &'static str,
        /// What came.
        found: &'static str,
    },
    /// Nobody reads the answers.
    #[error("an answer could not be sent")]
    Unheard(#[source] FrameError),
    /// The task has lost what it needs; the attempt's failure has told what.
    #[error("the worker ends, to be replaced")]
    Unusable,
    /// The input ended; not an error of anyone here, and nobody is left to be told.
    #[error("the supervisor is gone")]
    Gone,
}

impl ServeError {
    /// Writes a line to standard error, unless nobody is left to read it; the exit code.
    fn tell(&self) -> u8 {
        if !matches!(self, Self::Gone) {
            tell(&in_one_line(self));
        }
        self.code()
    }

    fn code(&self) -> u8 {
        match self {
            Self::Setup(_) | Self::Unusable => NO_SETUP,
            Self::OtherProtocol { .. } => OTHER_PROTOCOL,
            Self::BadFrame(_) | Self::OutOfPlace { .. } => BAD_MESSAGE,
            Self::Unheard(_) | Self::Gone => GONE,
        }
    }
}

/// Serves the supervisor at the other end of standard input and output until it says to stop.
pub fn serve() -> ExitCode {
    match session() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(error.tell()),
    }
}

fn session() -> Result<(), ServeError> {
    let heard = leave_signals_to_the_supervisor().map_err(ServeError::Setup)?;
    become_subreaper().map_err(ServeError::Setup)?;
    let responder = Arc::new(Responder::take_standard_output().map_err(ServeError::Setup)?);
    let job = handshake::receive_job(&mut io::stdin())?;
    let partials = job.partials.clone();
    let mut task = task::build(job);
    // before there are more threads
    let ender = task.prepare().map_err(ServeError::Setup)?;
    let in_hand = InHand::default();
    let inbox = Arc::new(Inbox::new(heard));
    listen(io::stdin(), &inbox, &responder, &in_hand, ender)?;
    work(task.as_mut(), &partials, &inbox, &responder, &in_hand)
}

/// A batch system signals all processes of a job at once, a terminal too; the supervisor decides what
/// that means. A file that is too large is an error of whoever writes it. With handlers, and not ignored, so that
/// programs started from here do not inherit it. The flag tells that a signal has come.
fn leave_signals_to_the_supervisor() -> io::Result<Arc<AtomicBool>> {
    let heard = Arc::new(AtomicBool::new(false));
    for signal in ENDS {
        signal_hook::flag::register(signal, Arc::clone(&heard))?;
    }
    signal_hook::flag::register(SIGXFSZ, Arc::default())?;
    Ok(heard)
}

/// Whatever is started below this process can be found and ended by it. When the supervisor ends, the kernel lets
/// this process go on, should somebody have stopped it: then it hears that, and ends what it has started.
/// A kill instead would be surer for this process alone, and would leave the programs of its programs.
fn become_subreaper() -> io::Result<()> {
    descendants::adopt()?;
    Ok(set_parent_process_death_signal(Some(Signal::CONT))?)
}

/// Starts the thread that listens.
fn listen(
    mut input: impl Read + Send + 'static,
    inbox: &Arc<Inbox>,
    responder: &Arc<Responder>,
    in_hand: &InHand,
    ender: Option<Ender>,
) -> Result<(), ServeError> {
    let (inbox, responder, in_hand) = (Arc::clone(inbox), Arc::clone(responder), in_hand.clone());
    let listener = move || {
        let end = inbox::listen(&mut input, &inbox, &responder);
        if let Some(end) = inbox.close(end) {
            if let Some(ender) = ender {
                ender();
            }
            descendants::end_everybodys();
            in_hand.discard();
            let code = i32::from(end.tell());
            // Not the ordinary exit: its handlers would take HDF5 away under the thread that works.
            signal_hook::low_level::exit(code);
        }
    };
    thread::Builder::new().name("listener".to_owned()).spawn(listener).map(drop).map_err(ServeError::Setup)
}

/// Does one request after the other.
fn work(
    task: &mut dyn Task,
    partials: &Path,
    inbox: &Inbox,
    responder: &Responder,
    in_hand: &InHand,
) -> Result<(), ServeError> {
    let mut sent = Sent::default();
    responder.send(&FromWorker::Ready { protocol: PROTOCOL })?;
    loop {
        match inbox.next() {
            Next::Do(Request::Probe(file)) => responder.send(&FromWorker::Probed(task.probe(&file)))?,
            Next::Do(Request::Assign(assignment)) => {
                attempt::attempt(&assignment, task, partials, in_hand, &mut sent, responder)?;
                if !task.is_usable() {
                    return Err(ServeError::Unusable);
                }
                // What follows at once would only ask for it again.
                if inbox.is_empty() {
                    system::give_memory_back();
                }
            }
            Next::Finished => return Ok(()),
            Next::Cut(why) => return Err(why),
        }
    }
}
