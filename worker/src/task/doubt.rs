//! Whose fault it is where the library says only that it failed.
//!
//! It uses the same words for a damaged file and for a file system that refuses, and a file that is
//! taken for damaged is not tried again. Whether the system can read the file to its end tells them apart.

use std::io;
use std::path::Path;

use dayfold_ncio::NcError;
use dayfold_ncio::chunks::IndexError;
use dayfold_ncio::raw::RawError;

/// The error as it is, or what the system says where it cannot read the file.
pub fn settled(error: NcError) -> NcError {
    if !is_the_librarys_word(&error) {
        return error;
    }
    match read_to_the_end(error.path()) {
        Ok(()) => error,
        Err(source) => NcError::Open { path: error.path().to_owned(), source },
    }
}

fn is_the_librarys_word(error: &NcError) -> bool {
    matches!(
        error,
        NcError::Damaged { .. }
            | NcError::Read { .. }
            | NcError::ChunkIndex { source: IndexError::Unreadable, .. }
            | NcError::Raw(RawError::Failed { .. })
    )
}

fn read_to_the_end(path: &Path) -> io::Result<()> {
    io::copy(&mut dayfold_files::open(path)?, &mut io::sink()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(path: &Path) -> NcError {
        NcError::Damaged { path: path.to_owned(), found: "HDF error".to_owned() }
    }

    #[test]
    fn a_file_that_the_system_reads_is_damaged_and_another_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(settled(damaged(file.path())), NcError::Damaged { .. }));
        // reading its first byte is an input/output error
        let refused = settled(damaged(Path::new("/proc/self/mem")));
        assert!(
            matches!(&refused, NcError::Open { source, .. } if source.raw_os_error() == Some(5)),
            "{refused}"
        );
    }
}
