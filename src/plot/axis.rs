//! The time axis: marked at round hours, days, months or years.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::zone::Zone;

/// A span of time and its marks. Times are seconds since 1970.
#[derive(Clone, Debug)]
pub struct TimeAxis {
    span: Range<f64>,
    marks: Vec<f64>,
    step: Step,
    zone: Zone,
}

/// What lies between marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Hours(i32),
    Days(i32),
    Months(i32),
    Years(i32),
}

/// From fine to coarse.
const STEPS: [Step; 19] = [
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Days(4),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(100),
];

impl TimeAxis {
    /// From a time to another, with the finest marks that are no more than `most`.
    pub fn new(from: i64, to: i64, most: usize, zone: &Zone) -> Self {
        let marked = |step: &Step| (*step, step.marks(from, to, most, zone));
        let fitting = STEPS.iter().map(marked).find(|(_, marks)| marks.len() <= most);
        let (step, marks) = fitting.unwrap_or((Step::Years(100), Vec::new()));
        Self { span: from as f64..to as f64, marks, step, zone: zone.clone() }
    }
}

impl Ranged for TimeAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, time: &f64, (from, to): (i32, i32)) -> i32 {
        let part = (time - self.span.start) / (self.span.end - self.span.start);
        from + (part * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.span.clone()
    }
}

impl ValueFormatter<f64> for TimeAxis {
    fn format_ext(&self, time: &f64) -> String {
        let time = self.zone.date_time(*time as i64);
        let format = match self.step {
            Step::Hours(_) if time.time() != Time::midnight() => "%H:%M",
            Step::Hours(_) | Step::Days(_) => "%-d %b",
            Step::Months(_) => "%b %Y",
            Step::Years(_) => "%Y",
        };
        time.strftime(format).to_string()
    }
}

impl Step {
    /// At most one more than `most`: enough to see that they do not fit.
    fn marks(self, from: i64, to: i64, most: usize, zone: &Zone) -> Vec<f64> {
        self.first(zone.date_time(from))
            .series(self.span())
            .filter_map(|time| zone.seconds(time))
            .skip_while(|at| *at < from)
            .take_while(|at| *at <= to)
            .take(most + 1)
            .map(|at| at as f64)
            .collect()
    }

    fn span(self) -> Span {
        match self {
            Self::Hours(count) => count.hours(),
            Self::Days(count) => count.days(),
            Self::Months(count) => count.months(),
            Self::Years(count) => count.years(),
        }
    }

    /// A round time at or before `time`.
    fn first(self, time: DateTime) -> DateTime {
        let day: Date = match self {
            Self::Hours(_) | Self::Days(_) => time.date(),
            Self::Months(_) => time.date().first_of_year(),
            Self::Years(count) => {
                let year = i32::from(time.year()).div_euclid(count) * count;
                let round = i16::try_from(year).ok().and_then(|year| Date::new(year, 1, 1).ok());
                round.unwrap_or(time.date().first_of_year())
            }
        };
        day.to_datetime(Time::midnight())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str, most: usize) -> Vec<String> {
        labels_in("UTC", from, to, most)
    }

    fn labels_in(zone: &str, from: &str, to: &str, most: usize) -> Vec<String> {
        let seconds = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        let axis = TimeAxis::new(seconds(from), seconds(to), most, &zone.parse().unwrap());
        let marks = axis.key_points(most);
        assert!(marks.len() <= most);
        marks.iter().map(|mark| axis.format_ext(mark)).collect()
    }

    #[test]
    fn a_day_is_marked_by_hours_with_the_date_at_midnight() {
        let labels = labels("2022-01-31T18:30:00Z", "2022-02-01T11:30:00Z", 7);
        assert_eq!(labels, ["21:00", "1 Feb", "03:00", "06:00", "09:00"]);
    }

    #[test]
    fn marks_are_at_round_hours_of_the_zone() {
        let labels = |zone| labels_in(zone, "2022-01-31T18:30:00Z", "2022-02-01T11:30:00Z", 7);
        assert_eq!(labels("Australia/Brisbane"), ["06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]);
        assert_eq!(labels("+09:30"), ["06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]);
        assert_eq!(labels("-05:00"), ["15:00", "18:00", "21:00", "1 Feb", "03:00", "06:00"]);
    }

    #[test]
    fn longer_spans_have_coarser_marks() {
        let days = labels("2022-01-31T18:30:00Z", "2022-02-03T11:30:00Z", 4);
        assert_eq!(days, ["1 Feb", "2 Feb", "3 Feb"]);
        let months = labels("2021-11-05T00:00:00Z", "2022-02-03T00:00:00Z", 5);
        assert_eq!(months, ["Dec 2021", "Jan 2022", "Feb 2022"]);
        let years = labels("2011-01-05T00:00:00Z", "2022-02-03T00:00:00Z", 6);
        assert_eq!(years, ["2012", "2014", "2016", "2018", "2020", "2022"]);
    }

    #[test]
    fn odd_spans_have_no_marks_rather_than_a_panic() {
        let utc = "UTC".parse().unwrap();
        assert_eq!(TimeAxis::new(i64::MIN, i64::MAX, 10, &utc).marks, [0.0; 0]);
        assert!(TimeAxis::new(5, 5, 10, &utc).marks.len() <= 1);
    }
}
