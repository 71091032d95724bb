//! The folder that a sample goes into: nothing in it is overwritten, and everything appears when all of it is
//! written. A sample that was cut short is no obstacle: the same command removes what is left of it, or moves the
//! rest into place.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dayfold_contract::partial::ASIDE_PREFIX;

use super::{CONFIGURATION, SampleError};

/// Locked by the process that writes, for as long as it lives.
const LOCK: &str = "lock";

/// There as soon as all else is whole, with the request that it was made for.
const WHOLE: &str = "whole";

/// A sample in the making: a hidden folder inside the one it is for, removed with the value.
#[derive(Debug)]
pub struct Folder {
    target: PathBuf,
    aside: PathBuf,
    request: String,
    is_whole: bool,
    /// Something is in its place: the rest is for the same command to move.
    is_moving: bool,
    _lock: Option<File>,
}

impl Folder {
    /// Makes `target`, or takes it if it is empty but for what a command that was cut short has left. One that had
    /// written all that the same `request` asks for is gone on with.
    pub fn begin(target: &Path, request: &str) -> Result<Self, SampleError> {
        let nearest = target.ancestors().find(|path| path.symlink_metadata().is_ok());
        if let Some(path) = nearest.filter(|path| !path.is_dir()) {
            return Err(SampleError::NotAFolder { path: path.to_owned() });
        }
        let at = |source| SampleError::folder(target, source);
        fs::create_dir_all(target).map_err(at)?;
        let (asides, others): (Vec<_>, Vec<_>) =
            dayfold_files::names(target).map_err(at)?.into_iter().partition(is_aside);
        let left = asides.into_iter().map(|name| target.join(name));
        let left: Vec<LeftOver> = left.map(LeftOver::look).collect::<Result<_, _>>()?;
        if let Some(whole) = left.iter().position(|left| left.holds(request)) {
            let LeftOver { path, lock } = left.into_iter().nth(whole).ok_or_else(|| at(gone()))?;
            return Ok(Self::of(target, path, lock, request, true));
        }
        if let Some(entry) = others.into_iter().min() {
            return Err(SampleError::NotEmpty { path: target.to_owned(), entry: entry.into() });
        }
        for left in left {
            dayfold_files::remove_tree(&left.path)
                .map_err(|source| SampleError::folder(&left.path, source))?;
        }
        let aside = tempfile::Builder::new().prefix(ASIDE_PREFIX).tempdir_in(target).map_err(at)?.keep();
        let lock = File::create(aside.join(LOCK)).map_err(at)?;
        // where a file system knows no locks nobody can tell that we live
        let _unknown = lock.try_lock();
        Ok(Self::of(target, aside, Some(lock), request, false))
    }

    fn of(target: &Path, aside: PathBuf, lock: Option<File>, request: &str, is_whole: bool) -> Self {
        let (target, request) = (target.to_owned(), request.to_owned());
        Self { target, aside, request, is_whole, is_moving: is_whole, _lock: lock }
    }

    /// Whether everything has been written before.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Where `name` is written until all is.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.aside.join(name)
    }

    /// Writes a text file.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), SampleError> {
        let path = self.path(name);
        let write = || File::create_new(&path)?.write_all(text.as_bytes());
        write().map_err(|source| SampleError::folder(&path, source))
    }

    /// Puts everything in its place, the configuration last.
    pub fn finish(mut self) -> Result<(), SampleError> {
        if !self.is_whole {
            self.write_text(WHOLE, &self.request)?;
            self.is_whole = true;
        }
        let mut names =
            dayfold_files::names(&self.aside).map_err(|source| SampleError::folder(&self.aside, source))?;
        names.retain(|name| name != LOCK && name != WHOLE);
        names.sort_by_key(|name| (name == CONFIGURATION, name.clone()));
        for name in names {
            let target = self.target.join(&name);
            rename(&self.aside.join(&name), &target)
                .map_err(|source| SampleError::folder(&target, source))?;
            self.is_moving = true;
        }
        let aside = std::mem::take(&mut self.aside);
        dayfold_files::remove_tree(&aside).map_err(|source| SampleError::folder(&aside, source))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_moving && !self.aside.as_os_str().is_empty() {
            // what stays is removed by the next command
            let _ = dayfold_files::remove_tree(&self.aside);
        }
    }
}

