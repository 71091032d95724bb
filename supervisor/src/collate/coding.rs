//! Times in variables: one coding for all.
//!
//! Programs choose units of time file by file ("minutes since" the file's first). Where partials
//! differ in that, all are coded anew as seconds since 1970 of their calendar, or micro- or nanoseconds where any
//! count in fractions of a second; where they agree nothing is changed. A coordinate and the bounds of its cells are coded anew together.

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{Attribute, DataType, Values};
use dayfold_ncio::form::{self, Temporal};
use dayfold_ncio::raw::{Schema, VariableSchema};
use dayfold_ncio::time::{Calendar, CalendarUnits, Coding, Instant, TimeError};

/// What instants of the world are counted in, where partials do not all name the same calendar.
const COMMON_CALENDAR: &str = "proleptic_gregorian";

/// Attributes that say how numbers stand for times, and are numbers of that kind themselves.
const CODING: [&str; 10] = [
    "units",
    "calendar",
    "_FillValue",
    "missing_value",
    "valid_min",
    "valid_max",
    "valid_range",
    "scale_factor",
    "add_offset",
    "_Unsigned",
];

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
pub(super) fn temporal(schema: &Schema, variable: &VariableSchema) -> Option<Temporal> {
    Temporal::find(schema, variable, SHARED_DIMENSION)
}

/// The variable that says how another's times are coded: the coordinate that it bounds, or it itself.
pub(super) fn family<'a>(schema: &'a Schema, variable: &'a VariableSchema) -> &'a VariableSchema {
    form::family(schema, variable, SHARED_DIMENSION)
}

/// How numbers stand for times in one variable of one file.
pub(super) fn coding(schema: &Schema, variable: &VariableSchema) -> Result<Coding, TimeError> {
    form::coding(schema, variable, SHARED_DIMENSION)
}

/// The calendar of a variable that holds times.
pub(super) fn calendar(schema: &Schema, variable: &VariableSchema) -> Option<Calendar> {
    form::calendar(schema, variable, SHARED_DIMENSION)
}

/// Whether a variable's times are coded alike in two files.
pub(super) fn alike(one: &VariableSchema, other: &VariableSchema) -> bool {
    one.data_type == other.data_type
        && CODING.iter().all(|name| same(one.attribute(name), other.attribute(name)))
}

/// How times are coded anew: the later, the finer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NewCoding {
    /// As doubles; NaN for missing ones.
    Seconds,
    /// As integers, since doubles of seconds would not hold them exactly; the smallest for missing ones.
    Microseconds,
    /// As integers, the smallest for missing ones.
    Nanoseconds,
}

impl NewCoding {
    /// The coarsest that holds what is counted in these units.
    pub(super) fn of(units: &CalendarUnits) -> Self {
        match units.unit_nanoseconds() {
            ..1_000 => Self::Nanoseconds,
            1_000..1_000_000_000 => Self::Microseconds,
            _ => Self::Seconds,
        }
    }

    pub(super) fn data_type(self) -> DataType {
        match self {
            Self::Microseconds | Self::Nanoseconds => DataType::I64,
            Self::Seconds => DataType::F64,
        }
    }

