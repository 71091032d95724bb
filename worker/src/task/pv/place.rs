//! The grid of a run with its regions: found once, the same for every file and group.

use std::path::{Path, PathBuf};

use dayfold_contract::job::Layout;
use dayfold_contract::{Fingerprint, RegionSet};
use dayfold_ncio::chunks::Wanted;
use dayfold_ncio::grid::Grid;
use dayfold_pv::fast::{GridTables, Kernel};

use crate::regions::{Coverage, UnusableAxis};

/// A grid and the regions' cells on it.
pub struct Place {
    /// Cell centres.
    pub grid: Grid,
    /// Which of them belong to which region.
    pub coverage: Coverage,
    /// The cells of any region, in runs: each holds whole spans.
    pub wanted: Wanted,
    /// What the kernel needs to know of the grid.
    pub tables: GridTables,
    /// What the grid is known by.
    pub layout: Layout,
}

impl Place {
    /// Locates the regions; `None` is the whole grid.
    pub fn new(grid: &Grid, regions: Option<&RegionSet>, kernel: &Kernel) -> Result<Self, UnusableAxis> {
        let coverage = Coverage::new(regions, &grid.latitudes, &grid.longitudes)?;
        let spans = |row| coverage.spans(row).iter().map(move |span| (row, span.columns.clone()));
        let wanted = Wanted::new((0..grid.latitudes.len()).flat_map(spans));
        let tables = kernel.grid(&grid.latitudes, &grid.longitudes);
        Ok(Self { grid: grid.clone(), coverage, wanted, tables, layout: layout(grid) })
    }
}

/// A file has another grid than the run's.
#[derive(Debug, thiserror::Error)]
#[error(
    "{path} has another grid than the run's other files: {found}, expected {expected}{hint}; run files of \
     different grids apart",
    path = .path.display(),
    hint = if found == expected { " (they differ in between, or in digits not shown)" } else { "" }
)]
pub struct OtherGrid {
    /// The file.
    path: PathBuf,
    /// Its grid.
    found: String,
    /// The run's.
    expected: String,
}

/// Whether a file's grid is that of a place.
pub fn check_same(grid: &Grid, place: &Place, path: &Path) -> Result<(), OtherGrid> {
    // most often it is, and need not be described
    if grid.same_as(&place.grid) { Ok(()) } else { check(grid, Some(&place.layout), path) }
}

/// Whether a file's grid is the expected one; without any expectation every grid is.
pub fn check(grid: &Grid, expected: Option<&Layout>, path: &Path) -> Result<(), OtherGrid> {
    let found = layout(grid);
    match expected {
        Some(expected) if expected.fingerprint != found.fingerprint => Err(OtherGrid {
            path: path.to_owned(),
            found: found.description,
            expected: expected.description.clone(),
        }),
        _ => Ok(()),
    }
}

/// What tells a grid from another one.
fn layout(grid: &Grid) -> Layout {
    let bytes =
        |axis: &[f64]| axis.iter().flat_map(|value| value.to_bits().to_le_bytes()).collect::<Vec<_>>();
    let (latitudes, longitudes) = (bytes(&grid.latitudes), bytes(&grid.longitudes));
    let fingerprint = Fingerprint::of_parts([&latitudes[..], &longitudes[..]]);
    Layout { fingerprint, description: grid.describe() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_that_read_the_same_are_told_to_differ_elsewhere() {
        let grid = |latitude: f64| Grid { latitudes: [0.0, latitude, 2.0].into(), longitudes: [5.0].into() };
        let expected = layout(&grid(1.0));
        assert!(check(&grid(1.0), Some(&expected), Path::new("a.nc")).is_ok());
        assert!(check(&grid(1.5), None, Path::new("a.nc")).is_ok());
        let error = check(&grid(1.5), Some(&expected), Path::new("a.nc")).unwrap_err().to_string();
        assert!(error.starts_with("a.nc has another grid") && error.contains("differ in between"), "{error}");
    }
}
