//! Whether two partials are of one kind, and if not, what is the first thing that differs.

use std::fmt;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::Attribute;
use dayfold_ncio::raw::{Schema, VariableSchema};

use super::coding::{self, Temporal, is_coding, same};

/// Something that is one way in one partial and another way in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What: a variable's type, a dimension's length, an attribute.
    pub what: String,
    /// How it is in the first partial.
    pub first: String,
    /// How it is in the second.
    pub second: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {} in the first and {} in the second", self.what, self.first, self.second)
    }
}

impl Difference {
    fn between(
        what: impl FnOnce() -> String,
        first: Option<impl fmt::Display>,
        second: Option<impl fmt::Display>,
    ) -> Self {
        let in_words = |value: Option<String>| value.unwrap_or_else(|| "not there".to_owned());
        let first = in_words(first.map(|value| value.to_string()));
        let second = in_words(second.map(|value| value.to_string()));
        Self { what: what(), first, second }
    }
}

/// The first difference that matters. The length of the shared dimension, global attributes, the
/// order of variables and how times are coded do not, but for their calendar.
pub(super) fn find(first: &Schema, second: &Schema) -> Option<Difference> {
    lengths(first, second).or_else(|| missing_variable(first, second)).or_else(|| {
        first.variables.iter().find_map(|variable| {
            let other = second.variable(&variable.name)?;
            let coded = |schema, variable| Temporal::find(schema, variable).is_some();
            let both_times = coded(first, variable) && coded(second, other);
            calendars((first, variable), (second, other)).or_else(|| variables(variable, other, both_times))
        })
    })
}

/// Times of different calendars can be neither compared nor counted alike. `standard` and `proleptic_gregorian` can:
/// they count the same days, and call those before 1582-10-15 by other dates.
fn calendars(first: (&Schema, &VariableSchema), second: (&Schema, &VariableSchema)) -> Option<Difference> {
    let calendar = |(schema, variable)| coding::calendar(schema, variable);
    let (one, other) = (calendar(first)?, calendar(second)?);
    let what = || format!("the calendar of variable {:?}", first.1.name);
    (!one.counts_as(other)).then(|| Difference::between(what, Some(one.name()), Some(other.name())))
}

fn lengths(first: &Schema, second: &Schema) -> Option<Difference> {
    let names = first.dimensions.iter().chain(&second.dimensions).map(|(name, _)| name.as_str());
    names.filter(|&name| name != SHARED_DIMENSION).find_map(|name| {
        let (one, other) = (first.length(name), second.length(name));
        let what = || format!("the length of dimension {name:?}");
        (one != other).then(|| Difference::between(what, one, other))
    })
}

fn missing_variable(first: &Schema, second: &Schema) -> Option<Difference> {
    let names = first.variables.iter().chain(&second.variables).map(|variable| &variable.name);
    names.into_iter().find_map(|name| {
        let present = |schema: &Schema| schema.variable(name).map(|_| "there");
        let (one, other) = (present(first), present(second));
        (one != other).then(|| Difference::between(|| format!("variable {name:?}"), one, other))
    })
}

fn variables(first: &VariableSchema, second: &VariableSchema, both_times: bool) -> Option<Difference> {
    let name = &first.name;
    if first.data_type != second.data_type && !both_times {
        let what = || format!("the type of variable {name:?}");
        return Some(Difference::between(what, Some(first.data_type), Some(second.data_type)));
    }
    if first.dimensions != second.dimensions {
        let dimensions = |variable: &VariableSchema| Some(format!("({})", variable.dimensions.join(", ")));
        let what = || format!("the order of dimensions of variable {name:?}");
        return Some(Difference::between(what, dimensions(first), dimensions(second)));
    }
    attributes(first, second, both_times)
}

fn attributes(first: &VariableSchema, second: &VariableSchema, both_times: bool) -> Option<Difference> {
    let names = first.attributes.iter().chain(&second.attributes).map(|(name, _)| name.as_str());
    names.filter(|name| !(both_times && is_coding(name))).find_map(|name| {
        let (one, other) = (first.attribute(name), second.attribute(name));
        let what = || format!("attribute {name:?} of variable {:?}", first.name);
        let different = !same(one, other);
        different.then(|| Difference::between(what, one.map(Shown), other.map(Shown)))
    })
}

/// An attribute for people.
struct Shown<'a>(&'a Attribute);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Attribute::Text(text) => write!(f, "{text:?}"),
            Attribute::Values(values) => write!(f, "{values:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_ncio::dataset::{DataType, Values};

    fn schema() -> Schema {
        let variable = |name: &str, dimensions: &[&str], units: &str| VariableSchema {
            name: name.to_owned(),
            data_type: DataType::F64,
            dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
            attributes: vec![("units".to_owned(), units.into())],
        };
        Schema {
            dimensions: vec![("time".to_owned(), 3), ("region".to_owned(), 2)],
            variables: vec![
                variable("time", &["time"], "hours since 2022-02-01"),
                variable("power", &["time", "region"], "W m-2"),
            ],
            attributes: vec![],
        }
    }

    fn found(change: impl FnOnce(&mut Schema)) -> Option<String> {
        let mut other = schema();
        change(&mut other);
        find(&schema(), &other).map(|difference| difference.to_string())
    }

    #[test]
    fn length_and_coding_of_times_and_global_attributes_may_differ() {
        let other = found(|schema| {
            schema.dimensions[0].1 = 5;
            schema.attributes.push(("history".to_owned(), "now".into()));
            schema.variables[0].data_type = DataType::I64;
            schema.variables[0].attributes[0].1 = "days since 2022-02-02".into();
            schema.variables.reverse();
        });
        assert_eq!(other, None);
    }

    #[test]
    fn calendars_that_count_other_days_differ() {
        let named = |calendar: &str| {
            found(|schema| schema.variables[0].attributes.push(("calendar".to_owned(), calendar.into())))
        };
        assert_eq!(named("proleptic_gregorian"), None);
        assert_eq!(named("gregorian"), None);
        for calendar in ["julian", "noleap", "all_leap", "360_day"] {
            let expected = format!(
                "the calendar of variable \"time\" is standard in the first and {calendar} in the second"
            );
            assert_eq!(named(calendar), Some(expected));
        }
    }

    #[test]
    fn anything_else_is_named() {
        let expect = |change: fn(&mut Schema), text: &str| {
            let found = found(change).unwrap();
            assert_eq!(found, text);
        };
        expect(
            |schema| schema.dimensions[1].1 = 7,
            "the length of dimension \"region\" is 2 in the first and 7 in the second",
        );
        expect(
            |schema| schema.variables.truncate(1),
            "variable \"power\" is there in the first and not there in the second",
        );
        expect(
            |schema| schema.variables[1].data_type = DataType::F32,
            "the type of variable \"power\" is double in the first and float in the second",
        );
        expect(
            |schema| schema.variables[1].dimensions.reverse(),
            "the order of dimensions of variable \"power\" is (time, region) in the first and \
             (region, time) in the second",
        );
        expect(
            |schema| schema.variables[1].attributes[0].1 = "kW m-2".into(),
            "attribute \"units\" of variable \"power\" is \"W m-2\" in the first and \"kW m-2\" in the second",
        );
        expect(
            |schema| schema.variables[1].attributes.push(("scale".to_owned(), Values::I8(vec![2]).into())),
            "attribute \"scale\" of variable \"power\" is not there in the first and I8([2]) in the second",
        );
    }
}
