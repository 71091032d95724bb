//! One tile at one time: how the geometry of its cells is to be had.
//!
//! At the tile's nodes it is computed. Polynomials through these values hold for the tile where
//! nothing has a kink within it and where they meet what is computed between the nodes.

use super::elementary::ALIKE;
use super::grid::{Row, Strip};
use super::lanes::Lanes;
use super::nodes::{ALL_NODES, PAIR, Places, Turns};
use super::pair::Pair;
use super::sky::{self, Sky};
use super::surface::{Surface, Values};
use super::{Constant, Model, panel};

/// How far a polynomial may be from what it stands for, relative to the least magnitude within the tile.
const TOLERANCE: f64 = 5e-12;

/// The same of the sun's direction, by component: the incidence magnifies it.
const DIRECTION_TOLERANCE: f64 = 2e-14;

/// What a weight, irradiance in W m-2 and power in W need not be resolved below.
const LEAST: f64 = 1e-3;

/// How far from zero a function must stay at the nodes, of the span of its values there: between
/// them a parabola reaches beyond by at most 0.05 of it.
const MARGIN: f64 = 0.1;

/// How the geometry of a tile's cells is to be had.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "tiles are overwritten in place, from one to the other")]
pub enum Tile {
    /// Not looked at.
    Unknown,
    /// Cell by cell.
    Rough,
    /// By polynomials for the sun and the sky; the panel cell by cell.
    Sky(Surface<7>),
    /// By polynomials for the weights and what there is of a cloudless sky.
    Panel(Surface<4>),
}

/// Values at places.
struct Sampled<const N: usize> {
    sky: Values<7, N>,
    panel: Values<4, N>,
}

/// What there may be of kinks in a tile.
struct Kinks {
    sky: Spans<{ sky::KINKS }>,
    panel: Spans<{ panel::KINKS }>,
    /// Of the power of a cloudless sky: its start, and its limit.
    power: Spans<2>,
}

/// Of each function: the least and the largest value so far, in each lane; and zero, unless a value
/// is missing or infinite.
struct Spans<const K: usize> {
    least: [[f64; PAIR]; K],
    largest: [[f64; PAIR]; K],
    damage: [f64; PAIR],
}

/// Where a tile is.
pub struct Site<'a> {
    /// Its latitudes.
    pub strip: &'a Strip,
    /// Its hour angles.
    pub hours: &'a Places,
}

impl Tile {
    /// Finds the polynomials for the weights, or those for the sky where these are wanted as well, or
    /// that there are none.
    #[inline(always)]
    pub fn fit<L: Lanes>(&mut self, model: &Model, sky: &Sky, site: &Site<'_>, sky_too: bool) {
        *self = Self::Rough;
        if !(site.strip.small && site.hours.small) {
            return;
        }
        let mut kinks = Kinks::none();
        let nodes =
            sample::<Pair<L>, ALL_NODES>(model, sky, &site.strip.nodes, &site.hours.nodes, &mut kinks);
        if !(kinks.sky_has_none() && (sky_too || kinks.panel_has_none())) {
            return;
        }
        let checks = sample::<Pair<L>, PAIR>(model, sky, &site.strip.checks, &site.hours.checks, &mut kinks);
        if !kinks.sky_has_none() {
            return;
        }
        if kinks.panel_has_none() {
            let surface = model.interpolation.through::<L, 4>(&nodes.panel);
            if model.interpolation.meets::<L, 4>(&surface, &checks.panel, &tolerances(&nodes.panel)) {
                *self = Self::Panel(surface);
                return;
            }
        }
        if sky_too {
            let surface = model.interpolation.through::<L, 7>(&nodes.sky);
            let [_, _, _, spectral, ghi, beam, bound] = tolerances(&nodes.sky);
            let direction = DIRECTION_TOLERANCE;
            let tolerances = [direction, direction, direction, spectral, ghi, beam, bound];
            if model.interpolation.meets::<L, 7>(&surface, &checks.sky, &tolerances) {
                *self = Self::Sky(surface);
            }
        }
    }
}

