//! One tile at one time: how the geometry of its cells is to be had.
//!
//! At the tile's nodes it is computed. Polynomials through these values hold for the tile where
//! nothing has a kink within it and where they meet what is computed between the nodes.

use super::bit_exact::BitExact;
use super::electric::Precision;
use super::grid::{Row, Strip};
use super::kinks::{Kinks, collate, smaller};
use super::lanes::Lanes;
use super::nodes::{ALL_NODES, NODES, PAIR, Places, Turns};
use super::pair::Pair;
use super::sky::Sky;
use super::surface::{Surface, Values, are_near};
use super::{Constant, Model};

/// How far a polynomial may be from what it stands for, relative to the least magnitude within the tile.
const TOLERANCE: f64 = 2e-11;

/// The same of the sun's direction, by component: the incidence magnifies it.
const DIRECTION_TOLERANCE: f64 = 2e-14;

/// How many times its reach the sun must be high for a wide tile to be worth a try: where it is lower
/// none was ever smooth enough.
const STEEP: f64 = 10.0;

/// What a weight, irradiance in W m-2 and power in W need not be resolved below.
const LEAST: f64 = 1e-3;

/// The same of F1: with less of it no light makes the inverter run.
const LEAST_SPECTRAL: f64 = 0.03;

/// How the geometry of a tile's cells is to be had.
#[derive(Clone, Debug)]
pub enum Tile {
    /// Not looked at.
    Unknown,
    /// Cell by cell.
    Rough,
    /// By polynomials for the sun's aspect; the sky and the panel cell by cell.
    Sky(Surface<4>),
    /// By polynomials for the weights and what there is of a cloudless sky.
    Panel(Surface<4>),
    /// By short ones for the same.
    Flat(Surface<4>),
    /// As `Panel`, but of a cloudless sky the effective irradiance, where its power has a kink.
    Light(Surface<4>),
}

/// Values at places.
struct Sampled<const N: usize> {
    aspect: Values<4, N>,
    sky: Values<7, N>,
    /// Weights, and the effective irradiance of a cloudless sky.
    panel: Values<4, N>,
    /// Of a cloudless sky, with a constant temperature.
    power: Values<1, N>,
}

/// Where a tile is.
pub struct Site<'a> {
    /// Its latitudes.
    pub strip: &'a Strip,
    /// Its hour angles.
    pub hours: &'a Places,
}

impl Tile {
    /// Finds the polynomials for the weights, or those for the aspect where these are wanted as well, or
    /// that there are none.
    #[inline(always)]
    pub fn fit<L: Lanes>(&mut self, model: &Model, sky: &Sky, site: &Site<'_>, sky_too: bool) {
        *self = Self::Rough;
        if !(site.strip.small && site.hours.small && (sky_too || site.is_promising(sky))) {
            return;
        }
        let mut kinks = Kinks::none();
        let nodes = sample::<Pair<BitExact<L>>, ALL_NODES>(
            model,
            sky,
            &site.strip.nodes,
            &site.hours.nodes,
            &mut kinks,
        );
        if !(kinks.sun_is_up() && (sky_too || kinks.panel_has_none())) {
            return;
        }
        let checks =
            sample::<Pair<BitExact<L>>, PAIR>(model, sky, &site.strip.checks, &site.hours.checks, &mut kinks);
        if !kinks.sun_is_up() {
            return;
        }
        if kinks.panel_has_none() {
            self.fit_panel::<L>(model, &nodes.with_power(model), &checks.with_power(model));
        } else if sky_too && kinks.light_has_none() {
            self.fit_light::<L>(model, &nodes.panel, &checks.panel);
        }
        if sky_too && matches!(self, Self::Rough) {
            self.fit_sky::<L>(model, sky, &nodes, &checks);
        }
    }

    /// Finds short polynomials for the panel, or longer ones.
    #[inline(always)]
    fn fit_panel<L: Lanes>(&mut self, model: &Model, nodes: &Values<4, ALL_NODES>, checks: &Values<4, PAIR>) {
        let surface = model.interpolation.through::<BitExact<L>, 4>(nodes);
        let (short, tolerances) = (surface.shortened(), tolerances::<L, 4>(nodes));
        if meets::<L>(model, &short, checks, &tolerances) {
            *self = Self::Flat(short);
        } else if meets::<L>(model, &surface, checks, &tolerances) {
            *self = Self::Panel(surface);
        }
    }

    #[inline(always)]
    fn fit_light<L: Lanes>(&mut self, model: &Model, nodes: &Values<4, ALL_NODES>, checks: &Values<4, PAIR>) {
        let surface = model.interpolation.through::<BitExact<L>, 4>(nodes);
        if meets::<L>(model, &surface, checks, &tolerances::<L, 4>(nodes)) {
            *self = Self::Light(surface);
        }
    }

