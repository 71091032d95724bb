//! Where a search without result ended first, for a message that helps.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Where a search ended first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadEnd {
    /// It is not there.
    Absent(PathBuf),
    /// It is there and not a folder.
    NotFolder(PathBuf),
    /// Nothing in it fits.
    NoneLike {
        /// The folder.
        folder: PathBuf,
        /// What was looked for in it.
        wanted: String,
        /// What it holds.
        entries: usize,
        /// One of them.
        example: Option<String>,
        /// How many fit but for their dates, which are not asked for or not of their version.
        other_dates: usize,
    },
}

impl DeadEnd {
    /// From a folder that could not be listed: the highest one on the way to it that is not as it should be.
    pub(super) fn at(folder: PathBuf) -> Self {
        let highest = folder.ancestors().filter(|path| !path.as_os_str().is_empty() && !path.is_dir()).last();
        let path = highest.map_or(folder.clone(), Path::to_path_buf);
        if path.exists() { Self::NotFolder(path) } else { Self::Absent(path) }
    }
}

impl DeadEnd {
    /// Whether what was looked for is there, of other dates or versions.
    pub(super) fn has_other_dates(&self) -> bool {
        matches!(self, Self::NoneLike { other_dates, .. } if *other_dates > 0)
    }
}

impl fmt::Display for DeadEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(path) => write!(f, "looked first for {}, which does not exist", path.display()),
            Self::NotFolder(path) => write!(f, "looked first in {}, which is not a folder", path.display()),
            Self::NoneLike { folder, entries: 0, .. } => {
                write!(f, "looked first in {}, which is empty", folder.display())
            }
            Self::NoneLike { folder, wanted, entries, example, other_dates } => {
                let noun = if *entries == 1 { "entry" } else { "entries" };
                write!(f, "looked first in {}, which holds {entries} {noun}, none ", folder.display())?;
                match other_dates {
                    0 => write!(f, "like {wanted}")?,
                    fit => write!(
                        f,
                        "of the dates and versions asked for: {fit} {} like {wanted}, but of others",
                        if *fit == 1 { "is" } else { "are" }
                    )?,
                }
                example.as_ref().map_or(Ok(()), |example| write!(f, ", for example {example:?}"))
            }
        }
    }
}

/// Whether a folder cannot be listed because there is no such folder.
pub(super) fn is_absent(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error);
    matches!(code, Some(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR | rustix::io::Errno::LOOP))
}
