//! A variable over latitude and longitude, ready to be read.

use std::cell::Cell;
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

use ndarray::Array2;

use super::cache::CacheSize;
use super::layout::{Layout, Positions};
use super::{Reader, coordinates};
use crate::cf::{Packing, Raw, Rule, with_raw};
use crate::error::NcError;
use crate::grid::Grid;
use crate::time::UtcTime;
use crate::variable::Variable;

/// A variable of an open file with its grid and times.
#[derive(Debug)]
pub struct Field {
    path: PathBuf,
    variable: Rc<Variable>,
    axes: Positions,
    rule: Rule,
    grid: Grid,
    times: Vec<UtcTime>,
    /// The library knows how much of it to keep in memory.
    cache_limited: Cell<bool>,
}

/// A block of a field, as asked for.
struct Block {
    time_index: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Field {
    pub(super) fn new(reader: &Reader, variable: Rc<Variable>) -> Result<Self, NcError> {
        let rule = reader.rule(&variable)?;
        let layout = Layout::find(reader, &variable)?;
        let grid = coordinates::grid(reader, &layout)?;
        let times = coordinates::times(reader, &layout)?;
        let axes = layout.positions();
        let path = reader.path().to_owned();
        Ok(Self { path, variable, axes, rule, grid, times, cache_limited: Cell::new(false) })
    }

    /// The variable's name.
    pub fn name(&self) -> &str {
        &self.variable.name
    }

    /// Where its cells are.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Its times in the order of the file: one each of the dimension of time, the only time of a
    /// field without such a dimension, or none where the file gives none.
    pub fn times(&self) -> &[UtcTime] {
        &self.times
    }

    /// The attribute `units`.
    pub fn units(&self) -> Option<&str> {
        self.variable.attributes.text("units")
    }

    /// How its values are packed.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The variable as it is in the file.
    pub(crate) fn variable(&self) -> &Variable {
        &self.variable
    }

    /// Where its axes are among its dimensions.
    pub(crate) fn positions(&self) -> Positions {
        self.axes
    }

    /// How many times there are to read: the length of the dimension of time, 1 without one.
    pub fn steps(&self) -> usize {
        self.axes.time.map_or(1, |position| self.length(position))
    }

    /// Reads a block of one time: unpacked values, NaN where missing, as (latitude, longitude) in
    /// the order of the grid, whatever the order in the file. Shape: rows x columns.
    ///
    /// `reader` must be the one that the field comes from.
    pub fn read(
        &self,
        reader: &Reader,
        time_index: usize,
        rows: Range<usize>,
        columns: Range<usize>,
    ) -> Result<Array2<f64>, NcError> {
        debug_assert_eq!(reader.path(), self.path, "a field is read through the reader that it comes from");
        let block = Block { time_index, rows, columns };
        self.check(&block)?;
        if block.rows.is_empty() || block.columns.is_empty() {
            return Ok(Array2::zeros((block.rows.len(), block.columns.len())));
        }
        with_raw!(self.rule.number_type, T => self.read_as::<T>(reader, &block))
    }

    fn read_as<T: Raw>(&self, reader: &Reader, block: &Block) -> Result<Array2<f64>, NcError> {
        let (start, count) = self.hyperslab(block);
        self.limit_cache(reader)?;
        let read = reader.library()?.read::<T>(self.name(), &start, &count);
        let raw = read.map_err(reader.read_error(self.name()))?;
        let packing = Packing::<T>::new(&self.rule);
        let (rows, columns) = (block.rows.len(), block.columns.len());
        let columns_vary_last = self.axes.latitude < self.axes.longitude;
        let (by_row, by_column) = if columns_vary_last { (columns, 1) } else { (1, rows) };
        Ok(Array2::from_shape_fn((rows, columns), |(row, column)| {
            packing.unpack(raw[row * by_row + column * by_column])
        }))
    }

    /// Start and count of a block along each dimension of the variable.
    fn hyperslab(&self, block: &Block) -> (Vec<usize>, Vec<usize>) {
        let along = |position: usize| {
            if position == self.axes.latitude {
                (block.rows.start, block.rows.len())
            } else if position == self.axes.longitude {
                (block.columns.start, block.columns.len())
            } else if Some(position) == self.axes.time {
                (block.time_index, 1)
            } else {
                (0, 1)
            }
        };
        (0..self.variable.dimensions.len()).map(along).unzip()
    }

    fn check(&self, block: &Block) -> Result<(), NcError> {
        self.check_time(block.time_index)?;
        self.check_window(&block.rows, &block.columns)
    }

    /// Checks that there is a time to read.
    pub(crate) fn check_time(&self, time_index: usize) -> Result<(), NcError> {
        let steps = time_index..time_index.saturating_add(1);
        self.check_range("time steps", &steps, self.steps())
    }

    /// Checks that there are rows and columns.
    pub(crate) fn check_window(&self, rows: &Range<usize>, columns: &Range<usize>) -> Result<(), NcError> {
        self.check_range("rows", rows, self.grid.latitudes.len())?;
        self.check_range("columns", columns, self.grid.longitudes.len())
    }

    fn check_range(&self, what: &'static str, asked: &Range<usize>, present: usize) -> Result<(), NcError> {
        if asked.start <= asked.end && asked.end <= present {
            return Ok(());
        }
        let (path, variable) = (self.path.clone(), self.name().to_owned());
        Err(NcError::OutOfRange { path, variable, what, asked: format!("{asked:?}"), present })
    }

    fn length(&self, position: usize) -> usize {
        self.variable.dimensions.get(position).map_or(0, |dimension| dimension.length)
    }

    /// Before the library first reads values.
    fn limit_cache(&self, reader: &Reader) -> Result<(), NcError> {
        if self.cache_limited.replace(true) {
            return Ok(());
        }
        let library = reader.library()?;
        let chunks = library.chunks(self.name()).map_err(reader.read_error(self.name()))?;
        let Some(chunks) = chunks else { return Ok(()) };
        let bytes = self.rule.number_type.bytes();
        let size = CacheSize::new(&self.variable.shape(), &chunks, bytes, self.axes);
        let set = library.set_cache(self.name(), size.bytes, size.slots);
        set.map_err(reader.read_error(self.name()))
    }
}
