//! What to tell people about a region that has no cells.

use dayfold_contract::Region;
use dayfold_ncio::grid::span;

use super::Bounds;
use crate::axis::Axis;

/// Why `region` may have none on this grid; nothing of a region without any area, which whoever read the regions
/// has told.
pub fn without_cells(region: &Region, latitudes: &Axis, longitudes: &Axis) -> Option<String> {
    let ((south, north), (west, east)) = (latitudes.bounds(), longitudes.bounds());
    let bounds = Bounds::of(&region.polygons)?;
    let beside = |turn: f64| bounds.west > east + turn || bounds.east < west + turn;
    let apart = bounds.south > north || bounds.north < south;
    let reason = if apart || [0.0, -360.0, 360.0].into_iter().all(beside) {
        let (latitudes, longitudes) = (span(latitudes.ascending()), span(longitudes.ascending()));
        format!("lies outside the grid (which spans latitude {latitudes}, longitude {longitudes})")
    } else {
        "has no cell: smaller than the grid's spacing?".to_owned()
    };
    Some(format!("region {:?} {reason}; its series will be missing values", region.name))
}
