//! What the sun gives to a place, whatever the panel there: where it appears, what its spectrum is
//! worth, and how much a cloudless sky lets through.
//!
//! The same model as in [`crate::sun`], [`crate::airmass`] and [`crate::clearsky`], by vectors: the
//! sun's direction is the geocentric one less the observer's place, and no function is left but
//! the elevation, one logarithm and four exponentials.

use dayfold_pv_system::Module;

use super::bit_exact::BitExact;
use super::elementary::{angle, exp, ln, polynomial, small_sin_cos};
use super::grid::Row;
use super::lanes::Lanes;
use crate::sun::Sun;

/// A radian.
pub const DEGREES: f64 = 180.0 / std::f64::consts::PI;

/// How many functions in [`Seen::kinks`] there are.
pub const KINKS: usize = 3;

/// The sun at one time, as it enters the formulas, and the module's F1.
#[derive(Clone, Copy, Debug)]
pub struct Sky {
    cos_declination: f64,
    sin_declination: f64,
    sin_parallax: f64,
    extraterrestrial: f64,
    spectral: [f64; 5],
}

/// Towards the apparent sun, a unit vector: up, north and east; then the airmass.
pub type Aspect<L> = [L; 4];

/// What it is at some places.
#[derive(Clone, Copy, Debug)]
pub struct Seen<L> {
    /// From which all else follows.
    pub aspect: Aspect<L>,
    /// Towards the apparent sun, a unit vector: up, north and east. Then F1, not yet bounded by zero,
    /// and a cloudless sky's GHI, and its DNI in two ways, of which the smaller counts; W m-2.
    pub values: [L; 7],
    /// Functions that are zero where a value has a kink: the horizon first.
    pub kinks: [L; KINKS],
}

/// Where the apparent sun is: a unit vector, and its elevation.
struct Direction<L> {
    up: L,
    north: L,
    east: L,
    elevation: L,
}

impl Sky {
    /// Of the sun at its time, as a module sees it.
    pub fn new(sun: &Sun, module: &Module) -> Self {
        let (sin_declination, cos_declination) = sun.declination().to_radians().sin_cos();
        let sin_parallax = sun.parallax().to_radians().sin();
        let (extraterrestrial, spectral) = (sun.extraterrestrial(), module.a);
        Self { cos_declination, sin_declination, sin_parallax, extraterrestrial, spectral }
    }

    /// The same with its hour angle at longitude 0, as cosine and sine, times the cosine of the declination.
    pub fn turned(sun: &Sun, module: &Module) -> (Self, [f64; 2]) {
        let sky = Self::new(sun, module);
        let (sin, cos) = sun.hour_angle().to_radians().sin_cos();
        (sky, [cos * sky.cos_declination, sin * sky.cos_declination])
    }

    /// The sine of the sun's elevation from the centre of the Earth, where these are sine and cosine of the
    /// latitude and the cosine of the hour angle, times that of the declination.
    pub fn height(&self, sin: f64, cos: f64, hour_cos: f64) -> f64 {
        sin * self.sin_declination + cos * hour_cos
    }

    /// At places of some latitudes. `hour` is cosine and sine of the hour angle, times the cosine of
    /// the declination.
    #[inline(always)]
    pub fn seen<L: Lanes>(&self, row: &Row<L>, hour: [L; 2]) -> Seen<L> {
        self.under(self.aspect(row, hour))
    }

    /// Where the apparent sun is, and how much air is before it: all that depends on the place.
    #[inline(always)]
    pub fn aspect<L: Lanes>(&self, row: &Row<L>, hour: [L; 2]) -> Aspect<L> {
        // a last digit near the horizon becomes a visible one
        let sun = direction(self, &row.map(BitExact::of), hour.map(BitExact::of));
        let airmass = airmass(&sun);
        [sun.up, sun.north, sun.east, airmass].map(BitExact::inside)
    }

    /// What follows from an aspect.
    #[inline(always)]
    pub fn under<L: Lanes>(&self, [up, north, east, airmass]: Aspect<L>) -> Seen<L> {
        let ([ghi, beam, bound], hazier) = clear_sky(self, up, airmass);
        // its terms cancel: a last digit of them becomes a visible one
        let spectral = polynomial(&self.spectral, BitExact::of(airmass)).inside();
        Seen {
            values: [up, north, east, spectral, ghi, beam, bound],
            aspect: [up, north, east, airmass],
            kinks: [up, spectral, hazier],
        }
    }
}

#[inline(always)]
fn direction<L: Lanes>(sky: &Sky, row: &Row<L>, hour: [L; 2]) -> Direction<L> {
    let less = L::splat(-sky.sin_parallax);
    let meridian = row.equatorial.times_plus(less, hour[0]);
    let axis = row.polar.times_plus(less, L::splat(sky.sin_declination));
    let up = meridian.times_plus(row.cos, row.sin * axis);
    let north = meridian.times_plus(-row.sin, row.cos * axis);
    let east = -hour[1];
    let level_square = north.times_plus(north, east * east);
    let level = level_square.sqrt();
    let length = up.times_plus(up, level_square).sqrt();
    // both inverses by one division
    let inverse = L::splat(1.0) / (level * length);
    let (of_length, of_level) = (level * inverse, length * inverse);
    lifted([up * of_length, level * of_length], [north * of_level, east * of_level])
}

