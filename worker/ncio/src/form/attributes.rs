//! Which attributes of a variable decide what its values mean, and which describe them.

use crate::dataset::{Attribute, Values};

/// Attributes that say how numbers stand for values: they may be others where values can be put into one coding.
pub const CODING: [&str; 8] = [
    "_FillValue",
    "missing_value",
    "scale_factor",
    "add_offset",
    "valid_min",
    "valid_max",
    "valid_range",
    "_Unsigned",
];

/// What more says how numbers stand for times.
pub(super) const TIMES: [&str; 2] = ["units", "calendar"];

/// Attributes that decide what values mean, by CF and the NetCDF User's Guide: of other meanings no series can
/// be made. All others are for people, or tell of one file's values or of its past.
const DECIDING: [&str; 33] = [
    "units",
    "calendar",
    "standard_name",
    "flag_values",
    "flag_masks",
    "flag_meanings",
    "grid_mapping",
    "grid_mapping_name",
    "coordinates",
    "bounds",
    "climatology",
    "cell_methods",
    "cell_measures",
    "ancillary_variables",
    "axis",
    "positive",
    "formula_terms",
    "computed_standard_name",
    "compress",
    "cf_role",
    "instance_dimension",
    "sample_dimension",
    "featureType",
    "geometry",
    "geometry_type",
    "node_coordinates",
    "node_count",
    "part_node_count",
    "interior_ring",
    "leap_month",
    "leap_year",
    "month_lengths",
    "units_metadata",
];

/// What describes even a grid mapping, of which anything else may be a parameter.
const OF_PEOPLE: [&str; 12] = [
    "comment",
    "long_name",
    "description",
    "title",
    "history",
    "source",
    "references",
    "institution",
    "creation_date",
    "date_created",
    "coverage_content_type",
    "note",
];

/// What the dimension's own coordinate is called where its writer does not say it; and its bounds, which are
/// variables of their own.
const USUAL_OF_TIME: [(&str, Option<&str>); 4] =
    [("standard_name", Some("time")), ("axis", Some("T")), ("bounds", None), ("climatology", None)];

/// Attributes that are lists of names in any order.
const SETS: [&str; 2] = ["coordinates", "ancillary_variables"];

/// Whether an attribute describes a variable or its values, and decides nothing of their meaning.
pub fn is_descriptive(name: &str) -> bool {
    !DECIDING.contains(&name) && !CODING.contains(&name)
}

/// Whether an attribute of a grid mapping decides where its coordinates lie.
pub(super) fn decides_of_mapping(name: &str) -> bool {
    !OF_PEOPLE.contains(&name)
}

/// Whether an attribute of the coordinate of times says what is so without it.
pub(super) fn is_usual_of_time(name: &str, value: &Attribute) -> bool {
    let says = |usual: Option<&str>| usual.is_none_or(|usual| value.text().map(str::trim) == Some(usual));
    USUAL_OF_TIME.iter().any(|&(usual, text)| usual == name && says(text))
}

/// An attribute's value for people; two that mean the same read the same.
pub(super) fn in_words(name: &str, value: &Attribute) -> String {
    match value.text() {
        Some(text) if SETS.contains(&name) => {
            let mut names: Vec<&str> = text.split_whitespace().collect();
            names.sort_unstable();
            format!("{:?}", names.join(" "))
        }
        Some(text) => format!("{:?}", text.trim()),
        None => match value {
            Attribute::Text(text) => format!("{text:?}"),
            Attribute::Values(values) => numbers(values),
        },
    }
}

fn numbers(values: &Values) -> String {
    let joined = |numbers: Vec<String>| numbers.join(", ");
    match values {
        Values::Strings(texts) => joined(texts.iter().map(|text| format!("{text:?}")).collect()),
        Values::Chars(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        Values::F32(numbers) => joined(numbers.iter().map(ToString::to_string).collect()),
        Values::I64(numbers) => joined(numbers.iter().map(ToString::to_string).collect()),
        Values::U64(numbers) => joined(numbers.iter().map(ToString::to_string).collect()),
        others => joined(others.to_f64().unwrap_or_default().iter().map(ToString::to_string).collect()),
    }
}
