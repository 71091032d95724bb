//! A full disk is told apart from other failures, whenever it shows: in the header, in a write,
//! or only when the file is closed. On a small tmpfs, where one may be mounted.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

#[path = "../../../tests/support/skip.rs"]
mod skip;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::write::{Storage, write_dataset};
use skip::skip;

/// A file system of one MiB; unmounted when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            skip("no small file system can be mounted here");
        }
        mounted.then_some(Self { folder })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.nc")
    }

    /// Leaves that many bytes.
    fn leave(&self, bytes: usize) {
        let mut filler = std::fs::File::create(self.folder.path().join("filler")).unwrap();
        let page = 4096;
        filler.write_all(&vec![1; (1 << 20) - bytes.next_multiple_of(page)]).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
    }
}

/// Noise, which cannot be deflated.
fn noise(values: usize) -> Dataset {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> 11
    };
    let x = Variable {
        name: "x".into(),
        dimensions: vec!["time".into()],
        values: Values::U64((0..values).map(|_| next()).collect()),
        attributes: vec![],
    };
    Dataset { dimensions: vec![("time".into(), values)], variables: vec![x], attributes: vec![] }
}

fn assert_full(path: &Path, values: usize, storage: Storage) {
    let error = write_dataset(path, &noise(values), storage).unwrap_err();
    assert!(error.is_no_space(), "{error:?}");
    assert!(error.to_string().contains("no space left"), "{error}");
}

fn deflated() -> Storage {
    Storage::Deflated { level: 1, chunk_bytes: 1 << 16, along: "time".into() }
}

#[test]
fn a_write_that_does_not_fit() {
    let Some(disk) = SmallDisk::mount() else { return };
    assert_full(&disk.path(), 1_000_000, Storage::Plain);
    std::fs::remove_file(disk.path()).unwrap();
    assert_full(&disk.path(), 1_000_000, deflated());
}

#[test]
fn a_close_that_does_not_fit() {
    let Some(disk) = SmallDisk::mount() else { return };
    disk.leave(8192);
    // one chunk, which stays in memory until the end
    assert_full(&disk.path(), 8192, deflated());
}

#[test]
fn not_even_the_header_fits() {
    let Some(disk) = SmallDisk::mount() else { return };
    disk.leave(0);
    assert_full(&disk.path(), 10, Storage::Plain);
}

#[test]
fn another_failure_is_no_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("a.nc");
    let error = write_dataset(&path, &noise(10), Storage::Plain).unwrap_err();
    assert!(!error.is_no_space(), "{error:?}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("No such file"), "{source}");
}
