//! NetCDF and HDF5, in and out: the only crate that calls them.
//!
//! [`reader`] reads fields by CF rules, [`chunks`] reads them fast, [`raw`] and [`mod@write`] carry any variables of any type from
//! partials into a final file, [`dataset`] is a small file in memory.

pub mod cf;
pub mod chunks;
mod classic;
pub mod dataset;
mod decode;
pub mod error;
mod ffi;
#[cfg(test)]
mod fixture;
pub mod form;
pub mod grid;
mod metadata;
pub mod raw;
pub mod reader;
mod source;
pub mod time;
mod variable;
pub mod write;

pub use error::NcError;
pub use ffi::init::{FILE_LOCKING, file_locking_of_the_user, init};
pub use ffi::versions::library_versions;
