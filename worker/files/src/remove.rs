//! Removing files, and folders with all that is in them.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;

/// Removes what is at this path; a folder with all that is in it, a link and not what it leads to.
///
/// # Errors
/// If something of it cannot be removed; the rest may be gone.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    remove_at(CWD, &path)
}

/// By descriptors on the way down: a name that becomes a link meanwhile leads nowhere else.
fn remove_at(folder: impl AsFd, name: &CStr) -> io::Result<()> {
    match unlinkat(&folder, name, AtFlags::empty()) {
        // which of the two a folder gives depends on the file system
        Err(Errno::ISDIR | Errno::PERM) => {}
        removed => return Ok(removed?),
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let within = openat(&folder, name, flags, Mode::empty()).map_err(|error| match error {
        Errno::NOTDIR | Errno::LOOP => Errno::PERM,
        other => other,
    })?;
    empty(&within)?;
    Ok(unlinkat(&folder, name, AtFlags::REMOVEDIR)?)
}

fn empty(folder: &OwnedFd) -> io::Result<()> {
    let mut names = Vec::new();
    let mut listing = Dir::read_from(folder)?;
    while let Some(entry) = listing.read() {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    drop(listing);
    for name in names {
        match remove_at(folder, &name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn trees_go_and_what_links_lead_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("tree/a/b")).unwrap();
        fs::create_dir(at("kept")).unwrap();
        for file in ["tree/1", "tree/a/2", "tree/a/b/3", "kept/4"] {
            fs::File::create(at(file)).unwrap();
        }
        std::os::unix::fs::symlink(at("kept"), at("tree/a/link")).unwrap();
        remove_tree(&at("tree")).unwrap();
        assert!(!at("tree").exists() && at("kept/4").exists());
        std::os::unix::fs::symlink(at("kept"), at("link")).unwrap();
        remove_tree(&at("link")).unwrap();
        assert!(!at("link").is_symlink() && at("kept/4").exists());
        remove_tree(&at("kept/4")).unwrap();
        assert!(!at("kept/4").exists());
        assert_eq!(remove_tree(&at("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
