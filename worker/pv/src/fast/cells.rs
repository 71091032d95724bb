//! The power of one tile's cells of a row: loops without branches over some cells at a time.
//!
//! They also tell which cells they do not settle; those are left to others.

use std::ops::Range;

use super::electric::{Comfort, DEMAND_EXACT, DEMAND_INTERPOLATED, Electric, Thermal};
use super::elementary::{FUSED, polynomial};
use super::grid::{Row, TILE};
use super::lanes::{Lanes, Mask};
use super::nodes::{NODES, Turns};
use super::pair::Pair;
use super::panel::Optics;
use super::row::{Cells, Powers};
use super::sky::Sky;
use super::surface::RowCoefficients;
use super::{Constant, Model};

/// Stands for temperatures where they are constant.
static NO_TEMPERATURE: [f64; TILE] = [f64::NAN; TILE];

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

/// Where the cells are.
pub enum Place<'a> {
    /// In a tile with polynomials for the weights: along the row, and the cells' place within the tile.
    Panel(&'a RowCoefficients<4>, &'a [f64; TILE]),
    /// In a tile with polynomials for the sky, likewise; and the cells' latitude.
    Sky(&'a RowCoefficients<7>, &'a [f64; TILE], &'a Row<f64>),
    /// In any other: the cells' latitude and hour angles.
    Rough(&'a Row<f64>, &'a Turns<TILE>),
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

/// The weights of DNI, DHI and GHI, and what there is of a cloudless sky.
trait Weights<L> {
    /// Whether the latter is power, and not effective irradiance.
    const POWER: bool;
    /// How much the errors may be magnified.
    const DEMAND: f64;
    /// Of the cells from one on.
    fn at(&self, cell: usize) -> [L; 4];
}

/// By polynomials; `POWER` with a constant temperature.
struct Interpolated<'a, const POWER: bool> {
    coefficients: &'a RowCoefficients<4>,
    within: &'a [f64; TILE],
}

/// Of each cell by itself; missing where not certain.
struct Exact<'a, L, S, const TRACKER: bool> {
    optics: &'a Optics,
    sky: S,
    row: Row<L>,
}

/// The sun and the sky.
trait Skies<L> {
    /// How much the errors may be magnified.
    const DEMAND: f64;
    /// Over the cells from one on, as [`super::sky::Seen::values`].
    fn over(&self, row: &Row<L>, cell: usize) -> [L; 7];
}

/// By polynomials.
struct InterpolatedSky<'a> {
    coefficients: &'a RowCoefficients<7>,
    within: &'a [f64; TILE],
}

/// Of each cell by itself.
struct ExactSky<'a> {
    sky: &'a Sky,
    hours: &'a Turns<TILE>,
}

impl<L: Lanes> Skies<L> for InterpolatedSky<'_> {
    const DEMAND: f64 = DEMAND_INTERPOLATED;

    #[inline(always)]
    fn over(&self, _: &Row<L>, cell: usize) -> [L; 7] {
        let within = L::load(self.within, cell);
        let mut values = [within; 7];
        for (value, coefficients) in values.iter_mut().zip(self.coefficients) {
            *value = polynomial::<L, FUSED, NODES>(coefficients, within);
        }
        values
    }
}

impl<L: Lanes> Skies<L> for ExactSky<'_> {
    const DEMAND: f64 = DEMAND_EXACT;

    #[inline(always)]
    fn over(&self, row: &Row<L>, cell: usize) -> [L; 7] {
        self.sky.seen(row, [L::load(&self.hours.cos, cell), L::load(&self.hours.sin, cell)]).values
    }
}

impl<L: Lanes, const P: bool> Weights<L> for Interpolated<'_, P> {
    const POWER: bool = P;
    const DEMAND: f64 = DEMAND_INTERPOLATED;

    #[inline(always)]
    fn at(&self, cell: usize) -> [L; 4] {
        let within = L::load(self.within, cell);
        let [dni, dhi, ghi, clear] = self.coefficients;
        [
            polynomial::<L, FUSED, NODES>(dni, within),
            polynomial::<L, FUSED, NODES>(dhi, within),
            polynomial::<L, FUSED, NODES>(ghi, within),
            polynomial::<L, FUSED, NODES>(clear, within),
        ]
    }
}

impl<L: Lanes, S: Skies<L>, const TRACKER: bool> Weights<L> for Exact<'_, L, S, TRACKER> {
    const POWER: bool = false;
    const DEMAND: f64 = S::DEMAND;

    #[inline(always)]
    fn at(&self, cell: usize) -> [L; 4] {
        let sky = self.sky.over(&self.row, cell);
        self.optics.facing::<L, TRACKER>(&sky, &self.row.normal).settled(&sky)
    }
}

