//! A run of cells of a row, tile after tile: which polynomials a tile has, and whether it has cells at all.
//!
//! Leaves it to `run` to cut the run into tiles, the computation of a tile's cells to `cells`, and the
//! cells that this does not settle to `again` and then to its caller.

use super::Model;
use super::again;
use super::cells::{Place, compute};
use super::grid::{TALL, TILE, WIDE};
use super::lanes::{Lanes, Mask};
use super::nodes::NODES;
use super::run::{Found, Given, Overlap, Padded};
use super::sky::Sky;
use super::surface::RowCoefficients;
use super::tile::{Site, Tile};
use super::work::RowWork;

/// Polynomials along the row.
struct Along {
    /// Of which wide tile the first are.
    wide: Option<usize>,
    panel: RowCoefficients<4>,
    sky: RowCoefficients<4>,
}

/// Computes the run.
#[inline(always)]
pub fn run<L: Lanes>(mut work: RowWork<'_>) {
    let mut along = Along { wide: None, panel: [[0.0; NODES]; 4], sky: [[0.0; NODES]; 4] };
    let tiles = work.columns.start / TILE..work.columns.end.div_ceil(TILE);
    for index in tiles {
        let overlap = Overlap::of(index, &work.columns);
        if is_missing::<L>(&work.cells.ghi[overlap.cells.clone()]) {
            work.powers.actual[overlap.cells.clone()].fill(f64::NAN);
            work.powers.ideal[overlap.cells].fill(f64::NAN);
            continue;
        }
        let place = along.find::<L>(&mut work, index);
        tile::<L>(&mut work, &place, index, &overlap);
    }
    again::settle::<L>(&mut work);
}

impl Along {
    /// How the geometry of a narrow tile's cells is to be had: from its wide tile where that has all
    /// polynomials, or else from itself.
    #[inline(always)]
    fn find<'a, 'w: 'a, L: Lanes>(&'a mut self, work: &mut RowWork<'w>, index: usize) -> Place<'a> {
        let RowWork { grid, tiles, hours, .. } = work;
        let (columns, of_wide) = (&grid.columns[index], index / WIDE);
        let (row, [within, within_wide]) = (&grid.rows[work.row], grid.within[work.row]);
        let (strip, tall_strip) = (&grid.strips[work.row / TILE], &grid.tall_strips[work.row / TALL]);
        let wide = &mut tiles.wide[of_wide];
        look::<L>(
            wide,
            work.model,
            work.sky,
            &Site { strip: tall_strip, hours: &hours.wide[of_wide] },
            false,
        );
        if let Tile::Panel(surface) | Tile::Flat(surface) = wide {
            if self.wide != Some(of_wide) {
                (self.wide, self.panel) = (Some(of_wide), surface.row::<L>(within_wide));
            }
            return self.place(wide, &columns.within_wide);
        }
        let narrow = &mut tiles.narrow[index];
        look::<L>(narrow, work.model, work.sky, &Site { strip, hours: &hours.narrow[index] }, true);
        match narrow {
            Tile::Panel(surface) | Tile::Flat(surface) | Tile::Light(surface) => {
                (self.wide, self.panel) = (None, surface.row::<L>(within));
                self.place(narrow, &columns.within)
            }
            Tile::Sky(surface) => {
                self.sky = surface.row::<L>(within);
                Place::Sky(&self.sky, &columns.within, row)
            }
            Tile::Unknown | Tile::Rough => Place::Rough(row, &hours.cells[index]),
        }
    }

    /// In a tile with polynomials for the weights.
    #[inline(always)]
    fn place<'a>(&'a self, tile: &Tile, within: &'a [f64; TILE]) -> Place<'a> {
        match tile {
            Tile::Flat(_) => Place::Flat(&self.panel, within),
            Tile::Light(_) => Place::Light(&self.panel, within),
            _ => Place::Panel(&self.panel, within),
        }
    }
}

/// Finds a tile's polynomials, unless that has been done.
#[inline(always)]
fn look<L: Lanes>(tile: &mut Tile, model: &Model, sky: &Sky, site: &Site<'_>, sky_too: bool) {
    if matches!(tile, Tile::Unknown) {
        tile.fit::<L>(model, sky, site, sky_too);
    }
}

/// Whether all of these are. There is at least one.
#[inline(always)]
fn is_missing<L: Lanes>(values: &[f64]) -> bool {
    if values.first().is_none_or(|value| !value.is_nan()) {
        return false;
    }
    let lanes = values.len() / L::WIDTH * L::WIDTH;
    let mut present = 0;
    for at in (0..lanes).step_by(L::WIDTH) {
        present |= L::load(values, at).is_number().bits();
    }
    present == 0 && values[lanes..].iter().all(|value| value.is_nan())
}

/// Whole tiles are computed in place; parts of one, as a tile whose other cells are missing.
#[inline(always)]
fn tile<L: Lanes>(work: &mut RowWork<'_>, place: &Place<'_>, index: usize, overlap: &Overlap) {
    let whole = Given::whole(&work.cells, overlap.cells.clone());
    let places = Found::whole(&mut work.powers, overlap.cells.clone());
    let open = if let (Some(given), Some(found)) = (whole, places) {
        compute::<L>(work.model, work.sky, place, &given, found)
    } else {
        let padded = Padded::of(&work.cells, overlap);
        let (mut actual, mut ideal) = ([0.0; TILE], [0.0; TILE]);
        let found = Found { actual: &mut actual, ideal: &mut ideal };
        let open = compute::<L>(work.model, work.sky, place, &padded.given(), found);
        let within = overlap.offset..overlap.offset + overlap.cells.len();
        work.powers.actual[overlap.cells.clone()].copy_from_slice(&actual[within.clone()]);
        work.powers.ideal[overlap.cells.clone()].copy_from_slice(&ideal[within]);
        open
    };
    if open != 0 {
        let columns = index * TILE..(index + 1) * TILE;
        work.open
            .extend((0..).zip(columns).filter(|&(cell, _)| open >> cell & 1 != 0).map(|(_, column)| column));
    }
}
