//! From the stored bytes of a chunk to its values: checksums, inflating, shuffled bytes, either byte order.
//!
//! Where chunks are in a file, and what their values mean, is left to others.

mod checksum;
pub(crate) mod element;
mod error;
pub(crate) mod pipeline;

pub use error::ChunkError;
