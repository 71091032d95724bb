//! A synthetic archive to try the main job with: files in the satellite archive's layout, regions
//! and a configuration. The same request always writes the same bytes.
//!
//! What the values are is `irradiance`'s (with `sun` and `clouds`) and `air`'s, the files' layout
//! `archive`'s, and that nothing is overwritten or left half done `folder`'s.

mod air;
mod archive;
mod clouds;
mod config;
mod folder;
mod grid;
mod irradiance;
mod layout;
mod sun;

use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use dayfold_ncio::dataset::Dataset;
use dayfold_ncio::error::NcError;
use dayfold_ncio::write::{Storage, write_dataset};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use self::folder::Folder;
use self::grid::Grid;

/// The configuration's name in the sample's folder.
pub const CONFIGURATION: &str = "dayfold.toml";
/// The regions' name there.
const REGIONS: &str = "regions.geojson";

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The first day.
    pub from: Date,
    /// How many days.
    pub days: NonZeroU32,
    /// Every Nth row and column of the real archive's grid.
    pub coarsen: NonZeroU32,
    /// Whether there are files of air temperature, too.
    pub temperature: bool,
}

/// Why no sample was written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder is in use.
    #[error(
        "{path} is not empty: it holds {entry}; name a new or empty folder (nothing was written)",
        path = .path.display(),
        entry = .entry.display()
    )]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// One of the names in it.
        entry: PathBuf,
    },
    /// Something else is where the folder should be.
    #[error("{path} is not a folder: name a new or empty one (nothing was written)", path = .path.display())]
    NotAFolder {
        /// What is there.
        path: PathBuf,
    },
    /// Another one writes there.
    #[error("{path} is being written: another `dayfold sample` is at work there", path = .path.display())]
    AtWork {
        /// Its files.
        path: PathBuf,
    },
    /// A signal came.
    #[error("a signal asked for the end: the same command writes the sample anew")]
    Interrupted,
    /// The last day is beyond the calendar.
    #[error("{days} days from {from} go beyond the year 9999: ask for fewer")]
    Days {
        /// The first day.
        from: Date,
        /// How many days.
        days: u32,
    },
    /// Hardly a grid would be left.
    #[error("--coarsen {asked} leaves no grid to speak of: ask for {most} at most", most = Grid::COARSEST)]
    Coarse {
        /// What was asked for.
        asked: u32,
    },
    /// The file system refuses.
    #[error("cannot write {path}", path = .path.display())]
    Folder {
        /// A file or folder of the sample.
        path: PathBuf,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// A NetCDF file cannot be written: the error names it.
    #[error(transparent)]
    File(#[from] NcError),
}

impl SampleError {
    fn folder(path: &Path, source: io::Error) -> Self {
        Self::Folder { path: path.to_owned(), source }
    }
}

impl Sample {
    /// Writes everything into `folder`, which is new or empty, or goes on where the same command was cut short;
    /// `written` hears of each day. Between two files it is asked whether to end.
    pub fn write(
        &self,
        folder: &Path,
        is_asked_to_end: &dyn Fn() -> bool,
        mut written: impl FnMut(Date),
    ) -> Result<(), SampleError> {
        let last = self.last_day()?;
        let grid = self.grid()?;
        let folder = Folder::begin(folder, &format!("{self:?}"))?;
        if folder.is_whole() {
            return folder.finish();
        }
        for day in self.from.series(1.day()).take_while(|day| *day <= last) {
            write_day(&folder.path("archive"), day, &grid, is_asked_to_end)?;
            written(day);
        }
        if self.temperature {
            write_temperature(&folder.path("tas"), self.from, last)?;
        }
        folder.write_text(REGIONS, include_str!("regions.geojson"))?;
        folder.write_text(CONFIGURATION, &config::text(self.from, last, self.temperature))?;
        folder.finish()
    }

    fn last_day(&self) -> Result<Date, SampleError> {
        let days = self.days.get();
        // with a day to spare, so that the evening and the next month exist
        let end = self.from.checked_add(i64::from(days).days());
        end.and_then(Date::yesterday).map_err(|_| SampleError::Days { from: self.from, days })
    }

    fn grid(&self) -> Result<Grid, SampleError> {
        match self.coarsen.get() {
            asked if asked > Grid::COARSEST => Err(SampleError::Coarse { asked }),
            every => Ok(Grid::coarsened(every)),
        }
    }
}

fn write_day(
    root: &Path,
    day: Date,
    grid: &Grid,
    is_asked_to_end: &dyn Fn() -> bool,
) -> Result<(), SampleError> {
    let storage = archive::storage(grid);
    archive::times(day).try_for_each(|time| match is_asked_to_end() {
        true => Err(SampleError::Interrupted),
        false => write(&archive::path(root, day, time), &archive::dataset(time, grid), &storage),
    })
}

fn write_temperature(folder: &Path, first: Date, last: Date) -> Result<(), SampleError> {
    let storage = air::storage();
    air::months(first, last)
        .into_iter()
        .try_for_each(|month| write(&air::path(folder, month), &air::dataset(month), &storage))
}

fn write(path: &Path, dataset: &Dataset, storage: &Storage) -> Result<(), SampleError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|source| SampleError::folder(folder, source))?;
    Ok(write_dataset(path, dataset, storage.clone())?)
}

/// Seconds from 1970 on.
fn seconds_since_epoch(time: DateTime) -> f64 {
    time.duration_since(jiff::civil::datetime(1970, 1, 1, 0, 0, 0, 0)).as_secs_f64()
}
