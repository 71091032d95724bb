//! Instants, and CF time coordinates ("hours since 1970-01-01") decoded to them.
//!
//! Calendars: `standard` (also called `gregorian`, and meant where none is given) is Julian before
//! 1582-10-15 and is treated so, as cftime does; `proleptic_gregorian` is Gregorian always.
//! Calendars without the real lengths of years are refused.

mod reference;
mod unit;

use std::fmt;

use jiff::Timestamp;

const SECOND: i64 = 1_000_000;

/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(pub i64);

impl UtcTime {
    /// Seconds since 1970-01-01T00:00:00Z: exact for whole seconds, else the nearest double.
    pub fn unix_seconds(self) -> f64 {
        if self.0 % SECOND == 0 { (self.0 / SECOND) as f64 } else { self.0 as f64 / SECOND as f64 }
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
    #[error("its unit {0:?} is unknown: expected microseconds to weeks")]
    Unit(String),
    /// The unit has no fixed length.
    #[error("its unit {0:?} has no fixed length: only microseconds to weeks can be decoded")]
    UnitOfNoLength(String),
    /// The reference is no date that exists in the calendar.
    #[error(
        "its reference {0:?} is no date and time of its calendar: expected, for example, 1970-01-01 00:00:00"
    )]
    Reference(String),
    /// The calendar is another one.
    #[error("its calendar is {0:?}: expected standard, gregorian or proleptic_gregorian")]
    Calendar(String),
    /// A NaN or an infinity.
    #[error("{0} is no time")]
    NotFinite(String),
    /// Too far from 1970.
    #[error("{0} is too far from 1970 to be counted in microseconds")]
    Overflow(String),
    /// A fill value among the times.
    #[error("the time at index {0} is missing")]
    Missing(usize),
}

/// Calendars in which days are real days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    /// Julian before 1582-10-15, Gregorian from there on.
    Standard,
    Proleptic,
}

impl Calendar {
    fn parse(name: Option<&str>) -> Result<Self, TimeError> {
        let Some(name) = name else { return Ok(Self::Standard) };
        match name.trim().to_ascii_lowercase().as_str() {
            "standard" | "gregorian" => Ok(Self::Standard),
            "proleptic_gregorian" => Ok(Self::Proleptic),
            _ => Err(TimeError::Calendar(name.to_owned())),
        }
    }
}

/// Decoded units: how numbers of a time coordinate become instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    /// The length of the unit, microseconds.
    unit: i64,
    /// The reference, microseconds since 1970.
    reference: i64,
}

/// Decodes the attributes `units` and `calendar` of a time coordinate.
pub fn decode(units: &str, calendar: Option<&str>) -> Result<Units, TimeError> {
    let calendar = Calendar::parse(calendar)?;
    let (unit, reference) = split_at_since(units).ok_or_else(|| TimeError::Units(units.to_owned()))?;
    Ok(Units {
        unit: unit::microseconds(unit)?,
        reference: reference::parse(reference, calendar)
            .ok_or_else(|| TimeError::Reference(reference.to_owned()))?,
    })
}

impl Units {
    /// The instant that an integer stands for, exactly.
    pub fn time_int(&self, value: i64) -> Result<UtcTime, TimeError> {
        let offset = value.checked_mul(self.unit);
        let time = offset.and_then(|offset| offset.checked_add(self.reference));
        time.map(UtcTime).ok_or_else(|| TimeError::Overflow(value.to_string()))
    }

    /// The instant that a number stands for, to the nearest microsecond.
    ///
    /// The whole part is taken exactly, so that only the fraction is rounded.
    pub fn time(&self, value: f64) -> Result<UtcTime, TimeError> {
        if !value.is_finite() {
            return Err(TimeError::NotFinite(value.to_string()));
        }
        let overflow = || TimeError::Overflow(value.to_string());
        // 2^62, well within i64, so that the cast is exact
        if value.abs() > 4.6e18 {
            return Err(overflow());
        }
        let whole = self.time_int(value.trunc() as i64).map_err(|_| overflow())?;
        let fraction = (value.fract() * self.unit as f64).round() as i64;
        whole.0.checked_add(fraction).map(UtcTime).ok_or_else(overflow)
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
