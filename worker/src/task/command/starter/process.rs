//! What the starter does: one program after the other, and an eye on its worker.

use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use dayfold_contract::command::STARTER;
use dayfold_contract::frame::{self, FrameError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getppid, kill_process, kill_process_group,
    set_parent_process_death_signal, setsid, wait, waitid,
};
use signal_hook::consts::SIGCHLD;
use signal_hook::low_level::pipe;

use super::{Answer, Request, fork};
use crate::descendants;
use crate::serve::ENDS;
use crate::task::command::start::{self, Launch};

/// How often it is looked whether the worker was stopped, as a batch system does that suspends a job: programs do
/// not hear of that in their sessions.
const LOOK_EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };

const LOOK_SOON: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };

/// A program that a signal ends ends within this time; one that goes on is told of before its end.
const SIGNAL_ENDS: Duration = Duration::from_millis(50);

/// What does not end when it is killed hangs in a file system: it is tried again so often.
const KILL_AGAIN: Duration = Duration::from_millis(200);

/// Serves the worker until it is gone, then ends all that was started.
pub fn serve(socket: UnixStream, worker: Pid) {
    fork::close_all_but(socket.as_fd());
    if let Ok(mut starter) = Process::set_up(socket, worker) {
        let _worker_gone = starter.serve();
        starter.end_all();
    }
}

struct Process {
    socket: UnixStream,
    worker: Pid,
    /// The programs' standard input.
    nothing: File,
    /// Readable when a child has ended.
    ended: UnixStream,
    /// Readable when a signal has come that asks for the end.
    signalled: UnixStream,
    running: Option<Pid>,
    /// When a signal came that the worker has not been told of.
    untold: Option<Instant>,
    /// The worker was stopped, and so was the program.
    stopped: bool,
}

impl Process {
    fn set_up(socket: UnixStream, worker: Pid) -> io::Result<Self> {
        let nothing = File::options().read(true).write(true).open("/dev/null")?;
        rustix::stdio::dup2_stdin(&nothing)?;
        rustix::stdio::dup2_stdout(&nothing)?;
        rustix::stdio::dup2_stderr(&nothing)?;
        let (ended, signalled) = (heard(&[SIGCHLD])?, heard(&ENDS)?);
        setsid()?;
        rustix::thread::set_name(STARTER)?;
        descendants::adopt()?;
        // should somebody have stopped this process: it has to see that the worker is gone
        set_parent_process_death_signal(Some(Signal::CONT))?;
        if getppid() != Some(worker) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        Ok(Self { socket, worker, nothing, ended, signalled, running: None, untold: None, stopped: false })
    }

    /// Returns when the worker is gone.
    fn serve(&mut self) -> Result<(), FrameError> {
        loop {
            let [asked, ended, signalled] = self.wait()?;
            if signalled && drain(&mut self.signalled) {
                self.untold = Some(Instant::now());
            }
            if ended && drain(&mut self.ended) {
                self.take_ends()?;
            }
            if asked && !(self.running.is_none() && self.start()?) {
                return Ok(());
            }
            if self.running.is_some() {
                self.tell_of_the_signal()?;
                self.follow_the_worker();
            }
        }
    }

    /// Waits for something; which of the worker, an end and a signal it is.
    fn wait(&self) -> io::Result<[bool; 3]> {
        let mut wanted =
            [&self.socket, &self.ended, &self.signalled].map(|from| PollFd::new(from, PollFlags::IN));
        let soon = if self.untold.is_some() { &LOOK_SOON } else { &LOOK_EVERY };
        match poll(&mut wanted, self.running.is_some().then_some(soon)) {
            Ok(_) => Ok(wanted.map(|from| !from.revents().is_empty())),
            Err(Errno::INTR) => Ok([false; 3]),
            Err(error) => Err(error.into()),
        }
    }

    /// Tells of a signal that has not ended the program.
    fn tell_of_the_signal(&mut self) -> Result<(), FrameError> {
        match self.untold.take_if(|came| came.elapsed() >= SIGNAL_ENDS) {
            Some(_) => self.answer(&Answer::Signalled),
            None => Ok(()),
        }
    }

    /// Starts what is asked for; false where the worker is gone.
    fn start(&mut self) -> Result<bool, FrameError> {
        let Some(output) = self.receive_output()? else { return Ok(false) };
        let Some(request) = frame::read_frame::<Request>(&mut self.socket)? else { return Ok(false) };
        let Request { program, arguments, folder } = request;
        // one of long ago was of no consequence
        self.untold.take_if(|came| came.elapsed() >= SIGNAL_ENDS * 2);
        let launch = Launch { program: Path::new(&program), arguments, folder: Path::new(&folder) };
        match start::start(launch, &self.nothing, output) {
            Ok(program) => self.running = Some(program),
            Err(error) => {
                let why = error.raw_os_error().ok_or_else(|| error.to_string());
                self.answer(&Answer::NotStarted(why))?;
            }
        }
        Ok(true)
    }

    fn receive_output(&self) -> io::Result<Option<OwnedFd>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut mark = [0];
        let mut bytes = [io::IoSliceMut::new(&mut mark)];
        rustix::io::retry_on_intr(|| {
            recvmsg(&self.socket, &mut bytes, &mut ancillary, RecvFlags::CMSG_CLOEXEC)
        })?;
        let received = ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        Ok(received)
    }

    /// Takes notice of all that have ended.
    fn take_ends(&mut self) -> Result<(), FrameError> {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            if self.running != Some(pid) {
                continue;
            }
            self.running = None;
            let left = if has_children() { descendants::end_mine() } else { 0 };
            let signalled = self.untold.take().is_some();
            self.answer(&Answer::Ended { status: status.as_raw(), left, signalled })?;
        }
        Ok(())
    }

    fn answer(&mut self, answer: &Answer) -> Result<(), FrameError> {
        frame::write_frame(&mut self.socket, answer)
    }

    /// Stops what was started while the worker is stopped. What was started meanwhile is stopped at the next look.
    fn follow_the_worker(&mut self) {
        let is_stopped = descendants::state(self.worker) == Some('T');
        let signal = if is_stopped { Signal::STOP } else { Signal::CONT };
        if is_stopped || self.stopped {
            for below in descendants::all_below() {
                let _gone = kill_process(below, signal);
            }
        }
        self.stopped = is_stopped;
    }

    /// Ends all that was started, however long that takes: nobody else is left to do so.
    fn end_all(&self) {
        if let Some(program) = self.running {
            let _gone = kill_process_group(program, Signal::KILL);
        }
        while has_children() {
            if descendants::end_mine() == 0 {
                let _taken = wait(WaitOptions::NOHANG);
            }
            if has_children() {
                thread::sleep(KILL_AGAIN);
            }
        }
    }
}

/// A stream from which a byte can be read when one of these signals has come.
fn heard(signals: &[i32]) -> io::Result<UnixStream> {
    let (receiver, sender) = UnixStream::pair()?;
    receiver.set_nonblocking(true)?;
    for &signal in signals {
        pipe::register(signal, sender.try_clone()?)?;
    }
    Ok(receiver)
}

/// Takes all that is to be read; whether there was something.
fn drain(stream: &mut UnixStream) -> bool {
    let mut buffer = [0; 64];
    let mut any = false;
    while matches!(stream.read(&mut buffer), Ok(read) if read > 0) {
        any = true;
    }
    any
}

/// Whether there is any child: without one there is nothing to look for.
fn has_children() -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::All, look), Err(Errno::CHILD))
}
