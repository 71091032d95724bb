//! A file that is read at will: its beginning at once, the rest as it is asked for.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What a file begins with is read at once: in most archives everything but the values and where they are.
pub(crate) const BEGINNING: u64 = 64 << 10;

/// How a file in HDF5 begins.
pub(crate) const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Not more is given at once: damaged lengths, each of which a reader would follow, stay cheap.
const MOST: usize = 1 << 20;

/// An open file.
#[derive(Debug)]
pub(crate) struct Source {
    file: File,
    bytes: u64,
    beginning: Vec<u8>,
}

impl Source {
    /// Opens a file and reads its beginning.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = dayfold_files::open(path)?;
        let bytes = file.metadata()?.len();
        let beginning = beginning(&file, bytes.min(BEGINNING) as usize)?;
        Ok(Self { file, bytes, beginning })
    }

    /// How many bytes it had when it was opened.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its first bytes, as many as are looked at to tell what it is.
    pub(crate) fn signature(&self) -> &[u8] {
        self.beginning.get(..8).unwrap_or(&self.beginning)
    }

    /// A path by which a library opens this very file, or fails where another has got its name meanwhile; where the
    /// system has none, its name.
    pub(crate) fn path(&self, name: &Path) -> PathBuf {
        let open = PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        if open.exists() { open } else { name.to_owned() }
    }

    /// Whether this is still the file of that name.
    pub(crate) fn is_at(&self, name: &Path) -> bool {
        let (here, there) = (self.file.metadata(), std::fs::metadata(name));
        here.is_ok_and(|here| there.is_ok_and(|there| (here.dev(), here.ino()) == (there.dev(), there.ino())))
    }

    /// So many bytes; `None` where there are not as many, where the system cannot read them, and where they are
    /// more than anybody needs at once.
    pub(crate) fn get(&self, at: u64, count: usize) -> Option<Cow<'_, [u8]>> {
        let end = usize::try_from(at).ok().and_then(|at| Some(at..at.checked_add(count)?));
        if let Some(known) = end.and_then(|range| self.beginning.get(range)) {
            return Some(Cow::Borrowed(known));
        }
        let is_there = at.checked_add(count as u64).is_some_and(|end| end <= self.bytes);
        if !is_there || count > MOST {
            return None;
        }
        let mut bytes = vec![0; count];
        self.read(at, &mut bytes).ok()?;
        Some(Cow::Owned(bytes))
    }

    /// Fills `bytes` with those from `at` on, as they are now.
    pub(crate) fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(bytes, at)
    }
}

/// The first `bytes` of a file, or fewer where there are not as many; with one read where the system allows.
fn beginning(mut file: &File, bytes: usize) -> io::Result<Vec<u8>> {
    let mut beginning = vec![0; bytes.max(1)];
    let mut have = 0;
    while let Some(room) = beginning.get_mut(have..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => have += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    beginning.truncate(have);
    Ok(beginning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn bytes_come_from_anywhere_in_the_file_and_from_nowhere_else() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..100_000_u32).map(|index| (index / 3) as u8).collect();
        file.write_all(&bytes).unwrap();
        let source = Source::open(file.path()).unwrap();
        assert_eq!((source.bytes(), source.signature()), (100_000, &bytes[..8]));
        for (at, count) in
            [(0, 10), (65_530, 6), (65_530, 7), (65_536, 1), (99_999, 1), (0, 100_000), (100_000, 0)]
        {
            assert_eq!(source.get(at as u64, count).as_deref(), Some(&bytes[at..at + count]), "{at} {count}");
        }
        for (at, count) in [(99_999, 2), (100_001, 0), (u64::MAX, 1), (5, usize::MAX), (0, 100_001)] {
            assert_eq!(source.get(at, count), None, "{at} {count}");
        }
    }

    #[test]
    fn a_short_file_has_a_short_signature_and_a_folder_none() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(Source::open(file.path()).unwrap().signature(), b"");
        assert!(Source::open(Path::new("/")).is_err());
    }
}
