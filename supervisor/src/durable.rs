//! Files that are whole or not there, at every instant, also after a power cut.
//!
//! Everything is written aside in the folder where it will stay, synced, renamed, and the folder
//! synced. What a file holds and when it is written is the callers' business, and so is knowing
//! that nobody else is at work where left-overs are swept.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dayfold_contract::error::is_no_space;
use dayfold_contract::partial::ASIDE_PREFIX;
use tempfile::NamedTempFile;

use crate::crash;

/// What could not be done to a file, and why.
#[derive(Debug, thiserror::Error)]
#[error("{action} {}", path.display())]
pub struct DurableError {
    /// What was tried, as in "failed to ...".
    pub action: &'static str,
    /// With what.
    pub path: PathBuf,
    /// Why not.
    #[source]
    pub source: io::Error,
}

impl DurableError {
    fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { action, path: path.to_owned(), source }
    }

    /// Whether the disk or a quota is full: the run can go on once there is room.
    pub fn is_no_space(&self) -> bool {
        is_no_space(&self.source)
    }
}

impl From<DurableError> for io::Error {
    /// Keeps kind, path and cause.
    fn from(error: DurableError) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// Gives the whole file `aside` the name `target`, in place of what is there, durably. Both are
/// on one file system. The error's text names the path, its kind is the system's.
pub fn publish(aside: &Path, target: &Path) -> io::Result<()> {
    put_in_place(aside, target)?;
    sync_folder(folder_of(target))
}

/// The first part of [`publish`]: after it `target` is whole, but a power cut may still take its
/// name away until [`sync_folder`] is done, which many files of a folder can share.
pub fn put_in_place(aside: &Path, target: &Path) -> io::Result<()> {
    let file = dayfold_files::open(aside).map_err(DurableError::at("open", aside))?;
    file.sync_all().map_err(DurableError::at("sync", aside))?;
    crash::after("sync", aside);
    fs::rename(aside, target).map_err(DurableError::at("rename a finished file to", target))?;
    crash::after("rename", target);
    Ok(())
}

/// Writes `target` anew, in place of what is there.
pub fn replace(target: &Path, content: &[u8]) -> Result<(), DurableError> {
    replace_with(target, |writer| writer.write_all(content))
}

/// Writes `target` anew by `write`; if that fails, what is there stays as it is.
pub fn replace_with(
    target: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> Result<(), DurableError> {
    let aside = write_aside(target, write)?;
    aside.persist(target).map_err(|error| DurableError::at("replace", target)(error.error))?;
    crash::after("replace", target);
    sync_folder(folder_of(target)).map_err(DurableError::at("sync the folder of", target))
}

/// Makes the file `target`, whole at once. Where it exists already it is left alone, and the
/// error's source is of kind [`io::ErrorKind::AlreadyExists`]. Of many who try at once, on any
/// nodes, one succeeds.
pub fn create_new(target: &Path, content: &[u8]) -> Result<(), DurableError> {
    let mut swept = 0;
    loop {
        let aside = write_aside(target, |writer| writer.write_all(content))?;
        // renameat2 with NOREPLACE, or a hard link where the file system does not know that
        match aside.persist_noclobber(target) {
            Ok(_) => break,
            // somebody who begins has taken it for a left-over: most often, who has got the name
            Err(error) if error.error.kind() == io::ErrorKind::NotFound && swept < SWEPT => swept += 1,
            Err(error) => return Err(DurableError::at("create", target)(error.error)),
        }
    }
    crash::after("create", target);
    sync_folder(folder_of(target)).map_err(DurableError::at("sync the folder of", target))
}

/// A file that somebody writes changes more often than this.
const LONG_WRITTEN: Duration = Duration::from_secs(3600);

/// What is written aside can be swept so often by others who begin.
const SWEPT: usize = 3;

/// Makes a folder, and those above it that are not there, durably: each has its name after a power cut.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let missing = |above: &&Path| !above.as_os_str().is_empty() && !above.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(missing).collect();
    fs::create_dir_all(folder)?;
    new.into_iter().rev().try_for_each(|made| sync_folder(folder_of(made)))
}

/// Syncs a folder: the names in it are then as durable as the files.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    let handle = File::open(folder).map_err(DurableError::at("open the folder", folder))?;
    let synced = handle.sync_all();
    crash::after("sync the folder", folder);
    match synced {
        // some network file systems know no sync of folders, and need none
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => Ok(synced.map_err(DurableError::at("sync the folder", folder))?),
    }
}

