//! The only looks at the disk that planning needs: what a folder holds, and where links under `**` lead.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

pub(super) use dayfold_files::{Entry, Kind};

/// Lists folders; the walk's tests count with another one than the disk.
pub(super) trait Lister {
    /// The entries of a folder, in any order, without `.` and `..`.
    fn list(&mut self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// What a path stands for, links followed.
    fn look(&mut self, path: &Path) -> io::Result<Status>;
}

/// What a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) is_folder: bool,
    pub(super) id: Id,
}

/// The same for all paths to one thing: device and inode.
pub(super) type Id = (u64, u64);

/// Whether something can be listed; where a link leads is not looked at.
pub(super) fn may_be_folder(kind: Kind) -> bool {
    matches!(kind, Kind::Folder | Kind::Link)
}

/// Whether something can be read.
pub(super) fn may_be_file(kind: Kind) -> bool {
    matches!(kind, Kind::File | Kind::Link)
}

/// The real disk.
pub(super) struct Disk;

impl Lister for Disk {
    fn list(&mut self, folder: &Path) -> io::Result<Vec<Entry>> {
        dayfold_files::list(folder)
    }

    fn look(&mut self, path: &Path) -> io::Result<Status> {
        let metadata = std::fs::metadata(path)?;
        Ok(Status { is_folder: metadata.is_dir(), id: (metadata.dev(), metadata.ino()) })
    }
}
