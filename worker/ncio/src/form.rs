//! What a result is like, apart from its values along one dimension: what results that are put together must have
//! in common, as facts in words.
//!
//! Which numbers stand for the values (their type, packing and fill value) is no fact, and neither is what
//! describes a variable to people. Of times the calendar counts alone.

mod attributes;
mod constants;
mod conversion;
mod temporal;
mod unpack;

use crate::dataset::{Attribute, DataType, Values, attribute};
use crate::error::NcError;
use crate::raw::{Schema, VariableSchema};
use crate::time::Calendar;

pub use attributes::{CODING, is_descriptive};
pub use conversion::{Conversion, ConversionError};
pub use temporal::{Temporal, calendar, coding, family};
pub use unpack::{MISSING_INTEGER, UnpackError, unpack, unpack_integers, unpack_nearest};

/// One thing that is the same in all results that fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What: `the dimensions of variable "power"`.
    pub what: String,
    /// How it is, for people: `(time, region)`.
    pub value: String,
    /// What tells it from others that read the same.
    pub exact: Vec<u8>,
}

/// How facts begin, the weightiest first.
const KINDS: [&str; 8] = [
    "the global attribute ",
    "variable ",
    "what variable ",
    "the calendar ",
    "the dimensions ",
    "the length ",
    "the attribute ",
    "the values ",
];

impl Fact {
    fn new(what: String, value: impl Into<String>) -> Self {
        Self { what, value: value.into(), exact: Vec::new() }
    }
}

/// What part the values of a variable play, as far as others must play the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Strings.
    Text,
    /// Single characters.
    Characters,
    /// Numbers of any type, packed or not.
    Numbers,
    /// Numbers that stand for times.
    Times,
}

impl Kind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Characters => "text in single characters",
            Self::Numbers => "numbers",
            Self::Times => "times",
        }
    }
}

/// The facts of a file with this schema, whose values can be `read`, and whose like are put together `along` a dimension, the weightiest first: which variables there
/// are, what they hold, how they lie, what they mean. Of global attributes those count that are named.
///
/// # Errors
/// If a variable without that dimension cannot be read.
pub fn facts(
    schema: &Schema,
    read: &dyn Fn(&str) -> Result<Values, NcError>,
    along: &str,
    globals: &[&str],
) -> Result<Vec<Fact>, NcError> {
    let mut facts: Vec<Fact> = schema
        .dimensions
        .iter()
        .filter(|(name, _)| name != along)
        .map(|(name, length)| Fact::new(format!("the length of dimension {name:?}"), length.to_string()))
        .collect();
    for variable in &schema.variables {
        facts.extend(of_variable(schema, variable, along));
        if variable.axis(along).is_none() {
            facts.push(constants::fact(&variable.name, &read(&variable.name)?));
        }
    }
    let named = globals.iter().filter_map(|name| Some((name, attribute(&schema.attributes, name)?)));
    facts.extend(named.map(|(name, value)| {
        Fact::new(format!("the global attribute {name}"), attributes::in_words(name, value))
    }));
    let weight = |fact: &Fact| KINDS.iter().position(|kind| fact.what.starts_with(kind));
    facts.sort_by(|one, other| (weight(one), &one.what).cmp(&(weight(other), &other.what)));
    Ok(facts)
}

fn of_variable(schema: &Schema, variable: &VariableSchema, along: &str) -> Vec<Fact> {
    let VariableSchema { name, dimensions, attributes, .. } = variable;
    let kind = kind(schema, variable, along);
    let mut facts = vec![
        Fact::new(format!("variable {name:?}"), "there"),
        Fact::new(format!("what variable {name:?} holds"), kind.in_words()),
        Fact::new(format!("the dimensions of variable {name:?}"), format!("({})", dimensions.join(", "))),
    ];
    if kind == Kind::Times {
        let calendar = calendar_in_words(schema, variable, along);
        facts.extend(
            calendar.map(|calendar| Fact::new(format!("the calendar of variable {name:?}"), calendar)),
        );
    }
    let varies = variable.axis(along).is_some();
    let decides = match variable.attribute("grid_mapping_name") {
        Some(_) => attributes::decides_of_mapping,
        None => |attribute: &str| !is_descriptive(attribute),
    };
    let counts = |(attribute, value): &&(String, Attribute)| {
        let is_of_times = kind == Kind::Times && attributes::TIMES.contains(&attribute.as_str());
        // what does not vary is taken over as it is, and text is never put into another coding
        let may_be_recoded =
            varies && matches!(kind, Kind::Numbers | Kind::Times) && CODING.contains(&attribute.as_str());
        let goes_without_saying = name == along && attributes::is_usual_of_time(attribute, value);
        !is_of_times && !may_be_recoded && !goes_without_saying && decides(attribute)
    };
    let deciding = attributes.iter().filter(counts);
    facts.extend(deciding.map(|(attribute, value)| Fact {
        what: format!("the attribute {attribute} of variable {name:?}"),
        value: attributes::in_words(attribute, value),
        exact: Vec::new(),
    }));
    facts
}