/// Values at places whose longitudes repeat. With a constant temperature the panel's fourth is the
/// power of a cloudless sky and not its effective irradiance.
#[inline(always)]
fn sample<L: Lanes, const N: usize>(
    model: &Model,
    sky: &Sky,
    rows: &Row<[f64; N]>,
    hours: &Turns<PAIR>,
    kinks: &mut Kinks,
) -> Sampled<N> {
    let mut sampled = Sampled { sky: [[0.0; N]; 7], panel: [[0.0; N]; 4] };
    for at in (0..N).step_by(L::WIDTH) {
        let lane = at % PAIR;
        let row = rows.load::<L>(at);
        let seen = sky.seen(&row, [L::load(&hours.cos, lane), L::load(&hours.sin, lane)]);
        kinks.sky.meet(lane, &seen.kinks);
        let mut faced = if model.tracker {
            model.optics.facing::<L, true>(&seen.values, &row.normal)
        } else {
            model.optics.facing::<L, false>(&seen.values, &row.normal)
        };
        kinks.panel.meet(lane, &faced.kinks);
        if let Some(Constant { thermal, comfort }) = &model.constant {
            let clear = faced.values[3];
            let ac = model.electric.output::<L, ALIKE>(&thermal.splat(), clear).ac;
            let inside = (clear - comfort.exact).smaller(L::splat(comfort.high) - clear);
            kinks.power.meet(lane, &[inside, model.electric.excess(ac)]);
            faced.values[3] = model.electric.limited(ac);
        }
        put(&seen.values, &mut sampled.sky, at);
        put(&faced.values, &mut sampled.panel, at);
    }
    sampled
}

#[inline(always)]
fn put<L: Lanes, const Q: usize, const N: usize>(values: &[L; Q], to: &mut Values<Q, N>, at: usize) {
    for (values, to) in values.iter().zip(to) {
        values.store(to, at);
    }
}

/// By the least magnitude of each quantity at the nodes.
#[inline(always)]
fn tolerances<const Q: usize>(values: &Values<Q, ALL_NODES>) -> [f64; Q] {
    let mut tolerances = [0.0; Q];
    for (tolerance, values) in tolerances.iter_mut().zip(values) {
        let least = values.iter().fold(f64::INFINITY, |least, value| least.min(value.abs()));
        *tolerance = TOLERANCE * least.max(LEAST);
    }
    tolerances
}

impl Kinks {
    fn none() -> Self {
        Self { sky: Spans::none(), panel: Spans::none(), power: Spans::none() }
    }

    /// The sun must be up.
    #[inline(always)]
    fn sky_has_none(&self) -> bool {
        self.sky.is_positive(0) && self.sky.has_none()
    }

    /// The inverter must run.
    #[inline(always)]
    fn panel_has_none(&self) -> bool {
        self.power.is_positive(0) && self.panel.has_none() && self.power.has_none()
    }
}

impl<const K: usize> Spans<K> {
    fn none() -> Self {
        let (least, largest) = ([[f64::INFINITY; PAIR]; K], [[f64::NEG_INFINITY; PAIR]; K]);
        Self { least, largest, damage: [0.0; PAIR] }
    }

    /// Takes note of the functions' values.
    #[inline(always)]
    fn meet<L: Lanes>(&mut self, lane: usize, values: &[L; K]) {
        let mut damage = L::load(&self.damage, lane);
        for ((least, largest), &value) in self.least.iter_mut().zip(&mut self.largest).zip(values) {
            value.smaller(L::load(least, lane)).store(least, lane);
            value.larger(L::load(largest, lane)).store(largest, lane);
            damage = damage + value * 0.0;
        }
        damage.store(&mut self.damage, lane);
    }

    #[inline(always)]
    fn span(&self, kink: usize) -> (f64, f64) {
        let least = self.least[kink].into_iter().fold(f64::INFINITY, f64::min);
        (least, self.largest[kink].into_iter().fold(f64::NEG_INFINITY, f64::max))
    }

    #[inline(always)]
    fn is_positive(&self, kink: usize) -> bool {
        self.span(kink).0 > 0.0
    }

    /// Whether no function changes its sign within the tile; one never met does not.
    #[inline(always)]
    fn has_none(&self) -> bool {
        let mut none = self.damage == [0.0; PAIR];
        for kink in 0..K {
            let (least, largest) = self.span(kink);
            let margin = MARGIN * (largest - least);
            none &= least > margin || largest < -margin;
        }
        none
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(values: [f64; 4]) -> Spans<1> {
        let mut spans = Spans::none();
        for (lane, value) in values.into_iter().enumerate() {
            spans.meet(lane, &[value]);
        }
        spans
    }

    #[test]
    fn a_function_that_is_or_comes_near_zero_has_a_kink() {
        assert!(spans([1.0, 2.0, 3.0, 2.0]).has_none());
        assert!(spans([-1.0, -2.0, -3.0, -2.0]).has_none());
        assert!(!spans([1.0, -2.0, 3.0, 2.0]).has_none());
        assert!(!spans([0.1, 2.0, 3.0, 2.0]).has_none());
        assert!(!spans([1.0, f64::NAN, 3.0, 2.0]).has_none());
        assert!(!spans([1.0, f64::INFINITY, 3.0, 2.0]).has_none());
    }

    #[test]
    fn the_sign_is_known() {
        assert!(spans([1.0, 2.0, 3.0, 2.0]).is_positive(0));
        assert!(!spans([-1.0, -2.0, -3.0, -2.0]).is_positive(0));
    }
}
