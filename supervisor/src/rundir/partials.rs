//! Which groups have a whole partial: what resume goes by, and nothing else.
//!
//! A partial's name says which run and group it belongs to, and what its content must be; both are
//! proven here.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::error::in_one_line;
use dayfold_contract::{Fingerprint, Group, GroupName, PartialName, partial};
use dayfold_files::{Entry, Kind};

use super::{RunDir, RunDirError};
use crate::crash;

/// The partials that were found, by the key in their names.
#[derive(Debug, Default)]
pub struct Partials {
    by_key: HashMap<Fingerprint, (PathBuf, PartialName)>,
    /// Second results of groups, which nobody needs.
    spare: Vec<PathBuf>,
    /// What has a partial's name and is no file.
    odd: Vec<PathBuf>,
}

impl Partials {
    /// Lists the folder, once. Other files in it are left alone.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(run_dir: &RunDir) -> Result<Self, RunDirError> {
        let folder = run_dir.partials();
        let unreadable = |source| RunDirError::Unreadable { path: folder.clone(), source };
        let mut partials = Self::default();
        for Entry { name, kind } in dayfold_files::list(&folder).map_err(unreadable)? {
            let path = folder.join(&name);
            match name.to_str().and_then(PartialName::parse) {
                Some(name) if is_file(&path, kind) => partials.add(path, name),
                Some(_) => partials.odd.push(path),
                None => {}
            }
        }
        Ok(partials)
    }

    /// Of two results of one group, which a task that is not the same each time can leave, always
    /// the same one counts, in whatever order a folder is listed.
    fn add(&mut self, path: PathBuf, name: PartialName) {
        let (key, checksum) = (name.key, name.checksum);
        match self.by_key.get(&key) {
            Some((_, other)) if other.checksum < checksum => self.spare.push(path),
            _ => self.spare.extend(self.by_key.insert(key, (path, name)).map(|(path, _)| path)),
        }
    }

    /// The partial of this group of this run, if it is there: by its name, the content not read.
    pub fn of(&self, run: Fingerprint, group: &Group) -> Option<&PathBuf> {
        self.kept(partial::key(run, group)).map(|(path, _)| path)
    }

    /// The same by its key, with what its content must be.
    pub fn kept(&self, key: Fingerprint) -> Option<(&PathBuf, Fingerprint)> {
        self.by_key.get(&key).map(|(path, name)| (path, name.checksum))
    }

    /// The same with its whole name.
    pub fn named(&self, key: Fingerprint) -> Option<(&Path, &PartialName)> {
        self.by_key.get(&key).map(|(path, name)| (path.as_path(), name))
    }

    /// Removes the one with this key, so that its group runs again.
    ///
    /// # Errors
    /// If the system does not let it go.
    pub fn remove(&mut self, key: Fingerprint) -> io::Result<()> {
        self.by_key.remove(&key).map_or(Ok(()), |(path, _)| std::fs::remove_file(path))
    }

    /// Whether the one with this key is of a group without values, by its name.
    pub fn is_empty(&self, key: Fingerprint) -> bool {
        self.by_key.get(&key).is_some_and(|(_, name)| name.is_empty())
    }

    /// Removes those without values of these groups, so that they run again; which groups these are. What cannot
    /// be removed is told.
    pub fn remove_empty<'a>(
        &mut self,
        run: Fingerprint,
        groups: impl IntoIterator<Item = &'a Group>,
        warnings: &mut Vec<String>,
    ) -> Vec<&'a GroupName> {
        let mut removed = Vec::new();
        for group in groups {
            let key = partial::key(run, group);
            let Some((path, _)) = self.by_key.get(&key).filter(|(_, name)| name.is_empty()) else { continue };
            if let Err(error) = std::fs::remove_file(path) {
                warnings.push(format!("{} cannot be removed: {error}", path.display()));
            }
            self.by_key.remove(&key);
            removed.push(&group.name);
        }
        removed
    }

    /// Whether there is one with this key: see [`partial::key`].
    pub fn has(&self, key: Fingerprint) -> bool {
        self.by_key.contains_key(&key)
    }

    /// How many there are, second results not counted.
    pub fn count(&self) -> usize {
        self.by_key.len()
    }

    /// Takes those with these keys out, second results too; their files stay.
    pub fn take(&mut self, keys: &HashSet<Fingerprint>) -> Vec<PathBuf> {
        let is_one = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| PartialName::parse(name.to_str()?));
            name.is_some_and(|name| keys.contains(&name.key))
        };
        let mut taken: Vec<PathBuf> = self.spare.extract_if(.., |path| is_one(path)).collect();
        taken.extend(keys.iter().filter_map(|key| self.by_key.remove(key)).map(|(path, _)| path));
        taken
    }

    /// Removes all of them, stale ones included; what could not be removed, in words.
    pub fn remove_all(self) -> Vec<String> {
        let remove = |path: PathBuf| match std::fs::remove_file(&path) {
            Ok(()) => {
                crash::after("remove", &path);
                None
            }
            Err(error) => Some(format!(
                "the partial {} is not needed any more and stays: {}",
                path.display(),
                in_one_line(&error)
            )),
        };
        let partials = self.by_key.into_values().map(|(path, _)| path);
        partials.chain(self.spare).filter_map(remove).collect()
    }

    /// Reads all of it, and keeps only what is as its name says. A damaged partial is removed, so
    /// that its group runs again, and told; so is what is no file, which stays.
    ///
    /// # Errors
    /// If one cannot be read: it may be whole, and is left alone.
    pub fn verify<'a>(
        &mut self,
        run: Fingerprint,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Result<Vec<String>, RunDirError> {
        let named = |group: &'a Group| (partial::key(run, group), &group.name);
        let names: HashMap<Fingerprint, &GroupName> = groups.into_iter().map(named).collect();
        let mut warnings: Vec<String> = self.odd.iter().map(|path| odd(path)).collect();
        let mut unreadable = None;
        self.by_key.retain(|key, (path, name)| {
            let Some(group) = names.get(key) else { return true };
            match dayfold_files::open(path).and_then(Fingerprint::of_reader) {
                Ok(found) if found == name.checksum => true,
                // another shard has collated and removed it just now
                Err(error) if error.kind() == io::ErrorKind::NotFound => false,
                Err(source) => {
                    unreadable = Some(RunDirError::Unreadable { path: path.clone(), source });
                    false
                }
                Ok(_) => {
                    warnings.push(damaged(path, group));
                    false
                }
            }
        });
        unreadable.map_or(Ok(warnings), Err)
    }
}