/// What the temperature decides.
trait Climate<L: Lanes> {
    /// The module at the temperature of the cells from one on.
    fn thermal(&self, electric: &Electric, given: &Given<'_>, cell: usize) -> Thermal<L>;
    /// Where that is known, as in [`Mask::bits`]: elsewhere power is missing, and nothing to decide.
    fn known(&self, given: &Given<'_>, cell: usize) -> u32;
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
    fn known(&self, given: &Given<'_>, cell: usize) -> u32 {
        L::load(given.temperature, cell).is_number().bits()
    }

    #[inline(always)]
    fn settle<W: Weights<L>>(&self, electric: &Electric, thermal: &Thermal<L>, effective: L) -> (L, L::Mask) {
        let output = electric.output::<L, FUSED>(thermal, effective);
        let runs = electric.is_comfortable(&output, W::DEMAND);
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
    fn known(&self, _: &Given<'_>, _: usize) -> u32 {
        u32::MAX
    }

    #[inline(always)]
    fn settle<W: Weights<L>>(&self, electric: &Electric, thermal: &Thermal<L>, effective: L) -> (L, L::Mask) {
        let Comfort { idle, exact, interpolated, high } = self.comfort;
        let low = if W::DEMAND == DEMAND_EXACT { exact } else { interpolated };
        let runs = effective.at_least(L::splat(low)) & L::splat(high).at_least(effective);
        let ac = electric.output::<L, FUSED>(thermal, effective).ac;
        let power = L::select(runs, electric.limited(ac), L::splat(f64::NAN));
        (power, runs | L::splat(idle).above(effective))
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
    match (place, &model.constant) {
        (Place::Panel(coefficients, within), Some(climate)) => {
            let weights = Interpolated::<true> { coefficients, within };
            convert::<Pair<L>, _, _>(&model.electric, climate, &weights, given, found)
        }
        (Place::Panel(coefficients, within), None) => {
            let weights = Interpolated::<false> { coefficients, within };
            convert::<Pair<L>, _, _>(&model.electric, &PerCell, &weights, given, found)
        }
        (Place::Sky(coefficients, within, row), _) => {
            exact::<Pair<L>, _>(model, InterpolatedSky { coefficients, within }, row, given, found)
        }
        (Place::Rough(row, hours), _) => {
            exact::<Pair<L>, _>(model, ExactSky { sky, hours }, row, given, found)
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
        mounted(model, &Exact::<_, _, true> { optics, sky, row }, given, found)
    } else {
        mounted(model, &Exact::<_, _, false> { optics, sky, row }, given, found)
    }
}

#[inline(always)]
fn mounted<L: Lanes, W: Weights<L>>(model: &Model, weights: &W, given: &Given<'_>, found: Found<'_>) -> u32 {
    match &model.constant {
        Some(climate) => convert(&model.electric, climate, weights, given, found),
        None => convert(&model.electric, &PerCell, weights, given, found),
    }
}

/// From weights and irradiance to power.
#[inline(always)]
fn convert<L: Lanes, W: Weights<L>, C: Climate<L>>(
    electric: &Electric,
    climate: &C,
    weights: &W,
    given: &Given<'_>,
    found: Found<'_>,
) -> u32 {
    let missing = L::splat(f64::NAN);
    let mut open = 0;
    for cell in (0..TILE).step_by(L::WIDTH) {
        let ghi = L::load(given.ghi, cell);
        let present = ghi.is_number();
        if !W::POWER && present.bits() == 0 {
            // worth a branch only where much work follows
            missing.store(found.actual, cell);
            missing.store(found.ideal, cell);
            continue;
        }
        let (dni, dhi) = (L::load(given.dni, cell), L::load(given.dhi, cell));
        let [of_dni, of_dhi, of_ghi, clear] = weights.at(cell);
        let thermal = climate.thermal(electric, given, cell);
        let effective = of_dni.times_plus(dni, of_dhi.times_plus(dhi, of_ghi * ghi));
        let (actual, certain) = climate.settle::<W>(electric, &thermal, effective);
        // none negative: those are left to the scalar model
        let plain = ghi.smaller(dni.smaller(dhi)).at_least(L::splat(0.0));
        let complete = (dni + dhi).is_number();
        L::select(complete & present, actual, missing).store(found.actual, cell);
        let mut unsettled = complete.bits() & !(certain & plain).bits();
        let mut ideal = clear;
        if !W::POWER {
            let (power, certain) = climate.settle::<W>(electric, &thermal, clear);
            ideal = power;
            unsettled |= !certain.bits();
        }
        L::select(present, ideal, missing).store(found.ideal, cell);
        open |= (present.bits() & climate.known(given, cell) & unsettled) << cell;
    }
    open
}
