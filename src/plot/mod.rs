//! A result as a picture, and as a few lines of text.
//!
//! `load` takes the series out of the file, `draw` puts them on a `canvas` with `axis` below,
//! `table` sums them up. Options and where the picture goes are the command's.

mod axis;
mod canvas;
mod draw;
mod load;
mod series;
mod table;

use std::path::PathBuf;

use dayfold_ncio::error::NcError;
use dayfold_ncio::time::TimeError;
use dayfold_supervisor::durable::DurableError;

pub use canvas::DrawError;
pub use draw::{Chart, MOST_LINES};
pub use load::Source;
pub use series::Series;
pub use table::table;

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
    /// The variable is no time series.
    #[error(
        "variable {variable:?} of {path} cannot be drawn: expected numbers over (time) or (time, region), \
         found {found}",
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
    /// The picture's name promises something else.
    #[error("{path} does not end with .png, and pictures are PNG: name another with -o", path = .path.display())]
    NotPng {
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
    /// The library fails.
    #[error("cannot encode the picture")]
    Encode(#[from] png::EncodingError),
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
