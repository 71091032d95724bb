//! The work on a run of cells: all that its loops need, of the system, the time, the grid and the caller.
//!
//! Also what a time step keeps from run to run: hour angles and tiles. What is done with them is left
//! to `row`, and to `again` for the cells in doubt.

use std::ops::Range;

use super::Model;
use super::grid::{GridTables, TALL, TILE};
use super::nodes::{Places, Turns};
use super::run::{Cells, Powers};
use super::sky::Sky;
use super::tile::Tile;

/// A run of cells of a row, to be computed.
pub struct RowWork<'a> {
    pub model: &'a Model,
    pub sky: &'a Sky,
    pub grid: &'a GridTables,
    pub row: usize,
    pub hours: &'a Hours,
    /// Of the row.
    pub tiles: &'a mut Tiles,
    /// The run.
    pub columns: Range<usize>,
    pub cells: Cells<'a>,
    pub powers: Powers<'a>,
    /// Columns of the cells that are left to the scalar model.
    pub open: &'a mut Vec<usize>,
}

/// Hour angles of the grid's longitudes.
#[derive(Debug)]
pub struct Hours {
    /// Of the cells, by narrow tile.
    pub cells: Vec<Turns<TILE>>,
    /// Of the narrow tiles' nodes and checks.
    pub narrow: Vec<Places>,
    /// Of the wide tiles' nodes and checks.
    pub wide: Vec<Places>,
}

/// The tiles in which a row is.
#[derive(Debug)]
pub struct Tiles {
    row: usize,
    /// Tried first.
    pub wide: Vec<Tile>,
    /// Tried where a wide one is not smooth.
    pub narrow: Vec<Tile>,
}

impl Hours {
    /// As [`Turns::turned`].
    pub fn new(grid: &GridTables, by: [f64; 2]) -> Self {
        Self {
            cells: grid.columns.iter().map(|columns| columns.cells.turned(by)).collect(),
            narrow: grid.columns.iter().map(|columns| columns.places.turned(by)).collect(),
            wide: grid.wide.iter().map(|places| places.turned(by)).collect(),
        }
    }
}

impl Tiles {
    /// None of them looked at.
    pub fn new(grid: &GridTables) -> Self {
        let unknown = |count| vec![Tile::Unknown; count];
        Self { row: 0, wide: unknown(grid.wide.len()), narrow: unknown(grid.columns.len()) }
    }

    /// Forgets those in which another row is not.
    pub fn turn_to(&mut self, row: usize) {
        let forget = |tiles: &mut Vec<Tile>| tiles.iter_mut().for_each(|tile| *tile = Tile::Unknown);
        if self.row / TILE != row / TILE {
            forget(&mut self.narrow);
        }
        if self.row / TALL != row / TALL {
            forget(&mut self.wide);
        }
        self.row = row;
    }
}

#[cfg(test)]
mod tests {
    use dayfold_pv_system::Mount;

    use super::*;

    #[test]
    fn tiles_are_forgotten_where_their_rows_end() {
        let latitudes: Vec<f64> = (0..2 * TALL).map(|row| -30.0 + 0.02 * row as f64).collect();
        let longitudes: Vec<f64> = (0..TILE).map(|column| 130.0 + 0.02 * column as f64).collect();
        let mut tiles = Tiles::new(&GridTables::new(&Mount::SingleAxis, &latitudes, &longitudes));
        // whether the wide and the narrow ones are still known
        let steps = [
            (TILE - 1, [true, true]),
            (TILE, [true, false]),
            (TALL - 1, [true, true]),
            (TALL, [false, false]),
        ];
        for (row, expected) in steps {
            (tiles.wide[0], tiles.narrow[0]) = (Tile::Rough, Tile::Rough);
            tiles.turn_to(row);
            let known = [&tiles.wide[0], &tiles.narrow[0]].map(|tile| matches!(tile, Tile::Rough));
            assert_eq!(known, expected, "row {row}");
        }
    }
}
