//! A group: the unit of work that one worker does at a time, usually a day.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Fingerprint;
use crate::shown::shown;

/// A group's name: `2022-02-01`, `2022-02`, `2022`, or a file's path relative to the archive's root.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupName(String);

impl GroupName {
    /// Names a group; any text will do.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text: as it is. For people it is displayed, with escapes for what may not be shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

/// A group's place in its plan, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub u32);

impl GroupId {
    /// The place as an index into `Plan::groups`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A group and its input files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What users call it.
    pub name: GroupName,
    /// Paths relative to the archive's root, sorted, each once.
    pub files: Vec<String>,
}

impl Group {
    /// What decides whether a partial belongs to this group as it stands: its sorted file names.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_parts(self.files.iter().map(String::as_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_of_the_files_alone() {
        let group = |name: &str, files: &[&str]| Group {
            name: GroupName::new(name),
            files: files.iter().map(|&file| file.to_owned()).collect(),
        };
        assert_eq!(group("a", &["x", "y"]).fingerprint(), group("b", &["x", "y"]).fingerprint());
        assert_ne!(group("a", &["x", "y"]).fingerprint(), group("a", &["x"]).fingerprint());
    }
}
