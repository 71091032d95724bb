//! Times: CF time coordinates ("hours since 1970-01-01") decoded to instants.
//!
//! In `standard` and `proleptic_gregorian` an instant is one of the world: a [`UtcTime`]. In any calendar of CF
//! it is a count from that calendar's own 1970-01-01 on: an [`Instant`], to be compared within that calendar
//! alone.

mod calendar;
mod coding;
mod reference;
mod unit;

use std::fmt;

use jiff::Timestamp;

use crate::cf::{BadAttribute, Number};

pub use calendar::Calendar;
pub use coding::Coding;
pub(crate) use coding::decode_values;

/// In nanoseconds, as all lengths here.
const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;
const MICROSECOND: i64 = 1_000;

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(pub i64);

impl UtcTime {
    /// Seconds since 1970-01-01T00:00:00Z: exact for whole seconds, else the nearest double.
    pub fn unix_seconds(self) -> f64 {
        Instant(i128::from(self.0) * i128::from(MICROSECOND)).seconds()
    }
}

/// ISO 8601 in UTC, with a fraction only where there is one: `2022-02-01T18:30:00Z`.
impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => timestamp.fmt(f),
            Err(_) => write!(f, "{} microseconds since 1970-01-01T00:00:00Z", self.0),
        }
    }
}

/// A time of some calendar: nanoseconds since its 1970-01-01T00:00:00. Not farther from it than microseconds
/// can be counted in 64 bits, which is 292,000 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i128);

impl Instant {
    /// So many nanoseconds since 1970; `None` where that is too far away.
    pub fn from_nanoseconds(nanoseconds: i128) -> Option<Self> {
        let microseconds = nanoseconds.div_euclid(MICROSECOND.into());
        i64::try_from(microseconds).ok().map(|_| Self(nanoseconds))
    }

    /// Nanoseconds since 1970.
    pub fn nanoseconds(self) -> i128 {
        self.0
    }

    /// Seconds since 1970: exact for whole seconds, else the nearest double.
    pub fn seconds(self) -> f64 {
        let (second, microsecond) = (i128::from(SECOND), i128::from(MICROSECOND));
        match (self.0 % second, self.0 % microsecond) {
            (0, _) => (self.0 / second) as f64,
            (_, 0) => (self.0 / microsecond) as f64 / 1e6,
            _ => self.0 as f64 / 1e9,
        }
    }

    /// To the nearest microsecond.
    fn utc(self) -> UtcTime {
        let microseconds = (self.0 + i128::from(MICROSECOND / 2)).div_euclid(MICROSECOND.into());
        UtcTime(i64::try_from(microseconds).unwrap_or(i64::MAX))
    }

    /// The instant of the world that has the same date and time; of a date that the world lacks (the 30th of February
    /// of `360_day`) that of the last day of its month before it.
    pub fn at_its_date(self, calendar: Calendar) -> UtcTime {
        if calendar.is_real() {
            return self.utc();
        }
        let (day, rest) = (self.0.div_euclid(DAY.into()), self.0.rem_euclid(DAY.into()));
        let (year, month, day_of_month) = calendar.date(day as i64);
        let real = |day| Calendar::ProlepticGregorian.day((year, month, day));
        let day = (1..=day_of_month).rev().find_map(real).unwrap_or_default();
        Self(i128::from(day) * i128::from(DAY) + rest).utc()
    }

    /// For people: `2001-02-30T06:00:00 (360_day)`, and `2022-02-01T18:30:00Z` in calendars of the world.
    pub fn show(self, calendar: Calendar) -> String {
        let (day, rest) = (self.0.div_euclid(DAY.into()), self.0.rem_euclid(DAY.into()) as i64);
        let (year, month, day) = calendar.date(day as i64);
        let (seconds, fraction) = (rest / SECOND, rest % SECOND);
        let fraction = match fraction {
            0 => String::new(),
            _ => format!(".{fraction:09}").trim_end_matches('0').to_owned(),
        };
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let end = if calendar.is_real() { "Z".to_owned() } else { format!(" ({})", calendar.name()) };
        format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}{fraction}{end}")
    }
}

