//! One worker process: its three pipes and its end, as events.
//!
//! The end is told last, when everything that the process said has been told, so that no message
//! ever comes from a worker that is known to be gone.

use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dayfold_contract::error::explained;
use dayfold_contract::frame::{self, FrameError, MAX_PAYLOAD};
use dayfold_contract::message::{FromWorker, PROTOCOL, ToWorker};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::process::Child;
use tokio::sync::mpsc::{Sender, UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tokio_util::bytes::{Buf, Bytes};
use tokio_util::codec::{FramedRead, LengthDelimitedCodec, LinesCodec, LinesCodecError};

use super::launch::Launcher;
use crate::decide::event::{Event, Exit, How};
use crate::orphans;
use crate::run_event::WorkerId;

/// So many bytes of a worker's last lines are kept, to be told when it ends.
const LAST_BYTES: usize = 64 << 10;

/// A longer line is left out: a program that prints without end must not fill our memory.
const LONGEST_LINE: usize = 16 << 10;

/// What is still in the pipes of a process that is gone arrives at once; only a child of its own
/// that lives on can hold them open.
const DRAIN: Duration = Duration::from_millis(500);

/// What children tell the pool.
#[derive(Debug)]
pub enum Heard {
    /// Something to decide on.
    Event(Event),
    /// A line of a worker's log.
    Line(WorkerId, String),
    /// Something that people should know.
    Warning(String),
    /// A signal has come that asks for the end.
    Signal,
    /// The terminal wants us to stop for a while.
    Pause,
}

/// A worker process, as the pool holds it.
#[derive(Debug)]
pub struct Handle {
    messages: UnboundedSender<Bytes>,
    pid: Option<Pid>,
    killed: bool,
}

impl Handle {
    /// Sends a message; one to a process that is gone is lost, and its end is told elsewhere.
    pub fn send(&self, message: &ToWorker) -> Result<(), FrameError> {
        let _gone = self.messages.send(frame::encode(message)?.into());
        Ok(())
    }

    /// Ends the process. What it has started ends with it.
    pub fn kill(&mut self) {
        self.killed = true;
        if let Some(pid) = self.pid {
            let _gone = kill_process_group(pid, Signal::KILL);
        }
    }

    /// Whether it was ended by [`Handle::kill`], and not by anybody else.
    pub fn was_killed(&self) -> bool {
        self.killed
    }

    /// Sends a signal to the process and all that descends from it, in whatever session.
    pub fn signal_all(&self, signal: Signal) {
        self.pid.into_iter().for_each(|pid| orphans::signal_all(pid, signal));
    }

    /// The process's number.
    pub fn pid(&self) -> Option<u32> {
        self.pid.and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok())
    }
}

/// Starts a worker; what becomes of it is told through `heard`.
pub fn start(worker: WorkerId, launcher: &Launcher, heard: Sender<Heard>) -> Handle {
    let (messages, outgoing) = unbounded_channel();
    for payload in launcher.greeting().iter() {
        let _open = messages.send(payload.clone());
    }
    let child = launcher.start();
    let pid = child.as_ref().ok().and_then(pid_of);
    pid.into_iter().for_each(orphans::is_worker);
    tokio::spawn(async move {
        let exit = match child {
            Ok(child) => live(worker, child, outgoing, &heard).await,
            Err(error) => {
                Exit { how: How::NotStarted(explained(&error)), out_of_memory: false, output: Vec::new() }
            }
        };
        let _pool_gone = heard.send(Heard::Event(Event::Exited { worker, exit })).await;
    });
    Handle { messages, pid, killed: false }
}

/// From a process's start to its end.
async fn live(
    worker: WorkerId,
    mut child: Child,
    outgoing: UnboundedReceiver<Bytes>,
    heard: &Sender<Heard>,
) -> Exit {
    let writing = child.stdin.take().map(|stdin| tokio::spawn(write(stdin, outgoing)));
    let pid = pid_of(&child);
    let tail = Arc::<Mutex<Tail>>::default();
    let context = ReaderContext { worker, heard: heard.clone(), tail: Arc::clone(&tail) };
    let listening = child.stdout.take().map(|stdout| tokio::spawn(listen(context.clone(), stdout, pid)));
    let logging = child.stderr.take().map(|stderr| tokio::spawn(log(context, stderr)));
    let status = child.wait().await;
    // a worker that was killed alone leaves the programs that it started, and what these started
    if let Some(pid) = pid {
        let _none_left = kill_process_group(pid, Signal::KILL);
        orphans::end_what_is_left_of(pid).await;
    }
    if let Some(writing) = writing {
        writing.abort();
    }
    let rubbish = drain(listening).await.flatten();
    drain(logging).await;
    let output = tail.lock().unwrap_or_else(PoisonError::into_inner).take();
    Exit { how: how(rubbish, status), out_of_memory: false, output }
}

