//! Regions from GeoJSON (RFC 7946).

use std::collections::BTreeSet;
use std::path::Path;

use dayfold_contract::Polygon;
use dayfold_contract::region::Ring;
use geojson::{GeoJson, GeometryValue, JsonObject, JsonValue, PolygonType};

use super::crs::unknown_in_geojson;
use super::error::RegionsError;
use super::feature::{Feature, Table, number_as_name, text_as_name};

/// Reads a file; `attribute` names the regions.
pub(super) fn read(file: &Path, attribute: &str) -> Result<Table, RegionsError> {
    let text = dayfold_files::read_to_string(file)
        .map_err(|source| RegionsError::Read { file: file.to_path_buf(), source })?;
    let geojson: GeoJson = text
        .trim_start_matches('\u{feff}')
        .parse()
        .map_err(|source| RegionsError::GeoJson { file: file.to_path_buf(), source: Box::new(source) })?;
    let (members, features) = match geojson {
        GeoJson::FeatureCollection(all) => (all.foreign_members, all.features),
        GeoJson::Feature(feature) => (feature.foreign_members.clone(), vec![feature]),
        GeoJson::Geometry(_) => return Err(RegionsError::Bare { file: file.to_path_buf() }),
    };
    check_crs(file, members.as_ref())?;
    let attributes: BTreeSet<&String> = features
        .iter()
        .filter_map(|feature| feature.properties.as_ref())
        .flat_map(JsonObject::keys)
        .collect();
    let attributes = attributes.into_iter().cloned().collect();
    let features = features.into_iter().map(|feature| convert(feature, attribute)).collect();
    Ok(Table { features, attributes, notes: Vec::new() })
}

fn check_crs(file: &Path, members: Option<&JsonObject>) -> Result<(), RegionsError> {
    match members.and_then(|members| members.get("crs")).and_then(unknown_in_geojson) {
        Some(crs) => Err(RegionsError::Crs { file: file.to_path_buf(), crs }),
        None => Ok(()),
    }
}

fn convert(feature: geojson::Feature, attribute: &str) -> Feature {
    let value = feature.properties.as_ref().and_then(|properties| properties.get(attribute));
    let name = value.and_then(name);
    let polygons = feature.geometry.map_or(Ok(Vec::new()), |geometry| polygons(geometry.value));
    Feature { name, polygons }
}

fn name(value: &JsonValue) -> Option<String> {
    match value {
        JsonValue::String(text) => text_as_name(text),
        JsonValue::Number(number) if number.is_f64() => number.as_f64().map(number_as_name),
        JsonValue::Number(number) => Some(number.to_string()),
        JsonValue::Bool(value) => Some(value.to_string()),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

fn polygons(geometry: GeometryValue) -> Result<Vec<Polygon>, &'static str> {
    match geometry {
        GeometryValue::Polygon { coordinates } => Ok(vec![polygon(coordinates)]),
        GeometryValue::MultiPolygon { coordinates } => Ok(coordinates.into_iter().map(polygon).collect()),
        GeometryValue::GeometryCollection { geometries } => {
            let parts: Vec<Vec<Polygon>> =
                geometries.into_iter().map(|geometry| polygons(geometry.value)).collect::<Result<_, _>>()?;
            Ok(parts.into_iter().flatten().collect())
        }
        other => Err(other.type_name()),
    }
}

fn polygon(rings: PolygonType) -> Polygon {
    let mut rings = rings.into_iter().map(|positions| -> Ring {
        positions.iter().filter_map(|position| position.as_slice().first_chunk().copied()).collect()
    });
    Polygon { exterior: rings.next().unwrap_or_default(), holes: rings.collect() }
}
