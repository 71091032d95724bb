//! The C libraries: every call to netcdf-c and HDF5, made safe, and what they need of the system.
//!
//! - [`mod@read`]: what reading fields needs of netcdf-c · [`library`]: what carrying any variables needs of it
//! - [`chunk_index`]: where HDF5 keeps a variable's chunks
//! - [`mod@init`]: what is said to both before the first file · [`mod@versions`] · [`opening`], [`closing`]: functions of C that are replaced

pub(crate) mod chunk_index;
pub(crate) mod closing;
pub(crate) mod init;
pub(crate) mod library;
mod opening;
pub(crate) mod read;
pub(crate) mod versions;
