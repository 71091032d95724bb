//! The folder that a sample goes into: nothing in it is overwritten, and everything appears at
//! once when all of it is written.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::SampleError;

/// A sample in the making: a hidden folder inside the one it is for.
#[derive(Debug)]
pub struct Folder {
    target: PathBuf,
    aside: TempDir,
}

impl Folder {
    /// Makes `target`, or takes it if it is empty.
    pub fn begin(target: &Path) -> Result<Self, SampleError> {
        let nearest = target.ancestors().find(|path| path.symlink_metadata().is_ok());
        if let Some(path) = nearest.filter(|path| !path.is_dir()) {
            return Err(SampleError::NotAFolder { path: path.to_owned() });
        }
        let at = |source| SampleError::folder(target, source);
        fs::create_dir_all(target).map_err(at)?;
        if let Some(entry) = fs::read_dir(target).map_err(at)?.next() {
            let entry = entry.map_err(at)?.file_name();
            return Err(SampleError::NotEmpty { path: target.to_owned(), entry: entry.into() });
        }
        let aside = tempfile::Builder::new().prefix(".aside-").tempdir_in(target).map_err(at)?;
        Ok(Self { target: target.to_owned(), aside })
    }

    /// Where `name` is written until all is.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.aside.path().join(name)
    }

    /// Writes a text file.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), SampleError> {
        let path = self.path(name);
        let write = || fs::File::create_new(&path)?.write_all(text.as_bytes());
        write().map_err(|source| SampleError::folder(&path, source))
    }

    /// Puts everything in its place.
    pub fn finish(self) -> Result<(), SampleError> {
        let at = |source| SampleError::folder(&self.target, source);
        for entry in fs::read_dir(self.aside.path()).map_err(at)? {
            let entry = entry.map_err(at)?;
            let target = self.target.join(entry.file_name());
            rename(&entry.path(), &target).map_err(|source| SampleError::folder(&target, source))?;
        }
        self.aside.close().map_err(at)
    }
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
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_of_it_appears_at_the_end() {
        let here = tempfile::tempdir().unwrap();
        let target = here.path().join("new/sample");
        let folder = Folder::begin(&target).unwrap();
        folder.write_text("a.txt", "a").unwrap();
        fs::create_dir(folder.path("b")).unwrap();
        assert!(names(&target).iter().all(|name| name.starts_with(".aside-")), "{:?}", names(&target));
        folder.finish().unwrap();
        assert_eq!(names(&target), ["a.txt", "b"]);
    }

    #[test]
    fn an_abandoned_one_leaves_nothing() {
        let here = tempfile::tempdir().unwrap();
        drop(Folder::begin(here.path()).unwrap());
        assert_eq!(names(here.path()), [""; 0]);
    }

    #[test]
    fn what_is_there_stays() {
        let here = tempfile::tempdir().unwrap();
        let folder = Folder::begin(here.path()).unwrap();
        folder.write_text("a.txt", "ours").unwrap();
        fs::File::create_new(here.path().join("a.txt")).unwrap().write_all(b"theirs").unwrap();
        assert!(matches!(folder.finish(), Err(SampleError::Folder { .. })));
        assert_eq!(fs::read(here.path().join("a.txt")).unwrap(), b"theirs");
        let error = Folder::begin(here.path()).unwrap_err().to_string();
        assert!(error.contains("is not empty: it holds a.txt"), "{error}");
    }
}
