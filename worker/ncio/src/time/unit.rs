//! The units of time: names, plurals, symbols and prefixes as UDUNITS spells them.

use super::{DAY, SECOND, TimeError};

/// Symbols, where a capital letter would mean something else (`Ms` is a million seconds).
const SYMBOLS: [(&str, i64); 17] = [
    ("ns", 1),
    ("nsec", 1),
    ("nsecs", 1),
    ("us", 1_000),
    ("µs", 1_000), // micro sign
    ("μs", 1_000), // Greek mu
    ("usec", 1_000),
    ("usecs", 1_000),
    ("ms", 1_000_000),
    ("msec", 1_000_000),
    ("msecs", 1_000_000),
    ("s", SECOND),
    ("sec", SECOND),
    ("min", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("hr", 3_600 * SECOND),
    ("d", DAY),
];

/// Names and long abbreviations, in any case, each also with an `s`.
const NAMES: [(&str, i64); 14] = [
    ("nanosecond", 1),
    ("nanosec", 1),
    ("microsecond", 1_000),
    ("microsec", 1_000),
    ("millisecond", 1_000_000),
    ("millisec", 1_000_000),
    ("second", SECOND),
    ("sec", SECOND),
    ("minute", 60 * SECOND),
    ("min", 60 * SECOND),
    ("hour", 3_600 * SECOND),
    ("hr", 3_600 * SECOND),
    ("day", DAY),
    ("week", 7 * DAY),
];

/// Units of time whose length is an average or depends on the date.
const OF_NO_LENGTH: [&str; 8] =
    ["month", "year", "yr", "common_year", "leap_year", "julian_year", "gregorian_year", "decade"];

/// The length of a unit in nanoseconds.
pub(super) fn nanoseconds(unit: &str) -> Result<i64, TimeError> {
    if let Some((_, length)) = SYMBOLS.iter().find(|(symbol, _)| *symbol == unit) {
        return Ok(*length);
    }
    let lower = unit.to_ascii_lowercase();
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    if let Some((_, length)) = NAMES.iter().find(|(name, _)| *name == singular) {
        return Ok(*length);
    }
    match OF_NO_LENGTH.contains(&singular) {
        true => Err(TimeError::UnitOfNoLength(unit.to_owned())),
        false => Err(TimeError::Unit(unit.to_owned())),
    }
}
