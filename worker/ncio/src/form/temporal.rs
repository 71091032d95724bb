//! Which variables hold times, and how these are coded: the one place that says it.

use crate::dataset::Attribute;
use crate::raw::{Schema, VariableSchema};
use crate::time::{self, Calendar, CalendarUnits, Coding, TimeError};

/// What part a variable with times along a dimension plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temporal {
    /// The coordinate of the dimension.
    Coordinate,
    /// The bounds of cells in time, of any coordinate that holds times; they have its units unless they name their
    /// own.
    Bounds,
    /// Data that are times.
    Data,
}

impl Temporal {
    /// `None` for variables without times or without the dimension. Units that cannot be decoded, such as
    /// `days since planting`, are no times: they are units like others.
    pub fn find(schema: &Schema, variable: &VariableSchema, along: &str) -> Option<Self> {
        if variable.data_type.number_type().is_none() || variable.axis(along).is_none() {
            return None;
        }
        if variable.name == along {
            return Some(Self::Coordinate);
        }
        if bounded(schema, variable, along).is_some() {
            return Some(Self::Bounds);
        }
        units(variable).is_some().then_some(Self::Data)
    }
}

/// The coordinate of times whose cells a variable bounds.
fn bounded<'a>(schema: &'a Schema, variable: &VariableSchema, along: &str) -> Option<&'a VariableSchema> {
    let names = |coordinate: &VariableSchema, attribute| {
        let bounds = coordinate.attribute(attribute).and_then(Attribute::text);
        bounds.is_some_and(|bounds| bounds.trim() == variable.name)
    };
    let is_bounded = |coordinate: &&VariableSchema| {
        coordinate.name != variable.name
            && ["bounds", "climatology"].into_iter().any(|attribute| names(coordinate, attribute))
            && (coordinate.name == along || units(coordinate).is_some())
    };
    schema.variables.iter().find(is_bounded)
}

/// What a variable counts times in; `None` where it does not say, or holds something else.
fn units(variable: &VariableSchema) -> Option<CalendarUnits> {
    let text = |name| variable.attribute(name).and_then(Attribute::text);
    time::decode_in_any_calendar(text("units")?, text("calendar")).ok()
}

/// The variable that says how another's times are coded: the coordinate that it bounds, or it itself.
pub fn family<'a>(schema: &'a Schema, variable: &'a VariableSchema, along: &str) -> &'a VariableSchema {
    bounded(schema, variable, along).unwrap_or(variable)
}

/// How numbers stand for times in one variable of one file.
///
/// # Errors
/// Where they do not.
pub fn coding(schema: &Schema, variable: &VariableSchema, along: &str) -> Result<Coding, TimeError> {
    let bounded = bounded(schema, variable, along).map(|coordinate| coordinate.attributes.as_slice());
    Coding::new(variable.data_type, &variable.attributes, bounded)
}

/// The calendar of a variable that holds times.
pub fn calendar(schema: &Schema, variable: &VariableSchema, along: &str) -> Option<Calendar> {
    Temporal::find(schema, variable, along)?;
    coding(schema, variable, along).ok().map(|coding| coding.units().calendar())
}
