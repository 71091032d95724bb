//! What a panel makes of the sun and the sky: the weights of the three components in its effective
//! irradiance, and its effective irradiance under a cloudless sky.
//!
//! The same model as in [`crate::mount`], [`crate::transpose`] and [`crate::module`]; the tracker is
//! algebra.

use dayfold_pv_system::Module;

use super::elementary::{angle, polynomial};
use super::lanes::Lanes;
use super::sky::DEGREES;
use crate::mount::GROUND_COVER;
use crate::transpose::ALBEDO;

/// How many functions in [`Faced::kinks`] there are.
pub const KINKS: usize = 5;

/// What there is of the module's optics.
#[derive(Clone, Copy, Debug)]
pub struct Optics {
    incidence: [f64; 6],
    diffuse: f64,
}

/// The panel at some places.
#[derive(Clone, Copy, Debug)]
pub struct Faced<L> {
    /// Weights of DNI, DHI and GHI in the effective irradiance, and the effective irradiance of a
    /// cloudless sky.
    pub values: [L; 4],
    /// Functions that are zero where a value has a kink.
    pub kinks: [L; KINKS],
    /// Of the incidence.
    sine: L,
}

/// How the panel is turned to the sun.
struct Facing<L> {
    cos_tilt: L,
    cos_incidence: L,
    kinks: [L; 3],
}

impl Optics {
    /// Of a module.
    pub fn new(module: &Module) -> Self {
        Self { incidence: module.b, diffuse: module.fd }
    }

    /// A panel under these skies; `normal` is what it faces where it does not track the sun.
    #[inline(always)]
    pub fn facing<L: Lanes, const TRACKER: bool>(&self, sky: &[L; 7], normal: &[L; 3]) -> Faced<L> {
        let [up, north, east, spectral, clear_ghi, beam, bound] = *sky;
        let sun = [up, north, east];
        let facing = if TRACKER { track(sun) } else { fixed(normal, sun) };
        let (incidence, sine) = incidence(self, facing.cos_incidence);
        let zero = L::splat(0.0);
        let usable = spectral.larger(zero);
        let of_dni = usable * incidence.larger(zero) * facing.cos_incidence.larger(zero);
        let diffuse = usable * (self.diffuse * 0.5);
        let of_dhi = diffuse.times_plus(facing.cos_tilt, diffuse);
        let of_ghi = (diffuse - diffuse * facing.cos_tilt) * ALBEDO;
        let clear_dni = beam.smaller(bound);
        let clear_dhi = clear_ghi - clear_dni * up;
        let clear = of_dni.times_plus(clear_dni, of_dhi.times_plus(clear_dhi, of_ghi * clear_ghi));
        let [turning, straight, behind] = facing.kinks;
        Faced {
            values: [of_dni, of_dhi, of_ghi, clear],
            kinks: [turning, straight, behind, incidence, beam - bound],
            sine,
        }
    }
}

impl<L: Lanes> Faced<L> {
    /// Its values where no decision is near: zero in the night, which leaves the inverter idle;
    /// missing where the scalar model has to decide, or rounds in a way of its own.
    #[inline(always)]
    pub fn settled(&self, sky: &[L; 7]) -> [L; 4] {
        let [up, _, _, spectral, ..] = *sky;
        let beyond = |value: L, limit: f64| value.above(L::splat(limit));
        let night = beyond(-up, 1e-9);
        let bright = beyond(spectral, 1e-3) | beyond(-spectral, 1e-6);
        // the arc cosine of 1, in the incidence and in turning back
        let apart = beyond(self.sine, 3e-5) & beyond(self.kinks[0].abs(), 1e-6);
        let sure = beyond(up, 1e-9) & apart & bright;
        let mut settled = self.values;
        for value in &mut settled {
            let certain = L::select(sure, *value, L::splat(f64::NAN));
            *value = L::select(night, L::splat(0.0), certain);
        }
        settled
    }
}

/// The tracker turns to the sun, and back by an angle whose cosine is `back` where that is below 1.
#[inline(always)]
fn track<L: Lanes>([up, north, east]: [L; 3]) -> Facing<L> {
    let one = L::splat(1.0);
    let across = east.times_plus(east, up * up).sqrt();
    let inverse = one / across;
    let (cos_ideal, sin_ideal) = (up * inverse, east.abs() * inverse);
    let back = cos_ideal * (1.0 / GROUND_COVER);
    let turned_back = one.above(back);
    let sin_back = ((one - back) * (one + back)).sqrt();
    let cos_turned = cos_ideal.times_plus(back, sin_ideal * sin_back);
    Facing {
        cos_tilt: L::select(turned_back, cos_turned, cos_ideal),
        cos_incidence: L::select(turned_back, across * back, across).smaller(one),
        kinks: [back - one, L::select(turned_back, one, north), one],
    }
}

