//! The form of a group's result: what all results that are put into one file must have in common.
//!
//! A worker describes it when the group ends, the supervisor compares it with the others'. It is learnt, and no
//! part of the run's identity. A form is known by a short name, which also stands in partials' names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Fingerprint;

/// A form's short name: the beginning of the fingerprint of its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FormId(u64);

impl fmt::Display for FormId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A text that names no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 16 hexadecimal digits")]
pub struct NoForm;

impl FromStr for FormId {
    type Err = NoForm;

    fn from_str(text: &str) -> Result<Self, NoForm> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_one = text.len() == 16 && text.bytes().all(is_digit);
        u64::from_str_radix(text, 16).ok().filter(|_| is_one).map(Self).ok_or(NoForm)
    }
}

impl Serialize for FormId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FormId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// One thing that all results of a form have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What: `the attribute units of variable "tas"`.
    pub what: String,
    /// How it is, for people.
    pub value: String,
    /// Of what tells it from others that read the same.
    pub exact: Fingerprint,
}

/// What is the same in all results of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    facts: Vec<Fact>,
}

impl Form {
    /// With these facts, the weightiest first: what each is about, how it is, and what more tells it from others.
    pub fn new(facts: impl IntoIterator<Item = (String, String, Vec<u8>)>) -> Self {
        let fact = |(what, value, exact): (String, String, Vec<u8>)| Fact {
            what,
            value,
            exact: Fingerprint::of(&exact),
        };
        Self { facts: facts.into_iter().map(fact).collect() }
    }

    /// Its short name.
    pub fn id(&self) -> FormId {
        let exact: Vec<String> = self.facts.iter().map(|fact| fact.exact.to_string()).collect();
        let parts = self.facts.iter().zip(&exact);
        let parts =
            parts.flat_map(|(fact, exact)| [fact.what.as_bytes(), fact.value.as_bytes(), exact.as_bytes()]);
        let whole = Fingerprint::of_parts(parts).to_string();
        let beginning = whole.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        FormId(beginning.unwrap_or_default())
    }

    /// Where a result of this form differs from one of another form; `None` where they are the same.
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        let of = |form: &Self, what: &str| form.facts.iter().find(|fact| fact.what == what).cloned();
        let own = self.facts.iter().map(|fact| &fact.what);
        let others = other.facts.iter().map(|fact| &fact.what).filter(|what| of(self, what).is_none());
        let mut all = own.chain(others).filter(|what| of(self, what) != of(other, what));
        let what = all.next()?.clone();
        let (here, there) = (of(self, &what), of(other, &what));
        let value = |fact: Option<Fact>| fact.map_or_else(|| "not there".to_owned(), |fact| fact.value);
        Some(Difference { here: value(here), there: value(there), more: all.count(), what })
    }
}

/// Where two forms differ, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is not the same.
    pub what: String,
    /// How it is in the one.
    pub here: String,
    /// How it is in the other.
    pub there: String,
    /// How much more is not the same.
    pub more: usize,
}

impl Difference {
    /// Both sides, the other one named by `whose`, as in `in group 2022-02-01`.
    pub fn in_words(&self, whose: &str) -> String {
        let Self { what, here, there, more } = self;
        let hint = if here == there { " (they differ in between, or in digits not shown)" } else { "" };
        let more = match more {
            0 => String::new(),
            1 => "; 1 more difference".to_owned(),
            many => format!("; {many} more differences"),
        };
        format!("{what} is {here}, and {there} {whose}{hint}{more}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(facts: &[(&str, &str, &[u8])]) -> Form {
        let owned =
            |&(what, value, exact): &(&str, &str, &[u8])| (what.to_owned(), value.to_owned(), exact.to_vec());
        Form::new(facts.iter().map(owned))
    }

    #[test]
    fn a_name_comes_back_and_is_of_all_facts() {
        let one = form(&[("units", "K", b"")]);
        assert_eq!(one.id().to_string().parse(), Ok(one.id()));
        assert_eq!(one.id(), form(&[("units", "K", b"")]).id());
        assert_ne!(one.id(), form(&[("units", "K", b"x")]).id());
        assert_ne!(one.id(), form(&[("units", "degC", b"")]).id());
        for text in ["", "0123", "0123456789ABCDEF", "+123456789abcdef"] {
            assert_eq!(text.parse::<FormId>(), Err(NoForm), "{text}");
        }
    }

    #[test]
    fn the_first_difference_is_named_with_both_sides_and_others_are_counted() {
        let one = form(&[("a", "1", b""), ("b", "2", b""), ("c", "3 numbers, 0 to 9", b"x")]);
        assert_eq!(one.difference(&one), None);
        let words = |other: &Form| one.difference(other).unwrap().in_words("in group g");
        assert_eq!(
            words(&form(&[("a", "1", b""), ("c", "3 numbers, 0 to 9", b"x")])),
            "b is 2, and not there in group g"
        );
        assert_eq!(
            words(&form(&[("a", "1", b""), ("b", "2", b""), ("c", "3 numbers, 0 to 9", b"y")])),
            "c is 3 numbers, 0 to 9, and 3 numbers, 0 to 9 in group g (they differ in between, or in digits not shown)"
        );
        let more = form(&[("a", "0", b""), ("b", "2", b""), ("d", "there", b"")]);
        assert_eq!(words(&more), "a is 1, and 0 in group g; 2 more differences");
    }
}