    fn units(self) -> &'static str {
        match self {
            Self::Seconds => "seconds since 1970-01-01 00:00:00",
            Self::Microseconds => "microseconds since 1970-01-01 00:00:00",
            Self::Nanoseconds => "nanoseconds since 1970-01-01 00:00:00",
        }
    }

    /// The values that stand for times of a calendar.
    pub(super) fn encode(
        self,
        instants: &[Option<Instant>],
        calendar: Calendar,
    ) -> Result<Values, TimeError> {
        let counted = |unit: i128| {
            let count = |instant: &Option<Instant>| match instant {
                None => Ok(i64::MIN),
                Some(instant) => i64::try_from(instant.nanoseconds() / unit)
                    .map_err(|_| TimeError::NanosecondOverflow(instant.show(calendar))),
            };
            instants.iter().map(count).collect::<Result<_, _>>().map(Values::I64)
        };
        match self {
            Self::Seconds => {
                let seconds = instants.iter().map(|instant| instant.map_or(f64::NAN, Instant::seconds));
                Ok(Values::F64(seconds.collect()))
            }
            Self::Microseconds => counted(1_000),
            Self::Nanoseconds => counted(1),
        }
    }

    /// A variable as it is with this coding. `mixed` where partials name several calendars of the world.
    pub(super) fn applied(self, schema: &Schema, variable: &VariableSchema, mixed: bool) -> VariableSchema {
        let mut attributes = Vec::new();
        for (name, value) in &variable.attributes {
            match name.as_str() {
                "units" => attributes.push((name.clone(), self.units().into())),
                other if is_coding(other) => {}
                _ => attributes.push((name.clone(), value.clone())),
            }
        }
        if variable.attribute("units").is_some() {
            attributes.push(("calendar".to_owned(), new_calendar(schema, variable, mixed).into()));
        }
        match (self, temporal(schema, variable)) {
            (_, Some(Temporal::Coordinate) | None) => {}
            (Self::Microseconds | Self::Nanoseconds, _) => {
                attributes.push(("_FillValue".to_owned(), Values::I64(vec![i64::MIN]).into()));
            }
            (Self::Seconds, Some(Temporal::Data)) => {
                attributes.push(("_FillValue".to_owned(), f64::NAN.into()));
            }
            (Self::Seconds, Some(Temporal::Bounds)) => {}
        }
        VariableSchema { data_type: self.data_type(), attributes, ..variable.clone() }
    }
}