/// With refraction, as [`crate::refraction::refraction`] has it: in degrees
/// 1.02 / 60 cot(h + 10.3 / (h + 5.11)) for a true elevation h.
#[inline(always)]
fn lifted<L: Lanes>([sine, cosine]: [L; 2], [north, east]: [L; 2]) -> Direction<L> {
    const STRENGTH: f64 = (1013.25 / 1010.0) * (283.0 / (273.0 + 12.0)) * 1.02 / 60.0;
    let elevation = angle(sine, cosine) * DEGREES;
    let (sin_more, cos_more) = small_sin_cos(L::splat(10.3 / DEGREES) / (elevation + 5.11));
    let bent_cosine = cosine.times_plus(cos_more, -(sine * sin_more));
    let bent_sine = sine.times_plus(cos_more, cosine * sin_more);
    let lift = bent_cosine * STRENGTH / bent_sine;
    let (sin_lift, cos_lift) = small_sin_cos(lift * (1.0 / DEGREES));
    let level = cosine.times_plus(cos_lift, -(sine * sin_lift));
    let up = sine.times_plus(cos_lift, cosine * sin_lift);
    // deep in the night the formula for the refraction has a pole
    let up = L::select(sine.above(L::splat(-0.02)), up, sine);
    Direction { up, north: north * level, east: east * level, elevation: elevation + lift }
}

/// Kasten & Young (1989), as [`crate::airmass::kasten_young`].
#[inline(always)]
fn airmass<L: Lanes>(sun: &Direction<L>) -> L {
    let power = exp(ln(sun.elevation + 6.07995) * -1.6364);
    L::splat(1.0) / power.times_plus(L::splat(0.50572), sun.up)
}

/// Ineichen & Perez (2002), as [`crate::clearsky::ineichen`] with a sun above the horizon: GHI, DNI and
/// the bound on DNI, and where turbidity has a kink. The bound needs no division: GHI holds the cosine.
#[inline(always)]
fn clear_sky<L: Lanes>(sky: &Sky, up: L, airmass: L) -> ([L; 3], L) {
    let hazier = airmass.times_plus(L::splat(0.1), L::splat(-0.5));
    let turbidity = hazier.larger(L::splat(0.0)) + 2.5;
    let spread = exp(airmass * turbidity * -0.0387) * (0.868 * sky.extraterrestrial);
    let beam = exp(airmass * (turbidity - 1.0) * -0.09) * (0.827 * sky.extraterrestrial);
    // 1 - (0.1 - 0.2 exp(-turbidity)) / (0.1 + 0.882)
    let share =
        exp(-turbidity).times_plus(L::splat(0.2 / (0.1 + 0.882)), L::splat(1.0 - 0.1 / (0.1 + 0.882)));
    ([spread * up, beam, spread * share], hazier)
}

#[cfg(test)]
mod tests {
    use dayfold_pv_system::Mount;

    use super::super::grid::GridTables;
    use super::*;
    use crate::airmass::kasten_young;
    use crate::clearsky::ineichen;
    use crate::module::spectral_factor;
    use crate::{Site, database};

    fn near(ours: f64, theirs: f64, what: &str) {
        assert!((ours - theirs).abs() <= 1e-11 * theirs.abs().max(1e-2), "{what}: {ours} and not {theirs}");
    }

    #[test]
    fn as_the_scalar_model_has_it() {
        let module = database::module("Canadian_Solar_CS5P_220M___2009_").unwrap();
        let sun = Sun::at(1_655_812_800.0);
        let sky = Sky::new(&sun, &module);
        for latitude in [-66.0, -40.0, -0.1, 23.0, 60.0, 89.0] {
            for longitude in (-180..180).step_by(5).map(f64::from) {
                let position = sun.seen_from(Site { latitude, longitude });
                let (sin, cos) = (sun.hour_angle() + longitude).to_radians().sin_cos();
                let row = GridTables::new(&Mount::SingleAxis, &[latitude], &[longitude]).rows[0];
                let seen = sky.seen::<f64>(&row, [cos * sky.cos_declination, sin * sky.cos_declination]);
                let [up, north, east, spectral, ghi, beam, bound] = seen.values;
                if position.apparent_zenith > 90.0 {
                    assert!(up < 0.0, "{position:?}");
                    continue;
                }
                let (level, clockwise) = position.azimuth.to_radians().sin_cos();
                let (sine, cosine) = position.apparent_elevation.to_radians().sin_cos();
                near(up, sine, "up");
                near(north, clockwise * cosine, "north");
                near(east, level * cosine, "east");
                let airmass = kasten_young(position.apparent_zenith);
                let clear = ineichen(position.apparent_zenith, airmass, sun.extraterrestrial());
                near(spectral.max(0.0), spectral_factor(&module, airmass), "F1");
                near(ghi, clear.ghi, "GHI");
                near(beam.min(bound), clear.dni, "DNI");
            }
        }
    }
}
