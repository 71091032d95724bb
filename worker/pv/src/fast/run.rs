//! The cells of a run and of a tile: what is given of them, and where their power goes.
//!
//! A run is what a caller hands over of a row. It is cut where the tiles meet it; a tile of which it has
//! only a part is filled up with missing cells. What is computed of them is left to `row` and `cells`.

use std::ops::Range;

use super::grid::TILE;

/// Stands for temperatures where they are constant.
static NO_TEMPERATURE: [f64; TILE] = [f64::NAN; TILE];

/// What is given of a run of cells of a row; all slices as long as the run. NaN where missing.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Global horizontal irradiance, W m-2.
    pub ghi: &'a [f64],
    /// Direct normal irradiance, W m-2.
    pub dni: &'a [f64],
    /// Diffuse horizontal irradiance, W m-2.
    pub dhi: &'a [f64],
    /// Cell temperature, deg C; empty where it is constant.
    pub temperature: &'a [f64],
}

/// Where the power of a run of cells goes, W; NaN where missing. Without GHI both are missing.
#[derive(Debug)]
pub struct Powers<'a> {
    /// From the irradiance.
    pub actual: &'a mut [f64],
    /// Under a cloudless sky.
    pub ideal: &'a mut [f64],
}

/// What is given of a tile's cells.
pub struct Given<'a> {
    pub ghi: &'a [f64; TILE],
    pub dni: &'a [f64; TILE],
    pub dhi: &'a [f64; TILE],
    pub temperature: &'a [f64; TILE],
}

/// Where the results go.
pub struct Found<'a> {
    pub actual: &'a mut [f64; TILE],
    pub ideal: &'a mut [f64; TILE],
}

/// Where a tile meets the run.
pub struct Overlap {
    /// Within the run.
    pub cells: Range<usize>,
    /// Of the first of them, within the tile.
    pub offset: usize,
}

impl<'a> Given<'a> {
    /// Of a run that is a tile long; `None` where it is not.
    pub fn whole(cells: &Cells<'a>, run: Range<usize>) -> Option<Self> {
        let whole = |values: &'a [f64]| values.get(run.clone())?.try_into().ok();
        let temperature =
            if cells.temperature.is_empty() { Some(&NO_TEMPERATURE) } else { whole(cells.temperature) };
        Some(Self {
            ghi: whole(cells.ghi)?,
            dni: whole(cells.dni)?,
            dhi: whole(cells.dhi)?,
            temperature: temperature?,
        })
    }
}

impl<'a> Found<'a> {
    /// Of a run that is a tile long; `None` where it is not.
    pub fn whole(powers: &'a mut Powers<'_>, run: Range<usize>) -> Option<Self> {
        let actual = powers.actual.get_mut(run.clone())?.try_into().ok()?;
        Some(Self { actual, ideal: powers.ideal.get_mut(run)?.try_into().ok()? })
    }
}

impl Overlap {
    /// Of the tile with this index.
    pub fn of(index: usize, columns: &Range<usize>) -> Self {
        let first = index * TILE;
        let (start, end) = (columns.start.max(first), columns.end.min(first + TILE));
        Self { cells: start - columns.start..end - columns.start, offset: start - first }
    }
}

/// Part of a tile's cells, the others missing.
pub struct Padded {
    ghi: [f64; TILE],
    dni: [f64; TILE],
    dhi: [f64; TILE],
    temperature: [f64; TILE],
}

impl Padded {
    /// What the run has of the tile.
    pub fn of(cells: &Cells<'_>, overlap: &Overlap) -> Self {
        let pad = |values: &[f64]| {
            let mut padded = [f64::NAN; TILE];
            if !values.is_empty() {
                let within = &mut padded[overlap.offset..overlap.offset + overlap.cells.len()];
                within.copy_from_slice(&values[overlap.cells.clone()]);
            }
            padded
        };
        Self {
            ghi: pad(cells.ghi),
            dni: pad(cells.dni),
            dhi: pad(cells.dhi),
            temperature: pad(cells.temperature),
        }
    }

    /// As of a whole tile.
    pub fn given(&self) -> Given<'_> {
        Given { ghi: &self.ghi, dni: &self.dni, dhi: &self.dhi, temperature: &self.temperature }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run from a tile's last column to another's first, with one tile between them.
    const COLUMNS: Range<usize> = 2 * TILE - 1..3 * TILE + 1;

    fn ghi() -> Vec<f64> {
        COLUMNS.map(|column| column as f64).collect()
    }

    fn cells(ghi: &[f64]) -> Cells<'_> {
        Cells { ghi, dni: ghi, dhi: ghi, temperature: &[] }
    }

    #[test]
    fn a_whole_tile_is_taken_where_it_lies() {
        let (ghi, overlap) = (ghi(), Overlap::of(2, &COLUMNS));
        let given = Given::whole(&cells(&ghi), overlap.cells).unwrap();
        assert!(std::ptr::eq(&raw const given.ghi[0], &raw const ghi[1]));
        assert_eq!(given.dhi[TILE - 1], (3 * TILE - 1) as f64);
        assert!(given.temperature.iter().all(|celsius| celsius.is_nan()));
    }

    #[test]
    fn of_a_part_of_a_tile_the_other_cells_are_missing() {
        let ghi = ghi();
        for (index, column) in [(1, TILE - 1), (3, 0)] {
            let overlap = Overlap::of(index, &COLUMNS);
            assert!(Given::whole(&cells(&ghi), overlap.cells.clone()).is_none());
            let padded = Padded::of(&cells(&ghi), &overlap);
            let given = padded.given();
            assert_eq!(given.dni[column], (index * TILE + column) as f64);
            assert_eq!(given.dni.iter().filter(|value| value.is_nan()).count(), TILE - 1);
        }
    }
}
