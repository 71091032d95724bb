//! Where a field's chunks are in the file, for a stretch of its times.
//!
//! An index is gone through all at once or not at all. What is kept of it is bounded: the
//! chunks of some times, from one on; for others it is gone through again.

use std::ops::Range;

use super::chunk_layout::{ChunkVisitor, Finder};
use super::error::IndexError;
use super::tiling::Tiling;
use crate::metadata::chunk_tree::Indexed;

/// So many chunks are kept, unless a single time has more.
const MOST: usize = 1 << 16;

/// A chunk that is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// From the file's first byte on.
    pub(super) address: u64,
    pub(super) bytes: u64,
    /// The filters that were not applied, by bits.
    pub(super) skipped: u32,
}

/// The chunks of some times.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Counted in chunks.
    times: Range<usize>,
    tiles: usize,
    /// `None` for chunks that were never written.
    chunks: Vec<Option<Stored>>,
}

impl Index {
    /// The chunk of a time that this index has, by the number of its tile.
    pub(super) fn get(&self, time_chunk: usize, tile: usize) -> Option<Stored> {
        let time = time_chunk.checked_sub(self.times.start)?;
        self.chunks.get(time * self.tiles + tile).copied().flatten()
    }

    /// Has the chunks of a time from now on, as far as they are in some rows of chunks.
    pub(super) fn turn_to(
        &mut self,
        time_chunk: usize,
        rows: &Range<usize>,
        tiling: &Tiling,
        finder: &Finder<'_>,
    ) -> Result<(), IndexError> {
        if !self.times.contains(&time_chunk) {
            let times = stretch(time_chunk, MOST, tiling);
            let part = tiling.part(&times, rows);
            *self = finder.find(&part, |way| Self::read(times.clone(), tiling, way))?;
        }
        Ok(())
    }

    /// Reads an index that is gone through on a way: the chunks of some times.
    fn read(times: Range<usize>, tiling: &Tiling, way: ChunkVisitor<'_>) -> Result<Self, IndexError> {
        let tiles = tiling.tiles();
        let chunks = vec![None; times.len().saturating_mul(tiles)];
        let mut index = Self { times, tiles, chunks };
        let mut left = tiles.saturating_mul(tiling.times_across());
        let mut wrong = IndexError::Unreadable;
        let whole = way(&mut |chunk| match index.take(chunk, tiling, &mut left) {
            Ok(()) => true,
            Err(error) => {
                wrong = error;
                false
            }
        });
        if whole { Ok(index) } else { Err(wrong) }
    }

    fn take(&mut self, chunk: Indexed<'_>, tiling: &Tiling, left: &mut usize) -> Result<(), IndexError> {
        let Some((time, tile)) = tiling.find(chunk.origin) else {
            return Err(IndexError::Misplaced(chunk.origin.to_vec()));
        };
        *left = left.checked_sub(1).ok_or(IndexError::TooMany)?;
        if !self.times.contains(&time) {
            return Ok(());
        }
        let stored = Stored { address: chunk.address, bytes: chunk.bytes, skipped: chunk.skipped };
        match self.chunks.get_mut((time - self.times.start) * self.tiles + tile) {
            Some(Some(_)) => Err(IndexError::Twice(chunk.origin.to_vec())),
            Some(slot) => {
                *slot = Some(stored);
                Ok(())
            }
            None => Err(IndexError::Misplaced(chunk.origin.to_vec())),
        }
    }
}

/// A time, counted in chunks, and as many others behind it as make `most` chunks.
fn stretch(first: usize, most: usize, tiling: &Tiling) -> Range<usize> {
    let times = (most / tiling.tiles().max(1)).max(1);
    first..tiling.times_across().min(first.saturating_add(times))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Positions;

    fn tiling() -> Tiling {
        let axes = Positions { time: Some(0), latitude: 1, longitude: 2 };
        Tiling::new(vec![6, 4, 6], vec![2, 2, 3], axes).unwrap()
    }

    fn read(first: usize, most: usize, origins: &[[u64; 3]]) -> Result<Index, IndexError> {
        Index::read(stretch(first, most, &tiling()), &tiling(), &mut |each| {
            (1..)
                .zip(origins)
                .all(|(address, origin)| each(Indexed { origin, skipped: 0, address, bytes: 10 * address }))
        })
    }

    const ORIGINS: [[u64; 3]; 4] = [[0, 0, 0], [2, 2, 0], [2, 0, 3], [4, 2, 3]];

    #[test]
    fn chunks_are_found_by_time_and_tile_and_those_not_written_are_not() {
        let index = read(0, 100, &ORIGINS).unwrap();
        let found = |time, tile| index.get(time, tile).map(|stored| (stored.address, stored.bytes));
        assert_eq!(
            (found(0, 0), found(1, 2), found(1, 1), found(2, 3)),
            (Some((1, 10)), Some((2, 20)), Some((3, 30)), Some((4, 40)))
        );
        assert_eq!((found(0, 1), found(2, 2), found(3, 0), found(9, 9)), (None, None, None, None));
    }

    #[test]
    fn only_so_many_are_kept_from_a_time_on() {
        let index = read(1, 7, &ORIGINS).unwrap();
        assert_eq!((index.times.clone(), index.chunks.len()), (1..2, 4));
        assert!(index.get(0, 0).is_none() && index.get(1, 1).is_some());
        assert_eq!(read(1, 1, &ORIGINS).unwrap().times, 1..2);
        assert_eq!(read(1, 8, &ORIGINS).unwrap().times, 1..3);
    }

    #[test]
    fn a_damaged_index_is_told() {
        let error = |origins: &[[u64; 3]]| read(0, 100, origins).unwrap_err().to_string();
        assert_eq!(error(&[[0, 0, 0], [1, 0, 0]]), "it has a chunk at [1, 0, 0], where none can begin");
        assert_eq!(error(&[[2, 0, 3], [2, 0, 3]]), "it has two chunks at [2, 0, 3]");
        // outside of what is kept nobody would notice
        let looped = vec![[0, 0, 0]; 13];
        assert!(matches!(read(2, 1, &looped), Err(IndexError::TooMany)));
        let unreadable = Index::read(0..1, &tiling(), &mut |_| false);
        assert!(matches!(unreadable, Err(IndexError::Unreadable)));
    }
}
