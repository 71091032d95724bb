//! What an error of reading says of the file: whether it may pass, and whether the file is readable at all.

use std::io::ErrorKind::{InvalidInput, IsADirectory, NotADirectory, NotFound, PermissionDenied};

use dayfold_ncio::NcError;
use dayfold_ncio::chunks::ChunkError;

/// Where the fault lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The system refused something that it may grant the next time.
    Passing,
    /// The library failed, and does not tell a damaged file from a system that refused.
    InDoubt,
    /// The file cannot be read, and that stays so: damaged, no NetCDF, not allowed, not there.
    Unreadable,
    /// The file is readable, and not what is needed.
    Content,
}

impl Fault {
    /// Whether the same again may go well.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Passing | Self::InDoubt)
    }
}

/// Where the fault of an error lies that came of reading a file.
pub fn fault_of(error: &NcError) -> Fault {
    match error {
        NcError::Open { source, .. } => match source.kind() {
            // a pipe, a socket or a device is invalid
            NotFound | PermissionDenied | IsADirectory | NotADirectory | InvalidInput => Fault::Unreadable,
            _ => Fault::Passing,
        },
        NcError::Chunk { source: ChunkError::Read { .. }, .. } => Fault::Passing,
        NcError::Raw(error) if error.refused().is_some() => Fault::Passing,
        NcError::Read { .. } => Fault::InDoubt,
        NcError::NotNetcdf { .. }
        | NcError::Damaged { .. }
        | NcError::Chunk { .. }
        | NcError::ChunkIndex { .. } => Fault::Unreadable,
        _ => Fault::Content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn chunk(source: ChunkError) -> NcError {
        NcError::Chunk { path: "a.nc".into(), variable: "ghi".into(), chunk: vec![0], source }
    }

    #[test]
    fn a_chunk_that_is_damaged_stays_so_and_one_that_could_not_be_read_may_not() {
        assert_eq!(fault_of(&chunk(ChunkError::Deflated)), Fault::Unreadable);
        let source = io::Error::from_raw_os_error(libc::EIO);
        assert_eq!(fault_of(&chunk(ChunkError::Read { address: 0, bytes: 8, source })), Fault::Passing);
    }
}
