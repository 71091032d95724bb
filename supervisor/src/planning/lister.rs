//! The only looks at the disk that planning needs: what a folder holds, and where links under `**` lead.

use std::ffi::OsString;
use std::fs::FileType;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

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

/// Something in a folder.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: OsString,
    pub(super) kind: Kind,
}

/// What something in a folder is, as far as the listing says without a look at itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    /// Leads to either.
    Link,
    /// A socket, a pipe, a device.
    Other,
}

impl Kind {
    /// Whether it can be listed.
    pub(super) fn may_be_folder(self) -> bool {
        matches!(self, Self::Folder | Self::Link)
    }

    /// Whether it can be read.
    pub(super) fn may_be_file(self) -> bool {
        matches!(self, Self::File | Self::Link)
    }
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match () {
            () if kind.is_dir() => Self::Folder,
            () if kind.is_file() => Self::File,
            () if kind.is_symlink() => Self::Link,
            () => Self::Other,
        }
    }
}

/// The real disk. File systems that do not tell kinds in listings cost a look at each entry.
pub(super) struct Disk;

impl Lister for Disk {
    fn list(&mut self, folder: &Path) -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<std::fs::DirEntry>| {
            let entry = entry?;
            Ok(Entry { name: entry.file_name(), kind: entry.file_type()?.into() })
        };
        std::fs::read_dir(folder)?.map(entry).collect()
    }

    fn look(&mut self, path: &Path) -> io::Result<Status> {
        let metadata = std::fs::metadata(path)?;
        Ok(Status { is_folder: metadata.is_dir(), id: (metadata.dev(), metadata.ino()) })
    }
}
