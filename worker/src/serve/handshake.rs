//! The first messages: the protocol's version, then the job in as many parts as it takes.

use std::io::Read;

use dayfold_contract::Job;
use dayfold_contract::frame::{self, FrameError};
use dayfold_contract::message::{PROTOCOL, ToWorker};

use super::ServeError;

/// Waits for the supervisor's hello and its job.
pub fn receive_job(input: &mut impl Read) -> Result<Job, ServeError> {
    let job_bytes = match receive(input)? {
        ToWorker::Hello { protocol: PROTOCOL, job_bytes } => job_bytes,
        ToWorker::Hello { protocol, .. } => return Err(ServeError::OtherProtocol { theirs: protocol }),
        other => return Err(ServeError::OutOfPlace { expected: "a hello", found: name(&other) }),
    };
    let mut job = Vec::new();
    while (job.len() as u64) < job_bytes {
        match receive(input)? {
            ToWorker::JobPart(part) => job.extend_from_slice(&part),
            other => {
                return Err(ServeError::OutOfPlace { expected: "a part of the job", found: name(&other) });
            }
        }
    }
    frame::decode(&job).map_err(ServeError::BadFrame)
}

fn receive(input: &mut impl Read) -> Result<ToWorker, ServeError> {
    match frame::read_frame(input) {
        Ok(Some(message)) => Ok(message),
        Ok(None) | Err(FrameError::Cut) => Err(ServeError::Gone),
        Err(error) => Err(ServeError::BadFrame(error)),
    }
}

/// What people call a message.
pub fn name(message: &ToWorker) -> &'static str {
    match message {
        ToWorker::Hello { .. } => "a hello",
        ToWorker::JobPart(_) => "a part of the job",
        ToWorker::Assign(_) => "an assignment",
        ToWorker::TakeBack(_) => "a take-back",
        ToWorker::Probe(_) => "a probe",
        ToWorker::Shutdown => "a shutdown",
    }
}
