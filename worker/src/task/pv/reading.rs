//! One file of irradiance: its three variables, checked against each other, read in blocks of rows.

use std::ops::Range;
use std::path::Path;

use dayfold_contract::task::IrradianceNames;
use dayfold_ncio::grid::Grid;
use dayfold_ncio::reader::{Field, Reader};
use dayfold_ncio::time::UtcTime;
use dayfold_pv::Irradiance;
use ndarray::Array2;

use super::error::{PvError, VariablesDiffer};
use crate::regions::Window;

/// How many cells of each variable are in memory at once, about.
const CELLS_A_BLOCK: usize = 1 << 17;

/// An open file.
pub struct IrradianceFile {
    reader: Reader,
    ghi: Field,
    dni: Field,
    dhi: Field,
}

/// A few rows of all three variables at one time, W m-2; NaN where missing.
pub struct Block {
    rows: Range<usize>,
    first_column: usize,
    ghi: Array2<f64>,
    dni: Array2<f64>,
    dhi: Array2<f64>,
}

impl IrradianceFile {
    /// Opens a file and checks that its three variables have the same grid and times.
    pub fn open(path: &Path, names: &IrradianceNames) -> Result<Self, PvError> {
        let reader = Reader::open(path)?;
        let [ghi, dni, dhi] = [&names.ghi, &names.dni, &names.dhi].map(|name| reader.field(name));
        let file = Self { ghi: ghi?, dni: dni?, dhi: dhi?, reader };
        file.check_times()?;
        file.check_same(&file.dni)?;
        file.check_same(&file.dhi)?;
        Ok(file)
    }

    /// Where the cells are.
    pub fn grid(&self) -> &Grid {
        self.ghi.grid()
    }

    /// In the file's order.
    pub fn times(&self) -> &[UtcTime] {
        self.ghi.times()
    }

    /// The blocks that cover a window, from the first row to the last.
    pub fn blocks(&self, time_index: usize, window: &Window) -> impl Iterator<Item = Result<Block, PvError>> {
        let columns = window.columns.clone();
        let rows = in_blocks(window.rows.clone(), CELLS_A_BLOCK / columns.len().max(1));
        rows.map(move |rows| self.block(time_index, rows, columns.clone()))
    }

    fn block(&self, time_index: usize, rows: Range<usize>, columns: Range<usize>) -> Result<Block, PvError> {
        let read = |field: &Field| field.read(&self.reader, time_index, rows.clone(), columns.clone());
        let (ghi, dni, dhi) = (read(&self.ghi)?, read(&self.dni)?, read(&self.dhi)?);
        Ok(Block { ghi, dni, dhi, first_column: columns.start, rows: rows.clone() })
    }

    fn check_times(&self) -> Result<(), PvError> {
        let (steps, times) = (self.ghi.steps(), self.times().len());
        if steps == times {
            return Ok(());
        }
        let (path, variable) = (self.reader.path().to_owned(), self.ghi.name().to_owned());
        Err(PvError::NoTimes { path, variable, steps, times })
    }

    fn check_same(&self, field: &Field) -> Result<(), PvError> {
        let differ = |what, found, expected| {
            PvError::VariablesDiffer(Box::new(VariablesDiffer {
                path: self.reader.path().to_owned(),
                what,
                variable: field.name().to_owned(),
                found,
                first: self.ghi.name().to_owned(),
                expected,
            }))
        };
        if !field.grid().same_as(self.grid()) {
            return Err(differ("grid", field.grid().describe(), self.grid().describe()));
        }
        if field.times() != self.times() {
            return Err(differ("time axis", describe(field.times()), describe(self.times())));
        }
        Ok(())
    }
}

/// Rows in blocks of at most so many, and at least one.
fn in_blocks(rows: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let most = most.max(1);
    let end = rows.end;
    rows.step_by(most).map(move |first| first..end.min(first + most))
}

/// For people: how many times, and from when to when.
fn describe(times: &[UtcTime]) -> String {
    match times {
        [] => "no times".to_owned(),
        [time] => time.to_string(),
        [first, .., last] => format!("{} times, {first} to {last}", times.len()),
    }
}

impl Block {
    /// Its rows, as stored.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// A cell's irradiance, by row and column as stored; missing outside the block.
    pub fn irradiance(&self, row: usize, column: usize) -> Irradiance {
        let at = [row.wrapping_sub(self.rows.start), column.wrapping_sub(self.first_column)];
        let value = |values: &Array2<f64>| values.get(at).copied().unwrap_or(f64::NAN);
        Irradiance { ghi: value(&self.ghi), dni: value(&self.dni), dhi: value(&self.dhi) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_all_rows_once_and_in_order() {
        let blocks = |rows, most| in_blocks(rows, most).collect::<Vec<_>>();
        assert_eq!(blocks(3..10, 3), [3..6, 6..9, 9..10]);
        assert_eq!(blocks(3..9, 4), [3..7, 7..9]);
        assert_eq!(blocks(3..5, 100).first(), Some(&(3..5)));
        assert_eq!(blocks(3..5, 0), [3..4, 4..5]);
        assert_eq!(blocks(0..0, 3), []);
    }
}
