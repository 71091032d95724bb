//! The power of one tile's cells of a row: loops without branches over some cells at a time.
//!
//! They also tell which cells they do not settle; those are left to others, and how irradiance weighs
//! to `weights`.

use super::electric::{Electric, Thermal};
use super::grid::{Row, TILE};
use super::lanes::{Lanes, Mask};
use super::nodes::{NODES, Turns};
use super::pair::Pair;
use super::run::{Found, Given};
use super::sky::Sky;
use super::surface::{FEW, RowCoefficients};
use super::weights::{Exact, ExactSky, Interpolated, InterpolatedSky, Skies, Weights};
use super::{Constant, Model};

/// Where the cells are.
pub enum Place<'a> {
    /// In a tile with polynomials for the weights: along the row, and the cells' place within the tile.
    Panel(&'a RowCoefficients<4>, &'a [f64; TILE]),
    /// The same with short ones.
    Flat(&'a RowCoefficients<4>, &'a [f64; TILE]),
    /// The same without the power of a cloudless sky.
    Light(&'a RowCoefficients<4>, &'a [f64; TILE]),
    /// In a tile with polynomials for the sun's aspect, likewise; and the cells' latitude.
    Sky(&'a RowCoefficients<4>, &'a [f64; TILE], &'a Row<f64>),
    /// In any other: the cells' latitude and hour angles.
    Rough(&'a Row<f64>, &'a Turns<TILE>),
}

