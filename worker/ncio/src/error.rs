//! What can go wrong with a NetCDF file, told so that a person can act on it.
//!
//! Each variant names the file and, where there is one, the variable; the library's own words are
//! the source. How a file is read or written is left to the other modules.

use std::io;
use std::path::{Path, PathBuf};

use crate::cf::BadAttribute;
use crate::chunks::{ChunkError, IndexError};
use crate::grid::GridError;
use crate::raw::{Elsewhere, RawError};
use crate::time::TimeError;

/// A NetCDF file that cannot be read or written as asked.
#[derive(Debug, thiserror::Error)]
pub enum NcError {
    /// The operating system refuses: no such file, no permission, a directory.
    #[error("cannot open {path}", path = .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// The file is something else.
    #[error("{path} is not a NetCDF file: it {found}", path = .path.display())]
    NotNetcdf {
        /// The file.
        path: PathBuf,
        /// How it begins, to read on after "it".
        found: String,
    },
    /// The file begins as NetCDF and goes wrong: it was cut off or damaged.
    #[error("{path} is truncated or damaged: {found}; fetch or write it again", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was noticed.
        found: String,
    },
    /// A variable is not there.
    #[error(
        "{path} has no variable {variable:?}; it has: {present}",
        path = .path.display(),
        present = listed(present)
    )]
    NoVariable {
        /// The file.
        path: PathBuf,
        /// The name that was looked for.
        variable: String,
        /// The names that are there.
        present: Vec<String>,
    },
    /// The library fails on a variable.
    #[error("cannot read variable {variable:?} of {path}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// The library's reason.
        #[source]
        source: netcdf::Error,
    },
    /// A chunk of a variable is damaged or cannot be read.
    #[error("cannot read the chunk at {chunk:?} of variable {variable:?} of {path}", path = .path.display())]
    Chunk {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Where the chunk begins, by indices in the order of the variable's dimensions.
        chunk: Vec<usize>,
        /// What is wrong with it.
        #[source]
        source: ChunkError,
    },
    /// The index of a variable's chunks is damaged.
    #[error("the index of the chunks of variable {variable:?} of {path} is damaged", path = .path.display())]
    ChunkIndex {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// What was noticed.
        #[source]
        source: IndexError,
    },
    /// A variable is stored with a filter that the library was built without.
    #[error(
        "variable {variable:?} of {path} is compressed by filter {filter} ({name}), which is not supported; \
         rewrite the file with deflate",
        path = .path.display()
    )]
    Filter {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// HDF5's registered number of the filter.
        filter: u32,
        /// What that number stands for.
        name: &'static str,
    },
    /// A variable whose values are not in the file.
    #[error(
        "variable {variable:?} of {path} {found}: what is missing there would be read as fill values; write the \
         values into the file itself",
        path = .path.display()
    )]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Where they are, to read on after the variable.
        found: &'static str,
    },
    /// A variable holds something other than numbers.
    #[error("variable {variable:?} of {path} holds {found}: expected integers or floats", path = .path.display())]
    NotNumbers {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// The type that is there.
        found: String,
    },
    /// A variable's dimensions are not a field's: (time, latitude, longitude) in any order.
    #[error("variable {variable:?} of {path} is no field over latitude and longitude: {found}", path = .path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// What is wrong with its dimensions.
        found: String,
    },
    /// An attribute cannot be used.
    #[error("variable {variable:?} of {path} cannot be unpacked", path = .path.display())]
    Attribute {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Which, and why.
        #[source]
        source: BadAttribute,
    },
    /// Latitudes or longitudes are no regular axes.
    #[error("variable {variable:?} of {path} is no usable axis", path = .path.display())]
    Axis {
        /// The file.
        path: PathBuf,
        /// The coordinate variable.
        variable: String,
        /// What is wrong with it.
        #[source]
        source: GridError,
    },
    /// A time coordinate cannot be decoded.
    #[error("cannot decode the times in variable {variable:?} of {path}", path = .path.display())]
    Time {
        /// The file.
        path: PathBuf,
        /// The time variable.
        variable: String,
        /// Its reason.
        #[source]
        source: TimeError,
    },
    /// More was asked of a field than there is.
    #[error(
        "variable {variable:?} of {path} has {present} {what}: {asked} were asked for",
        path = .path.display()
    )]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Of what: time steps, rows, columns.
        what: &'static str,
        /// What was asked for.
        asked: String,
        /// How many there are.
        present: usize,
    },
    /// A file cannot be read or written as it is.
    #[error(transparent)]
    Raw(#[from] RawError),
}

impl NcError {
    /// The system does not open it. A link to nothing is there itself, which its own words do not tell.
    pub fn cannot_open(path: &Path, source: io::Error) -> Self {
        let source = match std::fs::read_link(path) {
            Ok(target) if source.kind() == io::ErrorKind::NotFound => {
                let told = format!("it is a link to {}, which is not there", target.display());
                io::Error::new(source.kind(), told)
            }
            _ => source,
        };
        Self::Open { path: path.to_owned(), source }
    }

    /// Of a variable whose values are somewhere else.
    pub(crate) fn elsewhere(path: &Path, variable: &str, elsewhere: Elsewhere) -> Self {
        let found = match elsewhere {
            Elsewhere::Virtual => "is a virtual dataset, whose values are in other files",
            Elsewhere::External => "has its values in external files",
            Elsewhere::Linked => "is a link to another file",
        };
        Self::Elsewhere { path: path.to_owned(), variable: variable.to_owned(), found }
    }

    /// The file concerned.
    pub fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::NotNetcdf { path, .. }
            | Self::Damaged { path, .. }
            | Self::NoVariable { path, .. }
            | Self::Read { path, .. }
            | Self::Chunk { path, .. }
            | Self::ChunkIndex { path, .. }
            | Self::Filter { path, .. }
            | Self::Elsewhere { path, .. }
            | Self::NotNumbers { path, .. }
            | Self::Layout { path, .. }
            | Self::Attribute { path, .. }
            | Self::Axis { path, .. }
            | Self::Time { path, .. }
            | Self::OutOfRange { path, .. } => path,
            Self::Raw(error) => error.path(),
        }
    }

    /// Whether the disk or a quota is full: the same may succeed once there is room.
    pub fn is_no_space(&self) -> bool {
        matches!(self, Self::Raw(error) if error.is_no_space())
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "no variables".to_owned() } else { names.join(", ") }
}