#[inline(always)]
fn fixed<L: Lanes>(normal: &[L; 3], [up, north, east]: [L; 3]) -> Facing<L> {
    let one = L::splat(1.0);
    let cosine = normal[0].times_plus(up, normal[1].times_plus(north, normal[2] * east));
    Facing { cos_tilt: normal[0], cos_incidence: cosine.smaller(one), kinks: [one, one, cosine] }
}

/// The module's F2, not yet bounded by zero, and the sine of the incidence.
#[inline(always)]
fn incidence<L: Lanes>(optics: &Optics, cos_incidence: L) -> (L, L) {
    let one = L::splat(1.0);
    let cosine = cos_incidence.larger(L::splat(0.0));
    let sine = ((one - cosine) * (one + cosine)).sqrt();
    (polynomial(&optics.incidence, angle(sine, cosine) * DEGREES), sine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::incidence_factor;
    use crate::{SolarPosition, database, mount::Plane, transpose::Factors};

    fn module() -> Module {
        database::module("Canadian_Solar_CS5P_220M___2009_").unwrap()
    }

    /// A sun with F1 of 0.9 and no cloudless sky.
    fn sky(elevation: f64, azimuth: f64) -> [f64; 7] {
        let (up, level) = elevation.to_radians().sin_cos();
        let (east, north) = azimuth.to_radians().sin_cos();
        [up, north * level, east * level, 0.9, 0.0, 0.0, 0.0]
    }

    fn position(elevation: f64, azimuth: f64) -> SolarPosition {
        SolarPosition { elevation, apparent_elevation: elevation, apparent_zenith: 90.0 - elevation, azimuth }
    }

    fn compare(ours: [f64; 4], plane: Plane, sun: &SolarPosition) {
        let cosine = plane.cos_incidence(sun);
        let factors = Factors::isotropic(plane.tilt, cosine);
        let direct = 0.9 * incidence_factor(&module(), cosine.acos().to_degrees()) * factors.beam.max(0.0);
        let diffuse = 0.9 * module().fd;
        let theirs = [direct, diffuse * factors.sky, diffuse * factors.ground];
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-12, "{sun:?}: {ours} and not {theirs}");
        }
    }

    #[test]
    fn a_tracker_turns_and_turns_back_as_the_scalar_one() {
        let optics = Optics::new(&module());
        for elevation in [0.5, 5.0, 15.0, 17.0, 40.0, 80.0] {
            for azimuth in (7..360).step_by(15).map(f64::from) {
                let sun = position(elevation, azimuth);
                let plane = Plane::of(
                    &dayfold_pv_system::Mount::SingleAxis,
                    crate::Site { latitude: 0.0, longitude: 0.0 },
                    &sun,
                );
                let faced = optics.facing::<f64, true>(&sky(elevation, azimuth), &[0.0; 3]);
                compare(faced.values, plane, &sun);
            }
        }
    }

    #[test]
    fn a_fixed_panel_may_have_the_sun_behind_it() {
        let optics = Optics::new(&module());
        let plane = Plane { tilt: 60.0, azimuth: 130.0 };
        let ((level, up), (east, north)) =
            (plane.tilt.to_radians().sin_cos(), plane.azimuth.to_radians().sin_cos());
        for azimuth in (0..360).step_by(10).map(f64::from) {
            let faced = optics.facing::<f64, false>(&sky(20.0, azimuth), &[up, level * north, level * east]);
            compare(faced.values, plane, &position(20.0, azimuth));
        }
    }

    #[test]
    fn what_is_not_certain_is_missing_and_the_night_is_zero() {
        let optics = Optics::new(&module());
        let settled = |sky: [f64; 7]| optics.facing::<f64, true>(&sky, &[0.0; 3]).settled(&sky)[1];
        assert!(settled(sky(30.0, 40.0)) > 0.0);
        assert!(settled(sky(1e-9, 40.0)).is_nan());
        assert_eq!(settled(sky(-1e-6, 40.0)), 0.0);
        assert!(settled(sky(50.0, 90.0)).is_nan(), "a sun in the tracker's way");
        assert!(settled([f64::NAN; 7]).is_nan());
    }
}
