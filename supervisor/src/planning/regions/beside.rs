//! The files that make up a shapefile: found and opened, whatever is in them.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::error::RegionsError;

/// The file of the same name with another ending, which may be in capitals like the first's.
pub(super) fn beside(file: &Path, ending: &str) -> Option<PathBuf> {
    let candidates = [file.with_extension(ending), file.with_extension(ending.to_ascii_uppercase())];
    candidates.into_iter().find(|candidate| candidate.exists())
}

/// Opens a file that a shapefile cannot do without.
pub(super) fn open_beside(
    file: &Path,
    ending: &str,
    holds: &'static str,
) -> Result<(PathBuf, BufReader<File>), RegionsError> {
    let path = beside(file, ending).ok_or_else(|| RegionsError::Incomplete {
        file: file.to_path_buf(),
        missing: file.with_extension(ending),
        holds,
    })?;
    open(&path).map(|opened| (path, opened))
}

/// Opens a file to be read through a buffer.
pub(super) fn open(path: &Path) -> Result<BufReader<File>, RegionsError> {
    let opened = dayfold_files::open(path).map(BufReader::new);
    opened.map_err(|source| RegionsError::Read { file: path.to_path_buf(), source })
}
