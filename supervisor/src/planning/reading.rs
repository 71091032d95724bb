//! What a path says about its date, gathered field by field on the way down.

use jiff::civil::Date;

use super::days::{Days, Unit};

/// What a field says something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
}

const PARTS: usize = Part::Second as usize + 1;

/// Why a path has no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Two fields contradict each other.
    Disagree,
    /// There is no such day.
    Impossible,
}

/// What the fields of a path have said so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading([Option<i16>; PARTS]);

impl Reading {
    /// Takes in what a further field says.
    pub(super) fn add(&mut self, part: Part, value: i16) -> Result<(), Fault> {
        let known = &mut self.0[part as usize];
        match *known {
            Some(before) if before != value => Err(Fault::Disagree),
            _ => {
                *known = Some(value);
                Ok(())
            }
        }
    }

    /// The days that the path can be about: one, a month or a year; `None` without a year.
    pub(super) fn days(&self) -> Result<Option<Days>, Fault> {
        let Some(year) = self.get(Part::Year) else { return Ok(None) };
        let (month, day) = (self.get(Part::Month), self.get(Part::Day));
        match (self.get(Part::DayOfYear), month, day) {
            (Some(number), ..) => {
                let date = day_of_year(year, number)?;
                self.agrees(date).map(|()| Some(Unit::Day.around(date)))
            }
            (None, Some(month), Some(day)) => Ok(Some(Unit::Day.around(calendar_day(year, month, day)?))),
            (None, Some(month), None) => Ok(Some(Unit::Month.around(calendar_day(year, month, 1)?))),
            (None, None, _) => Ok(Some(Unit::Year.around(calendar_day(year, 1, 1)?))),
        }
    }

    fn get(&self, part: Part) -> Option<i16> {
        self.0[part as usize]
    }

    /// Whether month and day, where they are known, are those of a date.
    fn agrees(&self, date: Date) -> Result<(), Fault> {
        let same = |part, value: i8| self.get(part).is_none_or(|known| known == i16::from(value));
        if same(Part::Month, date.month()) && same(Part::Day, date.day()) {
            Ok(())
        } else {
            Err(Fault::Disagree)
        }
    }
}

fn calendar_day(year: i16, month: i16, day: i16) -> Result<Date, Fault> {
    let narrow = |value: i16| i8::try_from(value).map_err(|_| Fault::Impossible);
    Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| Fault::Impossible)
}

fn day_of_year(year: i16, number: i16) -> Result<Date, Fault> {
    calendar_day(year, 1, 1)?.with().day_of_year(number).build().map_err(|_| Fault::Impossible)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(parts: &[(Part, i16)]) -> Result<Option<Days>, Fault> {
        let mut reading = Reading::default();
        for &(part, value) in parts {
            reading.add(part, value)?;
        }
        reading.days()
    }

    fn days(first: Date, last: Date) -> Result<Option<Days>, Fault> {
        Ok(Some(Days { first, last }))
    }

    #[test]
    fn the_span_narrows_as_fields_are_read() {
        use Part::{Day, DayOfYear, Hour, Month, Year};
        assert_eq!(read(&[(Month, 2), (Hour, 3)]), Ok(None));
        assert_eq!(read(&[(Year, 2020)]), days(date(2020, 1, 1), date(2020, 12, 31)));
        assert_eq!(read(&[(Year, 2020), (Day, 31)]), days(date(2020, 1, 1), date(2020, 12, 31)));
        assert_eq!(read(&[(Year, 2020), (Month, 2)]), days(date(2020, 2, 1), date(2020, 2, 29)));
        assert_eq!(read(&[(Year, 2020), (Month, 2), (Day, 29)]), days(date(2020, 2, 29), date(2020, 2, 29)));
        assert_eq!(read(&[(Year, 2020), (DayOfYear, 60)]), days(date(2020, 2, 29), date(2020, 2, 29)));
    }

    #[test]
    fn impossible_days_and_contradictions_are_told_apart() {
        use Part::{Day, DayOfYear, Month, Year};
        assert_eq!(read(&[(Year, 2021), (Month, 2), (Day, 29)]), Err(Fault::Impossible));
        assert_eq!(read(&[(Year, 2021), (DayOfYear, 366)]), Err(Fault::Impossible));
        assert_eq!(read(&[(Year, 2021), (Year, 2020)]), Err(Fault::Disagree));
        assert_eq!(read(&[(Year, 2021), (Month, 3), (DayOfYear, 32)]), Err(Fault::Disagree));
        assert_eq!(
            read(&[(Year, 2021), (Month, 2), (DayOfYear, 32)]),
            days(date(2021, 2, 1), date(2021, 2, 1))
        );
    }
}