/// Whether it can be a partial, which also may be a link to one: to open anything else can take for ever.
fn is_file(path: &Path, kind: Kind) -> bool {
    kind == Kind::File || (kind == Kind::Link && path.is_file())
}

fn odd(path: &Path) -> String {
    format!("{} has a partial's name and is no file: it counts for nothing, remove it", path.display())
}

fn damaged(path: &PathBuf, group: &GroupName) -> String {
    let removed = match std::fs::remove_file(path) {
        Ok(()) => "it is removed".to_owned(),
        Err(error) => format!("it cannot be removed ({})", in_one_line(&error)),
    };
    format!(
        "the partial {} of group {group} is damaged: its content is not what its name says; {removed}, and \
         the group runs again",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::rundir::fixture::group;
    use std::os::unix::fs::symlink;

    struct Room {
        folder: tempfile::TempDir,
        run: Fingerprint,
    }

    impl Room {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("partials")).unwrap();
            Self { folder, run: Fingerprint::of(b"run") }
        }

        fn run_dir(&self) -> RunDir {
            RunDir::at(self.folder.path())
        }

        fn put(&self, group: &Group, named_for: &[u8], content: &[u8]) -> PathBuf {
            let name = PartialName::new(self.run, group, Fingerprint::of(named_for)).to_string();
            let path = self.run_dir().partials().join(name);
            durable::replace(&path, content).unwrap();
            path
        }
    }

    #[test]
    fn only_what_is_as_its_name_says_is_kept() {
        let room = Room::new();
        let groups = [group("1", &["a"]), group("2", &["b"]), group("3", &["c"])];
        let good = room.put(&groups[0], b"good", b"good");
        let bad = room.put(&groups[1], b"good", b"baad");
        let stale = room.put(&group("1", &["older"]), b"good", b"bad");
        let mut partials = Partials::list(&room.run_dir()).unwrap();
        let warnings = partials.verify(room.run, &groups).unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains("group 2 is damaged"), "{warnings:?}");
        assert_eq!(groups.each_ref().map(|group| partials.of(room.run, group)), [Some(&good), None, None]);
        assert!(!bad.exists() && stale.exists(), "what is of no planned group is left alone");
        assert_eq!(partials.remove_all(), Vec::<String>::new());
        assert_eq!(std::fs::read_dir(room.run_dir().partials()).unwrap().count(), 0);
    }

    /// A folder, a pipe that nobody writes into, a link to nothing; and a link to a partial.
    #[test]
    fn what_is_no_file_is_no_partial_and_told() {
        let room = Room::new();
        let groups = ["1", "2", "3", "4"].map(|name| group(name, &["a"]));
        let places = groups.each_ref().map(|group| {
            let path = room.put(group, b"good", b"good");
            std::fs::remove_file(&path).unwrap();
            path
        });
        std::fs::create_dir(&places[0]).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &places[1], rustix::fs::Mode::RWXU).unwrap();
        symlink("nowhere", &places[2]).unwrap();
        durable::replace(&room.folder.path().join("elsewhere"), b"good").unwrap();
        symlink("../elsewhere", &places[3]).unwrap();
        let mut partials = Partials::list(&room.run_dir()).unwrap();
        let warnings = partials.verify(room.run, &groups).unwrap();
        assert_eq!((partials.count(), partials.of(room.run, &groups[3])), (1, Some(&places[3])));
        for odd in &places[..3] {
            let told =
                |warning: &&String| warning.contains(odd.to_str().unwrap()) && warning.ends_with("remove it");
            assert_eq!(warnings.iter().filter(told).count(), 1, "{warnings:?}");
        }
    }

    #[test]
    fn of_two_results_always_the_same_counts() {
        let group = group("1", &["a"]);
        for contents in [[b"one", b"two"], [b"two", b"one"]] {
            let room = Room::new();
            let mut paths = contents.map(|content| room.put(&group, content, content));
            paths.sort();
            let partials = Partials::list(&room.run_dir()).unwrap();
            assert_eq!(partials.of(room.run, &group), Some(&paths[0]));
            assert_eq!(partials.remove_all(), Vec::<String>::new());
            assert!(!paths[0].exists() && !paths[1].exists());
        }
    }
}
