//! Partials that are open, a few at a time, and rows out of them.

use std::collections::VecDeque;
use std::ops::Range;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{ConvertError, Values};
use dayfold_ncio::form::UnpackError;
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::time::TimeError;

use super::Source;
use super::coding::coding;
use super::error::CollateError;
use super::layout::Column;
use super::numbers;
use super::opening::Opening;
use super::order::Run;
use super::survey::{calendar_of_times, partial, time, times};

/// Enough for partials that overlap with their neighbours, few enough for the memory and the
/// descriptors that each takes.
const MOST_OPEN: usize = 16;

/// The partials, by their places among the sources.
pub(super) struct Files<'a> {
    sources: &'a [&'a Source],
    opening: &'a Opening,
    /// The latest used last.
    open: VecDeque<(u32, RawFile)>,
}

impl<'a> Files<'a> {
    pub(super) fn new(sources: &'a [&'a Source], opening: &'a Opening) -> Self {
        Self { sources, opening, open: VecDeque::new() }
    }

    /// The source of that place. Places come from the survey of the same sources.
    pub(super) fn source(&self, place: u32) -> &'a Source {
        self.sources[place as usize]
    }

    /// A column's values at the rows of a run, row after row, times in the final file's coding.
    pub(super) fn rows(&mut self, column: &Column, run: &Run) -> Result<Values, CollateError> {
        let source = self.source(run.source);
        let file = self.file(run.source)?;
        let range: Range<usize> = run.rows.start as usize..run.rows.end as usize;
        let length = range.len();
        let values = file.read_along(&column.name, SHARED_DIMENSION, range).map_err(partial(source))?;
        let values = recode(file, column, values).map_err(time(source, &column.name))?;
        let values = unpacked(file, column, values).map_err(|error| CollateError::Numbers {
            group: source.group.clone(),
            path: source.path.clone(),
            variable: column.name.clone(),
            source: Box::new(error),
        })?;
        let values = stored(column, values).map_err(|error| CollateError::Convert {
            group: source.group.clone(),
            path: source.path.clone(),
            variable: column.name.clone(),
            source: error,
        })?;
        Ok(values.swap_axes(column.outer, length))
    }

    /// The time of a row, for people.
    pub(super) fn time(&mut self, place: u32, row: u32) -> Result<String, CollateError> {
        let source = self.source(place);
        let file = self.file(place)?;
        let times = times(source, file)?;
        let missing = || time(source, SHARED_DIMENSION)(TimeError::Missing(row as usize));
        let calendar = calendar_of_times(file);
        times.get(row as usize).map(|instant| instant.show(calendar)).ok_or_else(missing)
    }

    fn file(&mut self, place: u32) -> Result<&RawFile, CollateError> {
        let opened = match self.open.iter().position(|&(open, _)| open == place) {
            Some(index) => self.open.remove(index),
            None => None,
        };
        let opened = match opened {
            Some(opened) => opened,
            None => {
                let source = self.source(place);
                (place, self.opening.open(&source.path).map_err(partial(source))?.0)
            }
        };
        if self.open.len() == MOST_OPEN {
            self.open.pop_front();
        }
        self.open.push_back(opened);
        Ok(&self.open[self.open.len() - 1].1)
    }
}

fn recode(file: &RawFile, column: &Column, values: Values) -> Result<Values, TimeError> {
    let (Some(new), Some(variable)) = (column.recode, file.schema().variable(&column.name)) else {
        return Ok(values);
    };
    let old = coding(file.schema(), variable)?;
    new.encode(&old.decode(&values)?, old.units().calendar())
}

fn unpacked(file: &RawFile, column: &Column, values: Values) -> Result<Values, UnpackError> {
    match (column.unpacked, file.schema().variable(&column.name)) {
        (Some(data_type), Some(variable)) => numbers::unpacked(variable, &values, data_type),
        _ => Ok(values),
    }
}

/// As people want it stored. An earlier final file has it so already, and then it is first what a partial has.
fn stored(column: &Column, values: Values) -> Result<Values, ConvertError> {
    let values = if values.data_type() == column.kept { values } else { values.convert(column.kept)? };
    match &column.conversion {
        Some(conversion) => conversion.apply(&values),
        None => Ok(values),
    }
}