    #[inline(always)]
    fn fit_sky<L: Lanes>(
        &mut self,
        model: &Model,
        sky: &Sky,
        nodes: &Sampled<ALL_NODES>,
        checks: &Sampled<PAIR>,
    ) {
        let surface = model.interpolation.through::<BitExact<L>, 4>(&nodes.aspect);
        let found = skies::<BitExact<L>>(sky, &model.interpolation.at_checks::<BitExact<L>, 4>(&surface));
        if are_near::<BitExact<L>, 7>(&found, &checks.sky, &sky_tolerances::<L>(&nodes.sky)) {
            *self = Self::Sky(surface);
        }
    }
}

impl<const N: usize> Sampled<N> {
    /// The panel; with a constant temperature the power of a cloudless sky and not its effective irradiance.
    #[inline(always)]
    fn with_power(&self, model: &Model) -> Values<4, N> {
        let [dni, dhi, ghi, clear] = self.panel;
        let [power] = self.power;
        [dni, dhi, ghi, if model.constant.is_some() { power } else { clear }]
    }
}

impl Site<'_> {
    /// Whether the sun is high at all four corners, for the size of the tile; roughly, the same to the
    /// bit on all instruction sets.
    fn is_promising(&self, sky: &Sky) -> bool {
        let (rows, hours) = (&self.strip.nodes, &self.hours.nodes);
        let is_high = |node: usize, hour: usize| {
            sky.height(rows.sin[node], rows.cos[node], hours.cos[hour]) > STEEP * self.hours.reach
        };
        [0, ALL_NODES - 1].into_iter().all(|node| is_high(node, 0) && is_high(node, NODES - 1))
    }
}

/// Whether polynomials are near enough to what is computed at the checks.
#[inline(always)]
fn meets<L: Lanes>(
    model: &Model,
    surface: &Surface<4>,
    checks: &Values<4, PAIR>,
    tolerances: &[f64; 4],
) -> bool {
    let found = model.interpolation.at_checks::<BitExact<L>, 4>(surface);
    are_near::<BitExact<L>, 4>(&found, checks, tolerances)
}

/// Values at places whose longitudes repeat.
#[inline(always)]
fn sample<L: Lanes, const N: usize>(
    model: &Model,
    sky: &Sky,
    rows: &Row<[f64; N]>,
    hours: &Turns<PAIR>,
    kinks: &mut Kinks,
) -> Sampled<N> {
    let mut sampled =
        Sampled { aspect: [[0.0; N]; 4], sky: [[0.0; N]; 7], panel: [[0.0; N]; 4], power: [[0.0; N]] };
    for at in (0..N).step_by(L::WIDTH) {
        let lane = at % PAIR;
        let row = rows.load::<L>(at);
        let seen = sky.seen(&row, [L::load(&hours.cos, lane), L::load(&hours.sin, lane)]);
        kinks.sky.meet(lane, &seen.kinks);
        let faced = if model.tracker {
            model.optics.facing::<L, true>(&seen.values, &row.normal)
        } else {
            model.optics.facing::<L, false>(&seen.values, &row.normal)
        };
        kinks.panel.meet(lane, &faced.kinks);
        if let Some(Constant { thermal, comfort }) = &model.constant {
            let clear = faced.values[3];
            let ac = model.electric.output(&thermal.splat(), clear).ac;
            let inside = (clear - comfort.low(Precision::BitExact)).smaller(L::splat(comfort.high) - clear);
            kinks.power.meet(lane, &[inside, model.electric.excess(ac)]);
            put(&[model.electric.limited(ac)], &mut sampled.power, at);
        }
        put(&seen.aspect, &mut sampled.aspect, at);
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

/// What follows from aspects.
#[inline(always)]
fn skies<L: Lanes>(sky: &Sky, aspects: &Values<4, PAIR>) -> Values<7, PAIR> {
    let mut skies = [[0.0; PAIR]; 7];
    for at in (0..PAIR).step_by(L::WIDTH) {
        let [up, north, east, airmass] = aspects;
        let aspect = [L::load(up, at), L::load(north, at), L::load(east, at), L::load(airmass, at)];
        put(&sky.under(aspect).values, &mut skies, at);
    }
    skies
}

/// By the least magnitude of each quantity at the nodes.
#[inline(always)]
fn tolerances<L: Lanes, const Q: usize>(values: &Values<Q, ALL_NODES>) -> [f64; Q] {
    let mut tolerances = [0.0; Q];
    for (tolerance, values) in tolerances.iter_mut().zip(values) {
        let mut least = [f64::INFINITY; PAIR];
        for from in values.as_chunks::<PAIR>().0 {
            for at in (0..PAIR).step_by(L::WIDTH) {
                L::load(from, at).abs().smaller(L::load(&least, at)).store(&mut least, at);
            }
        }
        *tolerance = TOLERANCE * collate(least, smaller).max(LEAST);
    }
    tolerances
}

#[inline(always)]
fn sky_tolerances<L: Lanes>(values: &Values<7, ALL_NODES>) -> [f64; 7] {
    let [_, _, _, spectral, ghi, beam, bound] = tolerances::<L, 7>(values);
    let direction = DIRECTION_TOLERANCE;
    [direction, direction, direction, spectral.max(TOLERANCE * LEAST_SPECTRAL), ghi, beam, bound]
}
