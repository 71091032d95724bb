//! The way to the supervisor: the descriptor that was standard output, kept private.

use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};

use dayfold_contract::frame::{self, FrameError};
use dayfold_contract::message::FromWorker;

use super::ServeError;

/// Descriptors below this one are left to whoever expects the standard ones there.
const FIRST_PRIVATE: i32 = 3;

/// Where answers go; both threads send.
pub struct Responder(Mutex<File>);

impl Responder {
    /// Keeps standard output for answers, and points descriptor 1 at standard error, so that a library
    /// that prints cannot break the protocol. Programs started from here do not inherit it.
    pub fn take_standard_output() -> io::Result<Self> {
        let private = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), FIRST_PRIVATE)?;
        rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
        Ok(Self::new(private.into()))
    }

    /// Sends to `file`.
    pub fn new(file: File) -> Self {
        Self(Mutex::new(file))
    }

    /// Sends one message, whole.
    pub fn send(&self, message: &FromWorker) -> Result<(), ServeError> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        frame::write_frame(&mut *file, message).map_err(|error| match error {
            FrameError::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => ServeError::Gone,
            other => ServeError::Unheard(other),
        })
    }
}
