//! A horizontal tracker with a north-south axis, with backtracking.
//!
//! Lorenzo et al. (2011); Anderson & Mikofski (2020), equations 4, 5 and 14 to 16, on level ground.
//! Rotations are about the axis, in degrees, positive towards the east.

use super::Plane;
use crate::sun::SolarPosition;

/// Ground cover ratio: the panel's width over the distance between rows.
pub(crate) const GROUND_COVER: f64 = 2.0 / 7.0;

/// The farthest that it turns either way.
const LARGEST_ROTATION: f64 = 90.0;

/// The plane for the sun's position; missing with the apparent sun below the horizon.
pub fn plane(sun: &SolarPosition) -> Plane {
    if sun.apparent_zenith > 90.0 {
        return Plane { tilt: f64::NAN, azimuth: f64::NAN };
    }
    orientation(rotation(sun))
}

/// Towards the sun, and back as far as rows would shade each other.
fn rotation(sun: &SolarPosition) -> f64 {
    let (sin_zenith, cos_zenith) = sun.apparent_zenith.to_radians().sin_cos();
    let ideal = (sin_zenith * sun.azimuth.to_radians().sin()).atan2(cos_zenith);
    let unshaded = (ideal.cos() / GROUND_COVER).abs();
    // a NaN is not below 1 and passes through
    let back = if unshaded < 1.0 { unshaded.acos().copysign(ideal) } else { 0.0 };
    (ideal - back).to_degrees().clamp(-LARGEST_ROTATION, LARGEST_ROTATION)
}

/// A level panel counts as facing west, as in pvlib.
fn orientation(rotation: f64) -> Plane {
    // not the absolute value, so that nearly level panels are rounded as in pvlib
    let tilt = rotation.to_radians().cos().acos().to_degrees();
    let azimuth = match rotation {
        _ if rotation.is_nan() => f64::NAN,
        _ if rotation > 0.0 && tilt != 0.0 => 90.0,
        _ => 270.0,
    };
    Plane { tilt, azimuth }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(apparent_zenith: f64, azimuth: f64) -> Plane {
        let elevation = 90.0 - apparent_zenith;
        plane(&SolarPosition { elevation, apparent_elevation: elevation, apparent_zenith, azimuth })
    }

    #[test]
    fn follows_a_high_sun() {
        let (morning, evening) = (at(40.0, 90.0), at(40.0, 270.0));
        assert!((morning.tilt - 40.0).abs() < 1e-12 && morning.azimuth == 90.0, "{morning:?}");
        assert!((evening.tilt - 40.0).abs() < 1e-12 && evening.azimuth == 270.0, "{evening:?}");
    }

    #[test]
    fn turns_back_from_a_low_sun() {
        // by hand: 80 - acos(3.5 * 0.173648) = 80 - 52.5717
        let low = at(80.0, 90.0);
        assert!((low.tilt - 27.4283).abs() < 1e-3 && low.azimuth == 90.0, "{low:?}");
    }

    #[test]
    fn lies_flat_at_noon_facing_west() {
        assert_eq!(at(0.0, 90.0), Plane { tilt: 0.0, azimuth: 270.0 });
    }

    #[test]
    fn missing_below_the_horizon_or_without_a_sun() {
        for plane in [at(90.1, 90.0), at(f64::NAN, 90.0), at(40.0, f64::NAN)] {
            assert!(plane.tilt.is_nan() && plane.azimuth.is_nan(), "{plane:?}");
        }
    }
}
