//! The calendars of CF: which dates there are, and how many days lie between them.
//!
//! Days are counted from the calendar's own 1970-01-01 on. `standard` and `proleptic_gregorian` count the same
//! days: they give other names to those before 1582-10-15 alone. Years before 1 are written with a year 0 in
//! between, which `standard` and `julian` do not have.

use super::TimeError;

/// A calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Calendar {
    /// Julian before 1582-10-15, Gregorian from there on; also called `gregorian`, and meant where none is named.
    Standard,
    /// Gregorian always.
    ProlepticGregorian,
    /// Julian always.
    Julian,
    /// Every year has 365 days.
    NoLeap,
    /// Every year has 366 days.
    AllLeap,
    /// Every month has 30 days.
    Days360,
}

/// A date: year, month, day.
pub type Date = (i64, i64, i64);

/// The first Gregorian day of `standard`, and the last Julian one.
const FIRST_GREGORIAN: Date = (1582, 10, 15);
const LAST_JULIAN: Date = (1582, 10, 4);

/// The first Gregorian day of `standard`, counted from 1970-01-01.
const FIRST_GREGORIAN_DAY: i64 = -141_427;

/// By so many days the Julian 1970-01-01 comes after the Gregorian.
const JULIAN_DELAY: i64 = 13;

impl Calendar {
    /// By the attribute `calendar`, or its absence.
    ///
    /// # Errors
    /// [`TimeError::UnknownCalendar`].
    pub fn parse(name: Option<&str>) -> Result<Self, TimeError> {
        let Some(name) = name else { return Ok(Self::Standard) };
        match name.trim().to_ascii_lowercase().as_str() {
            "standard" | "gregorian" => Ok(Self::Standard),
            "proleptic_gregorian" => Ok(Self::ProlepticGregorian),
            "julian" => Ok(Self::Julian),
            "noleap" | "365_day" => Ok(Self::NoLeap),
            "all_leap" | "366_day" => Ok(Self::AllLeap),
            "360_day" => Ok(Self::Days360),
            _ => Err(TimeError::UnknownCalendar(name.to_owned())),
        }
    }

    /// As CF writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ProlepticGregorian => "proleptic_gregorian",
            Self::Julian => "julian",
            Self::NoLeap => "noleap",
            Self::AllLeap => "all_leap",
            Self::Days360 => "360_day",
        }
    }

    /// Whether its days are the days of the world, counted from the Gregorian 1970-01-01.
    pub fn is_real(self) -> bool {
        matches!(self, Self::Standard | Self::ProlepticGregorian)
    }

    /// Whether equal counts are equal times in both.
    pub fn counts_as(self, other: Self) -> bool {
        self == other || (self.is_real() && other.is_real())
    }

    /// The day of a date; `None` where the calendar has no such date.
    pub fn day(self, date: Date) -> Option<i64> {
        let (year, month, day) = date;
        let place = usize::try_from(month.checked_sub(1)?).ok()?;
        let length = *self.month_lengths(year).get(place)?;
        let has_year = year != 0 || !matches!(self, Self::Standard | Self::Julian);
        if !(1..=length).contains(&day) || !has_year {
            return None;
        }
        match self {
            Self::Standard if date >= FIRST_GREGORIAN => Some(gregorian_day(date)),
            Self::Standard if date > LAST_JULIAN => None,
            Self::Standard => Some(julian_day(date) + JULIAN_DELAY),
            Self::ProlepticGregorian => Some(gregorian_day(date)),
            Self::Julian => Some(julian_day(date)),
            Self::NoLeap | Self::AllLeap | Self::Days360 => {
                let lengths = self.month_lengths(year);
                let year_length: i64 = lengths.iter().sum();
                let months: i64 = lengths.iter().take(place).sum();
                Some((year - 1970) * year_length + months + day - 1)
            }
        }
    }

    /// The date of a day.
    pub(super) fn date(self, day: i64) -> Date {
        match self {
            Self::Standard if day < FIRST_GREGORIAN_DAY => julian_date(day - JULIAN_DELAY),
            Self::Standard | Self::ProlepticGregorian => gregorian_date(day),
            Self::Julian => julian_date(day),
            Self::NoLeap | Self::AllLeap | Self::Days360 => {
                let lengths = self.month_lengths(1970);
                let year_length: i64 = lengths.iter().sum();
                let (year, mut rest) = (1970 + day.div_euclid(year_length), day.rem_euclid(year_length));
                let mut month = 1;
                for length in lengths {
                    if rest < length {
                        break;
                    }
                    rest -= length;
                    month += 1;
                }
                (year, month, rest + 1)
            }
        }
    }

    fn month_lengths(self, year: i64) -> [i64; 12] {
        let leaps = match self {
            Self::Days360 => return [30; 12],
            Self::NoLeap => false,
            Self::AllLeap => true,
            Self::Julian => is_julian_leap(year),
            // 1582 is none in either, and 1500 and 1700 are told apart by which of the two they belong to
            Self::Standard if year < FIRST_GREGORIAN.0 => is_julian_leap(year),
            Self::Standard | Self::ProlepticGregorian => is_gregorian_leap(year),
        };
        [31, if leaps { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }
}

fn is_julian_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0
}