/// What the values of a variable are.
fn kind(schema: &Schema, variable: &VariableSchema, along: &str) -> Kind {
    match variable.data_type {
        DataType::String => Kind::Text,
        DataType::Char => Kind::Characters,
        _ if Temporal::find(schema, variable, along).is_some() => Kind::Times,
        _ => Kind::Numbers,
    }
}

/// The calendar of times; of those that count the same days, one.
fn calendar_in_words(schema: &Schema, variable: &VariableSchema, along: &str) -> Option<&'static str> {
    let calendar = calendar(schema, variable, along)?;
    Some(if calendar.counts_as(Calendar::Standard) { Calendar::Standard.name() } else { calendar.name() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Variable};
    use crate::raw::RawFile;
    use crate::write::{Storage, write_dataset};

    fn variable(
        name: &str,
        dimensions: &[&str],
        values: Values,
        attributes: &[(&str, Attribute)],
    ) -> Variable {
        Variable {
            name: name.to_owned(),
            dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
            values,
            attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }

    fn dataset() -> Dataset {
        Dataset {
            dimensions: vec![("time".into(), 2), ("lat".into(), 3)],
            variables: vec![
                variable(
                    "time",
                    &["time"],
                    Values::F64(vec![1.0, 2.0]),
                    &[("units", "hours since 2022-01-01".into())],
                ),
                variable(
                    "lat",
                    &["lat"],
                    Values::F64(vec![-1.0, 0.0, 5.0]),
                    &[("units", "degrees_north".into())],
                ),
                variable(
                    "tas",
                    &["time", "lat"],
                    Values::F32(vec![0.0; 6]),
                    &[("units", "K".into()), ("coordinates", "height station".into())],
                ),
            ],
            attributes: vec![("history".into(), "now".into())],
        }
    }

    fn of(dataset: &Dataset) -> Vec<Fact> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nc");
        write_dataset(&path, dataset, Storage::Plain).unwrap();
        let file = RawFile::open(&path).unwrap();
        facts(file.schema(), &|variable| file.read(variable), "time", &["grid"]).unwrap()
    }

    /// The facts that a change changes, as they are then.
    fn changed(change: impl FnOnce(&mut Dataset)) -> Vec<String> {
        let mut other = dataset();
        change(&mut other);
        let before = of(&dataset());
        let new = of(&other).into_iter().filter(|fact| !before.contains(fact));
        new.map(|fact| format!("{} is {}", fact.what, fact.value)).collect()
    }

    #[test]
    fn what_stands_for_values_and_what_describes_them_is_no_fact() {
        let same = changed(|file| {
            file.dimensions[0].1 = 1;
            file.variables[0].values = Values::I32(vec![7]);
            file.variables[0].attributes = vec![("units".into(), "days since 1970-01-01".into())];
            file.variables[1].values = Values::F32(vec![-1.0, -0.0, 5.0]);
            file.variables[2].values = Values::I16(vec![0; 3]);
            for (name, value) in [("scale_factor", 0.01.into()), ("_FillValue", Values::I16(vec![-1]).into())]
            {
                file.variables[2].attributes.push((name.into(), value));
            }
            file.variables[2].attributes[0].1 = Values::Strings(vec!["K".into()]).into();
            file.variables[2].attributes[1].1 = "station  height".into();
            file.variables[2].attributes.push(("actual_range".into(), 1.0.into()));
            file.variables.reverse();
            file.attributes.clear();
        });
        assert_eq!(same, [""; 0]);
    }

    #[test]
    fn what_must_be_the_same_is_named_in_words() {
        let lat = changed(|file| file.variables[1].values = Values::F64(vec![-1.0, 0.5, 5.0]));
        assert_eq!(lat, ["the values of variable \"lat\" is 3 numbers, -1 to 5"]);
        assert_eq!(
            changed(|file| file.variables[2].attributes[0].1 = "degC".into()),
            ["the attribute units of variable \"tas\" is \"degC\""]
        );
        assert_eq!(
            changed(|file| file.variables[2].dimensions.reverse()),
            ["the dimensions of variable \"tas\" is (lat, time)"]
        );
        let text = changed(|file| {
            file.variables[2].values = Values::Strings(vec!["a".into(); 6]);
            file.variables[2].attributes.push(("flag_values".into(), Values::I8(vec![1, 2]).into()));
        });
        assert_eq!(
            text,
            ["what variable \"tas\" holds is text", "the attribute flag_values of variable \"tas\" is 1, 2"]
        );
        assert_eq!(DataType::F32.to_string(), "float");
    }
}
