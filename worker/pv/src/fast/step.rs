//! One time step: rows of cells in, power out.

use std::ops::Range;

use super::grid::GridTables;
use super::run::{Cells, Powers};
use super::sky::Sky;
use super::work::{Hours, RowWork, Tiles};
use super::{Kernel, KernelTemperature};
use crate::irradiance::Irradiance;
use crate::sun::Sun;

/// One time step on one grid.
///
/// Keeps the polynomials of a strip of rows: fastest where all that is wanted of one strip comes
/// before the next strip. The order does not change the values.
#[derive(Debug)]
pub struct Step<'a> {
    pub(super) kernel: &'a Kernel,
    pub(super) grid: &'a GridTables,
    pub(super) sun: Sun,
    pub(super) sky: Sky,
    pub(super) hours: Hours,
    tiles: Tiles,
    open: Vec<usize>,
}

impl<'a> Step<'a> {
    pub(super) fn new(kernel: &'a Kernel, grid: &'a GridTables, sun: &Sun) -> Self {
        let (sky, turn) = Sky::turned(sun, &kernel.system.module);
        Self {
            kernel,
            grid,
            sun: *sun,
            sky,
            hours: Hours::new(grid, turn),
            tiles: Tiles::new(grid),
            open: Vec::new(),
        }
    }

    /// The power of a run of cells of a row: within 1e-9 of [`crate::System::power`], relative to
    /// the value or 1e-3 W, and missing where that is; or where GHI is missing.
    ///
    /// # Panics
    ///
    /// With a run outside the grid, and slices that are not as long as it.
    pub fn row(&mut self, row: usize, columns: Range<usize>, cells: Cells<'_>, mut powers: Powers<'_>) {
        self.check(row, &columns, &cells, &powers);
        if columns.is_empty() {
            return;
        }
        self.tiles.turn_to(row);
        self.open.clear();
        self.kernel.set.row(RowWork {
            model: &self.kernel.model,
            sky: &self.sky,
            grid: self.grid,
            row,
            hours: &self.hours,
            tiles: &mut self.tiles,
            columns: columns.clone(),
            cells,
            powers: Powers { actual: &mut *powers.actual, ideal: &mut *powers.ideal },
            open: &mut self.open,
        });
        for &column in &self.open {
            self.settle(row, column, column - columns.start, &cells, &mut powers);
        }
    }

    pub(super) fn check(&self, row: usize, columns: &Range<usize>, cells: &Cells<'_>, powers: &Powers<'_>) {
        assert!(row < self.grid.height() && columns.end <= self.grid.width(), "cells outside the grid");
        let length = columns.len();
        let slices = [cells.ghi, cells.dni, cells.dhi, &*powers.actual, &*powers.ideal];
        assert!(slices.iter().all(|slice| slice.len() == length), "slices must be as long as their run");
        let temperatures = match self.kernel.temperature {
            KernelTemperature::Constant(_) => 0,
            KernelTemperature::PerCell => length,
        };
        assert_eq!(cells.temperature.len(), temperatures, "temperatures only where they differ by cell");
    }

    /// One cell by the scalar model.
    fn settle(&self, row: usize, column: usize, index: usize, cells: &Cells<'_>, powers: &mut Powers<'_>) {
        let (irradiance, temperature) = self.given(index, cells);
        let site = self.grid.site(row, column);
        let power = self.kernel.system.power(&self.sun, site, irradiance, temperature);
        powers.actual[index] = power.actual;
        powers.ideal[index] = power.ideal;
    }

    /// Irradiance and temperature of a cell of a run.
    pub(super) fn given(&self, index: usize, cells: &Cells<'_>) -> (Irradiance, f64) {
        let irradiance = Irradiance { ghi: cells.ghi[index], dni: cells.dni[index], dhi: cells.dhi[index] };
        let temperature = match self.kernel.temperature {
            KernelTemperature::Constant(celsius) => celsius,
            KernelTemperature::PerCell => cells.temperature[index],
        };
        (irradiance, temperature)
    }
}
