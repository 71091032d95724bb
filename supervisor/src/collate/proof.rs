//! Whether a source is still what was kept: its content, read once, before any of it is believed.
//!
//! Hours can lie between the end of a group and the collation. HDF5 would not notice a changed value, and may
//! do anything with a changed structure.

use std::io;

use dayfold_contract::Fingerprint;

use super::Source;
use super::error::CollateError;

/// How many bytes the source has, which are those that were kept, as far as its checksum is known.
///
/// # Errors
/// [`CollateError::Gone`], [`CollateError::Damaged`] or [`CollateError::Unreadable`].
pub(super) fn whole(source: &Source) -> Result<u64, CollateError> {
    let lost = |error| lost(source, error);
    let file = dayfold_files::open(&source.path).map_err(lost)?;
    let length = file.metadata().map_err(lost)?.len();
    let Some(checksum) = source.checksum else { return Ok(length) };
    if Fingerprint::of_reader(file).map_err(lost)? == checksum {
        return Ok(length);
    }
    Err(CollateError::Damaged { group: source.group.clone(), path: source.path.clone() })
}

fn lost(source: &Source, error: io::Error) -> CollateError {
    let (group, path) = (source.group.clone(), source.path.clone());
    match error.kind() {
        io::ErrorKind::NotFound => CollateError::Gone { group, path },
        _ => CollateError::Unreadable { group, path, source: error },
    }
}
