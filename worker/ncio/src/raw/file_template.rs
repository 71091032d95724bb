//! What files of one writer have in common: every byte but the values of some variables.
//!
//! Of thousands of small files of one kind the library opens each as if it had never seen one, which
//! takes many times as long as to read it. A file that is the same as a known one to the byte, but
//! within those values, means the same: its schema is known, and so is where the values are.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::schema::Schema;
use super::tiles::{self, Run};
use crate::dataset::{DataType, Values};
use crate::ffi::library::{Places, Slab};

/// Files in which more bytes than this are to be the same are left to the library.
const MOST_COMPARED: u64 = 256 << 10;

/// A known file, as far as others are like it.
#[derive(Debug)]
pub struct FileTemplate {
    pub(super) schema: Arc<Schema>,
    length: u64,
    /// Where the values of each variable begin that may be others.
    values: Vec<Option<u64>>,
    /// What is around them: where each piece begins, and its bytes.
    rest: Vec<(u64, Vec<u8>)>,
}

impl FileTemplate {
    /// Of an open file, where the values of the `varying` variables, by their places, may be others.
    /// `None` where these are not each in one piece of plain numbers, as in HDF5 without filters.
    pub(super) fn take(path: &Path, schema: &Arc<Schema>, varying: &[usize]) -> Option<Self> {
        let places = Places::open(path)?;
        let mut values = vec![None; schema.variables.len()];
        let mut pieces = Vec::new();
        for &number in varying {
            let (name, data_type, bytes) = extent(schema, number)?;
            let address = places.of(name, data_type, bytes)?;
            *values.get_mut(number)? = Some(address);
            pieces.push(address..address.checked_add(bytes)?);
        }
        let file = dayfold_files::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let gaps = gaps(pieces, length)?;
        let rest = gaps.into_iter().map(|gap| Some((gap.start, read(&file, gap).ok()?)));
        Some(Self { schema: Arc::clone(schema), length, values, rest: rest.collect::<Option<_>>()? })
    }

    /// Whether a file of that length is like this one.
    pub(super) fn is_of(&self, file: &File, length: u64) -> io::Result<bool> {
        if length != self.length {
            return Ok(false);
        }
        for (start, expected) in &self.rest {
            if read(file, *start..start + expected.len() as u64)? != *expected {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A part of a variable of a file that is like this one; `None` where that is the library's to read:
    /// for variables whose values are not known to be others, and for parts that are not there.
    pub(super) fn get(&self, file: &File, number: usize, slab: &Slab) -> Option<io::Result<Values>> {
        let address = (*self.values.get(number)?)?;
        let variable = self.schema.variables.get(number)?;
        let shape = self.schema.shape(variable);
        let is_there = |((start, count), length): ((&usize, &usize), &usize)| {
            start.checked_add(*count).is_some_and(|end| end <= *length)
        };
        if !slab.start.iter().zip(&slab.count).zip(&shape).all(is_there) {
            return None;
        }
        let size = variable.data_type.size();
        let runs = tiles::runs(&shape, &slab.start, &slab.count, &slab.count);
        let bytes = gather(file, address, &runs, size);
        Some(bytes.map(|bytes| Values::from_bytes(variable.data_type, &bytes)))
    }
}

/// A variable's name, type and length in bytes.
fn extent(schema: &Schema, number: usize) -> Option<(&str, DataType, u64)> {
    let variable = schema.variables.get(number)?;
    let lengths = schema.shape(variable).into_iter().chain([variable.data_type.size()]);
    let bytes = lengths.map(|length| length as u64).try_fold(1_u64, u64::checked_mul)?;
    Some((&variable.name, variable.data_type, bytes))
}

/// What lies between pieces of a file; `None` if they overlap, reach beyond its end, or too much is left.
fn gaps(mut pieces: Vec<Range<u64>>, length: u64) -> Option<Vec<Range<u64>>> {
    pieces.sort_unstable_by_key(|piece| piece.start);
    let mut gaps = Vec::new();
    let mut end = 0;
    for piece in pieces.into_iter().chain(std::iter::once(length..length)) {
        if piece.start < end {
            return None;
        }
        gaps.push(end..piece.start);
        end = piece.end;
    }
    let compared: u64 = gaps.iter().map(|gap| gap.end - gap.start).sum();
    (compared <= MOST_COMPARED).then_some(gaps)
}

fn read(file: &File, range: Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}

/// Values of so many bytes each, from where they are behind `address` to where they are wanted.
fn gather(file: &File, address: u64, runs: &[Run], size: usize) -> io::Result<Vec<u8>> {
    let length = runs.iter().map(|run| run.length * size).sum();
    let mut bytes = vec![0; length];
    for run in runs {
        let room = bytes.get_mut(run.to * size..(run.to + run.length) * size).unwrap_or_default();
        file.read_exact_at(room, address + (run.from * size) as u64)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_is_left_and_overlaps_are_refused() {
        assert_eq!(gaps(vec![30..40, 10..20], 50).unwrap(), [0..10, 20..30, 40..50]);
        assert_eq!(gaps(vec![10..20, 20..50], 50).unwrap(), [0..10, 20..20, 50..50]);
        assert_eq!(gaps(vec![10..20, 19..30], 50), None);
        assert_eq!(gaps(vec![10..20, 30..60], 50), None);
        assert_eq!(gaps(vec![0..10, 20..30], MOST_COMPARED + 21), None);
    }
}
