//! Cells whose inverter delivers nothing: at night, and in too little light.
//!
//! [`Step::row`] leaves them missing, like those whose data are missing. Which is which is decided here, in most
//! cells by one product: the sun's height tells the night from the day but near the horizon, and there, as in too
//! little light, the scalar model decides and computes.

use std::ops::Range;

use dayfold_pv_system::Night;

use super::grid::TILE;
use super::run::{Cells, Powers};
use super::step::Step;
use crate::chain::Power;

/// The sine of a height of -1 degree: no refraction lifts such a sun to the horizon.
const DOWN: f64 = -0.0175;

/// The sine of a height that is above the horizon without refraction, and more than the parallax.
const UP: f64 = 1e-4;

impl Step<'_> {
    /// Puts what `night` says in place of the missing powers of a run for which [`Step::row`] was called, as
    /// [`crate::System::power_by`] does; data that are missing by day stay missing.
    ///
    /// # Panics
    ///
    /// As [`Step::row`].
    pub fn fill_night(
        &self,
        night: Night,
        row: usize,
        columns: Range<usize>,
        cells: Cells<'_>,
        powers: Powers<'_>,
    ) {
        self.check(row, &columns, &cells, &powers);
        let idle = self.kernel.system.idle_power(night);
        for (index, column) in columns.enumerate() {
            let (actual, ideal) = (&mut powers.actual[index], &mut powers.ideal[index]);
            if !actual.is_nan() && !ideal.is_nan() {
                continue;
            }
            let power = match self.height(row, column) {
                height if height < DOWN => Power { actual: idle, ideal: idle },
                height if height > UP && cells.ghi[index].is_nan() => continue,
                _ => self.scalar(night, row, column, index, &cells),
            };
            if actual.is_nan() {
                *actual = power.actual;
            }
            if ideal.is_nan() {
                *ideal = power.ideal;
            }
        }
    }

    /// The sine of the sun's elevation over a cell, without parallax and refraction.
    fn height(&self, row: usize, column: usize) -> f64 {
        let latitude = &self.grid.rows[row];
        self.sky.height(latitude.sin, latitude.cos, self.hours.cells[column / TILE].cos[column % TILE])
    }

    fn scalar(&self, night: Night, row: usize, column: usize, index: usize, cells: &Cells<'_>) -> Power {
        let (irradiance, temperature) = self.given(index, cells);
        let site = self.grid.site(row, column);
        self.kernel.system.power_by(night, &self.sun, site, irradiance, temperature)
    }
}
