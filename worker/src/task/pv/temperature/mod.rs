//! Cell temperature: the same everywhere, or the nearest air temperature of another archive.
//!
//! Nearest in time, latitude and longitude each, as `xarray` takes it with `sel(method="nearest")`: of two
//! at the same distance the one with the larger coordinate.

mod error;
mod files;
mod nodes;
mod pattern;
mod units;
mod written;

use std::path::Path;

use dayfold_contract::task::Temperature;
use dayfold_ncio::grid::Grid;
use dayfold_ncio::time::UtcTime;
use ndarray::Array2;

use super::place::Place;
pub use error::TemperatureError;
use files::{Files, Instant, Open};
use nodes::Nodes;
use pattern::Pattern;
use units::Unit;

/// Where cell temperatures come from.
pub enum CellTemperature {
    /// Deg C.
    Constant(f64),
    /// Another archive.
    Nearest(Box<Nearest>),
}

/// The cells' temperature at one time.
pub enum StepTemperature<'a> {
    /// Deg C, everywhere.
    Constant(f64),
    /// By cell.
    Field(&'a Nodes, &'a Slice),
}

/// Another archive, and what is known of it.
pub struct Nearest {
    pattern: Pattern,
    variable: String,
    files: Files,
    nodes: Option<(Grid, Nodes)>,
    slice: Option<Slice>,
}

/// One time step of the part of the other grid that is needed.
pub struct Slice {
    instant: Instant,
    unit: Unit,
    values: Array2<f64>,
}

impl CellTemperature {
    /// As configured; a relative pattern begins in `folder`.
    pub fn new(spec: &Temperature, folder: &Path) -> Self {
        match spec {
            Temperature::Constant(celsius) => Self::Constant(*celsius),
            Temperature::Nearest { pattern, variable } => Self::Nearest(Box::new(Nearest {
                pattern: Pattern::new(pattern, folder),
                variable: variable.clone(),
                files: Files::new(variable),
                nodes: None,
                slice: None,
            })),
        }
    }

    /// Looks at the first time, before any work. What is wrong for every group is an error; what may concern
    /// some alone is given back, to be told.
    pub fn look(
        &mut self,
        time: UtcTime,
        place: &Place,
    ) -> Result<Option<TemperatureError>, TemperatureError> {
        let Self::Nearest(nearest) = self else { return Ok(None) };
        match nearest.at(time, place).map(drop) {
            Ok(()) => Ok(None),
            Err(TemperatureError::NoFile { pattern, tried, .. })
                if !nearest.pattern.matches_anything()? =>
            {
                Err(TemperatureError::NoFiles { pattern, tried })
            }
            Err(error) if error.is_everybodys() => Err(error),
            Err(error) => Ok(Some(error)),
        }
    }

    /// The temperature of a place's cells at `time`.
    pub fn at(&mut self, time: UtcTime, place: &Place) -> Result<StepTemperature<'_>, TemperatureError> {
        match self {
            Self::Constant(celsius) => Ok(StepTemperature::Constant(*celsius)),
            Self::Nearest(nearest) => nearest.at(time, place),
        }
    }
}

impl StepTemperature<'_> {
    /// Deg C at a cell, by row and column as stored; NaN where missing.
    pub fn of(&self, row: usize, column: usize) -> f64 {
        match self {
            Self::Constant(celsius) => *celsius,
            Self::Field(nodes, slice) => {
                let value = nodes.of(row, column).and_then(|node| slice.values.get(node));
                value.map_or(f64::NAN, |&value| slice.unit.to_celsius(value))
            }
        }
    }
}

impl Nearest {
    fn at(&mut self, time: UtcTime, place: &Place) -> Result<StepTemperature<'_>, TemperatureError> {
        let candidates = self.pattern.candidates(time)?;
        let Some(instant) = self.files.nearest(time, &candidates)? else {
            let (pattern, tried) = (self.pattern.as_str().to_owned(), self.pattern.path_at(time)?);
            return Err(TemperatureError::NoFile { time, pattern, tried });
        };
        let open = self.files.open(&instant.path)?;
        let grid = open.field.grid();
        let nodes = match self.nodes.take() {
            Some((known, nodes)) if known.same_as(grid) => (known, nodes),
            _ => {
                // Other nodes: the slice was cut for the old ones.
                self.slice = None;
                let nodes = Nodes::new(place, grid);
                (
                    grid.clone(),
                    nodes.map_err(|source| TemperatureError::Node { path: instant.path.clone(), source })?,
                )
            }
        };
        let slice = match self.slice.take() {
            Some(slice) if slice.instant == instant => slice,
            _ => cut(open, &nodes.1, instant, &self.variable)?,
        };
        let (_, nodes) = self.nodes.insert(nodes);
        Ok(StepTemperature::Field(nodes, self.slice.insert(slice)))
    }
}

/// Reads what is needed of one time step.
fn cut(open: &Open, nodes: &Nodes, instant: Instant, variable: &str) -> Result<Slice, TemperatureError> {
    let units = open.field.units().unwrap_or_default();
    let unit = Unit::parse(units).ok_or_else(|| TemperatureError::Units {
        path: instant.path.clone(),
        variable: variable.to_owned(),
        units: units.to_owned(),
    })?;
    let (rows, columns) = (nodes.needed_rows.clone(), nodes.needed_columns.clone());
    let values = open.field.read(&open.reader, instant.index, rows, columns)?;
    Ok(Slice { instant, unit, values })
}
