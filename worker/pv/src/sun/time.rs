//! From Unix time to the time scales of SPA.

/// Terrestrial minus universal time, s: 67 for every date, as pvlib has it.
const DELTA_T: f64 = 67.0;

/// The Julian date of the epoch 2000-01-01T12:00.
const J2000: f64 = 2_451_545.0;

/// One instant, counted from J2000.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Days, universal time.
    pub days: f64,
    /// Julian centuries, universal time.
    pub century: f64,
    /// Julian centuries, terrestrial time.
    pub ephemeris_century: f64,
}

impl Time {
    /// At this many seconds since 1970.
    ///
    /// Goes through the Julian date in double precision, with its rounding of up to 20
    /// microseconds: that is 7.5e-8 degrees of hour angle, and the reference has it too.
    pub fn at(unix_seconds: f64) -> Self {
        let julian_day = unix_seconds / 86400.0 + 2_440_587.5;
        let ephemeris_day = julian_day + DELTA_T / 86400.0;
        let days = julian_day - J2000;
        Self { days, century: days / 36525.0, ephemeris_century: (ephemeris_day - J2000) / 36525.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_is_its_own_zero() {
        let time = Time::at(946_728_000.0);
        assert_eq!((time.days, time.century), (0.0, 0.0));
        assert!((time.ephemeris_century * 36525.0 * 86400.0 - DELTA_T).abs() < 1e-4);
    }

    #[test]
    fn the_papers_example() {
        // Reda & Andreas (2004), Table A5.1
        assert!((Time::at(1_066_419_030.0).days + J2000 - 2452930.312847).abs() < 1e-6);
    }
}
