//! Where the sun is: NREL's Solar Position Algorithm (SPA), Reda & Andreas (2004).
//!
//! [`Sun::at`] does the part that depends on time alone, with hundreds of periodic terms;
//! [`Sun::seen_from`] the part that depends on the place, in `topocentric`.

mod earth;
mod earth_terms;
mod extraterrestrial;
mod nutation;
mod nutation_terms;
mod time;
mod topocentric;

use earth::Earth;
use nutation::Nutation;
use time::Time;
pub(crate) use topocentric::FLATTENED;
pub use topocentric::{Site, SolarPosition};

/// The sun at one instant, as seen from the Earth's centre. Angles in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sun {
    declination: f64,
    right_ascension: f64,
    sidereal_time: f64,
    parallax: f64,
    extraterrestrial: f64,
}

impl Sun {
    /// At this many seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    ///
    /// Everything is missing (NaN) where the time is; good from the year -2000 to 6000.
    pub fn at(unix_seconds: f64) -> Self {
        let time = Time::at(unix_seconds);
        let earth = Earth::at(time.ephemeris_century / 10.0);
        let nutation = Nutation::at(time.ephemeris_century);
        let obliquity = mean_obliquity(time.ephemeris_century / 100.0) / 3600.0 + nutation.obliquity;
        let aberration = -20.4898 / (3600.0 * earth.radius);
        let longitude = (earth.longitude + 180.0).rem_euclid(360.0) + nutation.longitude + aberration;
        let (right_ascension, declination) = equatorial(longitude, -earth.latitude, obliquity);
        Self {
            declination,
            right_ascension,
            sidereal_time: mean_sidereal_time(&time) + nutation.longitude * obliquity.to_radians().cos(),
            parallax: 8.794 / (3600.0 * earth.radius),
            extraterrestrial: extraterrestrial::spencer(unix_seconds),
        }
    }

    /// Geocentric declination.
    pub fn declination(&self) -> f64 {
        self.declination
    }

    /// Geocentric right ascension, 0 to 360.
    pub fn right_ascension(&self) -> f64 {
        self.right_ascension
    }

    /// Apparent sidereal time at Greenwich.
    pub fn sidereal_time(&self) -> f64 {
        self.sidereal_time
    }

    /// Hour angle at longitude 0, westward: sidereal time minus right ascension, not reduced to a
    /// turn. At another longitude (eastward) that is added.
    pub fn hour_angle(&self) -> f64 {
        self.sidereal_time - self.right_ascension
    }

    /// Equatorial horizontal parallax.
    pub fn parallax(&self) -> f64 {
        self.parallax
    }

    /// Extraterrestrial radiation, W m-2: of the whole UTC day, by Spencer (1971).
    pub fn extraterrestrial(&self) -> f64 {
        self.extraterrestrial
    }
}

/// Mean obliquity of the ecliptic, arc seconds (equation 24), from units of 10,000 years since 2000.
fn mean_obliquity(u: f64) -> f64 {
    const POWERS: [f64; 11] =
        [84381.448, -4680.93, -1.55, 1999.25, -51.38, -249.67, -39.05, 7.12, 27.87, 5.79, 2.45];
    POWERS.iter().rev().fold(0.0, |sum, coefficient| sum * u + coefficient)
}

/// Greenwich mean sidereal time, degrees, 0 to 360 (equation 28).
fn mean_sidereal_time(time: &Time) -> f64 {
    let century = time.century;
    let whole = 280.46061837 + 360.98564736629 * time.days + 0.000387933 * century * century
        - century * century * century / 38_710_000.0;
    whole.rem_euclid(360.0)
}

/// Right ascension (0 to 360) and declination from ecliptic coordinates and the obliquity
/// (equations 30 and 31); all in degrees.
fn equatorial(longitude: f64, latitude: f64, obliquity: f64) -> (f64, f64) {
    let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let (sin_obliquity, cos_obliquity) = obliquity.to_radians().sin_cos();
    let north = sin_longitude * cos_obliquity - sin_latitude / cos_latitude * sin_obliquity;
    let right_ascension = north.atan2(cos_longitude).to_degrees().rem_euclid(360.0);
    let sine = sin_latitude * cos_obliquity + cos_latitude * sin_obliquity * sin_longitude;
    (right_ascension, sine.asin().to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Reda & Andreas (2004), Table A5.1: 2003-10-17, 12:30:30 at UTC-7.
    const EXAMPLE: f64 = 1_066_419_030.0;

    #[test]
    fn the_papers_example_from_the_earths_centre() {
        let sun = Sun::at(EXAMPLE);
        assert!((sun.right_ascension() - 202.22741).abs() < 1e-5, "{sun:?}");
        assert!((sun.declination() - -9.31434).abs() < 1e-5, "{sun:?}");
        let hour_angle = (sun.hour_angle() - 105.1786).rem_euclid(360.0);
        assert!((hour_angle - 11.105900).abs() < 1e-5, "{sun:?}");
    }

    #[test]
    fn the_papers_example_from_its_site() {
        let position = Sun::at(EXAMPLE).seen_from(Site { latitude: 39.742476, longitude: -105.1786 });
        // the paper's site is 1830 m high, which moves the zenith by less than 1e-6
        assert!((position.azimuth - 194.340241).abs() < 1e-5, "{position:?}");
        assert!((position.elevation - 39.872046).abs() < 1e-4, "{position:?}");
    }

    #[test]
    fn the_parallax_is_that_of_about_one_astronomical_unit() {
        let arc_seconds = Sun::at(EXAMPLE).parallax() * 3600.0;
        assert!((arc_seconds - 8.794 / 0.9965422974).abs() < 1e-8);
    }

    #[test]
    fn no_time_no_sun() {
        for time in [f64::NAN, f64::INFINITY] {
            let sun = Sun::at(time);
            assert!(
                sun.declination().is_nan() && sun.hour_angle().is_nan() && sun.extraterrestrial().is_nan()
            );
        }
    }
}
