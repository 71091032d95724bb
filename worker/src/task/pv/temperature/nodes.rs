//! From the cells of one grid to the nearest ones of another.

use std::ops::Range;

use dayfold_ncio::grid::Grid;

use super::super::place::Place;
use crate::axis::Axis;
use crate::regions::UnusableAxis;

/// For each row and column that has cells, the nearest one of the temperature's grid.
#[derive(Debug)]
pub struct Nodes {
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// The rows of the temperature's grid that are needed, as stored.
    pub needed_rows: Range<usize>,
    /// The columns of the temperature's grid that are needed, as stored.
    pub needed_columns: Range<usize>,
}

/// Why a cell has no nearest temperature.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The temperature's grid is none.
    #[error(transparent)]
    Axis(#[from] UnusableAxis),
    /// The cell is too far away.
    #[error("{axis} {value} lies more than one step outside its {axis}s ({first} to {last})")]
    OutOfReach {
        /// Latitude or longitude.
        axis: &'static str,
        /// The cell's.
        value: f64,
        /// Where the temperature's axis begins, ascending.
        first: f64,
        /// Where it ends.
        last: f64,
    },
}

impl Nodes {
    /// Finds them for the cells of all regions; without any cell nothing is needed.
    pub fn new(place: &Place, temperature: &Grid) -> Result<Self, NodeError> {
        let (rows, columns) = used(place);
        let latitudes = Reach::new("latitude", &temperature.latitudes, &[0.0])?;
        let longitudes = Reach::new("longitude", &temperature.longitudes, &[0.0, -360.0, 360.0])?;
        let rows = latitudes.indices(&place.grid.latitudes, &rows)?;
        let columns = longitudes.indices(&place.grid.longitudes, &columns)?;
        let (needed_rows, needed_columns) = (needed(&rows), needed(&columns));
        Ok(Self {
            rows: within(&rows, &needed_rows),
            columns: within(&columns, &needed_columns),
            needed_rows,
            needed_columns,
        })
    }

    /// Where the node of a cell is, counted from the first needed row and column.
    pub fn of(&self, row: usize, column: usize) -> Option<[usize; 2]> {
        Some([*self.rows.get(row)?, *self.columns.get(column)?])
    }
}

/// Which rows and columns have cells of any region.
fn used(place: &Place) -> (Vec<bool>, Vec<bool>) {
    let mut columns = vec![false; place.grid.longitudes.len()];
    let spans = |row| place.coverage.spans(row);
    for span in (0..place.grid.latitudes.len()).flat_map(spans) {
        if let Some(columns) = columns.get_mut(span.columns.clone()) {
            columns.fill(true);
        }
    }
    ((0..place.grid.latitudes.len()).map(|row| !spans(row).is_empty()).collect(), columns)
}

/// An axis of the temperature's grid, and the turns that bring cells to it.
struct Reach {
    name: &'static str,
    axis: Axis,
    turns: &'static [f64],
}

impl Reach {
    fn new(name: &'static str, stored: &[f64], turns: &'static [f64]) -> Result<Self, UnusableAxis> {
        let axis = Axis::new(stored).map_err(|source| UnusableAxis { axis: name, source })?;
        Ok(Self { name, axis, turns })
    }

    /// The stored index for each used value, none for the others.
    fn indices(&self, values: &[f64], used: &[bool]) -> Result<Vec<Option<usize>>, NodeError> {
        let index = |(&value, &used): (&f64, &bool)| used.then(|| self.nearest(value)).transpose();
        values.iter().zip(used).map(index).collect()
    }

    /// The stored index nearest to `value` after any of the turns; of those at the same distance the first's.
    fn nearest(&self, value: f64) -> Result<usize, NodeError> {
        let candidate = |turn: &f64| {
            let target = value + turn;
            let rank = self.axis.nearest_rank(target);
            let distance = (self.axis.ascending()[rank] - target).abs();
            (self.axis.steps_outside(target) <= 1.0).then_some((distance, rank))
        };
        let best = self.turns.iter().filter_map(candidate).min_by(|one, other| one.0.total_cmp(&other.0));
        let (first, last) = self.axis.bounds();
        best.map(|(_, rank)| self.axis.stored_index(rank)).ok_or(NodeError::OutOfReach {
            axis: self.name,
            value,
            first,
            last,
        })
    }
}

fn needed(indices: &[Option<usize>]) -> Range<usize> {
    let present = || indices.iter().copied().flatten();
    match (present().min(), present().max()) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    }
}

fn within(indices: &[Option<usize>], needed: &Range<usize>) -> Vec<usize> {
    indices.iter().map(|index| index.map_or(0, |index| index - needed.start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::task::Mount;
    use dayfold_pv::System;
    use dayfold_pv::fast::{Kernel, KernelTemperature};

    fn grid(latitudes: &[f64], longitudes: &[f64]) -> Grid {
        Grid { latitudes: latitudes.into(), longitudes: longitudes.into() }
    }

    fn nodes(cells: &Grid, temperature: &Grid) -> Result<Nodes, NodeError> {
        let module = dayfold_pv::database::module("Canadian_Solar_CS5P_220M___2009_").unwrap();
        let inverter = dayfold_pv::database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap();
        let system = System { mount: Mount::Latitude, module, inverter };
        let kernel = Kernel::new(&system, KernelTemperature::PerCell);
        Nodes::new(&Place::new(cells, None, &kernel).unwrap(), temperature)
    }

    #[test]
    fn only_what_is_needed_is_asked_for_in_stored_order() {
        let nodes = nodes(
            &grid(&[1.1, 2.1], &[10.0, 11.5]),
            &grid(&[4.0, 3.0, 2.0, 1.0, 0.0], &[9.0, 10.0, 11.0, 12.0, 13.0]),
        )
        .unwrap();
        assert_eq!((nodes.needed_rows.clone(), nodes.needed_columns.clone()), (2..4, 1..4));
        assert_eq!((nodes.of(0, 0), nodes.of(1, 1), nodes.of(2, 0)), (Some([1, 0]), Some([0, 2]), None));
    }

    #[test]
    fn longitudes_meet_after_a_turn_and_over_the_seam() {
        let around = grid(&[0.0, 1.0], &[0.0, 90.0, 180.0, 270.0]);
        let nodes = nodes(&grid(&[0.0], &[-100.0, -40.0, -10.0, 80.0]), &around).unwrap();
        assert_eq!([0, 1, 2, 3].map(|column| nodes.of(0, column).unwrap()[1]), [3, 0, 0, 1]);
    }

    #[test]
    fn one_step_outside_is_reached_and_more_is_not() {
        let temperature = grid(&[0.0, 1.0], &[0.0, 1.0]);
        assert!(nodes(&grid(&[-1.0, 2.0], &[0.5]), &temperature).is_ok());
        let error = nodes(&grid(&[0.5], &[2.5]), &temperature).unwrap_err();
        assert_eq!(
            error.to_string(),
            "longitude 2.5 lies more than one step outside its longitudes (0 to 1)"
        );
    }
}
