//! What to tell people about a region that has no cells.

use dayfold_contract::Region;

use super::Bounds;
use crate::axis::Axis;

/// Why `region` may have none on this grid.
pub fn without_cells(region: &Region, latitudes: &Axis, longitudes: &Axis) -> String {
    let ((south, north), (west, east)) = (latitudes.bounds(), longitudes.bounds());
    let name = &region.name;
    let reaches = Bounds::of(&region.polygons).map(|bounds| {
        let beside = |turn: f64| bounds.west > east + turn || bounds.east < west + turn;
        let apart = bounds.south > north || bounds.north < south;
        !apart && ![0.0, -360.0, 360.0].into_iter().all(beside)
    });
    let reason = match reaches {
        None => "has no area".to_owned(),
        Some(true) => "has no cell: smaller than the grid's spacing?".to_owned(),
        Some(false) => format!(
            "lies outside the grid (which spans latitude {south} to {north}, longitude {west} to {east})"
        ),
    };
    format!("region {name:?} {reason}; its series will be missing values")
}
