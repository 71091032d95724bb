//! Where the sun stands as seen from a site at sea level (Reda & Andreas 2004, sections 3.11 to 3.14).

use super::Sun;
use crate::refraction::refraction;

/// The Earth's polar over its equatorial radius.
pub(crate) const FLATTENED: f64 = 0.99664719;

/// A place at sea level, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// North of the equator.
    pub latitude: f64,
    /// East of Greenwich; any number of turns.
    pub longitude: f64,
}

/// Where the sun stands, degrees; all missing where the site or the time is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SolarPosition {
    /// Above the horizon, without refraction.
    pub elevation: f64,
    /// Above the horizon, with refraction.
    pub apparent_elevation: f64,
    /// From overhead, with refraction.
    pub apparent_zenith: f64,
    /// Clockwise from north, 0 to 360.
    pub azimuth: f64,
}

impl SolarPosition {
    /// Whether the apparent sun is below the horizon, where the model has no light.
    pub fn is_down(&self) -> bool {
        self.apparent_zenith > 90.0
    }
}

impl Sun {
    /// Where it stands as seen from a site.
    pub fn seen_from(&self, site: Site) -> SolarPosition {
        let hour_angle = (self.sidereal_time + site.longitude - self.right_ascension).rem_euclid(360.0);
        let (hour_angle, declination) = self.topocentric(site.latitude, hour_angle.to_radians());
        let (elevation, azimuth) = horizontal(site.latitude, hour_angle, declination);
        let apparent_elevation = elevation + refraction(elevation);
        SolarPosition { elevation, apparent_elevation, apparent_zenith: 90.0 - apparent_elevation, azimuth }
    }

    /// Topocentric hour angle and declination (equations 34 to 40), radians, from the geocentric
    /// hour angle: the parallax of an observer who is off the Earth's centre.
    fn topocentric(&self, latitude: f64, hour_angle: f64) -> (f64, f64) {
        let (sin_u, cos_u) = (FLATTENED * latitude.to_radians().tan()).atan().sin_cos();
        let sin_parallax = self.parallax.to_radians().sin();
        let (x, y) = (cos_u * sin_parallax, FLATTENED * sin_u * sin_parallax);
        let (sin_declination, cos_declination) = self.declination.to_radians().sin_cos();
        let (sin_hour, cos_hour) = hour_angle.sin_cos();
        let towards_meridian = cos_declination - x * cos_hour;
        let shift = (-x * sin_hour).atan2(towards_meridian);
        let declination = ((sin_declination - y) * shift.cos()).atan2(towards_meridian);
        (hour_angle - shift, declination)
    }
}

/// Elevation and azimuth, degrees (equations 41, 45 and 46), from a latitude in degrees and
/// topocentric hour angle and declination in radians.
fn horizontal(latitude: f64, hour_angle: f64, declination: f64) -> (f64, f64) {
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let (sin_hour, cos_hour) = hour_angle.sin_cos();
    let (sin_declination, cos_declination) = declination.sin_cos();
    let up = sin_latitude * sin_declination + cos_latitude * cos_declination * cos_hour;
    let south = cos_hour * sin_latitude - sin_declination / cos_declination * cos_latitude;
    let azimuth = (sin_hour.atan2(south).to_degrees() + 180.0).rem_euclid(360.0);
    // rounding must not take an overhead sun beyond the sine's range
    (up.clamp(-1.0, 1.0).asin().to_degrees(), azimuth)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2022-06-21T12:00:00Z, near the solstice.
    const SOLSTICE: f64 = 1_655_812_800.0;

    #[test]
    fn at_a_pole_the_elevation_is_the_declination_less_the_parallax() {
        let sun = Sun::at(SOLSTICE);
        let shift = FLATTENED * sun.parallax() * sun.declination().to_radians().cos();
        for longitude in [-180.0, 0.0, 77.0] {
            let north = sun.seen_from(Site { latitude: 90.0, longitude });
            let south = sun.seen_from(Site { latitude: -90.0, longitude });
            assert!((north.elevation - (sun.declination() - shift)).abs() < 1e-7, "{north:?}");
            assert!((south.elevation - (-sun.declination() - shift)).abs() < 1e-7, "{south:?}");
        }
    }

    #[test]
    fn a_turn_of_longitude_changes_nothing() {
        let sun = Sun::at(SOLSTICE);
        let at = |longitude| sun.seen_from(Site { latitude: -17.0, longitude });
        for (one, other) in [(180.0, -180.0), (359.5, -0.5), (190.0, -170.0)] {
            assert!((at(one).elevation - at(other).elevation).abs() < 1e-10);
            assert!((at(one).azimuth - at(other).azimuth).abs() < 1e-10);
        }
    }

    #[test]
    fn at_noon_the_sun_is_in_the_south_of_the_north_and_in_the_north_of_the_south() {
        let sun = Sun::at(SOLSTICE);
        let longitude = -sun.hour_angle();
        let north = sun.seen_from(Site { latitude: 50.0, longitude });
        let south = sun.seen_from(Site { latitude: -35.0, longitude });
        assert!((north.azimuth - 180.0).abs() < 1e-9, "{north:?}");
        assert!(south.azimuth < 1e-9 || south.azimuth > 360.0 - 1e-9, "{south:?}");
        assert!((north.elevation - (40.0 + sun.declination())).abs() < 0.003);
        assert!((south.elevation - (55.0 - sun.declination())).abs() < 0.003);
    }

    #[test]
    fn no_site_no_position() {
        let position = Sun::at(SOLSTICE).seen_from(Site { latitude: f64::NAN, longitude: 10.0 });
        assert!(
            position.elevation.is_nan() && position.apparent_zenith.is_nan() && position.azimuth.is_nan()
        );
    }
}
