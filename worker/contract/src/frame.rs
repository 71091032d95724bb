//! Frames: a 32-bit little-endian length, then a message in bincode.
//!
//! The only place that knows bincode, which is no longer maintained (RUSTSEC-2025-0141): to
//! replace it is to change this file and [`crate::message::PROTOCOL`]. Here is the worker's side,
//! which reads and writes plainly; the supervisor's takes the payloads from tokio's codec and
//! shares [`encode`], [`decode`] and the limits.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The longest payload of a frame.
pub const MAX_PAYLOAD: usize = 16 << 20;

/// How many bytes of a job go into one frame.
pub const JOB_PART: usize = 8 << 20;

/// What can be wrong with a frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream itself failed.
    #[error("the stream broke")]
    Io(#[from] io::Error),
    /// The stream ended within a frame.
    #[error("the stream ended within a frame")]
    Cut,
    /// The length is over [`MAX_PAYLOAD`].
    #[error("a frame of {0} bytes: at most {MAX_PAYLOAD} are allowed")]
    TooLong(usize),
    /// The payload is not the message that was expected.
    #[error("a frame that is no message")]
    Decode(#[source] bincode::error::DecodeError),
    /// The payload is a message and something more.
    #[error("a frame with {0} bytes after its message")]
    Trailing(usize),
    /// The message cannot be written.
    #[error("a message that cannot be encoded")]
    Encode(#[source] bincode::error::EncodeError),
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<{ 1 << 30 }>()
}

/// A message as a payload, of any length.
pub fn encode<M: Serialize>(message: &M) -> Result<Vec<u8>, FrameError> {
    bincode::serde::encode_to_vec(message, config()).map_err(FrameError::Encode)
}

/// A payload as a message; all of it must be used.
pub fn decode<M: DeserializeOwned>(payload: &[u8]) -> Result<M, FrameError> {
    let (message, used) = bincode::serde::decode_from_slice(payload, config()).map_err(FrameError::Decode)?;
    match payload.len() - used {
        0 => Ok(message),
        more => Err(FrameError::Trailing(more)),
    }
}

/// Writes one frame and flushes it.
pub fn write_frame<M: Serialize>(stream: &mut impl Write, message: &M) -> Result<(), FrameError> {
    let payload = encode(message)?;
    if payload.len() > MAX_PAYLOAD {
        return Err(FrameError::TooLong(payload.len()));
    }
    let mut frame = Vec::with_capacity(payload.len() + 4);
    frame.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    frame.extend_from_slice(&payload);
    stream.write_all(&frame)?;
    Ok(stream.flush()?)
}

/// Reads one frame; `None` at the end of the stream.
pub fn read_frame<M: DeserializeOwned>(stream: &mut impl Read) -> Result<Option<M>, FrameError> {
    let mut length = [0; 4];
    match fill(stream, &mut length)? {
        0 => return Ok(None),
        4 => {}
        _ => return Err(FrameError::Cut),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_PAYLOAD {
        return Err(FrameError::TooLong(length));
    }
    let mut payload = vec![0; length];
    if fill(stream, &mut payload)? < length {
        return Err(FrameError::Cut);
    }
    decode(&payload).map(Some)
}

/// Reads until `buffer` is full or the stream ends; how much was read.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Attempt, FromWorker, ToWorker};
    use crate::{GroupId, message::PROTOCOL};
    use proptest::prelude::*;

    fn progress() -> FromWorker {
        let attempt = Attempt { group: GroupId(7), number: 2 };
        FromWorker::Progress { attempt, files_done: 40, file: "v1.1/2022/02/01/a.nc".into() }
    }

    #[test]
    fn several_frames_come_back_in_order() -> Result<(), FrameError> {
        let hello = ToWorker::Hello { protocol: PROTOCOL, job_bytes: 12 };
        let mut stream = Vec::new();
        write_frame(&mut stream, &hello)?;
        write_frame(&mut stream, &ToWorker::Shutdown)?;
        let mut reader = &stream[..];
        assert_eq!(read_frame(&mut reader)?, Some(hello));
        assert_eq!(read_frame(&mut reader)?, Some(ToWorker::Shutdown));
        assert_eq!(read_frame::<ToWorker>(&mut reader)?, None);
        Ok(())
    }

    #[test]
    fn every_cut_is_noticed() -> Result<(), FrameError> {
        let mut stream = Vec::new();
        write_frame(&mut stream, &progress())?;
        for end in 1..stream.len() {
            let read = read_frame::<FromWorker>(&mut &stream[..end]);
            assert!(matches!(read, Err(FrameError::Cut)), "cut at {end}: {read:?}");
        }
        Ok(())
    }

    #[test]
    fn a_length_over_the_limit_allocates_nothing() {
        let stream = u32::MAX.to_le_bytes();
        assert!(matches!(read_frame::<ToWorker>(&mut &stream[..]), Err(FrameError::TooLong(_))));
    }

    proptest! {
        #[test]
        fn rubbish_is_an_error_or_a_message_never_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode::<FromWorker>(&bytes);
            let _ = read_frame::<ToWorker>(&mut &bytes[..]);
        }
    }
}
