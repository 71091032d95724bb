//! Times in variables: which variables hold any, how they are coded, and one coding for all.
//!
//! Programs choose units of time file by file ("minutes since" the file's first). Where partials
//! differ in that, all are coded anew as seconds since 1970; where they agree nothing is changed.

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{Attribute, DataType, Values};
use dayfold_ncio::raw::{Schema, VariableSchema};
use dayfold_ncio::time::{self, TimeError, Units, UtcTime};

const NEW_UNITS: &str = "seconds since 1970-01-01 00:00:00";
/// Instants are counted in it, whatever calendar they were read by.
const NEW_CALENDAR: &str = "proleptic_gregorian";

/// Attributes that say how numbers stand for times, and are numbers of that kind themselves.
const CODING: [&str; 7] =
    ["units", "calendar", "_FillValue", "missing_value", "valid_min", "valid_max", "valid_range"];

/// Whether two attributes, or their absence, are the same.
pub(super) fn same(one: Option<&Attribute>, other: Option<&Attribute>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.same(other),
        (None, None) => true,
        _ => false,
    }
}

pub(super) fn is_coding(attribute: &str) -> bool {
    CODING.contains(&attribute)
}

/// What part a variable with times along the shared dimension plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temporal {
    /// The coordinate by which partials are merged.
    Coordinate,
    /// The bounds of its cells, which share its units.
    Bounds,
    /// Data that are times.
    Data,
}

impl Temporal {
    /// `None` for variables without times or without the shared dimension.
    pub(super) fn find(schema: &Schema, variable: &VariableSchema) -> Option<Self> {
        let packed = ["scale_factor", "add_offset"].iter().any(|name| variable.attribute(name).is_some());
        let numbers = !matches!(variable.data_type, DataType::Char | DataType::String);
        if packed || !numbers || variable.axis(SHARED_DIMENSION).is_none() {
            return None;
        }
        if variable.name == SHARED_DIMENSION {
            return Some(Self::Coordinate);
        }
        if bounds(schema) == Some(&variable.name) {
            return Some(Self::Bounds);
        }
        units(variable).is_some_and(|units| units.is_ok()).then_some(Self::Data)
    }
}

/// The name of the variable that bounds the time coordinate's cells.
fn bounds(schema: &Schema) -> Option<&str> {
    schema.variable(SHARED_DIMENSION)?.attribute("bounds")?.text()
}

fn units(variable: &VariableSchema) -> Option<Result<Units, TimeError>> {
    let text = |name| variable.attribute(name).and_then(Attribute::text);
    Some(time::decode(text("units")?, text("calendar")))
}

/// Whether a variable's times are coded alike in two files.
pub(super) fn alike(one: &VariableSchema, other: &VariableSchema) -> bool {
    one.data_type == other.data_type
        && CODING.iter().all(|name| same(one.attribute(name), other.attribute(name)))
}

/// How numbers stand for times in one variable of one file.
pub(super) struct Coding {
    units: Units,
    missing: Vec<f64>,
}

impl Coding {
    /// As the variable's attributes say; bounds without units have the coordinate's.
    pub(super) fn of(schema: &Schema, variable: &VariableSchema) -> Result<Self, TimeError> {
        let coordinate = || schema.variable(SHARED_DIMENSION).and_then(units);
        let inherited = || (bounds(schema) == Some(&variable.name)).then(coordinate).flatten();
        let units = units(variable).or_else(inherited).ok_or(TimeError::NoUnits)??;
        Ok(Self { units, missing: missing(variable) })
    }

    /// The instants that values stand for; `None` for missing ones.
    pub(super) fn decode(&self, values: &Values) -> Result<Vec<Option<UtcTime>>, TimeError> {
        let Some(floats) = values.to_f64() else { return Ok(Vec::new()) };
        let exact = whole_numbers(values);
        let instants = floats.iter().enumerate().map(|(index, &float)| {
            if float.is_nan() || self.missing.contains(&float) {
                return Ok(None);
            }
            match exact.and_then(|numbers| numbers.get(index)) {
                Some(&number) => self.units.time_int(number),
                None => self.units.time(float),
            }
            .map(Some)
        });
        instants.collect()
    }
}

/// Values that are exact as they are and would not all be as floats.
fn whole_numbers(values: &Values) -> Option<&[i64]> {
    match values {
        Values::I64(numbers) => Some(numbers),
        _ => None,
    }
}

fn missing(variable: &VariableSchema) -> Vec<f64> {
    let values = ["_FillValue", "missing_value"].into_iter().filter_map(|name| variable.attribute(name));
    let numbers = values.filter_map(|value| match value {
        Attribute::Values(values) => values.to_f64(),
        Attribute::Text(_) => None,
    });
    numbers.flatten().collect()
}

