//! A field that the library reads: rows of it on demand, some rows at once.

use std::ops::Range;

use ndarray::{Array2, s};

use super::wanted::Wanted;
use crate::error::NcError;
use crate::reader::{Field, Reader};

/// How many cells are in memory at once, about.
const CELLS: usize = 1 << 16;

/// A field, of which some rows are in memory.
pub(super) struct LibrarySource<'a> {
    reader: &'a Reader,
    field: &'a Field,
    /// Around all wanted cells.
    rows: Range<usize>,
    columns: Range<usize>,
    time: usize,
    /// The rows that are in memory.
    have: Range<usize>,
    block: Array2<f64>,
}

impl<'a> LibrarySource<'a> {
    pub(super) fn new(reader: &'a Reader, field: &'a Field, wanted: &Wanted) -> Self {
        let (rows, columns) = (wanted.rows(), wanted.columns());
        Self { reader, field, rows, columns, time: 0, have: 0..0, block: Array2::default((0, 0)) }
    }

    /// Rows are of this time from now on.
    pub(super) fn turn_to(&mut self, time: usize) {
        self.time = time;
        self.have = 0..0;
    }

    /// Reads a run of wanted cells.
    pub(super) fn run(&mut self, row: usize, columns: &Range<usize>, out: &mut [f64]) -> Result<(), NcError> {
        if !self.have.contains(&row) {
            let some = (CELLS / self.columns.len().max(1)).max(1);
            let rows = row..self.rows.end.min(row + some);
            self.have = 0..0;
            self.block = self.field.read(self.reader, self.time, rows.clone(), self.columns.clone())?;
            self.have = rows;
        }
        let columns = columns.start - self.columns.start..columns.end - self.columns.start;
        let cells = self.block.slice(s![row - self.have.start, columns]);
        out.iter_mut().zip(cells).for_each(|(out, value)| *out = *value);
        Ok(())
    }
}