/// The calendar that is named, if partials agree in it; else that in which instants of the world are counted.
fn new_calendar(schema: &Schema, variable: &VariableSchema, mixed: bool) -> String {
    let named = |variable: &VariableSchema| variable.attribute("calendar")?.text().map(str::to_owned);
    let named = named(variable).or_else(|| named(family(schema, variable)));
    match calendar(schema, variable) {
        Some(calendar) if !calendar.is_real() => named.unwrap_or_else(|| calendar.name().to_owned()),
        _ if mixed => COMMON_CALENDAR.to_owned(),
        _ => named.unwrap_or_else(|| COMMON_CALENDAR.to_owned()),
    }
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

    fn anew(schema: &Schema, name: &str, values: &Values, new: NewCoding) -> Values {
        let coding = coding(schema, schema.variable(name).unwrap()).unwrap();
        new.encode(&coding.decode(values).unwrap(), coding.units().calendar()).unwrap()
    }

    #[test]
    fn minutes_of_a_day_become_seconds_since_1970() {
        let units = Attribute::from("minutes since 2022-02-01 00:10:00");
        let schema = schema(vec![variable("time", DataType::I64, &[("units", units)])]);
        let values = Values::I64(vec![0, 20]);
        // 2022-02-01T00:10:00Z by `date -u -d ... +%s`
        let doubles = anew(&schema, "time", &values, NewCoding::Seconds);
        assert_eq!(doubles, Values::F64(vec![1_643_674_200.0, 1_643_675_400.0]));
        let nanoseconds = anew(&schema, "time", &values, NewCoding::Nanoseconds);
        assert_eq!(nanoseconds, Values::I64(vec![1_643_674_200_000_000_000, 1_643_675_400_000_000_000]));
    }

    #[test]
    fn what_is_too_far_away_for_nanoseconds_is_told() {
        let schema = schema(vec![variable("time", DataType::I64, &[("units", "days since 1-1-1".into())])]);
        let coding = coding(&schema, &schema.variables[0]).unwrap();
        let instants = coding.decode(&Values::I64(vec![1])).unwrap();
        let error = NewCoding::Nanoseconds.encode(&instants, Calendar::Standard).unwrap_err().to_string();
        assert!(
            error.starts_with("0001-01-02T00:00:00Z is too far from 1970 to be counted in nano"),
            "{error}"
        );
    }

    #[test]
    fn bounds_follow_the_coordinate_that_they_belong_to() {
        let with = |name: &str, attribute: &str, bounds: &str| {
            let attributes = [("units", "days since 1970-01-02".into()), (attribute, bounds.into())];
            variable(name, DataType::I32, &attributes)
        };
        let own_units = [("units", "hours since 1970-01-02".into())];
        let schema = schema(vec![
            with("time", "climatology", "seasons"),
            variable("seasons", DataType::I32, &[]),
            with("centred", "bounds", "ends"),
            variable("ends", DataType::I32, &own_units),
            variable("power", DataType::F64, &[("units", "W".into()), ("bounds", "power_bounds".into())]),
            variable("power_bounds", DataType::F64, &[]),
        ]);
        let found = |name: &str| {
            let variable = schema.variable(name).unwrap();
            (temporal(&schema, variable), family(&schema, variable).name.as_str())
        };
        assert_eq!(found("seasons"), (Some(Temporal::Bounds), "time"));
        assert_eq!(found("ends"), (Some(Temporal::Bounds), "centred"));
        assert_eq!(found("centred"), (Some(Temporal::Data), "centred"));
        assert_eq!(found("power_bounds").0, None);
        let values = Values::I32(vec![0, 1, -2_147_483_647]);
        let expected = Values::F64(vec![86_400.0, 172_800.0, f64::NAN]);
        assert!(anew(&schema, "seasons", &values, NewCoding::Seconds).same(&expected));
        let expected = Values::F64(vec![86_400.0, 90_000.0, f64::NAN]);
        assert!(anew(&schema, "ends", &values, NewCoding::Seconds).same(&expected));
        let new = |name: &str| NewCoding::Seconds.applied(&schema, schema.variable(name).unwrap(), false);
        assert!(new("seasons").attributes.is_empty());
        let names: Vec<_> = new("ends").attributes.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["units", "calendar"]);
    }

    #[test]
    fn durations_are_no_times_and_packed_times_are() {
        let role = |attributes: &[(&str, Attribute)]| {
            let schema = schema(vec![variable("x", DataType::F64, attributes)]);
            temporal(&schema, &schema.variables[0])
        };
        let data = Some(Temporal::Data);
        assert_eq!(role(&[("units", "minutes".into())]), None);
        assert_eq!(role(&[("units", "hours since 2022-02-01".into())]), data);
        assert_eq!(role(&[("units", "hours since 2022-02-01".into()), ("scale_factor", 0.1.into())]), data);
        assert_eq!(role(&[("units", "hours since 2022-02-01".into()), ("calendar", "noleap".into())]), data);
        assert_eq!(role(&[("units", "hours since 2022-02-01".into()), ("calendar", "x".into())]), None);
    }

    #[test]
    fn a_recoded_variable_keeps_its_other_attributes_and_its_calendar() {
        let attributes = |calendar: Option<&str>| {
            let mut attributes = vec![
                ("long_name", "sunrise".into()),
                ("units", "hours since 2022-02-01".into()),
                ("scale_factor", 0.5.into()),
                ("_FillValue", Values::I16(vec![-1]).into()),
            ];
            attributes.extend(calendar.map(|calendar| ("calendar", calendar.into())));
            attributes
        };
        let new = |calendar, mixed| {
            let schema = schema(vec![variable("x", DataType::I16, &attributes(calendar))]);
            NewCoding::Seconds.applied(&schema, &schema.variables[0], mixed)
        };
        let plain = new(None, false);
        let names: Vec<_> = plain.attributes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["long_name", "units", "calendar", "_FillValue"]);
        assert_eq!(plain.attribute("units").unwrap().text(), Some("seconds since 1970-01-01 00:00:00"));
        assert!(plain.attribute("_FillValue").unwrap().same(&f64::NAN.into()));
        let calendar =
            |named, mixed| new(named, mixed).attribute("calendar").unwrap().text().unwrap().to_owned();
        assert_eq!(calendar(None, false), "proleptic_gregorian");
        assert_eq!(calendar(Some("gregorian"), false), "gregorian");
        assert_eq!(calendar(Some("standard"), true), "proleptic_gregorian");
        assert_eq!(calendar(Some("365_day"), false), "365_day");
    }
}
