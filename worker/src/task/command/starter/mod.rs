//! The starter: a process of its own, one a worker, that starts the worker's programs and ends them.
//!
//! A batch system signals the processes of the job's session one after another, children first. A program that
//! heard that before the supervisor could look like one that has ended well, so programs have sessions of their
//! own. But then nothing signals them with us, and all that is ours in the job's session can be killed at once. So
//! their parent is outside that session, too: it adopts whatever they leave, and when its socket to the worker
//! closes, however that comes, it ends all of them. If it is killed itself, the worker does that.

mod fork;
mod process;

use std::ffi::OsString;
use std::io;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use dayfold_contract::frame::{self, FrameError};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::process::getpid;
use serde::{Deserialize, Serialize};

use super::start::Launch;
use crate::task::Ender;

/// The starter, as the worker holds it.
#[derive(Debug)]
pub struct Starter {
    socket: UnixStream,
}

/// How a program ended.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// As the system tells.
    pub status: ExitStatus,
    /// How many processes it left running, which were ended.
    pub left: usize,
    /// Whether a signal that asks for the end came to the starter, and so to the program, too, and nothing of that
    /// has been told before.
    pub signalled: bool,
}

/// Why a program was not run to its end.
#[derive(Debug)]
pub enum NotRun {
    /// The system does not start it.
    NotStarted(io::Error),
    /// The starter was ended, and the program with it.
    StarterGone,
}

/// A program to be started; what it writes goes to the descriptor that comes before.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    program: OsString,
    arguments: Vec<OsString>,
    folder: OsString,
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// With the system's number of the error, or else in words.
    NotStarted(Result<i32, String>),
    /// A signal that asks for the end came to the starter: whoever sent it does not go by sessions.
    Signalled,
    /// As [`Finished`] has it, with the wait status.
    Ended { status: i32, left: usize, signalled: bool },
}

/// Goes before a request, since a descriptor cannot be sent alone.
const OUTPUT_FOLLOWS: [u8; 1] = [b'o'];

impl Starter {
    /// Makes the process. To be called while this process has one thread, so that its copy has nothing half done
    /// in it.
    ///
    /// # Errors
    /// If the system gives no process.
    pub fn begin() -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let worker = getpid();
        fork::fork(|| process::serve(theirs, worker))?;
        Ok(Self { socket })
    }

    /// Runs a program to its end, and ends what it leaves running. `signalled` is called when a signal that
    /// asks for the end has come to the starter, and so to the program, too, and that goes on.
    pub fn run(
        &mut self,
        launch: Launch<'_>,
        output: impl AsFd,
        mut signalled: impl FnMut(),
    ) -> Result<Finished, NotRun> {
        self.ask(launch, output)?;
        loop {
            match frame::read_frame(&mut self.socket) {
                Ok(Some(Answer::Signalled)) => signalled(),
                Ok(Some(Answer::Ended { status, left, signalled })) => {
                    return Ok(Finished { status: ExitStatus::from_raw(status), left, signalled });
                }
                Ok(Some(Answer::NotStarted(why))) => {
                    let refused = |words| io::Error::new(io::ErrorKind::InvalidInput, words);
                    return Err(NotRun::NotStarted(why.map_or_else(refused, io::Error::from_raw_os_error)));
                }
                Ok(None) | Err(_) => return Err(NotRun::StarterGone),
            }
        }
    }

    /// What makes the starter end all that it has started, and itself.
    ///
    /// # Errors
    /// If the system gives no descriptor.
    pub fn ender(&self) -> io::Result<Ender> {
        let socket = self.socket.try_clone()?;
        Ok(Box::new(move || {
            let _gone = socket.shutdown(Shutdown::Both);
        }))
    }

    fn ask(&mut self, launch: Launch<'_>, output: impl AsFd) -> Result<(), NotRun> {
        let Launch { program, arguments, folder } = launch;
        let request = Request { program: program.into(), arguments, folder: folder.into() };
        let output = [output.as_fd()];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(&output));
        let sent =
            sendmsg(&self.socket, &[io::IoSlice::new(&OUTPUT_FOLLOWS)], &mut ancillary, SendFlags::NOSIGNAL);
        sent.map_err(|_| NotRun::StarterGone)?;
        frame::write_frame(&mut self.socket, &request).map_err(|error| match error {
            FrameError::Io(_) => NotRun::StarterGone,
            // no system takes so many arguments
            _ => NotRun::NotStarted(io::Error::from_raw_os_error(libc::E2BIG)),
        })
    }
}
