//! The geometry alone, to measure it: sun, sky and mount of a row's cells, with no irradiance and no power.
//!
//! The same functions as in a [`super::Step`], which leaves most of this out where it interpolates.

use super::Kernel;
use super::Model;
use super::grid::{GridTables, TALL, TILE};
use super::lanes::Lanes;
use super::pair::Pair;
use super::sky::Sky;
use super::tile::{Site, Tile};
use super::weights::{Exact, ExactSky, Weights};
use super::work::Hours;
use crate::sun::Sun;

/// What the sun is to the cells of a grid at one time.
#[derive(Debug)]
pub struct Geometry<'a> {
    kernel: &'a Kernel,
    grid: &'a GridTables,
    sky: Sky,
    hours: Hours,
}

/// A row, to be computed in one of two ways.
pub struct GeometryWork<'a> {
    pub model: &'a Model,
    pub sky: &'a Sky,
    pub grid: &'a GridTables,
    pub hours: &'a Hours,
    pub row: usize,
    pub way: Way,
}

/// How the geometry is to be had.
#[derive(Clone, Copy)]
pub enum Way {
    Exact,
    Polynomials,
}

impl<'a> Geometry<'a> {
    pub(super) fn new(kernel: &'a Kernel, grid: &'a GridTables, sun: &Sun) -> Self {
        let (sky, turn) = Sky::turned(sun, &kernel.system.module);
        Self { kernel, grid, sky, hours: Hours::new(grid, turn) }
    }

    /// The weights of all cells of a row, each computed by itself; their sum, which is missing where
    /// one is.
    pub fn exact(&self, row: usize) -> f64 {
        self.compute(row, Way::Exact)
    }

    /// Looks for polynomials for the wide tiles that a row is in; how many tiles have them. A tile has
    /// [`Geometry::TALL`] rows.
    pub fn polynomials(&self, row: usize) -> f64 {
        self.compute(row, Way::Polynomials)
    }

    /// Rows of a wide tile.
    pub const TALL: usize = TALL;

    fn compute(&self, row: usize, way: Way) -> f64 {
        let Self { kernel, grid, sky, hours } = self;
        kernel.set.geometry(&GeometryWork { model: &kernel.model, sky, grid, hours, row, way })
    }
}

/// Computes the row.
#[inline(always)]
pub fn run<L: Lanes>(work: &GeometryWork<'_>) -> f64 {
    match work.way {
        Way::Exact if work.model.tracker => exact::<Pair<L>, true>(work),
        Way::Exact => exact::<Pair<L>, false>(work),
        Way::Polynomials => polynomials::<L>(work),
    }
}

#[inline(always)]
fn exact<L: Lanes, const TRACKER: bool>(work: &GeometryWork<'_>) -> f64 {
    let (optics, row) = (&work.model.optics, work.grid.rows[work.row].splat::<L>());
    let mut sum = L::splat(0.0);
    for hours in &work.hours.cells {
        let weights = Exact::<L, _, TRACKER> { optics, sky: ExactSky { sky: work.sky, hours }, row };
        for cell in (0..TILE).step_by(L::WIDTH) {
            let [of_dni, of_dhi, of_ghi, clear] = weights.at(cell);
            sum = sum + ((of_dni + of_dhi) + (of_ghi + clear));
        }
    }
    let mut sums = [0.0; TILE];
    sum.store(&mut sums, 0);
    sums.iter().sum()
}

#[inline(always)]
fn polynomials<L: Lanes>(work: &GeometryWork<'_>) -> f64 {
    let strip = &work.grid.tall_strips[work.row / TALL];
    let mut found = 0.0;
    for hours in &work.hours.wide {
        let mut tile = Tile::Unknown;
        tile.fit::<L>(work.model, work.sky, &Site { strip, hours }, false);
        found += if matches!(tile, Tile::Panel(_) | Tile::Flat(_)) { 1.0 } else { 0.0 };
    }
    found
}

#[cfg(test)]
mod tests {
    use dayfold_pv_system::Mount;

    use super::*;
    use crate::fast::{InstructionSet, KernelTemperature};
    use crate::{System, database};

    #[test]
    fn all_instruction_sets_find_the_same() {
        let system = System {
            mount: Mount::SingleAxis,
            module: database::module("Canadian_Solar_CS5P_220M___2009_").unwrap(),
            inverter: database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap(),
        };
        let latitudes: Vec<f64> = (0..64).map(|row| -30.0 + 0.02 * f64::from(row)).collect();
        let longitudes: Vec<f64> = (0..256).map(|column| 130.0 + 0.02 * f64::from(column)).collect();
        // three hours after noon: a row whose sums are there, and tiles that are smooth
        let sun = Sun::at(1_643_673_600.0 + 6.0 * 3600.0);
        let found = InstructionSet::available().into_iter().map(|set| {
            let kernel = Kernel::with(&system, KernelTemperature::Constant(18.0), set);
            let grid = kernel.grid(&latitudes, &longitudes);
            let geometry = kernel.geometry(&grid, &sun);
            (geometry.exact(20), geometry.polynomials(20))
        });
        let found: Vec<(f64, f64)> = found.collect();
        let (sum, tiles) = found[0];
        assert!(sum > 0.0 && tiles == 2.0, "{found:?}");
        assert!(found.iter().all(|of| (of.0 / sum - 1.0).abs() < 1e-12 && of.1 == tiles), "{found:?}");
    }
}
