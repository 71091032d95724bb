//! A result as a picture, and as a few lines of text.
//!
//! `load` takes the series out of the file, and what a `field` comes to; `draw` puts them on a `canvas` with
//! `axis` below, in the hours of a `zone`; `table` sums them up. `place` is where the picture goes. Options are
//! the command's.

mod axis;
mod canvas;
mod draw;
mod field;
mod load;
pub mod place;
mod series;
mod table;
mod zone;

use std::path::PathBuf;

use dayfold_ncio::error::NcError;
use dayfold_ncio::form::UnpackError;
use dayfold_ncio::time::TimeError;
use dayfold_supervisor::durable::DurableError;

pub use canvas::{DrawError, Format};
pub use draw::{Chart, MOST_LINES};
pub use load::Source;
#[cfg(test)]
pub use series::Line;
pub use series::Series;
pub use table::table;
pub use zone::Zone;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The result cannot be read.
    #[error(transparent)]
    Read(#[from] NcError),
    /// There is no such variable.
    #[error(
        "{path} has no variable {variable:?} to draw; it has: {present}",
        path = .path.display(),
        present = listed(.present)
    )]
    NoVariable {
        /// The result.
        path: PathBuf,
        /// The name that was asked for.
        variable: String,
        /// Those that can be drawn.
        present: Vec<String>,
    },
    /// There is nothing to draw.
    #[error(
        "{path} has nothing to draw: expected a variable of numbers over time, found {found}",
        path = .path.display()
    )]
    Nothing {
        /// The result.
        path: PathBuf,
        /// Its variables.
        found: String,
    },
    /// The variable is no time series.
    #[error(
        "variable {variable:?} of {path} cannot be drawn: expected numbers over time, found {found}",
        path = .path.display()
    )]
    Shape {
        /// The result.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Its type and dimensions.
        found: String,
    },
    /// The times cannot be decoded.
    #[error("cannot decode the variable \"time\" of {path}", path = .path.display())]
    Times {
        /// The result.
        path: PathBuf,
        /// Its reason.
        #[source]
        source: TimeError,
    },
    /// The values cannot be unpacked.
    #[error("cannot draw variable {variable:?} of {path}", path = .path.display())]
    Numbers {
        /// The result.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Why not.
        #[source]
        source: Box<UnpackError>,
    },
    /// There is no such region.
    #[error("{path} has no region {region:?}; it has: {present}", path = .path.display(), present = listed(.present))]
    NoRegion {
        /// The result.
        path: PathBuf,
        /// The name that was asked for.
        region: String,
        /// Those that are there.
        present: Vec<String>,
    },
    /// All values are missing.
    #[error("variable {variable:?} of {path} has no values to draw: all are missing", path = .path.display())]
    Empty {
        /// The result.
        path: PathBuf,
        /// The variable.
        variable: String,
    },
    /// The picture would be the result.
    #[error(
        "the picture would take the place of the result, {path}: name another with -o",
        path = .path.display()
    )]
    OverResult {
        /// Both.
        path: PathBuf,
    },
    /// The picture would be something else that is there.
    #[error(
        "the picture would take the place of {path}, which is no picture: name another with -o",
        path = .path.display()
    )]
    OverOther {
        /// Where it is.
        path: PathBuf,
    },
    /// No name is free.
    #[error("the names that the picture could have are all taken, the last {path}: name one with -o", path = .path.display())]
    NoName {
        /// The last that was tried.
        path: PathBuf,
    },
    /// The picture's name promises something else.
    #[error(
        "{path} ends with neither .png nor .svg, and pictures are one of these: name another with -o",
        path = .path.display()
    )]
    NoFormat {
        /// The picture.
        path: PathBuf,
    },
    /// There is no place for the picture.
    #[error(
        "failed to write {path}: the folder {folder} does not exist: make it, or name another with -o",
        path = .path.display(),
        folder = .folder.display()
    )]
    NoFolder {
        /// The picture.
        path: PathBuf,
        /// Where it should go.
        folder: PathBuf,
    },
    /// The picture's file cannot be written: the error names it.
    #[error("failed to {0}")]
    Write(#[from] DurableError),
    /// The library fails.
    #[error("cannot draw the picture")]
    Draw(#[from] DrawError),
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
