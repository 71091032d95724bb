//! The sun's radiation outside the atmosphere, by the day of the year.

use std::f64::consts::TAU;

use jiff::{Timestamp, tz::Offset};

/// The solar constant that pvlib uses, W m-2.
const SOLAR_CONSTANT: f64 = 1366.1;

/// Extraterrestrial radiation, W m-2, of the UTC day at this many seconds since 1970; missing
/// where the time is, or lies beyond the calendar.
///
/// Spencer (1971); the 365 days are his, in leap years too.
pub fn spencer(unix_seconds: f64) -> f64 {
    let Some(day) = day_of_year(unix_seconds) else { return f64::NAN };
    let angle = TAU / 365.0 * (day - 1.0);
    let distance = 1.00011
        + 0.034221 * angle.cos()
        + 0.00128 * angle.sin()
        + 0.000719 * (2.0 * angle).cos()
        + 7.7e-05 * (2.0 * angle).sin();
    SOLAR_CONSTANT * distance
}

/// From 1 on.
fn day_of_year(unix_seconds: f64) -> Option<f64> {
    if !unix_seconds.is_finite() {
        return None;
    }
    let instant = Timestamp::from_second(unix_seconds.floor() as i64).ok()?;
    Some(f64::from(Offset::UTC.to_datetime(instant).date().day_of_year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_change_at_midnight_utc() {
        // 2021-01-01T00:00:00Z; 2020 is a leap year
        let new_year = 1_609_459_200.0;
        assert_eq!(day_of_year(new_year), Some(1.0));
        assert_eq!(day_of_year(new_year - 0.5), Some(366.0));
        assert_eq!(day_of_year(new_year + 86_399.0), Some(1.0));
        assert_eq!(day_of_year(new_year + 86_400.0), Some(2.0));
    }

    #[test]
    fn before_1970_too() {
        assert_eq!(day_of_year(-0.25), Some(365.0));
        assert_eq!(day_of_year(-365.0 * 86400.0), Some(1.0));
    }

    #[test]
    fn spencers_series() {
        // by hand for 1 January: 1.00011 + 0.034221 + 0.000719
        assert!((spencer(1_609_459_200.0) - 1366.1 * 1.03505).abs() < 1e-9);
    }

    #[test]
    fn beyond_the_calendar_is_missing() {
        assert!(spencer(1e18).is_nan() && spencer(f64::NAN).is_nan() && spencer(f64::NEG_INFINITY).is_nan());
    }
}
