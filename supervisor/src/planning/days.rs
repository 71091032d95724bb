//! Spans of days, and the units of the calendar in which groups are counted.

use dayfold_contract::plan::GroupBy;
use jiff::civil::Date;

/// A span of days, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: Date,
    pub(super) last: Date,
}

impl Days {
    /// From one day to another; an end that is not given is open.
    pub(super) fn between(first: Option<Date>, last: Option<Date>) -> Self {
        Self { first: first.unwrap_or(Date::MIN), last: last.unwrap_or(Date::MAX) }
    }

    /// Whether a day is in both.
    pub(super) fn overlap(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
}

impl Unit {
    /// The unit of a group; `None` where files are not put together.
    pub(super) fn of_group(group: GroupBy) -> Option<Self> {
        match group {
            GroupBy::File => None,
            GroupBy::Day => Some(Self::Day),
            GroupBy::Month => Some(Self::Month),
            GroupBy::Year => Some(Self::Year),
        }
    }

    /// What it is called.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
        }
    }

    /// The unit that a day lies in.
    pub(super) fn around(self, day: Date) -> Days {
        match self {
            Self::Year => Days { first: day.first_of_year(), last: day.last_of_year() },
            Self::Month => Days { first: day.first_of_month(), last: day.last_of_month() },
            Self::Day => Days { first: day, last: day },
        }
    }

    /// The name of the group that a day lies in.
    pub(super) fn name(self, day: Date) -> String {
        let (year, month, day) = (day.year(), day.month(), day.day());
        match self {
            Self::Year => format!("{year:04}"),
            Self::Month => format!("{year:04}-{month:02}"),
            Self::Day => format!("{year:04}-{month:02}-{day:02}"),
        }
    }

    /// The first days of the units that a span touches, in order.
    pub(super) fn starts(self, span: Days) -> impl Iterator<Item = Date> {
        let next = move |day: &Date| self.around(*day).last.tomorrow().ok();
        std::iter::successors(Some(self.around(span.first).first), next)
            .take_while(move |&day| day <= span.last)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn names(unit: Unit, first: Date, last: Date) -> Vec<String> {
        unit.starts(Days { first, last }).map(|day| unit.name(day)).collect()
    }

    #[test]
    fn units_are_counted_over_ends_of_months_and_years() {
        assert_eq!(
            names(Unit::Day, date(2020, 2, 28), date(2020, 3, 1)),
            ["2020-02-28", "2020-02-29", "2020-03-01"]
        );
        assert_eq!(names(Unit::Month, date(2021, 12, 31), date(2022, 1, 1)), ["2021-12", "2022-01"]);
        assert_eq!(names(Unit::Year, date(2021, 12, 31), date(2022, 1, 1)), ["2021", "2022"]);
        assert_eq!(names(Unit::Day, date(2022, 1, 2), date(2022, 1, 1)), [""; 0]);
        assert_eq!(names(Unit::Day, Date::MAX, Date::MAX), ["9999-12-31"]);
    }

    #[test]
    fn spans_that_share_an_end_overlap() {
        let days = |first, last| Days { first: date(2022, 1, first), last: date(2022, 1, last) };
        assert!(days(1, 5).overlap(days(5, 9)) && days(5, 9).overlap(days(1, 5)));
        assert!(!days(1, 4).overlap(days(5, 9)) && !days(5, 9).overlap(days(1, 4)));
        assert!(Days::between(None, None).overlap(days(1, 1)));
    }
}