/// What the temperature decides.
trait Climate<L: Lanes> {
    /// The module at the temperature of the cells from one on.
    fn thermal(&self, electric: &Electric, given: &Given<'_>, cell: usize) -> Thermal<L>;
    /// The cells for which that is known, by a bit each: elsewhere power is missing, and nothing to decide.
    fn known(&self, given: &Given<'_>) -> u32;
    /// Power of effective irradiances, missing where the inverter is idle or it is not certain;
    /// and whether it is certain.
    fn settle<W: Weights<L>>(&self, electric: &Electric, thermal: &Thermal<L>, effective: L) -> (L, L::Mask);
}

/// The temperature of each cell.
struct PerCell;

impl<L: Lanes> Climate<L> for PerCell {
    #[inline(always)]
    fn thermal(&self, electric: &Electric, given: &Given<'_>, cell: usize) -> Thermal<L> {
        electric.thermal(L::load(given.temperature, cell))
    }

    #[inline(always)]
    fn known(&self, given: &Given<'_>) -> u32 {
        let mut known = 0;
        for cell in (0..TILE).step_by(L::WIDTH) {
            known |= L::load(given.temperature, cell).is_number().bits() << cell;
        }
        known
    }

    #[inline(always)]
    fn settle<W: Weights<L>>(&self, electric: &Electric, thermal: &Thermal<L>, effective: L) -> (L, L::Mask) {
        let output = electric.output(thermal, effective);
        let runs = electric.is_safe(&output, W::PRECISION);
        let power = L::select(runs, electric.limited(output.ac), L::splat(f64::NAN));
        (power, runs | electric.is_idle(&output))
    }
}

impl<L: Lanes> Climate<L> for Constant {
    #[inline(always)]
    fn thermal(&self, _: &Electric, _: &Given<'_>, _: usize) -> Thermal<L> {
        self.thermal.splat()
    }

    #[inline(always)]
    fn known(&self, _: &Given<'_>) -> u32 {
        u32::MAX
    }

    #[inline(always)]
    fn settle<W: Weights<L>>(&self, electric: &Electric, thermal: &Thermal<L>, effective: L) -> (L, L::Mask) {
        let comfort = &self.comfort;
        let low = L::splat(comfort.low(W::PRECISION));
        let runs = effective.at_least(low) & L::splat(comfort.high).at_least(effective);
        let ac = electric.output(thermal, effective).ac;
        let power = L::select(runs, electric.limited(ac), L::splat(f64::NAN));
        (power, runs | L::splat(comfort.idle).above(effective))
    }
}

/// Computes the cells, and tells by a bit each which of them are not settled.
#[inline(always)]
pub fn compute<L: Lanes>(
    model: &Model,
    sky: &Sky,
    place: &Place<'_>,
    given: &Given<'_>,
    found: Found<'_>,
) -> u32 {
    match *place {
        Place::Panel(coefficients, within) => {
            interpolated::<L, NODES>(model, coefficients, within, given, found)
        }
        Place::Flat(coefficients, within) => {
            interpolated::<L, FEW>(model, coefficients, within, given, found)
        }
        Place::Light(coefficients, within) => {
            under_climate::<L, _>(model, &Interpolated::<false, NODES> { coefficients, within }, given, found)
        }
        Place::Sky(coefficients, within, row) => {
            exact::<Pair<L>, _>(model, InterpolatedSky { sky, coefficients, within }, row, given, found)
        }
        Place::Rough(row, hours) => exact::<Pair<L>, _>(model, ExactSky { sky, hours }, row, given, found),
    }
}

#[inline(always)]
fn interpolated<L: Lanes, const N: usize>(
    model: &Model,
    coefficients: &RowCoefficients<4>,
    within: &[f64; TILE],
    given: &Given<'_>,
    found: Found<'_>,
) -> u32 {
    match &model.constant {
        Some(climate) => {
            let weights = Interpolated::<true, N> { coefficients, within };
            convert::<L, _, _>(&model.electric, climate, &weights, given, found)
        }
        None => {
            let weights = Interpolated::<false, N> { coefficients, within };
            convert::<L, _, _>(&model.electric, &PerCell, &weights, given, found)
        }
    }
}

#[inline(always)]
fn exact<L: Lanes, S: Skies<L>>(
    model: &Model,
    sky: S,
    row: &Row<f64>,
    given: &Given<'_>,
    found: Found<'_>,
) -> u32 {
    let (optics, row) = (&model.optics, row.splat());
    if model.tracker {
        under_climate(model, &Exact::<_, _, true> { optics, sky, row }, given, found)
    } else {
        under_climate(model, &Exact::<_, _, false> { optics, sky, row }, given, found)
    }
}

#[inline(always)]
fn under_climate<L: Lanes, W: Weights<L>>(
    model: &Model,
    weights: &W,
    given: &Given<'_>,
    found: Found<'_>,
) -> u32 {
    match &model.constant {
        Some(climate) => convert(&model.electric, climate, weights, given, found),
        None => convert(&model.electric, &PerCell, weights, given, found),
    }
}

/// From weights and irradiance to power, in two passes over the tile: each a short chain of operations,
/// of which a machine has several in work at once.
#[inline(always)]
fn convert<L: Lanes, W: Weights<L>, C: Climate<L>>(
    electric: &Electric,
    climate: &C,
    weights: &W,
    given: &Given<'_>,
    found: Found<'_>,
) -> u32 {
    let Found { actual, ideal } = found;
    let Light { present, sound, plain } = light(weights, given, actual, ideal);
    let mut open = sound & !(plain & power::<L, W, C>(electric, climate, given, actual));
    if !W::POWER {
        open |= !power::<L, W, C>(electric, climate, given, ideal);
    }
    open & present & Climate::<L>::known(climate, given)
}

/// What there is of a tile's irradiance, by a bit each.
struct Light {
    /// GHI.
    present: u32,
    /// All components.
    sound: u32,
    /// None negative: those are left to the scalar model.
    plain: u32,
}

/// Effective irradiances to `actual`, and to `ideal` what there is of a cloudless sky; missing without GHI.
#[inline(always)]
fn light<L: Lanes, W: Weights<L>>(
    weights: &W,
    given: &Given<'_>,
    actual: &mut [f64; TILE],
    ideal: &mut [f64; TILE],
) -> Light {
    let missing = L::splat(f64::NAN);
    let mut light = Light { present: 0, sound: 0, plain: 0 };
    for cell in (0..TILE).step_by(L::WIDTH) {
        let ghi = L::load(given.ghi, cell);
        let present = ghi.is_number();
        if !W::POWER && present.bits() == 0 {
            // worth a branch only where much work follows
            missing.store(actual, cell);
            missing.store(ideal, cell);
            continue;
        }
        let (dni, dhi) = (L::load(given.dni, cell), L::load(given.dhi, cell));
        let [of_dni, of_dhi, of_ghi, clear] = weights.at(cell);
        let effective = of_dni.times_plus(dni, of_dhi.times_plus(dhi, of_ghi * ghi));
        effective.store(actual, cell);
        L::select(present, clear, missing).store(ideal, cell);
        light.present |= present.bits() << cell;
        // weights may be missing where they are not interpolated
        let sound = if W::POWER { effective } else { ghi + (dni + dhi) };
        light.sound |= sound.is_number().bits() << cell;
        light.plain |= ghi.smaller(dni.smaller(dhi)).at_least(L::splat(0.0)).bits() << cell;
    }
    light
}

/// From effective irradiances to the power in their place; by a bit each, which of them are certain.
#[inline(always)]
fn power<L: Lanes, W: Weights<L>, C: Climate<L>>(
    electric: &Electric,
    climate: &C,
    given: &Given<'_>,
    cells: &mut [f64; TILE],
) -> u32 {
    let mut certain = 0;
    for cell in (0..TILE).step_by(L::WIDTH) {
        let thermal = climate.thermal(electric, given, cell);
        let (power, is_certain) = climate.settle::<W>(electric, &thermal, L::load(cells, cell));
        power.store(cells, cell);
        certain |= is_certain.bits() << cell;
    }
    certain
}