/// What a command that was cut short has left.
struct LeftOver {
    path: PathBuf,
    /// Held, so that no other takes it.
    lock: Option<File>,
}

impl LeftOver {
    /// Refuses one whose command is at work.
    fn look(path: PathBuf) -> Result<Self, SampleError> {
        let mut options = File::options();
        let lock = dayfold_files::open_with(options.read(true).write(true), &path.join(LOCK)).ok();
        match lock.as_ref().map(File::try_lock) {
            Some(Err(fs::TryLockError::WouldBlock)) => Err(SampleError::AtWork { path }),
            _ => Ok(Self { path, lock }),
        }
    }

    fn holds(&self, request: &str) -> bool {
        dayfold_files::read(&self.path.join(WHOLE)).is_ok_and(|text| text == request.as_bytes())
    }
}

fn is_aside(name: &OsString) -> bool {
    name.as_encoded_bytes().starts_with(ASIDE_PREFIX.as_bytes())
}

fn gone() -> io::Error {
    io::ErrorKind::NotFound.into()
}

/// Renames, but not onto anything: the folder was empty, and somebody else may have used it since.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = dayfold_files::names(folder).unwrap().into_iter();
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_of_it_appears_at_the_end() {
        let here = tempfile::tempdir().unwrap();
        let target = here.path().join("new/sample");
        let folder = Folder::begin(&target, "all").unwrap();
        folder.write_text("a.txt", "a").unwrap();
        fs::create_dir(folder.path("b")).unwrap();
        assert!(names(&target).iter().all(|name| name.starts_with(".aside-")), "{:?}", names(&target));
        let second = Folder::begin(&target, "all").unwrap_err().to_string();
        assert!(second.contains("another `dayfold sample` is at work"), "{second}");
        folder.finish().unwrap();
        assert_eq!(names(&target), ["a.txt", "b"]);
    }

    #[test]
    fn an_abandoned_one_leaves_nothing() {
        let here = tempfile::tempdir().unwrap();
        drop(Folder::begin(here.path(), "all").unwrap());
        assert_eq!(names(here.path()), [""; 0]);
    }

    /// As after a kill: nothing is removed by the process, and its lock goes with it.
    fn killed(folder: Folder) {
        let mut folder = folder;
        folder.aside = PathBuf::new();
    }

    #[test]
    fn what_a_killed_command_left_is_no_obstacle() {
        let here = tempfile::tempdir().unwrap();
        let folder = Folder::begin(here.path(), "all").unwrap();
        folder.write_text("a.txt", "half").unwrap();
        killed(folder);
        let folder = Folder::begin(here.path(), "all").unwrap();
        assert!(!folder.is_whole() && names(here.path()).len() == 1, "{:?}", names(here.path()));
        folder.write_text("a.txt", "a").unwrap();
        folder.finish().unwrap();
        assert_eq!(names(here.path()), ["a.txt"]);
    }

    #[test]
    fn one_that_was_killed_as_it_put_things_in_place_is_gone_on_with_by_the_same_command() {
        let here = tempfile::tempdir().unwrap();
        let folder = Folder::begin(here.path(), "all").unwrap();
        ["a.txt", "b.txt", WHOLE].iter().for_each(|name| folder.write_text(name, "all").unwrap());
        fs::rename(folder.path("a.txt"), here.path().join("a.txt")).unwrap();
        killed(folder);
        let other = Folder::begin(here.path(), "other").unwrap_err().to_string();
        assert!(other.contains("is not empty: it holds a.txt"), "{other}");
        let folder = Folder::begin(here.path(), "all").unwrap();
        assert!(folder.is_whole());
        folder.finish().unwrap();
        assert_eq!(names(here.path()), ["a.txt", "b.txt"]);
    }

    #[test]
    fn what_is_there_stays() {
        let here = tempfile::tempdir().unwrap();
        let folder = Folder::begin(here.path(), "all").unwrap();
        folder.write_text("a.txt", "ours").unwrap();
        File::create_new(here.path().join("a.txt")).unwrap().write_all(b"theirs").unwrap();
        assert!(matches!(folder.finish(), Err(SampleError::Folder { .. })));
        assert_eq!(dayfold_files::read(&here.path().join("a.txt")).unwrap(), b"theirs");
        let error = Folder::begin(here.path(), "all").unwrap_err().to_string();
        assert!(error.contains("is not empty: it holds a.txt"), "{error}");
    }
}