/// Removes the files and folders in `folder` whose names begin with `prefix`; which of them stay, and why:
/// a program whose worker was killed may still write there. Only for who knows that nobody else does.
///
/// # Errors
/// If the folder cannot be listed.
pub fn sweep(folder: &Path, prefix: &str) -> Result<Vec<DurableError>, DurableError> {
    let mut stay = Vec::new();
    for name in dayfold_files::names(folder).map_err(DurableError::at("list", folder))? {
        if !name.as_bytes().starts_with(prefix.as_bytes()) {
            continue;
        }
        let path = folder.join(name);
        match dayfold_files::remove_tree(&path) {
            Ok(()) => crash::after("sweep", &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => stay.push(DurableError::at("remove the left-over", &path)(error)),
        }
    }
    Ok(stay)
}

/// What was written aside in `folder` and has not changed for an hour: left-overs, most likely, of others than who
/// looks, who sweeps its own.
///
/// # Errors
/// If the folder cannot be listed.
pub fn left_overs(folder: &Path) -> Result<Vec<PathBuf>, DurableError> {
    let names = dayfold_files::names(folder).map_err(DurableError::at("list", folder))?;
    let aside = names.into_iter().filter(|name| name.as_bytes().starts_with(ASIDE_PREFIX.as_bytes()));
    let is_old = |path: &PathBuf| {
        let changed = path.symlink_metadata().and_then(|there| there.modified()).ok();
        changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age > LONG_WRITTEN)
    };
    Ok(aside.map(|name| folder.join(name)).filter(is_old).collect())
}

/// A whole, synced file without its name yet; dropped, it is gone.
fn write_aside(
    target: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> Result<NamedTempFile, DurableError> {
    let aside = file_aside(folder_of(target), &aside_prefix(target));
    let aside = aside.map_err(DurableError::at("create a file aside", target))?;
    crash::after("begin aside", target);
    let mut writer = BufWriter::new(aside.as_file());
    write(&mut writer).and_then(|()| writer.flush()).map_err(DurableError::at("write", target))?;
    drop(writer);
    crash::after("write aside", target);
    aside.as_file().sync_all().map_err(DurableError::at("sync", target))?;
    crash::after("sync aside", target);
    Ok(aside)
}

/// A new file in `folder`, removed when it is dropped, with the mode of any new file: tempfile's own
/// would keep the group's members out. Errors do not tell its name, which nobody knows.
pub(crate) fn file_aside(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let create = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    tempfile::Builder::new().prefix(prefix).make_in(folder, create)
}

/// Says whose left-over it is, for people who list the folder.
fn aside_prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or(OsStr::new("file")).to_string_lossy();
    let short: String = name.chars().take(40).collect();
    format!("{ASIDE_PREFIX}{short}-")
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Barrier;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_published_file_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let (aside, target) = (folder.path().join(".aside-1"), folder.path().join("a.nc"));
        File::create(&aside).unwrap().write_all(b"new").unwrap();
        File::create(&target).unwrap().write_all(b"old").unwrap();
        publish(&aside, &target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.nc"]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_aside() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("plan.json");
        replace(&target, b"old").unwrap();
        let failed = replace_with(&target, |writer| {
            writer.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        let failed = failed.unwrap_err();
        assert!(failed.is_no_space());
        assert!(failed.to_string().contains("plan.json"), "{failed}");
        assert!(is_no_space(&io::Error::from(failed)));
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["plan.json"]);
    }

    #[test]
    fn a_real_full_disk_is_told_apart() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let error = (&full).write_all(b"x").unwrap_err();
        assert!(is_no_space(&error), "{error:?}");
    }

    #[test]
    fn of_many_who_create_one_wins_and_its_file_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("lock");
        let barrier = Barrier::new(8);
        let content = |who: u8| vec![b'a' + who; 10_000];
        let winners: Vec<u8> = std::thread::scope(|scope| {
            let create = |who: u8| {
                let (barrier, target) = (&barrier, &target);
                move || {
                    barrier.wait();
                    (who, create_new(target, &content(who)))
                }
            };
            let running: Vec<_> = (0..8).map(|who| scope.spawn(create(who))).collect();
            let ended = running.into_iter().map(|thread| thread.join().unwrap());
            ended
                .filter_map(|(who, made)| match made {
                    Ok(()) => Some(who),
                    Err(error) => {
                        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
                        None
                    }
                })
                .collect()
        });
        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(fs::read(&target).unwrap(), content(winners[0]));
        assert_eq!(names(folder.path()), ["lock"]);
    }

    #[test]
    fn modes_are_those_of_any_new_file() {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("plain")).unwrap();
        create_new(&folder.path().join("created"), b"").unwrap();
        replace(&folder.path().join("replaced"), b"").unwrap();
        let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("created"), mode("plain"));
        assert_eq!(mode("replaced"), mode("plain"));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("gone");
        let error = replace(&missing.join("a"), b"").unwrap_err();
        assert!(error.to_string().contains("gone/a"), "{error}");
        assert!(!error.source.to_string().contains(ASIDE_PREFIX), "{}", error.source);
        assert!(sync_folder(&missing).unwrap_err().to_string().contains("gone"));
        assert!(publish(&missing, &folder.path().join("b")).unwrap_err().to_string().contains("gone"));
    }

    #[test]
    fn only_left_overs_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".aside-1", ".aside-plan.json-x", "plan.json"] {
            File::create(folder.path().join(name)).unwrap();
        }
        fs::create_dir_all(folder.path().join(".aside-2.d/within")).unwrap();
        assert!(sweep(folder.path(), ASIDE_PREFIX).unwrap().is_empty());
        assert_eq!(names(folder.path()), ["plan.json"]);
    }
}