fn is_gregorian_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// Days from the Gregorian 1970-01-01 on: by years that begin in March, so that a leap day is the last.
fn gregorian_day((year, month, day): Date) -> i64 {
    let (year, of_year) = from_march(year, month, day);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn gregorian_date(day: i64) -> Date {
    let (era, of_era) = ((day + 719_468).div_euclid(146_097), (day + 719_468).rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    to_january(era * 400 + year, of_era - (365 * year + year / 4 - year / 100))
}

/// Days from the Julian 1970-01-01 on.
fn julian_day((year, month, day): Date) -> i64 {
    let (year, of_year) = from_march(year, month, day);
    let (era, of_era) = (year.div_euclid(4), year.rem_euclid(4));
    era * 1461 + of_era * 365 + of_year - 719_483
}

fn julian_date(day: i64) -> Date {
    let (era, of_era) = ((day + 719_483).div_euclid(1461), (day + 719_483).rem_euclid(1461));
    let year = (of_era - of_era / 1460) / 365;
    to_january(era * 4 + year, of_era - 365 * year)
}

/// The year that begins in March, and the day in it.
fn from_march(year: i64, month: i64, day: i64) -> (i64, i64) {
    let before_march = i64::from(month < 3);
    (year - before_march, (153 * (month + 12 * before_march - 3) + 2) / 5 + day - 1)
}

fn to_january(year: i64, of_year: i64) -> Date {
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let after = i64::from(month > 9);
    (year + after, month + 3 - 12 * after, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Calendar; 6] = [
        Calendar::Standard,
        Calendar::ProlepticGregorian,
        Calendar::Julian,
        Calendar::NoLeap,
        Calendar::AllLeap,
        Calendar::Days360,
    ];

    /// Every day of 2,400 years has the date after that of the day before, and comes back from it.
    #[test]
    fn every_day_has_one_date_and_every_date_one_day() {
        for calendar in ALL {
            let mut before = calendar.date(-720_000);
            for day in -719_999..160_000 {
                let date = calendar.date(day);
                assert!(date > before, "{calendar:?}: {before:?} and {date:?}");
                let has_day = date.0 != 0 || !matches!(calendar, Calendar::Standard | Calendar::Julian);
                assert_eq!(calendar.day(date), has_day.then_some(day), "{calendar:?}: {date:?}");
                before = date;
            }
        }
    }

    #[test]
    fn dates_that_a_calendar_lacks_have_no_day() {
        use Calendar::{AllLeap, Days360, Julian, NoLeap, ProlepticGregorian, Standard};
        let lacking: [(&[Calendar], Date); 9] = [
            (&[NoLeap, Standard, ProlepticGregorian, Julian], (2001, 2, 29)),
            (&[Standard, ProlepticGregorian, NoLeap], (1900, 2, 29)),
            (&[ProlepticGregorian, NoLeap], (1500, 2, 29)),
            (&[Standard], (1582, 10, 5)),
            (&[Standard], (1582, 10, 14)),
            (&[Days360], (2001, 1, 31)),
            (&[Standard, Julian], (0, 1, 1)),
            (&[Standard, ProlepticGregorian, Julian, NoLeap, AllLeap], (2001, 2, 30)),
            (&ALL, (2001, 13, 1)),
        ];
        for (calendars, date) in lacking {
            for calendar in ALL {
                assert_eq!(
                    calendar.day(date).is_none(),
                    calendars.contains(&calendar),
                    "{calendar:?} {date:?}"
                );
            }
        }
    }
}
