//! The section `[output]`: where the final file goes, how its variables are stored, and what it says besides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dayfold_contract::TaskSpec;
use dayfold_contract::output::{NumberType, VariableSettings};
use dayfold_supervisor::run::is_own_attribute;
use dayfold_supervisor::rundir::output_settings::{AttributeValue, OutputSettings};

use super::document::{Table, Value};
use super::nearest::hint;
use super::paths::Paths;

/// The variables of the PV task over time and regions, and these dimensions: known before any work.
const PV_VARIABLES: [&str; 4] = ["actual", "ideal", "ratio", "cells"];
const PV_DIMENSIONS: [&str; 2] = ["time", "region"];

/// The coordinate along which results are collated keeps its type.
const TIME: &str = "time";

/// Reads `[output]`.
pub fn read_output(output: &Table<'_>, paths: &Paths<'_>) -> (Option<PathBuf>, OutputSettings) {
    let file = output.require("file").and_then(|file| file.parse(|text| paths.resolve(text)));
    let attributes = output.table("attributes").entries();
    let attributes =
        attributes.into_iter().filter_map(|(name, value)| read_attribute(name, &value)).collect();
    let variables = output.table("variables").entries();
    let variables = variables.into_iter().filter_map(|(name, value)| read_variable(name, &value)).collect();
    output.finish();
    (file, OutputSettings { attributes, variables })
}

fn read_attribute(name: &str, value: &Value<'_>) -> Option<(String, AttributeValue)> {
    if is_own_attribute(name) {
        value.wrong("is an attribute that dayfold sets itself: choose another name");
        return None;
    }
    if !is_name(name) {
        value.wrong(
            "is no name for an attribute: letters, digits and _ make one, and it begins with a letter",
        );
        return None;
    }
    let one = |value: &Value<'_>| match (value.if_text(), value.if_whole(), finite(value)) {
        (Some(text), ..) => Some(AttributeValue::Text(text.to_owned())),
        (_, Some(whole), _) => Some(AttributeValue::Wholes(vec![whole])),
        (.., Some(number)) => Some(AttributeValue::Numbers(vec![number])),
        _ => None,
    };
    let read = if value.is_list() { read_numbers(&value.list()?) } else { one(value) };
    Some((name.to_owned(), value.expect("a text, a finite number or a list of such numbers", read)?))
}

fn read_numbers(list: &[Value<'_>]) -> Option<AttributeValue> {
    if list.is_empty() {
        return None;
    }
    let wholes: Option<Vec<i64>> = list.iter().map(Value::if_whole).collect();
    let numbers = || list.iter().map(finite).collect::<Option<_>>().map(AttributeValue::Numbers);
    wholes.map(AttributeValue::Wholes).or_else(numbers)
}

/// What JSON can hold, in which attributes are kept.
fn finite(value: &Value<'_>) -> Option<f64> {
    value.if_number().filter(|number| number.is_finite())
}

/// As every reader of NetCDF and every convention takes it.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn read_variable(name: &str, value: &Value<'_>) -> Option<(String, VariableSettings)> {
    let table = value.table()?;
    let chunks = table.table("chunks").entries();
    let chunks: Option<BTreeMap<String, usize>> =
        chunks.into_iter().map(|(dimension, length)| Some((dimension.to_owned(), length.count()?))).collect();
    let deflate = table.get("deflate").map(|level| {
        let whole = level.expect("a whole number from 0 to 9", level.if_whole())?;
        level.expect("from 0 to 9", u8::try_from(whole).ok().filter(|level| *level <= 9))
    });
    let dtype = table.get("dtype").map(|dtype| {
        let chosen = dtype.choice(&NumberType::NAMES)?;
        if name == TIME {
            dtype.wrong("cannot be given: results are put in order by time, in the type that it has");
            return None;
        }
        Some(chosen)
    });
    table.finish();
    // what was given and is wrong has been noted
    let (deflate, dtype) = (deflate.flatten(), dtype.flatten());
    Some((name.to_owned(), VariableSettings { chunks: chunks?, deflate, dtype }))
}

/// What can be said of variables before any work: those of the PV task are known.
pub fn check(settings: &OutputSettings, task: &TaskSpec, output: &Table<'_>) {
    match task {
        TaskSpec::Pv(_) => {}
        // a program writes what it likes
        TaskSpec::Command(_) => return,
    }
    for (name, value) in output.table("variables").entries() {
        let is_coordinate = PV_DIMENSIONS.contains(&name);
        if !PV_VARIABLES.contains(&name) && !is_coordinate {
            value.wrong(format!("is no variable of the PV task: {}", hint(name, PV_VARIABLES)));
        }
        let Some(variable) = settings.variables.get(name) else { continue };
        let is_float = |dtype| matches!(dtype, NumberType::Float64 | NumberType::Float32);
        if let Some(dtype) = variable.dtype.filter(|&dtype| name != "cells" && !is_float(dtype)) {
            value.wrong(format!(
                "cannot be {dtype}: it has fractions and missing values; float32 and float64 hold both"
            ));
        }
        if name == "region" && *variable != VariableSettings::default() {
            value.wrong("cannot be stored otherwise: it holds names");
        }
        for dimension in variable.chunks.keys().filter(|name| !PV_DIMENSIONS.contains(&name.as_str())) {
            value.wrong(format!(
                "has chunks along \"{dimension}\", and no such dimension: {}",
                hint(dimension, PV_DIMENSIONS)
            ));
        }
    }
}
