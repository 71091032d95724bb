//! For tests: the committed files, and copies of them with changes.
#![allow(clippy::disallowed_methods, reason = "a test may be cut off")]

use std::path::{Path, PathBuf};

/// A committed file.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Copies of a file with changes, each under a name of its own: the library may keep a damaged one open.
pub(crate) struct Copies {
    folder: tempfile::TempDir,
    pub(crate) whole: Vec<u8>,
    count: usize,
}

impl Copies {
    pub(crate) fn of(file: &str) -> Self {
        let (folder, whole) = (tempfile::tempdir().unwrap(), std::fs::read(fixture(file)).unwrap());
        Self { folder, whole, count: 0 }
    }

    pub(crate) fn changed(&mut self, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
        let mut bytes = self.whole.clone();
        change(&mut bytes);
        self.count += 1;
        let path = self.folder.path().join(format!("{}.nc", self.count));
        std::fs::write(&path, bytes).unwrap();
        path
    }
}
