//! Regions on a grid: which cells belong to which of them.
//!
//! A cell belongs to a region if its centre, as stored, lies inside one of the region's polygons. The
//! answer is kept as spans of columns a row, each with the set of regions that hold all of it, so that
//! whoever computes visits each cell once for all regions. Nothing here reads files or knows what is
//! averaged.

mod ranges;
mod scan;
mod sets;
mod warn;

use std::ops::Range;

use dayfold_contract::{Polygon, Region, RegionSet};

use crate::axis::{Axis, AxisError};
use ranges::{Columns, union};
use scan::Centres;
use sets::Sets;

/// What the one region is called where none are given.
pub const WHOLE_GRID: &str = "all";

/// A run of cells in one row that belong to the same regions, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The cells, by column as stored.
    pub columns: Range<usize>,
    /// To be looked up by [`Coverage::members`].
    pub set: usize,
}

/// The cells of all regions on one grid.
#[derive(Clone, Debug)]
pub struct Coverage {
    names: Vec<String>,
    rows: Vec<Vec<Span>>,
    sets: Vec<Vec<usize>>,
    cells: Vec<usize>,
    warnings: Vec<String>,
}

/// An axis of the grid on which nothing can be located.
#[derive(Debug, thiserror::Error)]
#[error("the {axis}s are no axis")]
pub struct UnusableAxis {
    /// Latitude or longitude.
    pub axis: &'static str,
    /// What is wrong with it.
    #[source]
    pub source: AxisError,
}

/// The regions' names in their order; without regions, the whole grid's.
pub fn names(regions: Option<&RegionSet>) -> Vec<String> {
    match regions {
        None => vec![WHOLE_GRID.to_owned()],
        Some(set) => set.regions.iter().map(|region| region.name.clone()).collect(),
    }
}

impl Coverage {
    /// Finds the cells of `regions`, or takes the whole grid as one region; axes as stored, in degrees.
    pub fn new(
        regions: Option<&RegionSet>,
        latitudes: &[f64],
        longitudes: &[f64],
    ) -> Result<Self, UnusableAxis> {
        let axis = |axis, values| Axis::new(values).map_err(|source| UnusableAxis { axis, source });
        let grid =
            Grid { latitudes: axis("latitude", latitudes)?, longitudes: axis("longitude", longitudes)? };
        let cells = match regions {
            None => vec![vec![vec![0..longitudes.len()]; latitudes.len()]],
            Some(set) => set.regions.iter().map(|region| grid.cells(region)).collect(),
        };
        let warnings = regions.map_or_else(Vec::new, |set| grid.warnings(&set.regions, &cells));
        Ok(Self::combine(names(regions), cells, latitudes.len(), warnings))
    }

    /// From each region's columns in each row to each row's spans.
    fn combine(
        names: Vec<String>,
        regions: Vec<Vec<Vec<Columns>>>,
        rows: usize,
        warnings: Vec<String>,
    ) -> Self {
        let width = |columns: &Columns| columns.len();
        let cells = regions.iter().map(|rows| rows.iter().flatten().map(width).sum()).collect();
        let mut sets = Sets::default();
        let rows: Vec<_> =
            (0..rows).map(|row| sets.spans(regions.iter().map(|rows| &rows[row][..]))).collect();
        Self { names, rows, sets: sets.into_members(), cells, warnings }
    }

    /// The regions' names, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The spans of a stored row, from left to right; none where it has no region or does not exist.
    pub fn spans(&self, row: usize) -> &[Span] {
        self.rows.get(row).map_or(&[], Vec::as_slice)
    }

    /// The regions, as indices into [`Coverage::names`], that a span's `set` stands for.
    pub fn members(&self, set: usize) -> &[usize] {
        self.sets.get(set).map_or(&[], Vec::as_slice)
    }

    /// How many cells each region has.
    pub fn cells(&self) -> &[usize] {
        &self.cells
    }

    /// For people: regions that have an area and no cells, and why.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

struct Grid {
    latitudes: Axis,
    longitudes: Axis,
}

impl Grid {
    /// A region's columns in each row, both as stored.
    fn cells(&self, region: &Region) -> Vec<Vec<Columns>> {
        let mut rows = vec![Vec::new(); self.latitudes.count()];
        // A region may use another turn of the circle than the grid, or reach across the grid's seam.
        for turn in [0.0, -360.0, 360.0] {
            let longitudes: Vec<_> =
                self.longitudes.ascending().iter().map(|longitude| longitude + turn).collect();
            let centres = Centres { latitudes: self.latitudes.ascending(), longitudes: &longitudes };
            for polygon in &region.polygons {
                scan::scan(polygon, centres, |rank, columns| {
                    rows[self.latitudes.stored_index(rank)].extend(columns);
                });
            }
        }
        rows.into_iter()
            .map(|columns| union(columns.into_iter().map(|range| self.stored(range)).collect()))
            .collect()
    }

    fn warnings(&self, regions: &[Region], cells: &[Vec<Vec<Columns>>]) -> Vec<String> {
        let of_all = regions.iter().zip(cells);
        let empty = of_all.filter(|(_, rows)| rows.iter().all(Vec::is_empty));
        empty
            .filter_map(|(region, _)| warn::without_cells(region, &self.latitudes, &self.longitudes))
            .collect()
    }

    fn stored(&self, ranks: Columns) -> Columns {
        let ends = [self.longitudes.stored_index(ranks.start), self.longitudes.stored_index(ranks.end - 1)];
        ends[0].min(ends[1])..ends[0].max(ends[1]) + 1
    }
}

/// The box around polygons, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bounds {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
}

