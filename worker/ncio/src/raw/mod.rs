//! Any NetCDF file as it is: its schema, and values of any atomic type without unpacking.
//!
//! [`RawFile`] reads parts of variables, [`RawWriter`] writes a NetCDF-4 file part by part, so that
//! files of any size pass through little memory. What values mean is for others: nothing here
//! knows of time, packing or missing values.

mod chunks;
mod error;
mod library;
mod read;
mod schema;
mod write;

pub use chunks::Storage;
pub use error::RawError;
pub use library::Failed;
pub use read::RawFile;
pub use schema::{Schema, VariableSchema};
pub use write::RawWriter;
