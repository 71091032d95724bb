//! Which axis a coordinate variable is (CF 1.8, chapter 4).

use super::attributes::Attributes;

/// The axes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Time.
    Time,
    /// Latitude.
    Latitude,
    /// Longitude.
    Longitude,
}

/// All spellings that CF allows.
const DEGREES_NORTH: [&str; 6] =
    ["degrees_north", "degree_north", "degree_N", "degrees_N", "degreeN", "degreesN"];
const DEGREES_EAST: [&str; 6] =
    ["degrees_east", "degree_east", "degree_E", "degrees_E", "degreeE", "degreesE"];
const DEGREES: [&str; 4] = ["degrees", "degree", "deg", "arc_degree"];

/// The role of the coordinate variable `name`.
///
/// Its standard name decides, else units that only latitudes, longitudes or times have. Where
/// both leave it open, so that it is not some other quantity such as metres along a projection, the
/// attribute `axis` does, and then the usual names.
pub fn role(name: &str, attributes: &Attributes) -> Option<Role> {
    let units = attributes.text("units").map(str::trim);
    let standard_name = attributes.text("standard_name").map(str::trim);
    by_standard_name(standard_name).or_else(|| by_units(units?)).or_else(|| {
        if standard_name.is_none() && is_open(units) { by_axis_or_name(name, attributes) } else { None }
    })
}

/// Whether a latitude or longitude is in degrees, or does not say what it is in.
pub fn in_degrees(attributes: &Attributes) -> bool {
    let units = attributes.text("units").map(str::trim);
    is_open(units) || units.and_then(by_units).is_some_and(|role| role != Role::Time)
}

fn by_standard_name(standard_name: Option<&str>) -> Option<Role> {
    match standard_name? {
        "time" => Some(Role::Time),
        "latitude" => Some(Role::Latitude),
        "longitude" => Some(Role::Longitude),
        _ => None,
    }
}

fn by_units(units: &str) -> Option<Role> {
    let since = |word: &str| word.eq_ignore_ascii_case("since");
    if DEGREES_NORTH.contains(&units) {
        Some(Role::Latitude)
    } else if DEGREES_EAST.contains(&units) {
        Some(Role::Longitude)
    } else if units.split_whitespace().any(since) {
        Some(Role::Time)
    } else {
        None
    }
}

/// Whether units say nothing of the direction.
fn is_open(units: Option<&str>) -> bool {
    units.is_none_or(|units| units.is_empty() || DEGREES.contains(&units))
}

fn by_axis_or_name(name: &str, attributes: &Attributes) -> Option<Role> {
    let axis = attributes.text("axis").map(|axis| axis.trim().to_ascii_uppercase());
    match axis.as_deref() {
        Some("T") => return Some(Role::Time),
        Some("Y") => return Some(Role::Latitude),
        Some("X") => return Some(Role::Longitude),
        _ => {}
    }
    match name.to_ascii_lowercase().as_str() {
        "time" => Some(Role::Time),
        "latitude" | "lat" => Some(Role::Latitude),
        "longitude" | "lon" => Some(Role::Longitude),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cf::Attribute;

    fn attributes(list: &[(&str, &str)]) -> Attributes {
        list.iter().map(|(name, text)| ((*name).to_owned(), Attribute::Text((*text).to_owned()))).collect()
    }

    #[test]
    fn every_spelling_of_degrees_is_known() {
        for units in DEGREES_NORTH {
            assert_eq!(role("a", &attributes(&[("units", units)])), Some(Role::Latitude), "{units}");
        }
        for units in DEGREES_EAST {
            assert_eq!(role("a", &attributes(&[("units", units)])), Some(Role::Longitude), "{units}");
        }
    }

    #[test]
    fn the_standard_name_wins_over_the_name() {
        let longitude = attributes(&[("standard_name", "longitude"), ("units", "degrees")]);
        assert_eq!(role("lat", &longitude), Some(Role::Longitude));
    }

    #[test]
    fn axis_and_name_count_where_nothing_else_speaks() {
        assert_eq!(role("y", &attributes(&[("axis", "Y")])), Some(Role::Latitude));
        assert_eq!(role("Lat", &attributes(&[])), Some(Role::Latitude));
        assert_eq!(role("lon", &attributes(&[("units", "degrees")])), Some(Role::Longitude));
        assert_eq!(role("t", &attributes(&[("units", "hours Since 1970-01-01")])), Some(Role::Time));
        assert_eq!(role("y", &attributes(&[])), None);
    }

    #[test]
    fn projections_and_rotated_poles_are_not_latitudes() {
        let metres = attributes(&[("axis", "Y"), ("units", "m")]);
        assert_eq!(role("lat", &metres), None);
        let rotated = attributes(&[("standard_name", "grid_latitude"), ("units", "degrees"), ("axis", "Y")]);
        assert_eq!(role("rlat", &rotated), None);
    }

    #[test]
    fn radians_are_not_degrees() {
        assert!(!in_degrees(&attributes(&[("standard_name", "latitude"), ("units", "radian")])));
        assert!(in_degrees(&attributes(&[("units", "degreesN")])));
        assert!(in_degrees(&attributes(&[])));
    }
}
