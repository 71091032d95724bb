//! Any NetCDF file as it is: its schema, and values of any atomic type without unpacking.
//!
//! [`RawFile`] reads parts of variables, [`RawWriter`] writes a NetCDF-4 file part by part, so that
//! files of any size pass through little memory. What values mean is for others: nothing here
//! knows of time, packing or missing values.
//!
//! Two ways go past the library, with the same result: many files that are like a known one are read
//! directly ([`FileTemplate`]), and chunks are deflated in any thread ([`Packer`]).

mod carry;
mod chunks;
mod error;
mod file_template;
mod pack;
mod read;
mod schema;
mod tiles;
mod write;

pub(crate) use crate::ffi::library::Elsewhere;
pub use crate::ffi::library::Failed;
pub use carry::{CannotCarry, Carried, carried, is_reserved};
pub use chunks::{Storage, VariableStorage};
pub use error::RawError;
pub use file_template::FileTemplate;
pub use pack::{LooseChunk, PackedChunk, Packer};
pub use read::{RawFile, begins_as_netcdf};
pub use schema::{Schema, VariableSchema};
pub(crate) use tiles::Run;
pub use write::{Cut, RawWriter};
