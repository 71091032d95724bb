//! The partial: a group's time steps as a CF dataset.

use std::path::Path;

use dayfold_contract::job::Layout;
use dayfold_contract::partial::{GRID, SHARED_DIMENSION};
use dayfold_contract::shown::shown;
use dayfold_ncio::NcError;
use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable};
use dayfold_ncio::write::{Storage, write_dataset};

use super::means::Means;
use super::series::Step;

/// The dimension of the regions, and the variable with their names.
const REGION: &str = "region";

/// Writes the partial of a group; `lists` are global attributes of a line for each file that they name.
pub fn write(
    path: &Path,
    regions: &[String],
    steps: &[Step],
    lists: &[(&str, &Vec<String>)],
    grid: Option<&Layout>,
) -> Result<(), NcError> {
    let mut dataset = dataset(regions, steps);
    for (name, files) in lists.iter().filter(|(_, files)| !files.is_empty()) {
        dataset.attributes.push(((*name).to_owned(), Attribute::from(lines(files))));
    }
    if let Some(grid) = grid {
        dataset.attributes.push((GRID.to_owned(), Attribute::from(grid.to_string())));
    }
    write_dataset(path, &dataset, Storage::Plain)
}

/// One name a line.
fn lines(names: &[String]) -> String {
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join("\n")
}

fn dataset(regions: &[String], steps: &[Step]) -> Dataset {
    let dimensions = vec![(SHARED_DIMENSION.to_owned(), steps.len()), (REGION.to_owned(), regions.len())];
    let variables = vec![
        time(steps),
        names(regions),
        power("actual", "mean AC power from the irradiance of the archive", "W", steps, |means| means.actual),
        power("ideal", "mean AC power under a cloudless sky", "W", steps, |means| means.ideal),
        power("ratio", "mean of actual over ideal AC power of each cell", "1", steps, |means| means.ratio),
        cells(steps),
    ];
    Dataset { dimensions, variables, attributes: Vec::new() }
}

/// Always doubles, so that partials agree whether or not their times are whole seconds.
fn time(steps: &[Step]) -> Variable {
    Variable {
        name: SHARED_DIMENSION.to_owned(),
        dimensions: vec![SHARED_DIMENSION.to_owned()],
        values: Values::F64(steps.iter().map(|step| step.time.unix_seconds()).collect()),
        attributes: texts(&[
            ("standard_name", "time"),
            ("long_name", "time"),
            ("units", "seconds since 1970-01-01 00:00:00"),
            ("calendar", "standard"),
            ("axis", "T"),
        ]),
    }
}

fn names(regions: &[String]) -> Variable {
    Variable {
        name: REGION.to_owned(),
        dimensions: vec![REGION.to_owned()],
        values: Values::Strings(regions.to_vec()),
        attributes: texts(&[("long_name", "name of the region")]),
    }
}

fn power(name: &str, long_name: &str, units: &str, steps: &[Step], value: fn(&Means) -> f64) -> Variable {
    let mut attributes = texts(&[
        ("long_name", long_name),
        ("units", units),
        ("cell_methods", "time: point area: mean (over the region's cells where there is a value)"),
    ]);
    attributes.push(("_FillValue".to_owned(), Attribute::from(f64::NAN)));
    series(
        name,
        Values::F64(steps.iter().flat_map(|step| step.means.iter().map(value)).collect()),
        attributes,
    )
}

fn cells(steps: &[Step]) -> Variable {
    let count = |means: &Means| i32::try_from(means.cells).unwrap_or(i32::MAX);
    let attributes = texts(&[
        ("long_name", "number of the region's cells with global horizontal irradiance"),
        ("units", "1"),
        ("cell_methods", "time: point area: sum"),
    ]);
    series(
        "cells",
        Values::I32(steps.iter().flat_map(|step| step.means.iter().map(count)).collect()),
        attributes,
    )
}

fn series(name: &str, values: Values, attributes: Vec<(String, Attribute)>) -> Variable {
    let dimensions = vec![SHARED_DIMENSION.to_owned(), REGION.to_owned()];
    Variable { name: name.to_owned(), dimensions, values, attributes }
}

fn texts(attributes: &[(&str, &str)]) -> Vec<(String, Attribute)> {
    attributes.iter().map(|&(name, text)| (name.to_owned(), Attribute::from(text))).collect()
}
