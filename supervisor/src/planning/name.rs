//! One name of the pattern, ready to be compared with the names in a folder.

use regex::{Captures, Regex};

use super::fields::Field;
use super::pattern::{Component, PatternFault, Token, quote};
use super::reading::{Fault, Reading};

/// What is looked for at one depth.
#[derive(Debug)]
pub(super) enum Step {
    /// Any number of folders.
    Deep,
    /// A name that is known in advance.
    Literal(String),
    /// Names like this.
    Like(Like),
}

/// What a name can look like.
#[derive(Debug)]
pub(super) struct Like {
    /// As the pattern has it, for messages.
    pub(super) text: String,
    strict: Regex,
    loose: Regex,
    fields: Vec<&'static Field>,
    hidden: bool,
}

impl Step {
    /// From the pattern's component and the version's name.
    pub(super) fn new(component: &Component, version: &str) -> Result<Self, PatternFault> {
        match component {
            Component::Deep => Ok(Self::Deep),
            Component::Name { text, tokens } => match literal(tokens, version) {
                Some(name) => Ok(Self::Literal(name)),
                None => Like::new(text, tokens, version).map(Self::Like),
            },
        }
    }

    /// How it is written, for messages.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Deep => "**",
            Self::Literal(name) => name,
            Self::Like(like) => &like.text,
        }
    }

    /// Whether a name fits, and what is known of the date with it.
    ///
    /// [`Step::Deep`] takes any that is not hidden.
    pub(super) fn read(&self, name: &str, before: Reading) -> Option<Result<Reading, Fault>> {
        match self {
            Self::Deep => (!name.starts_with('.')).then_some(Ok(before)),
            Self::Literal(expected) => (name == expected).then_some(Ok(before)),
            Self::Like(like) => like.read(name, before),
        }
    }
}

impl Like {
    fn new(text: &str, tokens: &[Token], version: &str) -> Result<Self, PatternFault> {
        let compile = |part: fn(&Field) -> &str| {
            let expression: String = tokens.iter().map(|token| expression(token, version, part)).collect();
            Regex::new(&format!(r"\A(?s:{expression})\z"))
                .map_err(|_| PatternFault::TooLong { part: text.to_owned() })
        };
        Ok(Self {
            text: text.replace("{version}", version),
            strict: compile(|field| field.strict)?,
            loose: compile(|field| field.loose)?,
            fields: tokens.iter().filter_map(field).collect(),
            hidden: starts_with_dot(tokens, version),
        })
    }

    fn read(&self, name: &str, before: Reading) -> Option<Result<Reading, Fault>> {
        if name.starts_with('.') && !self.hidden {
            None
        } else if self.fields.is_empty() {
            self.strict.is_match(name).then_some(Ok(before))
        } else if let Some(found) = self.strict.captures(name) {
            Some(self.add(&found, before))
        } else {
            self.loose.is_match(name).then_some(Err(Fault::Impossible))
        }
    }

    fn add(&self, found: &Captures<'_>, mut reading: Reading) -> Result<Reading, Fault> {
        for (field, text) in self.fields.iter().zip(found.iter().skip(1)) {
            let value = text.and_then(|text| field.value(text.as_str())).ok_or(Fault::Impossible)?;
            reading.add(field.part, value)?;
        }
        Ok(reading)
    }
}

/// The name, where every token stands for itself.
fn literal(tokens: &[Token], version: &str) -> Option<String> {
    let mut name = String::new();
    for token in tokens {
        match token {
            Token::Literal(letter) => name.push(*letter),
            Token::Version => name.push_str(version),
            Token::Field(_) | Token::Glob(_) => return None,
        }
    }
    Some(name)
}

fn expression(token: &Token, version: &str, part: fn(&Field) -> &str) -> String {
    match token {
        Token::Literal(letter) => quote(*letter),
        Token::Version => regex::escape(version),
        Token::Field(field) => format!("({})", part(field)),
        Token::Glob(expression) => expression.clone(),
    }
}

fn field(token: &Token) -> Option<&'static Field> {
    match token {
        Token::Field(field) => Some(field),
        _ => None,
    }
}

/// Whether the dot of a hidden name is asked for in so many words: globs do not match it.
fn starts_with_dot(tokens: &[Token], version: &str) -> bool {
    match tokens.first() {
        Some(Token::Literal(letter)) => *letter == '.',
        Some(Token::Version) => version.starts_with('.'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::pattern::parse;
    use super::*;

    fn step(pattern: &str) -> Step {
        Step::new(&parse(pattern).unwrap()[0], "v1.1").unwrap()
    }

    fn day(pattern: &str, name: &str) -> Option<Result<jiff::civil::Date, Fault>> {
        let read = step(pattern).read(name, Reading::default())?;
        Some(read.and_then(|reading| reading.days()).map(|days| days.unwrap().first))
    }

    #[test]
    fn a_star_beside_a_date_stretches_to_a_possible_date() {
        let first = Some(Ok(date(2022, 1, 31)));
        assert_eq!(day("*%Y%m%d*.nc", "IDE00326.202201311830.nc"), first);
        assert_eq!(day("*%Y%m%d*.nc", "12345678_20220131.nc"), first);
        assert_eq!(day("%d_%b_%y.{nc,nc4}", "31_JAN_22.nc4"), first);
    }

    #[test]
    fn impossible_dates_are_told_from_other_names() {
        assert_eq!(day("a.%Y%m%d.nc", "a.20221301.nc"), Some(Err(Fault::Impossible)));
        assert_eq!(day("a.%Y%m%d.nc", "a.20220230.nc"), Some(Err(Fault::Impossible)));
        assert_eq!(day("a.%Y%m%d.nc", "a.202202.nc"), None);
        assert_eq!(day("a.%Y%m%d.nc", "A.20220228.nc"), None);
        assert_eq!(day("%Y%m%d_%Y.nc", "20220131_2023.nc"), Some(Err(Fault::Disagree)));
    }

    #[test]
    fn hidden_names_want_their_dot_written() {
        let fits = |pattern: &str, name: &str| step(pattern).read(name, Reading::default()).is_some();
        for pattern in ["*.nc", "?a.nc", "[.]a.nc", "{.a,b}.nc"] {
            assert!(!fits(pattern, ".a.nc"), "{pattern}");
        }
        assert!(fits(".*.nc", ".a.nc") && fits("*.nc", "a.nc"));
        assert!(!fits("**/a", ".git") && fits("**/a", "git"));
    }

    #[test]
    fn names_without_field_or_glob_are_known_in_advance() {
        assert!(matches!(step("p1s-{version}"), Step::Literal(name) if name == "p1s-v1.1"));
        assert!(matches!(step("p1s-{version}*"), Step::Like(like) if like.text == "p1s-v1.1*"));
        assert!(step("{version}*").read("v1x1", Reading::default()).is_none());
    }
}
