//! What the starts of a run learn beside its identity: which files its command depends on and what was in them, which
//! results were made by earlier contents of these, and which groups are being done again.
//!
//! The identity has the command as it is written. What is in a program may change while the command stays; results
//! of both would be mixed silently.

use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::{Fingerprint, GroupName};
use serde::{Deserialize, Serialize};

/// What is learnt of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt {
    /// The files that the command depends on, as they were at the last start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// The groups whose results were kept when a dependency had changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mixed: Vec<GroupName>,
    /// What is being done again, from when it was asked for until the final file is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<Redo>,
}

impl Learnt {
    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same with the paths of dependencies put as `place` says.
    #[must_use]
    pub fn placed(mut self, place: impl Fn(&Path) -> PathBuf) -> Self {
        self.dependencies.iter_mut().for_each(|dependency| dependency.path = place(&dependency.path));
        self
    }

    /// Whether a final file with this content does not stand for its groups any more: some are done again.
    pub fn is_outdated(&self, final_file: Fingerprint) -> bool {
        self.redo.as_ref().is_some_and(|redo| redo.outdated == Some(final_file))
    }
}

/// A file that a command depends on: its program, a file among its constant arguments, or one that the configuration
/// names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// As it is written in the configuration.
    pub name: String,
    /// Where it was at the last start. In the file it is relative to the run directory where it is beside or in that.
    pub path: PathBuf,
    /// Of its content.
    pub fingerprint: Fingerprint,
}

/// Groups that are done again though they have results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redo {
    /// These; all where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupName>,
    /// The content of the final file that has their earlier results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outdated: Option<Fingerprint>,
}

impl Redo {
    /// Whether this group is among them.
    pub fn has(&self, group: &GroupName) -> bool {
        self.groups.is_empty() || self.groups.contains(group)
    }
}

impl Dependency {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(name: String, path: PathBuf) -> io::Result<Self> {
        let fingerprint = content(&path)?;
        Ok(Self { name, path, fingerprint })
    }
}

fn content(path: &Path) -> io::Result<Fingerprint> {
    dayfold_files::open(path).and_then(Fingerprint::of_reader)
}

/// What has become of dependencies since an earlier start, in words. A name that is not there any more counts if the
/// command still has it.
pub fn changes(old: &[Dependency], new: &[Dependency], command: &[String]) -> Vec<String> {
    let change = |was: &Dependency| match new.iter().find(|now| now.name == was.name) {
        Some(now) if now.fingerprint == was.fingerprint => None,
        Some(_) => Some(has_changed(&was.name)),
        None => command.contains(&was.name).then(|| is_gone(&was.name)),
    };
    old.iter().filter_map(change).collect()
}

/// What has become of dependencies since they were read, in words. One that is not there to be read says nothing: the
/// run directory may have been moved without it.
pub fn changes_by_now(dependencies: &[Dependency]) -> Vec<String> {
    let is_another = |was: &&Dependency| content(&was.path).is_ok_and(|now| now != was.fingerprint);
    dependencies.iter().filter(is_another).map(|was| has_changed(&was.name)).collect()
}

fn has_changed(name: &str) -> String {
    format!("{name} has changed")
}

fn is_gone(name: &str) -> String {
    format!("{name} is not there any more")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;

    fn dependency(name: &str, content: &str) -> Dependency {
        Dependency { name: name.into(), path: name.into(), fingerprint: Fingerprint::of(content.as_bytes()) }
    }

    #[test]
    fn what_has_changed_since_an_earlier_start_is_named() {
        let old = [dependency("./day.sh", "a"), dependency("table.csv", "a"), dependency("notes", "a")];
        let command = ["./day.sh", "table.csv"].map(str::to_owned);
        let told = |new: &[Dependency]| changes(&old, new, &command);
        assert_eq!(told(&old), [""; 0]);
        let new = [dependency("table.csv", "b"), dependency("more", "a"), dependency("notes", "a")];
        assert_eq!(told(&new), ["./day.sh is not there any more", "table.csv has changed"]);
        assert_eq!(told(&old[..2]), [""; 0], "it is not named any more");
        assert_eq!(changes(&[], &old, &command), [""; 0], "nothing is known of earlier ones");
    }

    #[test]
    fn what_has_changed_since_this_start_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.sh");
        durable::replace(&path, b"one").unwrap();
        let dependencies = [Dependency::read("./day.sh".into(), path.clone()).unwrap()];
        assert_eq!(changes_by_now(&dependencies), [""; 0]);
        durable::replace(&path, b"two").unwrap();
        assert_eq!(changes_by_now(&dependencies), ["./day.sh has changed"]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(changes_by_now(&dependencies), [""; 0]);
    }

    #[test]
    fn nothing_of_it_is_written_at_first() {
        assert_eq!(serde_json::to_string(&Learnt::default()).unwrap(), "{}");
        let redo = Some(Redo { groups: vec![GroupName::new("1")], outdated: Some(Fingerprint::of(b"x")) });
        let learnt = Learnt { dependencies: vec![dependency("a", "b")], redo, ..Learnt::default() };
        let text = serde_json::to_string(&learnt).unwrap();
        assert_eq!(serde_json::from_str::<Learnt>(&text).unwrap(), learnt);
        assert!(learnt.is_outdated(Fingerprint::of(b"x")) && !learnt.is_outdated(Fingerprint::of(b"y")));
    }
}
