//! Regions: named polygons over which results are averaged.
//!
//! The supervisor reads them from a file; workers turn them into spans of grid cells.

use serde::{Deserialize, Serialize};

use crate::Fingerprint;

/// A closed ring of (longitude, latitude) in degrees; the closing point may be repeated or not.
pub type Ring = Vec<[f64; 2]>;

/// One outer ring and any holes in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Polygon {
    /// The outline.
    pub exterior: Ring,
    /// The holes.
    pub holes: Vec<Ring>,
}

/// A named region: the union of its polygons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// As in the file's name attribute.
    pub name: String,
    /// Empty for a region without area.
    pub polygons: Vec<Polygon>,
}

/// All regions of a run, in the order of their file. Regions may overlap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RegionSet {
    /// No two have the same name.
    pub regions: Vec<Region>,
}

impl RegionSet {
    /// A digest of names and coordinates, to the bit.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut bytes = Vec::new();
        for region in &self.regions {
            push_count(&mut bytes, region.name.len());
            bytes.extend_from_slice(region.name.as_bytes());
            push_count(&mut bytes, region.polygons.len());
            for polygon in &region.polygons {
                push_count(&mut bytes, polygon.holes.len());
                push_ring(&mut bytes, &polygon.exterior);
                polygon.holes.iter().for_each(|hole| push_ring(&mut bytes, hole));
            }
        }
        Fingerprint::of(&bytes)
    }
}

fn push_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend_from_slice(&(count as u64).to_le_bytes());
}

fn push_ring(bytes: &mut Vec<u8>, ring: &Ring) {
    push_count(bytes, ring.len());
    for coordinate in ring.iter().flatten() {
        bytes.extend_from_slice(&coordinate.to_bits().to_le_bytes());
    }
}
