//! What can go wrong where a file is read or written as it is.

use std::path::{Path, PathBuf};

use crate::dataset::TypesDiffer;
use crate::ffi::library::Failed;

/// A file that cannot be read or written as it is.
#[derive(Debug, thiserror::Error)]
pub enum RawError {
    /// The library or the system refuses.
    #[error("cannot {action} {path}", path = .path.display())]
    Failed {
        /// What was tried, to read on before the path: `open`, `read variable "x" of`.
        action: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Failed,
    },
    /// The disk or a quota is full.
    #[error(
        "cannot {action} {path}: no space left on the disk, or the quota is used up; make room and run again",
        path = .path.display()
    )]
    NoSpace {
        /// What was tried.
        action: String,
        /// The file.
        path: PathBuf,
        /// What the library said.
        #[source]
        source: Failed,
    },
    /// A file that was written cannot be made safe against a power cut.
    #[error("cannot sync {path}", path = .path.display())]
    Sync {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file has groups within its root.
    #[error(
        "{path} has the group {group:?}: variables are only taken from the root; write them there",
        path = .path.display()
    )]
    Group {
        /// The file.
        path: PathBuf,
        /// The first group's name.
        group: String,
    },
    /// A variable or attribute is of a type that is no number, character or string.
    #[error(
        "{what} of {path} has {found}: only numbers, characters and strings can be carried over; \
         write it as one of these",
        path = .path.display()
    )]
    UserDefined {
        /// The file.
        path: PathBuf,
        /// The variable or attribute, by name.
        what: String,
        /// The type, by class and name.
        found: String,
    },
    /// A variable or dimension is not there.
    #[error("{path} has no {what} {name:?}", path = .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// `variable`, or `dimension` with what should have it.
        what: String,
        /// The name.
        name: String,
    },
    /// Values of another type than the variable's.
    #[error("cannot write variable {variable:?} of {path}", path = .path.display())]
    Type {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Both types.
        #[source]
        source: TypesDiffer,
    },
}

impl RawError {
    /// For `map_err`: what was tried with which file.
    pub(super) fn at(action: impl Into<String>, path: &Path) -> impl FnOnce(Failed) -> Self {
        let (action, path) = (action.into(), path.to_owned());
        move |source| match source.is_no_space() {
            true => Self::NoSpace { action, path, source },
            false => Self::Failed { action, path, source },
        }
    }

    /// The file concerned.
    pub fn path(&self) -> &Path {
        match self {
            Self::Failed { path, .. }
            | Self::NoSpace { path, .. }
            | Self::Sync { path, .. }
            | Self::Group { path, .. }
            | Self::UserDefined { path, .. }
            | Self::Missing { path, .. }
            | Self::Type { path, .. } => path,
        }
    }

    /// What the system refused and may grant another time.
    pub fn refused(&self) -> Option<std::io::Error> {
        match self {
            Self::Failed { source, .. } | Self::NoSpace { source, .. } => source.refused(),
            _ => None,
        }
    }

    /// Whether the disk or a quota is full: the same may succeed once there is room.
    pub fn is_no_space(&self) -> bool {
        match self {
            Self::NoSpace { .. } => true,
            Self::Sync { source, .. } => {
                matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}
