//! What can be wrong with a stored chunk.

use std::io;

/// Why a chunk cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    /// The operating system cannot read it.
    #[error("the system cannot read {bytes} bytes at {address}")]
    Read {
        /// Where, from the beginning of the file.
        address: u64,
        /// How many bytes.
        bytes: u64,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// The index places it where the file is not.
    #[error(
        "its {bytes} bytes at {address} are not within the file, which has {present}: it was cut off or damaged"
    )]
    Outside {
        /// Where, from the beginning of the file.
        address: u64,
        /// How many bytes.
        bytes: u64,
        /// The size of the file.
        present: u64,
    },
    /// The index gives it a size that no writer needs.
    #[error("its index gives {bytes} bytes for {most} at most: it is damaged")]
    Stored {
        /// How many bytes.
        bytes: u64,
        /// How many there can be.
        most: u64,
    },
    /// What is deflated is damaged, or its checksum (Adler-32) is another one.
    #[error("its deflated bytes are damaged")]
    Deflated,
    /// The checksum of the filter fletcher32 is another one.
    #[error("its checksum is {found:#010x}: {stored:#010x} is stored; it is damaged")]
    Checksum {
        /// As computed.
        found: u32,
        /// As stored.
        stored: u32,
    },
    /// More bytes than the chunk's shape has.
    #[error("it inflates to more than {expected} bytes: it is damaged")]
    Longer {
        /// How many there should be.
        expected: usize,
    },
    /// Another number of bytes than the chunk's shape has.
    #[error("it decodes to {found} bytes: expected {expected}; it is damaged")]
    Size {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
}
