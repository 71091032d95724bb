//! The strftime fields that a pattern may hold: how each is recognised in a name and what it says.
//!
//! What the fields of a name say together is [`super::reading`]'s.

use super::reading::Part;

/// One strftime field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// What follows the `%`.
    pub(super) letter: char,
    /// What it says something about.
    pub(super) part: Part,
    /// A regular expression of what it can be, so that `*` beside it stretches to a possible date.
    pub(super) strict: &'static str,
    /// One of what it looks like, possible or not, so that a month 13 can be told from another name.
    pub(super) loose: &'static str,
}

const TWO: &str = "[0-9]{2}";
const THREE: &str = "[0-9]{3}";
const FOUR: &str = "[0-9]{4}";
const SHORT_MONTH: &str = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)";
const LONG_MONTH: &str =
    "(?i:january|february|march|april|may|june|july|august|september|october|november|december)";
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// All fields: widths are fixed, as strftime writes them; month names are English, in any case.
static FIELDS: [Field; 10] = [
    Field { letter: 'Y', part: Part::Year, strict: FOUR, loose: FOUR },
    Field { letter: 'y', part: Part::Year, strict: TWO, loose: TWO },
    Field { letter: 'm', part: Part::Month, strict: "0[1-9]|1[0-2]", loose: TWO },
    Field { letter: 'b', part: Part::Month, strict: SHORT_MONTH, loose: SHORT_MONTH },
    Field { letter: 'B', part: Part::Month, strict: LONG_MONTH, loose: LONG_MONTH },
    Field { letter: 'd', part: Part::Day, strict: "0[1-9]|[12][0-9]|3[01]", loose: TWO },
    Field {
        letter: 'j',
        part: Part::DayOfYear,
        strict: "00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6]",
        loose: THREE,
    },
    Field { letter: 'H', part: Part::Hour, strict: "[01][0-9]|2[0-3]", loose: TWO },
    Field { letter: 'M', part: Part::Minute, strict: "[0-5][0-9]", loose: TWO },
    Field { letter: 'S', part: Part::Second, strict: "[0-5][0-9]|60", loose: TWO },
];

impl Field {
    /// The field that is written `%letter`.
    pub(super) fn of(letter: char) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.letter == letter)
    }

    /// All fields as they are written, for messages.
    pub(super) fn known() -> String {
        FIELDS.iter().map(|field| format!("%{}", field.letter)).collect::<Vec<_>>().join(" ")
    }

    /// What a text that the field's expression matched says: a full year, a month from 1 and so on.
    pub(super) fn value(&self, text: &str) -> Option<i16> {
        match self.letter {
            'b' | 'B' => month(text),
            'y' => text.parse().ok().map(full_year),
            _ => text.parse().ok(),
        }
    }
}

/// A month's number by the first three letters of its English name.
fn month(text: &str) -> Option<i16> {
    let start = text.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().zip(1..).find(|(name, _)| **name == start).map(|(_, number)| number)
}

/// The year that two digits stand for: 1969 to 2068, as in POSIX.
fn full_year(digits: i16) -> i16 {
    if digits < 69 { 2000 + digits } else { 1900 + digits }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use regex::Regex;

    use super::*;

    fn whole(expression: &str, text: &str) -> bool {
        Regex::new(&format!(r"\A(?:{expression})\z")).unwrap().is_match(text)
    }

    #[test]
    fn every_day_is_read_as_strftime_writes_it() {
        let mut day = date(2019, 12, 30);
        while day < date(2021, 1, 3) {
            let truth: [(char, i16); 6] = [
                ('Y', day.year()),
                ('m', i16::from(day.month())),
                ('b', i16::from(day.month())),
                ('B', i16::from(day.month())),
                ('d', i16::from(day.day())),
                ('j', day.day_of_year()),
            ];
            for (letter, expected) in truth {
                let field = Field::of(letter).unwrap();
                let text = day.strftime(&format!("%{letter}")).to_string();
                assert!(whole(field.strict, &text) && whole(field.loose, &text), "%{letter}: {text}");
                assert_eq!(field.value(&text), Some(expected), "%{letter}: {text}");
            }
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn two_digits_of_a_year_are_as_in_posix() {
        for text in ["00", "68", "69", "99"] {
            let truth = Date::strptime("%y-%m-%d", format!("{text}-01-01")).unwrap().year();
            assert_eq!(Field::of('y').unwrap().value(text), Some(truth));
        }
    }

    #[test]
    fn impossible_values_are_only_loosely_matched() {
        for (letter, text) in [
            ('m', "13"),
            ('m', "00"),
            ('d', "32"),
            ('d', "00"),
            ('j', "367"),
            ('j', "000"),
            ('H', "24"),
            ('M', "60"),
        ] {
            let field = Field::of(letter).unwrap();
            assert!(whole(field.loose, text) && !whole(field.strict, text), "%{letter}: {text}");
        }
    }
}