impl Bounds {
    /// `None` without any point.
    fn of<'a>(polygons: impl IntoIterator<Item = &'a Polygon>) -> Option<Self> {
        let points = polygons.into_iter().flat_map(|polygon| &polygon.exterior);
        points.fold(None, |bounds: Option<Self>, &[x, y]| {
            let Self { west, east, south, north } =
                bounds.unwrap_or(Self { west: x, east: x, south: y, north: y });
            Some(Self { west: west.min(x), east: east.max(x), south: south.min(y), north: north.max(y) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(name: &str, west: f64, east: f64, south: f64, north: f64) -> Region {
        let exterior = vec![[west, south], [east, south], [east, north], [west, north]];
        Region { name: name.to_owned(), polygons: vec![Polygon { exterior, holes: Vec::new() }] }
    }

    fn coverage(regions: Vec<Region>, latitudes: &[f64], longitudes: &[f64]) -> Coverage {
        Coverage::new(Some(&RegionSet { regions }), latitudes, longitudes).unwrap()
    }

    /// The longitudes of a region's cells in one row.
    fn longitudes_of(coverage: &Coverage, region: usize, row: usize, longitudes: &[f64]) -> Vec<f64> {
        let spans = coverage.spans(row).iter().filter(|span| coverage.members(span.set).contains(&region));
        spans.flat_map(|span| longitudes[span.columns.clone()].to_vec()).collect()
    }

    #[test]
    fn without_regions_the_whole_grid_is_one() {
        let all = Coverage::new(None, &[2.0, 1.0], &[0.0, 1.0, 2.0]).unwrap();
        assert_eq!((all.names(), all.cells()), (&["all".to_owned()][..], &[6][..]));
        assert!(all.warnings().is_empty());
    }

    #[test]
    fn descending_axes_give_stored_rows_and_columns() {
        let (latitudes, longitudes) = ([4.0, 2.0, 1.0, 0.5], [30.0, 21.0, 20.0, 10.0, 5.0]);
        let found = coverage(vec![square("a", 9.0, 22.0, 0.8, 3.0)], &latitudes, &longitudes);
        assert_eq!(found.cells(), [6]);
        assert_eq!(longitudes_of(&found, 0, 1, &longitudes), [21.0, 20.0, 10.0]);
    }

    #[test]
    fn either_convention_of_longitudes_meets_the_other() {
        let east: Vec<_> = (0..36).map(|step| f64::from(step) * 10.0).collect();
        let both: Vec<_> = (-18..18).map(|step| f64::from(step) * 10.0).collect();
        let regions =
            || vec![square("greenwich", -15.0, 15.0, 0.0, 2.0), square("date line", 165.0, 195.0, 0.0, 2.0)];
        let found = coverage(regions(), &[1.0], &east);
        assert_eq!(longitudes_of(&found, 0, 0, &east), [0.0, 10.0, 350.0]);
        assert_eq!(longitudes_of(&found, 1, 0, &east), [170.0, 180.0, 190.0]);
        let found = coverage(regions(), &[1.0], &both);
        assert_eq!(longitudes_of(&found, 0, 0, &both), [-10.0, 0.0, 10.0]);
        assert_eq!(longitudes_of(&found, 1, 0, &both), [-180.0, -170.0, 170.0]);
    }

    /// As `ncio` gives 358, 359, 0, 1.
    #[test]
    fn a_grid_that_goes_on_over_greenwich_meets_regions_of_either_convention() {
        let grid = [358.0, 359.0, 360.0, 361.0];
        let regions = vec![
            square("west and east", -1.5, 0.5, 0.0, 2.0),
            square("from 0 to 360", 357.5, 359.5, 0.0, 2.0),
            square("east", 0.5, 1.5, 0.0, 2.0),
        ];
        let found = coverage(regions, &[1.0], &grid);
        assert_eq!(longitudes_of(&found, 0, 0, &grid), [359.0, 360.0]);
        assert_eq!(longitudes_of(&found, 1, 0, &grid), [358.0, 359.0]);
        assert_eq!(longitudes_of(&found, 2, 0, &grid), [361.0]);
    }

    #[test]
    fn overlapping_polygons_of_one_region_count_once() {
        let mut region = square("a", 0.5, 2.5, 0.0, 2.0);
        region.polygons.extend(square("b", 1.5, 3.5, 0.0, 2.0).polygons);
        assert_eq!(coverage(vec![region], &[1.0], &[0.0, 1.0, 2.0, 3.0, 4.0]).cells(), [3]);
    }

    #[test]
    fn regions_without_cells_are_told_apart() {
        let empty = Region { name: "empty".into(), polygons: Vec::new() };
        let regions = vec![square("far", 50.0, 60.0, 0.0, 2.0), square("tiny", 0.4, 0.6, 0.9, 1.1), empty];
        let found = coverage(regions, &[1.0], &[0.0, f64::from(1.1_f32)]);
        assert!(found.spans(0).is_empty());
        // that a region has no area is told where regions are read
        let [far, tiny] = found.warnings() else { panic!("{:?}", found.warnings()) };
        assert!(
            far.contains("\"far\" lies outside the grid (which spans latitude 1, longitude 0 to 1.1)"),
            "{far}"
        );
        assert!(tiny.contains("\"tiny\" has no cell"), "{tiny}");
    }

    #[test]
    fn an_axis_that_turns_back_is_refused_by_name() {
        let error = Coverage::new(None, &[1.0], &[0.0, 180.0, -170.0]).unwrap_err();
        assert!(error.to_string().contains("longitudes"), "{error}");
    }
}
