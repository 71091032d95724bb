//! The layout of the satellite archive: where the file of a time step is, and what is in it.

use std::path::{Path, PathBuf};

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::write::Storage;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, date};

use super::grid::Grid;
use super::irradiance::{FILL, Fields};
use super::layout::{Named, coordinate, number, text, variable};

/// Time steps a day, 10 minutes apart.
pub const STEPS: i64 = 103;

/// The last day of the archive's first version.
const LAST_OF_FIRST_VERSION: Date = date(2019, 3, 31);

/// The dimensions of every field.
const FIELD: [&str; 3] = ["time", "latitude", "longitude"];

/// The rows of a chunk; it has all columns.
const CHUNK_ROWS: usize = 10;

/// The times of a day, UTC: it is a local day, and begins on the evening before.
pub fn times(day: Date) -> impl Iterator<Item = DateTime> {
    let first = day.to_datetime(Time::midnight()).saturating_sub(5.hours().minutes(30));
    (0..STEPS).map(move |step| first.saturating_add((10 * step).minutes()))
}

/// The file of a time step of a day, below the archive's root.
pub fn path(root: &Path, day: Date, time: DateTime) -> PathBuf {
    let version = if day <= LAST_OF_FIRST_VERSION { "v1.0" } else { "v1.1" };
    root.join(version)
        .join(day.strftime("%Y/%m/%d").to_string())
        .join(format!("IDE00326.{}.nc", time.strftime("%Y%m%d%H%M")))
}

/// The content of that file.
pub fn dataset(time: DateTime, grid: &Grid) -> Dataset {
    let mut variables = coordinates(time, grid);
    variables.extend(fields(Fields::at(time, grid)));
    Dataset {
        dimensions: vec![
            ("time".into(), 1),
            ("latitude".into(), grid.latitude.len()),
            ("longitude".into(), grid.longitude.len()),
        ],
        variables,
        attributes: vec![
            text("Conventions", "CF-1.7"),
            text("title", "Synthetic solar radiation in the layout of the Himawari solar product"),
        ],
    }
}

/// How it is stored: chunks of (1, 10, all columns) of the 32-bit fields.
pub fn storage(grid: &Grid) -> Storage {
    let chunk_bytes = CHUNK_ROWS * grid.longitude.len() * size_of::<i32>();
    Storage::Deflated { level: 4, chunk_bytes, along: "latitude".into() }
}

fn coordinates(time: DateTime, grid: &Grid) -> Vec<Variable> {
    let named = |standard, axis| [("standard_name", standard), ("axis", axis)];
    let calendar = [("calendar", "standard"), ("standard_name", "time"), ("axis", "T")];
    let seconds = Values::F64(vec![super::seconds_since_epoch(time)]);
    vec![
        coordinate("time", seconds, "seconds since 1970-01-01 00:00:00", &calendar),
        coordinate("latitude", Values::F32(grid.latitude.clone()), "degrees_north", &named("latitude", "Y")),
        coordinate(
            "longitude",
            Values::F32(grid.longitude.clone()),
            "degrees_east",
            &named("longitude", "X"),
        ),
        variable("crs", &[], Values::I32(vec![0]), vec![text("grid_mapping_name", "latitude_longitude")]),
    ]
}

fn fields(fields: Fields) -> Vec<Variable> {
    let irradiance = |name, values| packed(name, values, 0.01, valid_watts());
    let mut ghi = irradiance("surface_global_irradiance", fields.ghi);
    ghi.attributes.push(text("standard_name", "surface_downwelling_shortwave_flux_in_air"));
    vec![
        ghi,
        irradiance("direct_normal_irradiance", fields.dni),
        irradiance("surface_diffuse_irradiance", fields.dhi),
        packed("quality_mask", fields.quality, 1.0, vec![]),
        cloud_type(fields.cloud_type),
        packed("cloud_optical_depth", fields.optical_depth, 0.01, vec![text("units", "1")]),
        packed("solar_elevation", fields.elevation, 0.01, vec![text("units", "degree")]),
        packed("solar_azimuth", fields.azimuth, 0.01, vec![text("units", "degree")]),
    ]
}

fn valid_watts() -> Vec<Named> {
    vec![
        text("units", "W m-2"),
        number("valid_min", Values::I32(vec![0])),
        number("valid_max", Values::I32(vec![140_000])),
    ]
}

/// A field in integers, to be multiplied by `scale`.
fn packed(name: &str, values: Vec<i32>, scale: f64, more: Vec<Named>) -> Variable {
    let mut attributes = vec![
        number("_FillValue", Values::I32(vec![FILL])),
        number("scale_factor", Values::F64(vec![scale])),
        number("add_offset", Values::F64(vec![0.0])),
        text("grid_mapping", "crs"),
    ];
    attributes.extend(more);
    variable(name, &FIELD, Values::I32(values), attributes)
}

fn cloud_type(values: Vec<i8>) -> Variable {
    let attributes = vec![number("_FillValue", Values::I8(vec![-1])), text("grid_mapping", "crs")];
    variable("cloud_type", &FIELD, Values::I8(values), attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_day_begins_in_the_evening_before_in_utc() {
        let day = date(2022, 2, 1);
        let files: Vec<_> = times(day).map(|time| path(Path::new("a"), day, time)).collect();
        assert_eq!(files.len(), 103);
        assert_eq!(files[0], Path::new("a/v1.1/2022/02/01/IDE00326.202201311830.nc"));
        assert_eq!(files[102], Path::new("a/v1.1/2022/02/01/IDE00326.202202011130.nc"));
    }

    #[test]
    fn the_version_changes_in_2019() {
        let of = |day| path(Path::new(""), day, day.to_datetime(Time::midnight()));
        assert!(of(date(2019, 3, 31)).starts_with("v1.0/2019/03/31"));
        assert!(of(date(2019, 4, 1)).starts_with("v1.1/2019/04/01"));
    }

    #[test]
    fn every_variable_fills_its_dimensions() {
        let grid = Grid::coarsened(100);
        let dataset = dataset(times(date(2022, 2, 1)).next().unwrap(), &grid);
        let length = |name: &String| dataset.dimensions.iter().find(|(known, _)| known == name).unwrap().1;
        for variable in &dataset.variables {
            let expected: usize = variable.dimensions.iter().map(length).product();
            assert_eq!(variable.values.len(), expected, "{}", variable.name);
        }
        assert_eq!(dataset.variables.len(), 12);
    }
}
