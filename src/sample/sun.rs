//! Where the sun is, roughly: enough to shape a synthetic day.
//!
//! Declination and equation of time are Spencer's (1971) Fourier series, good to a tenth of a
//! degree and a minute. The exact position is the PV task's affair and has nothing to do with this.

use std::f64::consts::TAU;

use jiff::civil::DateTime;

/// The sun at one moment, for any place.
#[derive(Clone, Copy, Debug)]
pub struct Sun {
    /// Radians.
    declination: f64,
    /// The hour angle at longitude 0, degrees.
    greenwich_angle: f64,
}

/// The sun as seen from a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direction {
    /// Sine of the elevation, which is the cosine of the zenith angle.
    pub up: f64,
    /// Clockwise from north, degrees from 0 to 360.
    pub azimuth: f64,
}

impl Sun {
    /// The sun at `time`, UTC.
    pub fn at(time: DateTime) -> Self {
        let angle = TAU * f64::from(time.day_of_year() - 1) / 365.0;
        let series = |sines: [f64; 3], cosines: [f64; 3]| -> f64 {
            let term = |n: usize| {
                sines[n] * (angle * (n + 1) as f64).sin() + cosines[n] * (angle * (n + 1) as f64).cos()
            };
            (0..3).map(term).sum()
        };
        let declination = 0.006918 + series([0.070257, 0.000907, 0.00148], [-0.399912, -0.006758, -0.002697]);
        let equation_of_time =
            229.18 * (0.000075 + series([-0.032077, -0.040849, 0.0], [0.001868, -0.014615, 0.0]));
        let minutes = f64::from(time.hour()) * 60.0 + f64::from(time.minute());
        Self { declination, greenwich_angle: (minutes + equation_of_time) / 4.0 - 180.0 }
    }

    /// As seen from a latitude and longitude in degrees.
    pub fn seen_from(self, latitude: f64, longitude: f64) -> Direction {
        let (sin_angle, cos_angle) = (self.greenwich_angle + longitude).to_radians().sin_cos();
        let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
        let (sin_declination, cos_declination) = self.declination.sin_cos();
        let up = sin_latitude * sin_declination + cos_latitude * cos_declination * cos_angle;
        let east = -cos_declination * sin_angle;
        let north = cos_latitude * sin_declination - sin_latitude * cos_declination * cos_angle;
        Direction { up: up.clamp(-1.0, 1.0), azimuth: east.atan2(north).to_degrees().rem_euclid(360.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_solstice_stands_over_the_tropic_at_noon() {
        // Alice Springs, 133.88 east: 12:00 less 8:55.5 for the longitude less 2 minutes, the equation of time
        let sun = Sun::at(date(2021, 12, 21).at(3, 3, 0, 0)).seen_from(-23.70, 133.88);
        assert!(sun.up > 0.9999, "{sun:?}");
    }

    #[test]
    fn it_rises_in_the_east_and_sets_in_the_west() {
        // Sydney at the equinox: up at about 6, down at about 18 local time
        let seen = |hour| Sun::at(date(2022, 3, 20).at(hour, 0, 0, 0)).seen_from(-33.87, 151.21);
        let (night, morning, evening) = (seen(15), seen(21), seen(7));
        assert!(night.up < -0.5, "{night:?}");
        assert!(morning.up > 0.0 && (morning.azimuth - 85.0).abs() < 10.0, "{morning:?}");
        assert!(evening.up > 0.0 && (evening.azimuth - 275.0).abs() < 10.0, "{evening:?}");
    }
}