fn pid_of(child: &Child) -> Option<Pid> {
    Pid::from_raw(child.id()?.try_into().ok()?)
}

fn how(rubbish: Option<String>, status: std::io::Result<ExitStatus>) -> How {
    match (rubbish, status) {
        (Some(rubbish), _) => How::Rubbish(rubbish),
        (None, Err(error)) => How::NotStarted(error.to_string()),
        (None, Ok(status)) => match status.signal() {
            Some(signal) => How::Signal(signal),
            None => How::Code(status.code().unwrap_or_default()),
        },
    }
}

/// What a reading task ends with; nothing where it does not end because somebody holds the pipe.
async fn drain<T>(task: Option<JoinHandle<T>>) -> Option<T> {
    let mut task = task?;
    let result = timeout(DRAIN, &mut task).await;
    if result.is_err() {
        task.abort();
    }
    result.ok()?.ok()
}

async fn write(mut stdin: impl AsyncWrite + Unpin, mut outgoing: UnboundedReceiver<Bytes>) {
    while let Some(payload) = outgoing.recv().await {
        let length = (payload.len() as u32).to_le_bytes();
        // both by one call of the system
        let mut frame = length.chain(payload);
        if stdin.write_all_buf(&mut frame).await.is_err() {
            return; // the process is gone or going: its end is told
        }
    }
}

/// Whom the tasks that read a worker's pipes tell.
#[derive(Clone)]
struct ReaderContext {
    worker: WorkerId,
    heard: Sender<Heard>,
    /// Of its log since the group in hand was started.
    tail: Arc<Mutex<Tail>>,
}

/// The last lines of a log, of some bytes in all.
#[derive(Default)]
struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Tail {
    fn push(&mut self, line: String) {
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > LAST_BYTES {
            let Some(first) = self.lines.pop_front() else { return };
            self.bytes -= first.len();
        }
    }

    fn take(&mut self) -> Vec<u8> {
        let lines = std::mem::take(self).lines;
        lines.into_iter().flat_map(|line| (line + "\n").into_bytes()).collect()
    }
}

/// Tells what the worker says; ends with the reason if it is not of the protocol.
async fn listen(context: ReaderContext, stdout: impl AsyncRead + Unpin, pid: Option<Pid>) -> Option<String> {
    let ReaderContext { worker, heard, tail } = context;
    let codec = LengthDelimitedCodec::builder().little_endian().max_frame_length(MAX_PAYLOAD).new_codec();
    let mut frames = FramedRead::new(stdout, codec);
    while let Some(payload) = frames.next().await {
        match payload.map_err(|error| error.to_string()).and_then(|payload| understand(&payload)) {
            Ok(message) => {
                // what the groups before have said is no part of this one's
                if matches!(message, FromWorker::Started(_)) {
                    tail.lock().unwrap_or_else(PoisonError::into_inner).take();
                }
                if heard.send(Heard::Event(Event::Said { worker, message })).await.is_err() {
                    return None;
                }
            }
            Err(rubbish) => {
                if let Some(pid) = pid {
                    let _gone = kill_process_group(pid, Signal::KILL);
                }
                return Some(rubbish);
            }
        }
    }
    None
}

fn understand(payload: &[u8]) -> Result<FromWorker, String> {
    match frame::decode(payload) {
        Ok(FromWorker::Ready { protocol }) if protocol != PROTOCOL => Err(format!(
            "it speaks version {protocol} of the protocol, and this supervisor version {PROTOCOL}"
        )),
        Ok(message) => Ok(message),
        Err(error) => Err(error.to_string()),
    }
}

/// Tells the worker's log line by line.
async fn log(context: ReaderContext, stderr: impl AsyncRead + Unpin) {
    let ReaderContext { worker, heard, tail } = context;
    let mut lines = FramedRead::new(stderr, LinesCodec::new_with_max_length(LONGEST_LINE));
    while let Some(line) = lines.next().await {
        let line = match line {
            Ok(line) => line,
            Err(LinesCodecError::MaxLineLengthExceeded) => "(a very long line is left out)".to_owned(),
            Err(LinesCodecError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                "(a line that is not UTF-8 is left out)".to_owned()
            }
            Err(LinesCodecError::Io(_)) => break,
        };
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        if heard.send(Heard::Line(worker, line)).await.is_err() {
            break;
        }
    }
}
