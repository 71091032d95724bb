//! The reader of runs: all fields of a file side by side.

use std::ops::Range;

use super::library::LibrarySource;
use super::plan::Plan;
use super::route::Route;
use super::source::ChunkSource;
use super::wanted::Wanted;
use crate::error::NcError;
use crate::reader::{Field, Reader};

/// Reads the wanted cells of `N` fields of one file, which have the same grid.
pub struct RunReader<'a, const N: usize> {
    fields: [&'a Field; N],
    wanted: &'a Wanted,
    sources: Vec<Source<'a>>,
    routes: Vec<Route>,
    values: [Vec<f64>; N],
}

/// The wanted cells of one time, run after run.
pub struct Runs<'r, 'a, const N: usize> {
    reader: &'r mut RunReader<'a, N>,
    left: std::slice::Iter<'a, (usize, Range<usize>)>,
}

/// A run of cells of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Run<'r, const N: usize> {
    /// Its row, by the order of the grid.
    pub row: usize,
    /// Its columns, by the order of the grid.
    pub columns: Range<usize>,
    /// For each field the unpacked values of the columns, NaN where missing.
    pub values: [&'r [f64]; N],
}

enum Source<'a> {
    Chunks(Box<ChunkSource<'a>>),
    Library(LibrarySource<'a>),
}

impl<'a, const N: usize> RunReader<'a, N> {
    /// Prepares to read `wanted` cells of fields that come from `reader`.
    ///
    /// An error where a field has no such cells.
    pub fn open(reader: &'a Reader, fields: [&'a Field; N], wanted: &'a Wanted) -> Result<Self, NcError> {
        for field in fields {
            field.check_window(&wanted.rows(), &wanted.columns())?;
        }
        let (mut sources, mut routes) = (Vec::new(), Vec::new());
        for field in fields {
            let (source, route) = match Plan::new(reader, field, wanted) {
                Ok(plan) => {
                    let source = ChunkSource::new(reader, field, plan);
                    (Source::Chunks(Box::new(source)), Route::Chunks)
                }
                Err(reason) => {
                    (Source::Library(LibrarySource::new(reader, field, wanted)), Route::Library(reason))
                }
            };
            sources.push(source);
            routes.push(route);
        }
        let longest = wanted.runs().iter().map(|(_, columns)| columns.len()).max().unwrap_or(0);
        let values = std::array::from_fn(|_| vec![0.0; longest]);
        Ok(Self { fields, wanted, sources, routes, values })
    }

    /// Which way each field is read, and why.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The wanted cells of one time, from the first row to the last.
    pub fn step(&mut self, time_index: usize) -> Result<Runs<'_, 'a, N>, NcError> {
        for field in self.fields {
            field.check_time(time_index)?;
        }
        for source in &mut self.sources {
            match source {
                Source::Chunks(source) => source.turn_to(time_index)?,
                Source::Library(source) => source.turn_to(time_index),
            }
        }
        let left = self.wanted.runs().iter();
        Ok(Runs { reader: self, left })
    }

    /// Where in the file chunks were read so far, coarsely, for [`super::announce()`].
    pub fn touched(&self) -> Vec<Range<u64>> {
        let of_source = |source: &Source<'_>| match source {
            Source::Chunks(source) => source.touched().to_vec(),
            Source::Library(_) => Vec::new(),
        };
        self.sources.iter().flat_map(of_source).collect()
    }
}

impl<const N: usize> Runs<'_, '_, N> {
    /// Reads the next run; `None` after the last. Not to be called again after an error.
    pub fn read_next(&mut self) -> Result<Option<Run<'_, N>>, NcError> {
        let Some((row, columns)) = self.left.next() else { return Ok(None) };
        let reader = &mut *self.reader;
        for (source, values) in reader.sources.iter_mut().zip(&mut reader.values) {
            let out = values.get_mut(..columns.len()).unwrap_or_default();
            match source {
                Source::Chunks(source) => source.run(*row, columns, out)?,
                Source::Library(source) => source.run(*row, columns, out)?,
            }
        }
        let values = reader.values.each_ref().map(|values| values.get(..columns.len()).unwrap_or_default());
        Ok(Some(Run { row: *row, columns: columns.clone(), values }))
    }
}