/// What can be wrong with a time coordinate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The attribute `units` is not there.
    #[error("it has no units: expected, for example, \"hours since 1970-01-01\"")]
    NoUnits,
    /// The units are not of a time.
    #[error("its units are {0:?}: expected \"<unit> since <reference>\"")]
    Units(String),
    /// The unit is none of time.
    #[error("its unit {0:?} is unknown: expected nanoseconds to weeks")]
    Unit(String),
    /// The unit has no fixed length.
    #[error("its unit {0:?} has no fixed length: only nanoseconds to weeks can be decoded")]
    UnitOfNoLength(String),
    /// The reference is no date that exists in the calendar.
    #[error(
        "its reference {0:?} is no date and time of its calendar: expected, for example, 1970-01-01 00:00:00"
    )]
    Reference(String),
    /// The calendar's days are not those of the world, which are needed.
    #[error(
        "its calendar is {0:?}, whose days are not days of the world: expected standard, gregorian or \
         proleptic_gregorian"
    )]
    Calendar(String),
    /// The calendar is none of CF's.
    #[error(
        "its calendar is {0:?}: expected standard, gregorian, proleptic_gregorian, julian, noleap, 365_day, \
         all_leap, 366_day or 360_day"
    )]
    UnknownCalendar(String),
    /// An attribute that says how its numbers are stored makes no sense.
    #[error(transparent)]
    Attribute(Box<BadAttribute>),
    /// It does not hold numbers.
    #[error("it holds {0}: expected numbers")]
    NotNumbers(String),
    /// A NaN or an infinity.
    #[error("{0} is no time")]
    NotFinite(String),
    /// Too far from 1970.
    #[error("{0} is too far from 1970 to be counted in microseconds")]
    Overflow(String),
    /// Too far from 1970 for a file that counts nanoseconds.
    #[error("{0} is too far from 1970 to be counted in nanoseconds, as other times are")]
    NanosecondOverflow(String),
    /// A fill value among the times.
    #[error("the time at index {0} is missing")]
    Missing(usize),
}

impl From<BadAttribute> for TimeError {
    fn from(error: BadAttribute) -> Self {
        Self::Attribute(Box::new(error))
    }
}

/// How numbers of a time coordinate stand for times of its calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarUnits {
    /// The length of the unit, nanoseconds.
    unit: i64,
    /// The reference, nanoseconds since 1970-01-01 of the calendar.
    reference: i128,
    calendar: Calendar,
}

/// The same, in a calendar of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units(CalendarUnits);

/// Decodes the attributes `units` and `calendar` of a time coordinate in any calendar of CF.
pub fn decode_in_any_calendar(units: &str, calendar: Option<&str>) -> Result<CalendarUnits, TimeError> {
    let calendar = Calendar::parse(calendar)?;
    let (unit, reference) = split_at_since(units).ok_or_else(|| TimeError::Units(units.to_owned()))?;
    Ok(CalendarUnits {
        unit: unit::nanoseconds(unit)?,
        reference: reference::parse(reference, calendar)
            .ok_or_else(|| TimeError::Reference(reference.to_owned()))?,
        calendar,
    })
}

/// Decodes the attributes `units` and `calendar` of a time coordinate whose times must be instants of the world.
pub fn decode(units: &str, calendar: Option<&str>) -> Result<Units, TimeError> {
    match decode_in_any_calendar(units, calendar)? {
        units if units.calendar.is_real() => Ok(Units(units)),
        _ => Err(TimeError::Calendar(calendar.unwrap_or_default().to_owned())),
    }
}

impl CalendarUnits {
    /// The calendar.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// How long its unit is.
    pub fn unit_nanoseconds(&self) -> i64 {
        self.unit
    }

    /// The time that a number stands for: of an integer exactly, of a float to the nearest microsecond (or
    /// nanosecond, in a unit of these), its whole part taken exactly, so that only the fraction is rounded.
    pub fn instant(&self, value: Number) -> Result<Instant, TimeError> {
        let (whole, fraction) = match value {
            Number::Integer(integer) => (integer, 0.0),
            Number::Float(float) if !float.is_finite() => {
                return Err(TimeError::NotFinite(float.to_string()));
            }
            Number::Float(float) => (float.trunc() as i128, float.fract()),
        };
        let step = self.unit.min(MICROSECOND);
        let fraction = (fraction * (self.unit / step) as f64).round() as i128 * i128::from(step);
        let nanoseconds = whole
            .checked_mul(self.unit.into())
            .and_then(|offset| offset.checked_add(self.reference)?.checked_add(fraction));
        let instant = nanoseconds.and_then(Instant::from_nanoseconds);
        instant.ok_or_else(|| TimeError::Overflow(value.to_string()))
    }
}

impl Units {
    /// The instant that an integer stands for, exactly, or to the microsecond in a unit of nanoseconds.
    pub fn time_int(&self, value: i64) -> Result<UtcTime, TimeError> {
        self.of(Number::Integer(value.into()))
    }

    /// The instant that a number stands for, to the nearest microsecond.
    ///
    /// The whole part is taken exactly, so that only the fraction is rounded.
    pub fn time(&self, value: f64) -> Result<UtcTime, TimeError> {
        self.of(Number::Float(value))
    }

    /// The instant that a number of any type stands for, to the nearest microsecond.
    pub(crate) fn of(&self, value: Number) -> Result<UtcTime, TimeError> {
        self.0.instant(value).map(Instant::utc)
    }
}

/// The unit and the reference in `<unit> since <reference>`.
fn split_at_since(units: &str) -> Option<(&str, &str)> {
    let (unit, rest) = units.trim().split_once(char::is_whitespace)?;
    let (since, reference) = rest.trim_start().split_once(char::is_whitespace)?;
    since.eq_ignore_ascii_case("since").then(|| (unit, reference.trim()))
}

#[cfg(test)]
mod tests;
