//! Which groups have a whole partial: what resume goes by, and nothing else.
//!
//! A partial's name says which run and group it belongs to, and what its content must be; both are
//! proven here.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use dayfold_contract::{Fingerprint, Group, GroupName, PartialName, partial};

use super::{RunDir, RunDirError};

/// The partials that were found, by the key in their names.
#[derive(Debug, Default)]
pub struct Partials {
    by_key: HashMap<Fingerprint, (PathBuf, PartialName)>,
}

impl Partials {
    /// Lists the folder, once. Other files in it are left alone.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(run_dir: &RunDir) -> Result<Self, RunDirError> {
        let folder = run_dir.partials();
        let unreadable = |source| RunDirError::Unreadable { path: folder.clone(), source };
        let mut by_key = HashMap::new();
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if let Some(name) = entry.file_name().to_str().and_then(PartialName::parse) {
                by_key.insert(name.key, (entry.path(), name));
            }
        }
        Ok(Self { by_key })
    }

    /// The partial of this group of this run, if it is there: by its name, the content not read.
    pub fn of(&self, run: Fingerprint, group: &Group) -> Option<&PathBuf> {
        self.by_key.get(&partial::key(run, group)).map(|(path, _)| path)
    }

    /// Removes all of them, stale ones included; what could not be removed, in words.
    pub fn remove_all(self) -> Vec<String> {
        let remove = |(path, _): (PathBuf, PartialName)| match std::fs::remove_file(&path) {
            Ok(()) => None,
            Err(error) => {
                Some(format!("the partial {} is not needed any more and stays: {error}", path.display()))
            }
        };
        self.by_key.into_values().filter_map(remove).collect()
    }

    /// Reads all of it, and keeps only what is as its name says. A damaged partial is removed, so
    /// that its group runs again, and told.
    pub fn verify(&mut self, run: Fingerprint, groups: &[Group]) -> Vec<String> {
        let names: HashMap<Fingerprint, &GroupName> =
            groups.iter().map(|group| (partial::key(run, group), &group.name)).collect();
        let mut warnings = Vec::new();
        self.by_key.retain(|key, (path, name)| {
            let Some(group) = names.get(key) else { return true };
            match File::open(&*path).and_then(Fingerprint::of_reader) {
                Ok(found) if found == name.checksum => true,
                told => {
                    warnings.push(damaged(path, group, told.err()));
                    false
                }
            }
        });
        warnings
    }
}

fn damaged(path: &PathBuf, group: &GroupName, error: Option<io::Error>) -> String {
    let why = error.map_or_else(|| "its content is not what its name says".to_owned(), |e| e.to_string());
    let removed = match std::fs::remove_file(path) {
        Ok(()) => "it is removed".to_owned(),
        Err(error) => format!("it cannot be removed ({error})"),
    };
    format!(
        "the partial {} of group {group} is damaged: {why}; {removed}, and the group runs again",
        path.display()
    )
}
