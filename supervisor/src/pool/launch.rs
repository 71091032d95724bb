//! How a worker process is started, and what it is told first.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use dayfold_contract::Job;
use dayfold_contract::frame::{self, FrameError, JOB_PART};
use dayfold_contract::message::{PROTOCOL, ToWorker};
use tokio::process::{Child, Command};
use tokio_util::bytes::Bytes;

/// The program that is a worker.
#[derive(Clone, Debug)]
pub struct Launcher {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
    greeting: Arc<[Bytes]>,
}

impl Launcher {
    /// Workers are this program with these arguments, and do this job.
    ///
    /// # Errors
    /// If the job cannot be encoded.
    pub fn new(program: PathBuf, arguments: Vec<OsString>, job: &Job) -> Result<Self, FrameError> {
        Ok(Self { program, arguments, environment: Vec::new(), greeting: greeting(job)?.into() })
    }

    /// With these variables in the environment of workers and of what they start.
    pub fn with_environment(self, environment: Vec<(String, String)>) -> Self {
        Self { environment, ..self }
    }

    /// The payloads of the frames that a worker is greeted with.
    pub fn greeting(&self) -> Arc<[Bytes]> {
        Arc::clone(&self.greeting)
    }

    /// Starts a process. It has a process group of its own, so that it can be ended together with
    /// its children, and it does not hear the terminal's Ctrl-C.
    pub fn start(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        // a worker sets its own; what it starts must find the user's
        match dayfold_ncio::file_locking_of_the_user() {
            Some(locking) => command.env(dayfold_ncio::FILE_LOCKING, locking),
            None => command.env_remove(dayfold_ncio::FILE_LOCKING),
        };
        command
            .arg0("dayfold")
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }
}

/// Hello, and the job in parts that fit a frame: regions can have millions of corners.
fn greeting(job: &Job) -> Result<Vec<Bytes>, FrameError> {
    let job = frame::encode(job)?;
    let hello = ToWorker::Hello { protocol: PROTOCOL, job_bytes: job.len() as u64 };
    let parts = job.chunks(JOB_PART).map(|part| ToWorker::JobPart(part.to_vec()));
    std::iter::once(hello).chain(parts).map(|message| frame::encode(&message).map(Bytes::from)).collect()
}
