//! What holds for any input: no panic, values within their range, missing in and missing out.
#![expect(clippy::unwrap_used, reason = "a broken fixture should stop the test")]

use dayfold_pv::{Irradiance, Site, Sun, System, database};
use dayfold_pv_system::Mount;
use proptest::num::f64::ANY;
use proptest::prelude::*;

fn system(mount: Mount) -> System {
    System {
        mount,
        module: database::module("Canadian_Solar_CS5P_220M___2009_").unwrap(),
        inverter: database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap(),
    }
}

fn mounts() -> impl Strategy<Value = Mount> {
    let given = (0.0..180.0, -360.0..360.0).prop_map(|(tilt, azimuth)| Mount::Fixed { tilt, azimuth });
    prop_oneof![Just(Mount::SingleAxis), Just(Mount::Latitude), given]
}

fn sites() -> impl Strategy<Value = Site> {
    (-90.0..=90.0, -180.0..=360.0).prop_map(|(latitude, longitude)| Site { latitude, longitude })
}

/// Between the years 1900 and 2100.
fn times() -> impl Strategy<Value = f64> {
    -2.2e9..4.1e9
}

fn irradiances() -> impl Strategy<Value = Irradiance> {
    (0.0..1400.0, 0.0..1100.0, 0.0..800.0).prop_map(|(ghi, dni, dhi)| Irradiance { ghi, dni, dhi })
}

proptest! {
    #[test]
    fn whatever_comes_in_nothing_panics(
        time in ANY, latitude in ANY, longitude in ANY,
        ghi in ANY, dni in ANY, dhi in ANY, temperature in ANY,
        mount in mounts(),
    ) {
        let site = Site { latitude, longitude };
        let power = system(mount).power(&Sun::at(time), site, Irradiance { ghi, dni, dhi }, temperature);
        for power in [power.actual, power.ideal] {
            prop_assert!(power.is_nan() || (0.0..=250.0).contains(&power), "{power}");
        }
    }

    #[test]
    fn angles_are_within_their_range(time in times(), site in sites(), mount in mounts()) {
        let sun = Sun::at(time);
        prop_assert!(sun.declination().abs() < 23.5, "{sun:?}");
        prop_assert!((1320.0..1415.0).contains(&sun.extraterrestrial()), "{sun:?}");
        let geometry = system(mount).geometry(&sun, site);
        let position = geometry.position;
        prop_assert!((-90.0..=90.0).contains(&position.elevation), "{position:?}");
        prop_assert!((0.0..=360.0).contains(&position.azimuth), "{position:?}");
        let lifted = position.apparent_elevation - position.elevation;
        prop_assert!((-0.001..0.65).contains(&lifted), "{position:?}");
        prop_assert!(geometry.aoi.is_nan() || (0.0..=180.0).contains(&geometry.aoi), "{geometry:?}");
    }

    #[test]
    fn a_tracker_never_turns_its_back(time in times(), site in sites()) {
        let geometry = system(Mount::SingleAxis).geometry(&Sun::at(time), site);
        if geometry.position.apparent_zenith > 90.0 {
            prop_assert!(geometry.plane.tilt.is_nan() && geometry.aoi.is_nan());
        } else {
            prop_assert!((0.0..=90.0).contains(&geometry.plane.tilt), "{geometry:?}");
            prop_assert!(geometry.aoi <= 90.0 + 1e-6, "{geometry:?}");
        }
    }

    #[test]
    fn no_power_from_a_sun_below_the_horizon(
        time in times(), site in sites(), mount in mounts(), irradiance in irradiances(),
    ) {
        let solved = system(mount).solve(&Sun::at(time), site, irradiance, 18.0);
        let night = solved.geometry.position.apparent_zenith > 90.0;
        prop_assert_eq!(solved.geometry.airmass.is_nan(), night);
        if night {
            prop_assert!(solved.power.actual.is_nan() && solved.power.ideal.is_nan(), "{solved:?}");
        }
    }

    #[test]
    fn a_missing_component_makes_actual_missing_and_leaves_ideal(
        time in times(), site in sites(), mount in mounts(), irradiance in irradiances(), which in 0..3,
    ) {
        let (system, sun) = (system(mount), Sun::at(time));
        let missing = match which {
            0 => Irradiance { ghi: f64::NAN, ..irradiance },
            1 => Irradiance { dni: f64::NAN, ..irradiance },
            _ => Irradiance { dhi: f64::NAN, ..irradiance },
        };
        let (whole, part) = (system.power(&sun, site, irradiance, 18.0), system.power(&sun, site, missing, 18.0));
        prop_assert!(part.actual.is_nan());
        prop_assert_eq!(part.ideal.to_bits(), whole.ideal.to_bits());
    }

    #[test]
    fn a_missing_place_time_or_temperature_makes_both_missing(
        time in times(), site in sites(), mount in mounts(), irradiance in irradiances(), which in 0..4,
    ) {
        let nan = |here: bool, value: f64| if here { f64::NAN } else { value };
        let sun = Sun::at(nan(which == 0, time));
        let site = Site { latitude: nan(which == 1, site.latitude), longitude: nan(which == 2, site.longitude) };
        let power = system(mount).power(&sun, site, irradiance, nan(which == 3, 18.0));
        prop_assert!(power.actual.is_nan() && power.ideal.is_nan(), "{power:?}");
    }

    #[test]
    fn the_vector_form_of_the_position_agrees(time in times(), site in sites()) {
        let sun = Sun::at(time);
        let (elevation, azimuth) = by_vectors(&sun, site);
        let position = sun.seen_from(site);
        prop_assume!(position.elevation.abs() < 89.9);
        prop_assert!((position.elevation - elevation).abs() < 1e-10, "{position:?}, {elevation}");
        let apart = (position.azimuth - azimuth).rem_euclid(360.0);
        prop_assert!(apart.min(360.0 - apart) < 1e-10, "{position:?}, {azimuth}");
    }
}

/// The topocentric direction by subtracting the observer's place from the sun's direction: the
/// same thing in another way than SPA's angles.
fn by_vectors(sun: &Sun, site: Site) -> (f64, f64) {
    let (sin_latitude, cos_latitude) = site.latitude.to_radians().sin_cos();
    let (sin_declination, cos_declination) = sun.declination().to_radians().sin_cos();
    let (sin_hour, cos_hour) = (sun.hour_angle() + site.longitude).to_radians().sin_cos();
    let (sin_u, cos_u) = (0.99664719 * site.latitude.to_radians().tan()).atan().sin_cos();
    let parallax = sun.parallax().to_radians().sin();
    let meridian = cos_declination * cos_hour - parallax * cos_u;
    let west = cos_declination * sin_hour;
    let axis = sin_declination - parallax * 0.99664719 * sin_u;
    let up = sin_latitude * axis + cos_latitude * meridian;
    let north = cos_latitude * axis - sin_latitude * meridian;
    let elevation = up.atan2(north.hypot(west)).to_degrees();
    (elevation, (-west).atan2(north).to_degrees())
}
