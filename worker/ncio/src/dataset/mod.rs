//! A small NetCDF file in memory: what a worker's partial is before it is written.
//!
//! Plain data of every atomic type of NetCDF-4, named like the file's own parts. Writing it is
//! [`crate::write`]'s, files that do not fit into memory are [`crate::raw`]'s.

mod bytes;
mod convert;
mod each;
mod values;

pub use convert::ConvertError;
pub use values::{DataType, TypesDiffer, Values};

/// A whole file: dimensions, variables, global attributes, each in the file's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// Names and lengths.
    pub dimensions: Vec<(String, usize)>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// The global attributes.
    pub attributes: Vec<(String, Attribute)>,
}

/// A variable with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The names of its dimensions, the slowest first; none for a scalar.
    pub dimensions: Vec<String>,
    /// As many as the dimensions' lengths multiply to, the last dimension running fastest.
    pub values: Values,
    /// The attributes; `_FillValue` among them where there is one, of the values' own type.
    pub attributes: Vec<(String, Attribute)>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// Characters (`NC_CHAR`), as `units` and the like are written.
    Text(String),
    /// Numbers, one or many; strings (`NC_STRING`); or characters that are no UTF-8.
    Values(Values),
}

impl Attribute {
    /// The text, whether of characters or of one string, without any closing NULs.
    pub fn text(&self) -> Option<&str> {
        let text = match self {
            Self::Text(text) => text,
            Self::Values(Values::Strings(strings)) => match strings.as_slice() {
                [text] => text,
                _ => return None,
            },
            Self::Values(_) => return None,
        };
        Some(text.trim_end_matches('\0'))
    }

    /// Whether the two are of one type and equal; NaN is the same as NaN.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Values(one), Self::Values(other)) => one.same(other),
            _ => false,
        }
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Attribute {
    fn from(number: f64) -> Self {
        Self::Values(Values::F64(vec![number]))
    }
}

impl From<Values> for Attribute {
    fn from(values: Values) -> Self {
        Self::Values(values)
    }
}

/// The attribute of that name in a list.
pub fn attribute<'a>(attributes: &'a [(String, Attribute)], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|(present, _)| present == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_however_it_is_stored() {
        assert_eq!(Attribute::from("W m-2").text(), Some("W m-2"));
        assert_eq!(Attribute::from("CF-1.8\0").text(), Some("CF-1.8"));
        let string = |texts: &[&str]| Values::Strings(texts.iter().map(|&text| text.to_owned()).collect());
        assert_eq!(Attribute::from(string(&["K"])).text(), Some("K"));
        assert_eq!(Attribute::from(string(&["K", "m"])).text(), None);
        assert_eq!(Attribute::from(1.0).text(), None);
    }

    #[test]
    fn attributes_of_other_types_are_not_the_same() {
        assert!(Attribute::from(f64::NAN).same(&Attribute::from(f64::NAN)));
        assert!(!Attribute::from(1.0).same(&Values::F32(vec![1.0]).into()));
        assert!(!Attribute::from("1").same(&Values::Strings(vec!["1".into()]).into()));
    }
}