/// The values that stand for instants in the new coding: whole seconds, or doubles with NaN for
/// missing ones.
pub(super) fn encode(instants: &[Option<UtcTime>], data_type: DataType) -> Values {
    let seconds = instants.iter().map(|instant| instant.map_or(f64::NAN, UtcTime::unix_seconds));
    match data_type {
        DataType::I64 => Values::I64(seconds.map(|seconds| seconds as i64).collect()),
        _ => Values::F64(seconds.collect()),
    }
}

/// The variable as it is with the new coding.
pub(super) fn recoded(variable: &VariableSchema, role: Temporal, data_type: DataType) -> VariableSchema {
    let mut attributes = Vec::new();
    for (name, value) in &variable.attributes {
        match name.as_str() {
            "units" => attributes.push((name.clone(), NEW_UNITS.into())),
            other if is_coding(other) => {}
            _ => attributes.push((name.clone(), value.clone())),
        }
    }
    if variable.attribute("units").is_some() {
        attributes.push(("calendar".to_owned(), NEW_CALENDAR.into()));
    }
    if role == Temporal::Data {
        attributes.push(("_FillValue".to_owned(), f64::NAN.into()));
    }
    VariableSchema { data_type, attributes, ..variable.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, data_type: DataType, attributes: &[(&str, Attribute)]) -> VariableSchema {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let dimensions = vec![SHARED_DIMENSION.to_owned()];
        VariableSchema { name: name.to_owned(), data_type, dimensions, attributes: attributes.collect() }
    }

    fn schema(variables: Vec<VariableSchema>) -> Schema {
        Schema { dimensions: vec![(SHARED_DIMENSION.to_owned(), 2)], variables, attributes: vec![] }
    }

    #[test]
    fn minutes_of_a_day_become_seconds_since_1970() {
        let units = Attribute::from("minutes since 2022-02-01 00:10:00");
        let time = variable("time", DataType::I64, &[("units", units)]);
        let schema = schema(vec![time]);
        let coding = Coding::of(&schema, &schema.variables[0]).unwrap();
        let instants = coding.decode(&Values::I64(vec![0, 20])).unwrap();
        // 2022-02-01T00:10:00Z by `date -u -d ... +%s`
        assert_eq!(encode(&instants, DataType::I64), Values::I64(vec![1_643_674_200, 1_643_675_400]));
        assert_eq!(encode(&instants, DataType::F64), Values::F64(vec![1_643_674_200.0, 1_643_675_400.0]));
    }

    #[test]
    fn missing_times_are_told_by_fill_value_and_nan() {
        let attributes = [("units", "hours since 1970-01-01".into()), ("_FillValue", (-1.0).into())];
        let sunrise = variable("sunrise", DataType::F64, &attributes);
        let schema = schema(vec![sunrise]);
        let coding = Coding::of(&schema, &schema.variables[0]).unwrap();
        let instants = coding.decode(&Values::F64(vec![0.5, -1.0, f64::NAN])).unwrap();
        assert_eq!(instants, [Some(UtcTime(1_800_000_000)), None, None]);
    }

    #[test]
    fn bounds_without_units_have_the_coordinates() {
        let attributes = [("units", "days since 1970-01-02".into()), ("bounds", "time_bnds".into())];
        let time = variable("time", DataType::I32, &attributes);
        let schema = schema(vec![time, variable("time_bnds", DataType::I32, &[])]);
        let bounds = &schema.variables[1];
        assert_eq!(Temporal::find(&schema, bounds), Some(Temporal::Bounds));
        let instants = Coding::of(&schema, bounds).unwrap().decode(&Values::I32(vec![0])).unwrap();
        assert_eq!(encode(&instants, DataType::F64), Values::F64(vec![86_400.0]));
        assert!(recoded(bounds, Temporal::Bounds, DataType::F64).attributes.is_empty());
    }

    #[test]
    fn durations_and_packed_numbers_are_no_times() {
        let role = |attributes: &[(&str, Attribute)]| {
            let schema = schema(vec![variable("x", DataType::F64, attributes)]);
            Temporal::find(&schema, &schema.variables[0])
        };
        assert_eq!(role(&[("units", "minutes".into())]), None);
        assert_eq!(role(&[("units", "hours since 2022-02-01".into())]), Some(Temporal::Data));
        assert_eq!(role(&[("units", "hours since 2022-02-01".into()), ("scale_factor", 0.1.into())]), None);
    }

    #[test]
    fn a_recoded_variable_keeps_its_other_attributes() {
        let attributes = [
            ("long_name", "sunrise".into()),
            ("units", "hours since 2022-02-01".into()),
            ("_FillValue", Values::I16(vec![-1]).into()),
        ];
        let new = recoded(&variable("x", DataType::I16, &attributes), Temporal::Data, DataType::F64);
        let names: Vec<_> = new.attributes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["long_name", "units", "calendar", "_FillValue"]);
        assert_eq!(new.attribute("units").and_then(Attribute::text), Some(NEW_UNITS));
        assert!(new.attribute("_FillValue").unwrap().same(&f64::NAN.into()));
    }
}
