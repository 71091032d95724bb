//! Sizes, durations and dates as people write them.

use std::fmt;
use std::num::{IntErrorKind, NonZeroU32};
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;
use jiff::civil::Date;
use jiff::fmt::friendly::SpanParser;

/// What is wrong with a written quantity.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a size.
    #[error("{0:?} is not a size: write a number and a unit, such as \"190GB\" or \"8GiB\"")]
    Size(String),
    /// A number of what?
    #[error("{0:?} has no unit: write \"{0}GB\" or \"{0}MB\" if you mean that, and \"{0}B\" for bytes")]
    NoUnit(String),
    /// Not a duration.
    #[error("{0:?} is not a duration: write it as \"90s\", \"2h30m\" or \"02:30:00\"")]
    Duration(String),
    /// A size or a duration of nothing.
    #[error("{0:?} is nothing: it must be more")]
    Nothing(String),
    /// Not a number of things.
    #[error("must be a whole number, 1 or more")]
    Count,
    /// Less than one.
    #[error("must be 1 or more")]
    TooFew,
    /// More than can be counted.
    #[error("must be {most} at most", most = u32::MAX)]
    TooMany,
    /// Not a date.
    #[error("{0:?} is not a date: write it as \"2022-02-28\"")]
    Date(String),
    /// A day that no calendar has.
    #[error("{0:?} is an impossible date: {1}")]
    ImpossibleDate(String, String),
}

/// A number of bytes, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// How many bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = QuantityError;

    /// Reads `190GB`, `8GiB`, `1.5 TB`. A plain number is refused: hardly anybody means bytes.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        if text.trim().parse::<f64>().is_ok_and(|number| number.is_finite() && number > 0.0) {
            return Err(QuantityError::NoUnit(text.trim().to_owned()));
        }
        let size: ByteSize = text.parse().map_err(|_| QuantityError::Size(text.to_owned()))?;
        match size.as_u64() {
            0 => Err(QuantityError::Nothing(text.to_owned())),
            u64::MAX => Err(QuantityError::Size(text.to_owned())),
            bytes => Ok(Self(bytes)),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ByteSize(self.0).display().si().fmt(f)
    }
}

/// Reads `90s`, `2h30m`, `02:30:00`; more than nothing.
pub fn parse_duration(text: &str) -> Result<Duration, QuantityError> {
    let parsed = SpanParser::new().parse_unsigned_duration(text.trim());
    match parsed.map_err(|_| QuantityError::Duration(text.to_owned()))? {
        Duration::ZERO => Err(QuantityError::Nothing(text.to_owned())),
        duration => Ok(duration),
    }
}

/// Reads a whole number, 1 or more.
pub fn parse_count(text: &str) -> Result<NonZeroU32, QuantityError> {
    match text.trim().parse::<NonZeroU32>() {
        Ok(count) => Ok(count),
        Err(error) => Err(match error.kind() {
            IntErrorKind::Zero => QuantityError::TooFew,
            IntErrorKind::PosOverflow => QuantityError::TooMany,
            _ => QuantityError::Count,
        }),
    }
}

/// Reads `2022-02-28`, and says what is wrong with `2022-02-30`.
pub fn parse_date(text: &str) -> Result<Date, QuantityError> {
    let [year, month, day] = date_parts(text).ok_or_else(|| QuantityError::Date(text.to_owned()))?;
    let impossible = |why: String| QuantityError::ImpossibleDate(text.to_owned(), why);
    let first = match Date::new(year, month as i8, 1) {
        Ok(first) => first,
        Err(_) => return Err(impossible(format!("there is no month {month}"))),
    };
    let days = first.days_in_month();
    Date::new(year, month as i8, day as i8)
        .map_err(|_| impossible(format!("{year:04}-{month:02} has the days 1 to {days}")))
}

/// Year, month and day of a text of the shape `YYYY-MM-DD`.
fn date_parts(text: &str) -> Option<[i16; 3]> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    if lengths != [4, 2, 2] || !text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = text.split('-').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let bytes = |text: &str| text.parse::<Size>().map(Size::bytes);
        assert_eq!(bytes("190GB"), Ok(190_000_000_000));
        assert_eq!(bytes("8GiB"), Ok(8 * 1024 * 1024 * 1024));
        assert_eq!(bytes("1.5 TB"), Ok(1_500_000_000_000));
        assert_eq!(bytes("4096B"), Ok(4096));
        for number in ["5", "4096", "1.5", " 8 "] {
            assert_eq!(bytes(number), Err(QuantityError::NoUnit(number.trim().into())));
        }
        let said = bytes("5").unwrap_err().to_string();
        assert_eq!(
            said,
            "\"5\" has no unit: write \"5GB\" or \"5MB\" if you mean that, and \"5B\" for bytes"
        );
        for wrong in ["", "GB", "many", "-5GB", "5 parsecs", "inf", "1e400GB", "99999999999TB"] {
            assert!(bytes(wrong).is_err(), "{wrong}: {:?}", bytes(wrong));
        }
        assert_eq!(bytes("0GB"), Err(QuantityError::Nothing("0GB".into())));
    }

    #[test]
    fn counts() {
        assert_eq!(parse_count("13").map(NonZeroU32::get), Ok(13));
        assert_eq!(parse_count("0"), Err(QuantityError::TooFew));
        assert_eq!(parse_count("5000000000"), Err(QuantityError::TooMany));
        for wrong in ["", "-1", "2.5", "many"] {
            assert_eq!(parse_count(wrong), Err(QuantityError::Count), "{wrong}");
        }
    }

    #[test]
    fn durations() {
        let seconds = |text: &str| parse_duration(text).map(|duration| duration.as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("2h30m"), Ok(9000));
        assert_eq!(seconds("02:30:00"), Ok(9000));
        assert_eq!(seconds("48:00:00"), Ok(172_800));
        assert_eq!(seconds("36 h 5 min"), Ok(129_900));
        for wrong in ["", "90", "-5s", "2h30", "soon", "02:30", "1d 12h", "1 month"] {
            assert!(seconds(wrong).is_err(), "{wrong}: {:?}", seconds(wrong));
        }
        assert_eq!(seconds("0s"), Err(QuantityError::Nothing("0s".into())));
    }

    #[test]
    fn dates() {
        assert_eq!(parse_date("2024-02-29"), Ok(jiff::civil::date(2024, 2, 29)));
        for shape in ["", "2022", "2022-2-1", "01-02-2022", "2022/02/01", "2022-02-01T00", "+022-02-01"] {
            assert_eq!(parse_date(shape), Err(QuantityError::Date(shape.into())), "{shape}");
        }
        let says = |text: &str| parse_date(text).unwrap_err().to_string();
        assert_eq!(says("2022-02-30"), "\"2022-02-30\" is an impossible date: 2022-02 has the days 1 to 28");
        assert_eq!(says("2022-13-01"), "\"2022-13-01\" is an impossible date: there is no month 13");
        assert_eq!(says("2022-00-01"), "\"2022-00-01\" is an impossible date: there is no month 0");
        assert_eq!(says("2022-04-00"), "\"2022-04-00\" is an impossible date: 2022-04 has the days 1 to 30");
    }
}
