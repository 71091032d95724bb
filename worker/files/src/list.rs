//! What a folder holds.
//!
//! Not by the standard library, whose directory reader panics where `closedir` fails, as it can on a network
//! file system.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Dir, FileType, Mode, OFlags};

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// What it is.
    pub kind: Kind,
}

/// What something in a folder is; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A socket, a pipe, a device.
    Other,
}

/// The entries of a folder, in any order, without `.` and `..`. File systems that do not tell kinds in
/// listings cost a look at each entry.
///
/// # Errors
/// If the folder cannot be opened or read.
pub fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for_each(folder, |name, kind| {
        let kind = match kind {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            FileType::Unknown => match looked_at(&folder.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                kind => kind?,
            },
            _ => Kind::Other,
        };
        entries.push(Entry { name: name.to_owned(), kind });
        Ok(())
    })?;
    Ok(entries)
}

/// The names in a folder, in any order, without `.` and `..`.
///
/// # Errors
/// As [`list`].
pub fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for_each(folder, |name, _| {
        names.push(name.to_owned());
        Ok(())
    })?;
    Ok(names)
}

fn for_each(folder: &Path, mut take: impl FnMut(&OsStr, FileType) -> io::Result<()>) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut listing = Dir::new(rustix::fs::open(folder, flags, Mode::empty())?)?;
    while let Some(entry) = listing.read() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            take(OsStr::from_bytes(name), entry.file_type())?;
        }
    }
    Ok(())
}

fn looked_at(path: &Path) -> io::Result<Kind> {
    let kind = fs::symlink_metadata(path)?.file_type();
    Ok(match () {
        () if kind.is_dir() => Kind::Folder,
        () if kind.is_file() => Kind::File,
        () if kind.is_symlink() => Kind::Link,
        () => Kind::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, mknodat};

    #[test]
    fn entries_are_listed_with_their_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::File::create(at("file")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        fs::File::create(folder.path().join(OsStr::from_bytes(b"\xff\n"))).unwrap();
        let mut entries = list(folder.path()).unwrap();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let kinds: Vec<(&[u8], Kind)> =
            entries.iter().map(|entry| (entry.name.as_bytes(), entry.kind)).collect();
        assert_eq!(
            kinds,
            [
                (&b"file"[..], Kind::File),
                (b"folder", Kind::Folder),
                (b"link", Kind::Link),
                (b"pipe", Kind::Other),
                (b"\xff\n", Kind::File),
            ]
        );
        assert_eq!(names(folder.path()).unwrap().len(), 5);
        assert!(list(&at("file")).is_err() && list(&at("pipe")).is_err() && list(&at("none")).is_err());
    }

    /// Many more than one call of the system gives.
    #[test]
    fn large_folders_are_listed_whole() {
        let folder = tempfile::tempdir().unwrap();
        let name = |number: u32| format!("{number:05}-a-name-that-is-not-short-at-all");
        for number in 0..3000 {
            fs::File::create(folder.path().join(name(number))).unwrap();
        }
        let mut names = names(folder.path()).unwrap();
        names.sort();
        assert!(names.into_iter().eq((0..3000).map(|number| OsString::from(name(number)))));
    }
}
