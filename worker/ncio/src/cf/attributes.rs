//! A variable's attributes, taken out of their file.

use std::collections::BTreeMap;

use super::number::{Number, NumberType};
use crate::dataset::{self, Values};

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// Characters or strings; several strings are joined by blanks.
    Text(String),
    /// Any number of numbers of one type.
    Numbers {
        /// Their type in the file.
        kind: NumberType,
        /// Their values.
        values: Vec<Number>,
    },
}

impl Attribute {
    fn of(attribute: &dataset::Attribute) -> Option<Self> {
        let up_to_nul = |text: &str| text.split('\0').next().unwrap_or_default().to_owned();
        Some(match attribute {
            dataset::Attribute::Text(text) => Self::Text(up_to_nul(text)),
            dataset::Attribute::Values(Values::Strings(texts)) => Self::Text(texts.join(" ")),
            dataset::Attribute::Values(Values::Chars(bytes)) => {
                Self::Text(up_to_nul(&String::from_utf8_lossy(bytes)))
            }
            dataset::Attribute::Values(values) => {
                Self::Numbers { kind: values.data_type().number_type()?, values: values.to_numbers()? }
            }
        })
    }
}

/// All attributes of a variable that hold text or numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(BTreeMap<String, Attribute>);

/// An attribute that does not hold what CF wants there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its attribute {attribute} is {found}: expected {expected}")]
pub struct BadAttribute {
    /// Its name.
    pub attribute: &'static str,
    /// What belongs there.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
}

impl Attributes {
    /// From those of a file as it is.
    pub fn of(attributes: &[(String, dataset::Attribute)]) -> Self {
        let converted =
            attributes.iter().filter_map(|(name, value)| Some((name.clone(), Attribute::of(value)?)));
        converted.collect()
    }

    /// The text of an attribute; `None` where it is not there or not text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Attribute::Text(text) => Some(text),
            Attribute::Numbers { .. } => None,
        }
    }

    /// The numbers of an attribute and their type; `None` where it is not there or empty.
    ///
    /// An error where it is text or holds a NaN in a place where none can be meant, see `nan`.
    pub fn numbers(
        &self,
        name: &'static str,
        nan: Nan,
    ) -> Result<Option<(NumberType, &[Number])>, BadAttribute> {
        let bad = |found| BadAttribute { attribute: name, expected: "numbers, and no NaN", found };
        match self.get(name) {
            None => Ok(None),
            Some(Attribute::Text(text)) => Err(bad(format!("the text {text:?}"))),
            Some(Attribute::Numbers { values, .. }) if values.is_empty() => Ok(None),
            Some(Attribute::Numbers { kind, values }) => {
                let has_nan = values.iter().any(|value| value.to_f64().is_nan());
                if has_nan && nan == Nan::Refused {
                    Err(bad("NaN".to_owned()))
                } else {
                    Ok(Some((*kind, values)))
                }
            }
        }
    }

    /// The only number of an attribute; no NaN.
    pub fn number(&self, name: &'static str) -> Result<Option<(NumberType, Number)>, BadAttribute> {
        match self.numbers(name, Nan::Refused)? {
            None => Ok(None),
            Some((kind, [number])) => Ok(Some((kind, *number))),
            Some((_, several)) => {
                let found = format!("{} numbers", several.len());
                Err(BadAttribute { attribute: name, expected: "one number", found })
            }
        }
    }

    fn get(&self, name: &str) -> Option<&Attribute> {
        self.0.get(name)
    }
}

/// Whether an attribute may hold a NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nan {
    /// As fill and missing values may.
    Allowed,
    /// As factors and limits may not: everything would be missing.
    Refused,
}

impl FromIterator<(String, Attribute)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (String, Attribute)>>(attributes: I) -> Self {
        Self(attributes.into_iter().collect())
    }
}
