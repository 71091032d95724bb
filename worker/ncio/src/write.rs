//! Writing a dataset in memory as a NetCDF-4 file.
//!
//! The same dataset gives the same bytes. Giving the file its final name is the caller's.

use std::path::Path;

use crate::dataset::Dataset;
use crate::error::NcError;
use crate::raw::{RawWriter, Schema};

pub use crate::raw::Storage;

/// Creates a NetCDF-4 file, which must not be there yet, and syncs it. After an error a file that
/// is not whole may be left behind. A full disk or quota is told by [`NcError::is_no_space`].
pub fn write_dataset(path: &Path, dataset: &Dataset, storage: Storage) -> Result<(), NcError> {
    let mut writer = RawWriter::create(path, Schema::from(dataset), storage)?;
    for variable in &dataset.variables {
        writer.write(&variable.name, &variable.values)?;
    }
    writer.finish()
}
