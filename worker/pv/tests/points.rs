//! The model against pvlib: every column of two tables of known answers.
//!
//! `data/pv_points.csv` is the table that the model is agreed on; `data/pv_extremes.csv` (made by
//! `data/pv_extremes.py`) has other modules and inverters, given orientations, poles, the date
//! line, New Year, 1980 to 2050, and missing and odd irradiance.
#![expect(clippy::unwrap_used, reason = "a broken fixture should stop the test")]

use std::collections::HashMap;

use dayfold_pv::{Irradiance, Site, Solved, Sun, System, database};
use dayfold_pv_system::Mount;

const POINTS: &str = include_str!("data/pv_points.csv");
const EXTREMES: &str = include_str!("data/pv_extremes.csv");

/// Degrees.
const ANGLE_TOLERANCE: f64 = 1e-9;

/// Relative to the value, or to 1e-3 where it is smaller.
const TOLERANCE: f64 = 1e-9;

type Row = HashMap<String, String>;

fn rows(table: &str) -> Vec<Row> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap()
}

/// An empty field is a missing value.
fn number(row: &Row, column: &str) -> f64 {
    match row[column].as_str() {
        "" => f64::NAN,
        text => text.parse().unwrap(),
    }
}

fn mount(name: &str) -> Mount {
    match name {
        "single-axis" => Mount::SingleAxis,
        "fixed" => Mount::Latitude,
        given => {
            let (tilt, azimuth) = given.split_once('/').unwrap();
            Mount::Fixed { tilt: tilt.parse().unwrap(), azimuth: azimuth.parse().unwrap() }
        }
    }
}

fn solve(row: &Row) -> Solved {
    let time: jiff::Timestamp = row["time"].parse().unwrap();
    let site = Site { latitude: number(row, "latitude"), longitude: number(row, "longitude") };
    let irradiance = Irradiance { ghi: number(row, "ghi"), dni: number(row, "dni"), dhi: number(row, "dhi") };
    let system = System {
        mount: mount(&row["mount"]),
        module: database::module(&row["module"]).unwrap(),
        inverter: database::inverter(&row["inverter"]).unwrap(),
    };
    let (sun, temperature) = (Sun::at(time.as_second() as f64), number(row, "temp_cell"));
    let solved = system.solve(&sun, site, irradiance, temperature);
    let power = system.power(&sun, site, irradiance, temperature);
    assert_eq!(power.actual.to_bits(), solved.power.actual.to_bits(), "power() and solve() differ");
    assert_eq!(power.ideal.to_bits(), solved.power.ideal.to_bits(), "power() and solve() differ");
    solved
}

fn angles(solved: &Solved) -> [(&'static str, f64); 6] {
    let geometry = &solved.geometry;
    [
        ("elevation", geometry.position.elevation),
        ("apparent_zenith", geometry.position.apparent_zenith),
        ("azimuth", geometry.position.azimuth),
        ("surface_tilt", geometry.plane.tilt),
        ("surface_azimuth", geometry.plane.azimuth),
        ("aoi", geometry.aoi),
    ]
}

fn quantities(solved: &Solved) -> [(&'static str, f64); 9] {
    let sky = solved.geometry.clear_sky;
    [
        ("airmass_absolute", solved.geometry.airmass),
        ("clearsky_ghi", sky.ghi),
        ("clearsky_dni", sky.dni),
        ("clearsky_dhi", sky.dhi),
        ("poa_direct", solved.plane_of_array.direct),
        ("poa_diffuse", solved.plane_of_array.diffuse),
        ("effective_irradiance", solved.effective_irradiance),
        ("actual", solved.power.actual),
        ("ideal", solved.power.ideal),
    ]
}

/// Of two directions, or of two angles: a whole turn is no difference.
fn apart(ours: f64, theirs: f64) -> f64 {
    let turn = (ours - theirs).rem_euclid(360.0);
    turn.min(360.0 - turn)
}

/// How far a value is from the known one; none where both are missing.
fn error(ours: f64, theirs: f64, difference: fn(f64, f64) -> f64) -> f64 {
    match (ours.is_nan(), theirs.is_nan()) {
        (true, true) => 0.0,
        (false, false) => difference(ours, theirs),
        _ => f64::INFINITY,
    }
}

fn relative(ours: f64, theirs: f64) -> f64 {
    (ours - theirs).abs() / theirs.abs().max(1e-3)
}

/// Every value of a table that is off, told with its row.
fn wrong(table: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (line, row) in rows(table).iter().enumerate() {
        let solved = solve(row);
        let mut check = |(column, ours), difference, tolerance| {
            let theirs = number(row, column);
            if error(ours, theirs, difference) > tolerance {
                wrong.push(format!("line {}, {column}: {ours} and not {theirs}", line + 2));
            }
        };
        angles(&solved).into_iter().for_each(|value| check(value, apart, ANGLE_TOLERANCE));
        quantities(&solved).into_iter().for_each(|value| check(value, relative, TOLERANCE));
    }
    wrong
}

#[test]
fn every_value_of_the_known_points() {
    assert_eq!(rows(POINTS).len(), 1049);
    let wrong = wrong(POINTS);
    assert!(wrong.is_empty(), "{} values are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_value_of_the_extreme_points() {
    assert_eq!(rows(EXTREMES).len(), 260);
    let wrong = wrong(EXTREMES);
    assert!(wrong.is_empty(), "{} values are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_tables_hold_day_and_night_and_missing_values() {
    for table in [POINTS, EXTREMES] {
        let rows = rows(table);
        let night = rows.iter().filter(|row| number(row, "apparent_zenith") > 90.0);
        let (mut nights, total) = (0, rows.len());
        for row in night {
            nights += 1;
            assert!(row["actual"].is_empty() && row["ideal"].is_empty(), "{row:?}");
        }
        assert!(nights > 10 && nights < total / 2, "{nights} of {total}");
    }
}
