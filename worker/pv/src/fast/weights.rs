//! The weights of one cell's DNI, DHI and GHI in its effective irradiance, and what there is of a cloudless
//! sky: by polynomials, or from the sun as it is seen there, which may be by polynomials, too.
//!
//! What power follows from them is left to `cells`.

use super::electric::Precision;
use super::elementary::shortened;
use super::grid::{Row, TILE};
use super::lanes::Lanes;
use super::nodes::{NODES, Turns};
use super::panel::Optics;
use super::sky::Sky;
use super::surface::RowCoefficients;

/// The weights of DNI, DHI and GHI, and what there is of a cloudless sky.
pub trait Weights<L> {
    /// Whether the latter is power, and not effective irradiance.
    const POWER: bool;
    /// How they are found.
    const PRECISION: Precision;
    /// Of the cells from one on.
    fn at(&self, cell: usize) -> [L; 4];
}

/// By polynomials of `N` coefficients; `POWER` with a constant temperature.
pub struct Interpolated<'a, const POWER: bool, const N: usize> {
    pub coefficients: &'a RowCoefficients<4>,
    pub within: &'a [f64; TILE],
}

/// Of each cell by itself; missing where not certain.
pub struct Exact<'a, L, S, const TRACKER: bool> {
    pub optics: &'a Optics,
    pub sky: S,
    pub row: Row<L>,
}

/// The sun and the sky.
pub trait Skies<L> {
    /// How they are found.
    const PRECISION: Precision;
    /// Over the cells from one on, as [`super::sky::Seen::values`].
    fn over(&self, row: &Row<L>, cell: usize) -> [L; 7];
}

/// From an aspect by polynomials.
pub struct InterpolatedSky<'a> {
    pub sky: &'a Sky,
    pub coefficients: &'a RowCoefficients<4>,
    pub within: &'a [f64; TILE],
}

/// Of each cell by itself.
pub struct ExactSky<'a> {
    pub sky: &'a Sky,
    pub hours: &'a Turns<TILE>,
}

impl<L: Lanes> Skies<L> for InterpolatedSky<'_> {
    const PRECISION: Precision = Precision::Interpolated;

    #[inline(always)]
    fn over(&self, _: &Row<L>, cell: usize) -> [L; 7] {
        self.sky.under(along::<L, NODES>(self.coefficients, L::load(self.within, cell))).values
    }
}

impl<L: Lanes> Skies<L> for ExactSky<'_> {
    const PRECISION: Precision = if L::BIT_EXACT { Precision::BitExact } else { Precision::Exact };

    #[inline(always)]
    fn over(&self, row: &Row<L>, cell: usize) -> [L; 7] {
        self.sky.seen(row, [L::load(&self.hours.cos, cell), L::load(&self.hours.sin, cell)]).values
    }
}

impl<L: Lanes, const P: bool, const N: usize> Weights<L> for Interpolated<'_, P, N> {
    const POWER: bool = P;
    const PRECISION: Precision = Precision::Interpolated;

    #[inline(always)]
    fn at(&self, cell: usize) -> [L; 4] {
        along::<L, N>(self.coefficients, L::load(self.within, cell))
    }
}

/// Polynomials of `N` coefficients at places within the tile.
#[inline(always)]
fn along<L: Lanes, const N: usize>(coefficients: &RowCoefficients<4>, within: L) -> [L; 4] {
    let [first, second, third, fourth] = coefficients;
    [
        shortened::<L, N>(first, within),
        shortened::<L, N>(second, within),
        shortened::<L, N>(third, within),
        shortened::<L, N>(fourth, within),
    ]
}

impl<L: Lanes, S: Skies<L>, const TRACKER: bool> Weights<L> for Exact<'_, L, S, TRACKER> {
    const POWER: bool = false;
    const PRECISION: Precision = S::PRECISION;

    #[inline(always)]
    fn at(&self, cell: usize) -> [L; 4] {
        let sky = self.sky.over(&self.row, cell);
        self.optics.facing::<L, TRACKER>(&sky, &self.row.normal).settled(&sky)
    }
}
