//! Files of regions: named polygons in degrees of longitude and latitude.
//!
//! Reads, selects and checks; which grid cells a region has is decided by the workers.

mod beside;
mod crs;
mod encoding;
mod error;
mod feature;
mod read_geojson;
mod read_shapefile;
mod rings;
mod select;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use dayfold_contract::{Polygon, Region, RegionSet};

use feature::{Feature, Table, is_flat};
use select::Selection;

pub use error::RegionsError;

/// Which regions are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionsSpec {
    /// GeoJSON (`.geojson`, `.json`) or an ESRI shapefile (`.shp`).
    pub file: PathBuf,
    /// The attribute that names a region.
    pub name: String,
    /// Globs on names; none is all.
    pub include: Vec<String>,
    /// Globs on names that are not wanted.
    pub exclude: Vec<String>,
}

/// Reads the regions that are wanted, in the file's order, and what people should know about them.
///
/// Features of the same name become one region, at the place of the first.
///
/// # Errors
/// A file that cannot be read, a feature without a name, and a wanted one that is not an area in
/// degrees; globs that leave none.
pub fn read_regions(spec: &RegionsSpec) -> Result<(RegionSet, Vec<String>), RegionsError> {
    let selection = Selection::new(&spec.include, &spec.exclude)?;
    let Table { features, attributes, mut notes } = read(spec)?;
    if features.is_empty() {
        return Err(RegionsError::Empty { file: spec.file.clone() });
    }
    if !attributes.contains(&spec.name) {
        let (file, name) = (spec.file.clone(), spec.name.clone());
        return Err(RegionsError::NoAttribute { file, name, attributes });
    }
    let features = named(spec, features)?;
    let names: Vec<String> = features.iter().map(|(_, name, _)| name.clone()).collect();
    notes.extend(selection.unused(&names));
    let mut regions = Regions::default();
    for (feature, name, polygons) in features.into_iter().filter(|(_, name, _)| selection.wants(name)) {
        let place = Place { file: &spec.file, feature, region: &name };
        let polygons = place.check(polygons)?;
        regions.add(name, polygons);
    }
    if regions.regions.is_empty() {
        return Err(RegionsError::NothingLeft { file: spec.file.clone(), names });
    }
    notes.extend(regions.notes());
    Ok((RegionSet { regions: regions.regions }, notes))
}

fn read(spec: &RegionsSpec) -> Result<Table, RegionsError> {
    let ending = spec.file.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("shp") => read_shapefile::read(&spec.file, &spec.name),
        Some("geojson" | "json") => read_geojson::read(&spec.file, &spec.name),
        _ => Err(RegionsError::Kind { file: spec.file.clone() }),
    }
}

/// Polygons, or what is there instead.
type Shape = Result<Vec<Polygon>, &'static str>;

/// Numbers features from 1, each with its name.
fn named(spec: &RegionsSpec, features: Vec<Feature>) -> Result<Vec<(usize, String, Shape)>, RegionsError> {
    let number = |(feature, Feature { name, polygons }): (usize, Feature)| match name {
        Some(name) => Ok((feature, name, polygons)),
        None => Err(RegionsError::NoName { file: spec.file.clone(), name: spec.name.clone(), feature }),
    };
    (1..).zip(features).map(number).collect()
}

/// Where a mistake would be.
struct Place<'a> {
    file: &'a Path,
    feature: usize,
    region: &'a str,
}

impl Place<'_> {
    /// The polygons, if they are some and on Earth.
    fn check(&self, shape: Shape) -> Result<Vec<Polygon>, RegionsError> {
        let (file, feature, region) = (self.file.to_path_buf(), self.feature, self.region.to_owned());
        let polygons = match shape {
            Ok(polygons) => polygons,
            Err(kind) => return Err(RegionsError::NotArea { file, feature, region, kind }),
        };
        match polygons.iter().find_map(off_earth) {
            None => Ok(polygons),
            Some([longitude, latitude]) => {
                Err(RegionsError::OffEarth { file, feature, region, longitude, latitude })
            }
        }
    }
}

/// A point that is no place in degrees; so is what is not a number.
fn off_earth(polygon: &Polygon) -> Option<[f64; 2]> {
    let on_earth = |[longitude, latitude]: [f64; 2]| longitude.abs() <= 360.0 && latitude.abs() <= 90.0;
    let mut points = polygon.holes.iter().chain([&polygon.exterior]).flatten();
    points.find(|point| !on_earth(**point)).copied()
}

/// Regions as they come together.
#[derive(Default)]
struct Regions {
    regions: Vec<Region>,
    places: HashMap<String, usize>,
    repeated: Vec<String>,
    flat: usize,
}

impl Regions {
    fn add(&mut self, name: String, polygons: Vec<Polygon>) {
        let polygons = self.without_flat(polygons);
        let known = self.places.get(&name).and_then(|&place| self.regions.get_mut(place));
        match known {
            Some(region) => {
                region.polygons.extend(polygons);
                if !self.repeated.contains(&name) {
                    self.repeated.push(name);
                }
            }
            None => {
                self.places.insert(name.clone(), self.regions.len());
                self.regions.push(Region { name, polygons });
            }
        }
    }

    /// Leaves out rings that have no area.
    fn without_flat(&mut self, mut polygons: Vec<Polygon>) -> Vec<Polygon> {
        let count =
            |polygons: &[Polygon]| polygons.iter().map(|polygon| 1 + polygon.holes.len()).sum::<usize>();
        let before = count(&polygons);
        polygons.retain(|polygon| !is_flat(&polygon.exterior));
        polygons.iter_mut().for_each(|polygon| polygon.holes.retain(|hole| !is_flat(hole)));
        self.flat += before - count(&polygons);
        polygons
    }

    fn notes(&self) -> Vec<String> {
        let repeated = self
            .repeated
            .iter()
            .map(|name| format!("several features are named {name:?}: together they are one region"));
        let empty = self
            .regions
            .iter()
            .filter(|region| region.polygons.is_empty())
            .map(|region| format!("region {:?} has no area: its values will be missing", region.name));
        let flat =
            (self.flat > 0).then(|| format!("rings of fewer than three points are left out: {}", self.flat));
        repeated.chain(empty).chain(flat).collect()
    }
}
