//! Opening regular files, and nothing else.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// What is in the place of a file is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {0}, not a regular file")]
pub struct NotRegular(pub &'static str);

/// Opens a regular file to read it.
///
/// # Errors
/// What the system says; [`NotRegular`] within an [`io::Error`] for anything else than a regular file, at
/// once: a pipe is not waited for.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(File::options().read(true), path)
}

/// Opens a regular file that is there, with these options.
///
/// # Errors
/// As [`open`].
pub fn open_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = options.custom_flags(flags.bits() as i32).open(path);
    let file = match opened {
        // somebody has a lease on the file and is asked to give it up: that may be waited for
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            require_regular(path)?;
            options.custom_flags(OFlags::NOCTTY.bits() as i32).open(path)?
        }
        // a socket, a pipe without a reader, a device that is not there
        Err(error) if Errno::from_io_error(&error) == Some(Errno::NXIO) => {
            require_regular(path)?;
            return Err(error);
        }
        opened => opened?,
    };
    check(&file.metadata()?)?;
    Ok(file)
}

/// Looks whether a regular file is at this path, without opening it: for libraries that open by name.
///
/// # Errors
/// As [`open`].
pub fn require_regular(path: &Path) -> io::Result<()> {
    check(&path.metadata()?)
}

/// All of a regular file.
///
/// # Errors
/// As [`open`], or where it cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path)?.read_to_end(&mut content)?;
    Ok(content)
}

/// All of a regular file, which must be UTF-8.
///
/// # Errors
/// As [`read`], or where it is not.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let mut content = String::new();
    open(path)?.read_to_string(&mut content)?;
    Ok(content)
}

fn check(found: &Metadata) -> io::Result<()> {
    let kind = found.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let error = if kind.is_dir() { ErrorKind::IsADirectory } else { ErrorKind::InvalidInput };
    Err(io::Error::new(error, NotRegular(named(kind))))
}

fn named(kind: FileType) -> &'static str {
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::io::Write;
    use std::os::unix::net::UnixListener;

    fn write(path: &Path, content: &[u8]) {
        File::create(path).unwrap().write_all(content).unwrap();
    }

    #[test]
    fn regular_files_are_read_also_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&file, b"text");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read(&link).unwrap(), b"text");
        assert_eq!(read_to_string(&file).unwrap(), "text");
        write(&file, b"\xff");
        assert_eq!(read_to_string(&file).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(open(&folder.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn anything_else_is_named_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let _listening = UnixListener::bind(at("socket")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        for (path, what) in [
            (at("pipe"), "it is a pipe, not a regular file"),
            (at("socket"), "it is a socket, not a regular file"),
            (at("folder"), "it is a folder, not a regular file"),
            ("/dev/null".into(), "it is a device, not a regular file"),
        ] {
            assert_eq!(open(&path).unwrap_err().to_string(), what);
            assert_eq!(require_regular(&path).unwrap_err().to_string(), what);
            let write = open_with(File::options().read(true).write(true), &path).unwrap_err();
            assert!(write.to_string() == what || write.kind() == ErrorKind::IsADirectory, "{write}");
        }
    }
}
