//! Whose days and hours are meant: a time zone, by its name or by its offset from UTC.

use std::fmt;
use std::str::FromStr;

use dayfold_ncio::time::{Calendar, Instant};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

const DAY: i64 = 86_400;

/// A time zone, and what it is called; or a calendar whose days are not those of the world, which has no zones.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    name: String,
    calendar: Calendar,
}

/// A text that names no time zone.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no time zone is called {0:?}: expected a name such as Australia/Brisbane, an offset from UTC such as +10:00, \
     or UTC"
)]
pub struct UnknownZone(String);

impl Zone {
    /// The same for times of this calendar, which are seconds since its own 1970.
    pub fn of_calendar(&self, calendar: Calendar) -> Self {
        match calendar.is_real() {
            true => self.clone(),
            false => Self { zone: TimeZone::UTC, name: format!("calendar {}", calendar.name()), calendar },
        }
    }

    /// The date and time at so many seconds since 1970; beyond what there are dates for, the nearest end. Of a date
    /// that the world lacks, such as the 30th of February, that of the last day of its month.
    pub fn date_time(&self, seconds: i64) -> DateTime {
        let seconds = match self.calendar.is_real() {
            true => seconds,
            false => {
                instant(seconds).map_or(seconds, |time| time.at_its_date(self.calendar).unix_seconds() as i64)
            }
        };
        let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.zone.to_datetime(Timestamp::from_second(seconds).unwrap_or(end))
    }

    /// Seconds since 1970; of a time that a change of clocks leaves out, or has twice, those of the nearest.
    /// `None` where there is no such date.
    pub fn seconds(&self, time: DateTime) -> Option<i64> {
        if !self.calendar.is_real() {
            let date = (i64::from(time.year()), i64::from(time.month()), i64::from(time.day()));
            let at_midnight = self.calendar.day(date)? * DAY;
            let clock = time.time();
            let of_day = i64::from(clock.hour()) * 3600 + i64::from(clock.minute()) * 60;
            return Some(at_midnight + of_day + i64::from(clock.second()));
        }
        self.zone.to_ambiguous_timestamp(time).compatible().ok().map(Timestamp::as_second)
    }
}

impl Zone {
    /// Noon of the day in which a time lies.
    pub fn noon(&self, seconds: i64) -> i64 {
        if !self.calendar.is_real() {
            return seconds.div_euclid(DAY) * DAY + DAY / 2;
        }
        self.seconds(self.date_time(seconds).date().at(12, 0, 0, 0)).unwrap_or(seconds)
    }

    /// For people, to the minute.
    pub fn show(&self, seconds: i64) -> String {
        match instant(seconds).filter(|_| !self.calendar.is_real()) {
            Some(time) => time.show(self.calendar).chars().take(16).collect::<String>().replace('T', " "),
            None => self.date_time(seconds).strftime("%Y-%m-%d %H:%M").to_string(),
        }
    }
}

fn instant(seconds: i64) -> Option<Instant> {
    Instant::from_nanoseconds(i128::from(seconds) * 1_000_000_000)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let calendar = Calendar::Standard;
        let named = |zone, name: &str| Self { zone, name: name.to_owned(), calendar };
        if ["UTC", "Z"].iter().any(|utc| text.eq_ignore_ascii_case(utc)) {
            return Ok(named(TimeZone::UTC, "UTC"));
        }
        if text.starts_with(['+', '-']) {
            let minutes = offset(text).ok_or_else(|| UnknownZone(text.to_owned()))?;
            let offset = Offset::from_seconds(minutes * 60).map_err(|_| UnknownZone(text.to_owned()))?;
            return Ok(named(TimeZone::fixed(offset), &format!("UTC{text}")));
        }
        let zone = TimeZone::get(text).map_err(|_| UnknownZone(text.to_owned()))?;
        let name = zone.iana_name().unwrap_or(text).to_owned();
        Ok(Self { zone, name, calendar })
    }
}

/// Minutes of `+10`, `+1000`, `-03:30`.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = text.split_at_checked(1)?;
    let digits: String = match rest.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 && minutes.len() == 2 => [hours, minutes].concat(),
        Some(_) => return None,
        None if (1..=2).contains(&rest.len()) => format!("{rest:0>2}00"),
        None => rest.to_owned(),
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    let all = hours * 60 + minutes;
    (hours <= 14 && minutes < 60).then_some(if sign == "-" { -all } else { all })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(text: &str) -> Zone {
        text.parse().unwrap()
    }

    #[test]
    fn zones_are_named_or_offsets() {
        // 2022-02-01T00:00:00Z
        let at = |text: &str| zone(text).date_time(1_643_673_600).to_string();
        for (text, expected) in [
            ("UTC", "2022-02-01T00:00:00"),
            ("Australia/Brisbane", "2022-02-01T10:00:00"),
            ("Australia/Adelaide", "2022-02-01T10:30:00"),
            ("+10:00", "2022-02-01T10:00:00"),
            ("+0930", "2022-02-01T09:30:00"),
            ("-03:30", "2022-01-31T20:30:00"),
            ("+8", "2022-02-01T08:00:00"),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
        assert_eq!((zone("utc").to_string(), zone("+10:00").to_string()), ("UTC".into(), "UTC+10:00".into()));
        for text in ["", "Brisbane", "+25:00", "+10:7", "+ab", "+", "AEST5"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_calendar_of_its_own_has_its_own_days() {
        let zone = zone("+10:00").of_calendar(Calendar::Days360);
        assert_eq!(zone.to_string(), "calendar 360_day");
        // the 30th of February 1970, 06:00
        let seconds = 59 * DAY + 6 * 3600;
        assert_eq!(zone.show(seconds), "1970-02-30 06:00");
        assert_eq!(zone.date_time(seconds).to_string(), "1970-02-28T06:00:00");
        assert_eq!(zone.noon(seconds), 59 * DAY + DAY / 2);
        let march = jiff::civil::date(1970, 3, 1).at(0, 0, 0, 0);
        assert_eq!(zone.seconds(march), Some(60 * DAY));
        assert_eq!(zone.seconds(jiff::civil::date(1970, 3, 31).at(0, 0, 0, 0)), None);
    }

    #[test]
    fn local_times_come_back_also_where_clocks_change() {
        let sydney = zone("Australia/Sydney");
        for seconds in [1_643_673_600, 1_664_640_000, 1_664_640_000 + 3600] {
            assert_eq!(sydney.seconds(sydney.date_time(seconds)), Some(seconds));
        }
        // 02:30 of 2022-10-02 is left out, and is half past three of the new time
        let gap = jiff::civil::date(2022, 10, 2).at(2, 30, 0, 0);
        assert_eq!(sydney.date_time(sydney.seconds(gap).unwrap()).hour(), 3);
    }
}
