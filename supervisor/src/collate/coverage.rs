//! What times and places the final file covers, as ACDD says it.

use std::collections::HashMap;

use dayfold_ncio::dataset::{Attribute, Values};
use dayfold_ncio::raw::{Schema, VariableSchema};
use dayfold_ncio::time::{Calendar, Instant};

use super::description::Bounds;
use super::order::Row;

/// Nanoseconds.
const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// Times that are apart by so many different steps have no resolution.
const MOST_STEPS: usize = 1000;

type Attributes = Vec<(String, Attribute)>;

/// The attributes of the times of rows that are in order, each counted in so many nanoseconds.
pub(super) fn of_time(rows: &[Row], unit: i128, calendar: Calendar) -> Attributes {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let nanoseconds = |row: &Row| i128::from(row.time) * unit;
    let shown = |row: &Row| {
        let shown = Instant::from_nanoseconds(nanoseconds(row)).map(|instant| instant.show(calendar));
        // the calendar is told by the coordinate
        shown.map(|text| text.split(' ').next().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    let mut attributes = vec![
        text("time_coverage_start", shown(first)),
        text("time_coverage_end", shown(last)),
        text("time_coverage_duration", duration(nanoseconds(last) - nanoseconds(first))),
    ];
    let step = resolution(rows).map(|step| duration(i128::from(step) * unit));
    attributes.extend(step.map(|step| text("time_coverage_resolution", step)));
    attributes
}

/// The most frequent step from one time to the next, of equally frequent ones the shortest.
fn resolution(rows: &[Row]) -> Option<i64> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for pair in rows.windows(2) {
        let &[Row { time: before, .. }, Row { time: after, .. }] = pair else { continue };
        if after != before {
            *counts.entry(after.saturating_sub(before)).or_default() += 1;
        }
        if counts.len() > MOST_STEPS {
            return None;
        }
    }
    counts.into_iter().max_by_key(|&(step, count)| (count, std::cmp::Reverse(step))).map(|(step, _)| step)
}

/// As ISO 8601 writes it.
fn duration(nanoseconds: i128) -> String {
    let (days, rest) = (nanoseconds / DAY, nanoseconds % DAY);
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let part = |count: i128, unit: char| if count == 0 { String::new() } else { format!("{count}{unit}") };
    let seconds = match fraction {
        0 => part(seconds, 'S'),
        _ => format!("{seconds}.{}S", format!("{fraction:09}").trim_end_matches('0')),
    };
    let time = [part(hours, 'H'), part(minutes, 'M'), seconds].concat();
    match (part(days, 'D'), time) {
        (days, time) if days.is_empty() && time.is_empty() => "PT0S".to_owned(),
        (days, time) if time.is_empty() => format!("P{days}"),
        (days, time) => format!("P{days}T{time}"),
    }
}

/// The attributes of the part of the Earth that is covered: as the variables say, or else as `known`.
pub(super) fn of_space(schema: &Schema, constants: &[(String, Values)], known: Option<Bounds>) -> Attributes {
    let bounds = || {
        let latitude = extent(schema, constants, "latitude", "degrees_north")?;
        let longitude = extent(schema, constants, "longitude", "degrees_east")?;
        Some(Bounds { latitude, longitude })
    };
    let Some(Bounds { latitude: [south, north], longitude: [west, east] }) = bounds().or(known) else {
        return Vec::new();
    };
    // EPSG:4326 has the latitude first
    let polygon =
        format!("POLYGON (({south} {west}, {north} {west}, {north} {east}, {south} {east}, {south} {west}))");
    vec![
        number("geospatial_lat_min", south),
        number("geospatial_lat_max", north),
        text("geospatial_lat_units", "degrees_north"),
        number("geospatial_lon_min", west),
        number("geospatial_lon_max", east),
        text("geospatial_lon_units", "degrees_east"),
        text("geospatial_bounds", polygon),
        text("geospatial_bounds_crs", "EPSG:4326"),
    ]
}

/// The smallest and the largest value of the coordinate of that name or of these units.
fn extent(
    schema: &Schema,
    constants: &[(String, Values)],
    standard_name: &str,
    units: &str,
) -> Option<[f64; 2]> {
    let says = |variable: &VariableSchema, name: &str, text: &str| {
        variable.attribute(name).and_then(Attribute::text) == Some(text)
    };
    let is_it = |variable: &&VariableSchema| {
        says(variable, "standard_name", standard_name)
            || (says(variable, "units", units) && variable.dimensions == [variable.name.as_str()])
    };
    let name = &schema.variables.iter().find(is_it)?.name;
    let (_, values) = constants.iter().find(|(constant, _)| constant == name)?;
    let values = values.to_f64()?;
    let numbers = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (numbers().reduce(f64::min)?, numbers().reduce(f64::max)?);
    // bounds of packed or odd values would be wrong
    let possible = if standard_name == "latitude" { low >= -90.0 && high <= 90.0 } else { low >= -360.0 };
    possible.then_some([shown(low), shown(high)])
}

/// Single precision has digits that nobody wrote.
pub(super) fn shown(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5 + 0.0
}

fn text(name: &str, text: impl Into<String>) -> (String, Attribute) {
    (name.to_owned(), Attribute::Text(text.into()))
}

fn number(name: &str, number: f64) -> (String, Attribute) {
    (name.to_owned(), number.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(minutes: &[i64]) -> Vec<Row> {
        let row = |(row, minute): (usize, &i64)| Row {
            // 2022-01-31T18:30:00Z
            time: (1_643_653_800 + minute * 60) * 1_000_000,
            source: 0,
            row: row as u32,
        };
        minutes.iter().enumerate().map(row).collect()
    }

    fn texts(attributes: &Attributes) -> Vec<&str> {
        attributes.iter().filter_map(|(_, value)| value.text()).collect()
    }

    #[test]
    fn times_are_covered_from_the_first_to_the_last_by_the_usual_step() {
        let found = of_time(&rows(&[0, 10, 10, 20, 30, 1440, 1450]), 1000, Calendar::Standard);
        assert_eq!(texts(&found), ["2022-01-31T18:30:00Z", "2022-02-01T18:40:00Z", "P1DT10M", "PT10M"]);
        assert_eq!(
            texts(&of_time(&rows(&[5]), 1000, Calendar::Standard)),
            ["2022-01-31T18:35:00Z", "2022-01-31T18:35:00Z", "PT0S"]
        );
        assert!(of_time(&[], 1000, Calendar::Standard).is_empty());
        let other = of_time(&rows(&[5]), 1000, Calendar::Days360);
        assert_eq!(texts(&other)[0].len(), "2022-01-31T18:35:00".len(), "{other:?}");
    }

    #[test]
    fn durations_are_iso() {
        let seconds = [0, 1, 60, 3600, 86_400, 90_061].map(|seconds| duration(seconds * SECOND));
        assert_eq!(seconds, ["PT0S", "PT1S", "PT1M", "PT1H", "P1D", "P1DT1H1M1S"]);
        assert_eq!(duration(SECOND + 500_000_000), "PT1.5S");
    }

    #[test]
    fn places_are_those_of_the_coordinates() {
        let variable = |name: &str, units: &str| VariableSchema {
            name: name.to_owned(),
            data_type: dayfold_ncio::dataset::DataType::F32,
            dimensions: vec![name.to_owned()],
            attributes: vec![("units".to_owned(), units.into())],
        };
        let variables = vec![variable("lat", "degrees_north"), variable("lon", "degrees_east")];
        let schema = Schema { dimensions: vec![], variables, attributes: vec![] };
        let constants = vec![
            ("lat".to_owned(), Values::F32(vec![-10.1, -44.5])),
            ("lon".to_owned(), Values::F32(vec![112.0, f32::NAN, 156.2])),
        ];
        let found = of_space(&schema, &constants, None);
        assert_eq!(found[0], number("geospatial_lat_min", -44.5));
        assert_eq!(found[4], number("geospatial_lon_max", 156.2));
        let polygon = "POLYGON ((-44.5 112, -10.1 112, -10.1 156.2, -44.5 156.2, -44.5 112))";
        assert_eq!(found[6], text("geospatial_bounds", polygon));
        assert!(of_space(&schema, &constants[..1], None).is_empty());
        let known = Bounds { latitude: [0.0, 1.0], longitude: [2.0, 3.0] };
        assert_eq!(of_space(&schema, &[], Some(known))[0], number("geospatial_lat_min", 0.0));
    }
}
