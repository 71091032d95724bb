//! Streaming several fields of one file, run of cells after run: the fast way in.
//!
//! The chunks of a field are found by HDF5's index, which is read here or by HDF5, read with few calls, inflated by libdeflate, and
//! unshuffled and unpacked while they are in cache; nothing but a row of chunks is in memory. A field
//! that is stored in a way that is not known here is read by the library; [`RunReader::routes`] tells
//! which way each goes. The values are the same to the bit.

mod announce;
mod bytes;
mod chunk_layout;
#[cfg(test)]
mod damage;
mod dispatch;
mod error;
mod floor;
mod index;
mod library;
mod plan;
mod route;
mod run;
mod source;
mod tiling;
mod trial;
mod unpack;
mod wanted;

pub use crate::decode::ChunkError;
pub use announce::announce;
pub use error::IndexError;
pub use floor::Floor;
pub use route::{Reason, Route};
pub use run::{Run, RunReader, Runs};
pub use trial::Trial;
pub use wanted::Wanted;
