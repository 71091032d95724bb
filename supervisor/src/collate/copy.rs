//! The second look at the partials: their values, in order of time, into the final file.

use std::ops::Range;
use std::path::Path;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::Values;
use dayfold_ncio::raw::{Cut, RawWriter};

use super::batch::Batch;
use super::error::CollateError;
use super::files::Files;
use super::layout::{Column, Layout};
use super::opening::Opening;
use super::order::{Run, Step};
use super::packing::Press;
use super::{Progress, Watch, tell};

/// Writes the final file. `steps` are those of the same batch.
pub(super) fn copy(
    path: &Path,
    layout: Layout,
    batch: &Batch<'_>,
    opening: &Opening,
    steps: &[Step],
    progress: &mut Watch<'_>,
) -> Result<(), CollateError> {
    let Layout { schema, storage, columns, .. } = layout;
    let writer = RawWriter::create(path, schema, storage)?;
    let stride = columns.iter().map(|column| column.block).min().unwrap_or(1);
    let columns = columns.into_iter().map(Filling::of).collect();
    let files = Files::new(&batch.sources, opening);
    let starting =
        |source| CollateError::System { action: "start a thread to write", path: path.to_owned(), source };
    let exit = Exit { press: Press::start().map_err(starting)?, writer };
    let mut copy = Copy { files, exit, columns, stride, taken: 0 };
    for (name, values) in &batch.reference.constants {
        copy.exit.writer.write(name, values)?;
    }
    for (done, step) in steps.iter().enumerate() {
        match step {
            Step::Keep(run) => copy.keep(run)?,
            Step::Check { kept, twin } => copy.check(kept, twin)?,
        }
        tell(progress, Progress::Copied { done: done + 1, of: steps.len() })?;
    }
    copy.finish()
}

struct Copy<'a> {
    files: Files<'a>,
    exit: Exit,
    columns: Vec<Filling>,
    /// Whole blocks are written when the rows taken are a multiple of this: so the order of
    /// writes, and with it the file's bytes, does not depend on where one partial ends.
    stride: usize,
    taken: usize,
}

impl Copy<'_> {
    fn keep(&mut self, run: &Run) -> Result<(), CollateError> {
        let mut left = run.clone();
        while !left.rows.is_empty() {
            let most = self.stride - self.taken % self.stride;
            let piece = left.split_front(most);
            self.take(&piece)?;
            self.taken += piece.rows.len();
            if self.taken.is_multiple_of(self.stride) {
                for filling in &mut self.columns {
                    filling.write_blocks(&mut self.exit)?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, piece: &Run) -> Result<(), CollateError> {
        for Filling { column, waiting, .. } in &mut self.columns {
            let rows = self.files.rows(column, piece)?;
            waiting.append(&rows).map_err(|source| {
                let group = self.files.source(piece.source).group.clone();
                CollateError::Changed { group, variable: column.name.clone(), source }
            })?;
        }
        Ok(())
    }

    fn check(&mut self, kept: &Run, twin: &Run) -> Result<(), CollateError> {
        let (mut kept, mut twin) = (kept.clone(), twin.clone());
        while !kept.rows.is_empty() {
            let (kept, twin) = (kept.split_front(self.stride), twin.split_front(self.stride));
            for Filling { column, .. } in &self.columns {
                // the same times by other numbers are the same
                if column.name != SHARED_DIMENSION {
                    compare(&mut self.files, column, &kept, &twin)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), CollateError> {
        for filling in &mut self.columns {
            filling.flush(&mut self.exit)?;
        }
        self.exit.finish()
    }
}

/// The way into the final file: what is chunked goes through the press.
struct Exit {
    press: Press,
    writer: RawWriter,
}

impl Exit {
    /// Writes a range of rows.
    fn write(&mut self, name: &str, range: Range<usize>, rows: Values) -> Result<(), CollateError> {
        match self.writer.cut(name, SHARED_DIMENSION, range.clone(), rows)? {
            Cut::Whole(rows) => Ok(self.writer.write_along(name, SHARED_DIMENSION, range, &rows)?),
            Cut::Chunks(chunks) => {
                chunks.into_iter().try_for_each(|chunk| self.press.take(chunk, &mut self.writer))
            }
        }
    }

    fn finish(self) -> Result<(), CollateError> {
        let Self { press, mut writer } = self;
        press.finish(&mut writer)?;
        Ok(writer.finish()?)
    }
}

/// A column of the final file as far as it is written, and rows that wait for a whole block.
struct Filling {
    column: Column,
    waiting: Values,
    written: usize,
}

impl Filling {
    fn of(column: Column) -> Self {
        Self { waiting: Values::empty(column.data_type), column, written: 0 }
    }

    fn write_blocks(&mut self, exit: &mut Exit) -> Result<(), CollateError> {
        while self.waiting.len() >= self.column.block * self.column.row {
            self.write(self.column.block, exit)?;
        }
        Ok(())
    }

    /// Writes what is left.
    fn flush(&mut self, exit: &mut Exit) -> Result<(), CollateError> {
        self.write_blocks(exit)?;
        match self.waiting.len() / self.column.row {
            0 => Ok(()),
            rows => self.write(rows, exit),
        }
    }

    fn write(&mut self, rows: usize, exit: &mut Exit) -> Result<(), CollateError> {
        let block = self.waiting.take_front(rows * self.column.row).swap_axes(rows, self.column.outer);
        let range = self.written..self.written + rows;
        exit.write(&self.column.name, range, block)?;
        self.written += rows;
        Ok(())
    }
}

/// Sees that rows at the same times are the same.
fn compare(files: &mut Files<'_>, column: &Column, kept: &Run, twin: &Run) -> Result<(), CollateError> {
    let (one, other) = (files.rows(column, kept)?, files.rows(column, twin)?);
    let Some(place) = one.first_difference(&other) else { return Ok(()) };
    Err(CollateError::Contradiction {
        first: files.source(kept.source).group.clone(),
        second: files.source(twin.source).group.clone(),
        time: files.time(kept.source, kept.rows.start + (place / column.row) as u32)?,
        variable: column.name.clone(),
        results: Box::new([kept, twin].map(|rows| files.source(rows.source).path.clone())),
    })
}
