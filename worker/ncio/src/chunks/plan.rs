//! Deciding whether the chunks of a field can be decoded here, and which of them are wanted.

use std::ops::Range;

use super::chunk_layout::{ChunkLayout, Finder};
use super::dispatch::Machine;
use super::route::Reason;
use super::tiling::{Tile, Tiling};
use super::unpack::{self, Unpack};
use super::wanted::Wanted;
use crate::cf::NumberType;
use crate::decode::element::ByteOrder;
use crate::decode::pipeline::Pipeline;
use crate::reader::{Field, Reader};
use crate::variable::Stored;

/// Not more than this of one field is in memory decoded.
const MOST_BYTES: usize = 32 << 20;

/// An index is not kept of more chunks for one time.
const MOST_TILES: usize = 1 << 18;

/// Where chunks hold several times, all that are wanted are kept decoded if they do not take more.
const KEPT_BYTES: usize = 16 << 20;

/// All that is needed to decode a field's wanted chunks.
pub(super) struct Plan<'a> {
    pub(super) finder: Finder<'a>,
    pub(super) tiling: Tiling,
    pub(super) pipeline: Pipeline,
    pub(super) order: ByteOrder,
    pub(super) unpack: Box<dyn Unpack>,
    /// The wanted chunks, row by row.
    pub(super) tiles: Vec<Tile>,
    /// How many chunks have room decoded: all that are wanted, or those of one row.
    pub(super) slots: usize,
}

impl<'a> Plan<'a> {
    /// Plans the reading of `wanted` cells; a reason where it must be left to the library.
    pub(super) fn new(reader: &'a Reader, field: &'a Field, wanted: &Wanted) -> Result<Self, Reason> {
        let variable = field.variable();
        let stored = number_type(variable.stored).ok_or(Reason::Numbers)?;
        let ChunkLayout { shape, chunk, filters, order, finder } = ChunkLayout::of(reader, variable, stored)?;
        let lengths = variable.shape();
        if Some(shape) != in_u64(&lengths) {
            return Err(Reason::Shape);
        }
        let chunk = in_usize(&chunk).ok_or(Reason::Shape)?;
        let tiling = Tiling::new(lengths, chunk, field.positions()).ok_or(Reason::Shape)?;
        let tiles = wanted_tiles(&tiling, wanted);
        let bytes = tiling.values().saturating_mul(stored.bytes());
        let slots = slots(&tiling, &tiles, bytes)?;
        let pipeline = Pipeline::new(&filters, stored.bytes(), bytes)
            .ok_or_else(|| Reason::Filters(filters.iter().map(|filter| filter.number).collect()))?;
        let unpack = unpack::by_rule(field.rule(), Machine::best());
        Ok(Self { finder, tiling, pipeline, order, unpack, tiles, slots })
    }

    /// The rows of chunks that have wanted ones, and those between them.
    pub(super) fn rows(&self) -> Range<usize> {
        match self.tiles.as_slice() {
            [] => 0..0,
            [only] => only.row..only.row + 1,
            [first, .., last] => first.row..last.row + 1,
        }
    }
}

fn number_type(stored: Stored) -> Option<NumberType> {
    match stored {
        Stored::Numbers(stored) => Some(stored),
        Stored::Other(_) => None,
    }
}

fn in_u64(lengths: &[usize]) -> Option<Vec<u64>> {
    lengths.iter().map(|&length| length.try_into().ok()).collect()
}

fn in_usize(lengths: &[u64]) -> Option<Vec<usize>> {
    lengths.iter().map(|&length| length.try_into().ok()).collect()
}

/// How many decoded chunks are to be in memory.
fn slots(tiling: &Tiling, tiles: &[Tile], bytes: usize) -> Result<usize, Reason> {
    if tiling.tiles() > MOST_TILES {
        return Err(Reason::Chunks(tiling.tiles()));
    }
    if tiling.times() > 1 && tiles.len().saturating_mul(bytes) <= KEPT_BYTES {
        return Ok(tiles.len());
    }
    let of_a_row = tiles.chunk_by(|one, next| one.row == next.row).map(<[Tile]>::len).max().unwrap_or(0);
    match of_a_row.saturating_mul(bytes) {
        fits if fits <= MOST_BYTES => Ok(of_a_row),
        bytes => Err(Reason::Bytes(bytes)),
    }
}

/// The chunks that have a wanted cell, from the first row of them to the last.
fn wanted_tiles(tiling: &Tiling, wanted: &Wanted) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let row_of = |run: &(usize, Range<usize>)| run.0 / tiling.rows();
    for band in wanted.runs().chunk_by(|one, next| row_of(one) == row_of(next)) {
        let Some(row) = band.first().map(row_of) else { continue };
        let before = tiles.len();
        for (_, columns) in band {
            tiles.extend(touched(columns, tiling.columns()).map(|column| Tile { row, column }));
        }
        if let Some(new) = tiles.get_mut(before..) {
            new.sort_unstable();
        }
        tiles.dedup();
    }
    tiles
}

/// Which of the parts of a length a range touches.
pub(super) fn touched(range: &Range<usize>, part: usize) -> Range<usize> {
    range.start / part..range.end.div_ceil(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Positions;

    fn tiling(chunk: [usize; 3]) -> Tiling {
        let axes = Positions { time: Some(0), latitude: 1, longitude: 2 };
        Tiling::new(vec![48, 100, 90], chunk.to_vec(), axes).unwrap()
    }

    #[test]
    fn only_chunks_with_wanted_cells_are_wanted_each_once() {
        let wanted = Wanted::new([(9, 0..1), (9, 59..61), (0, 31..59), (25, 89..90), (20, 70..80)]);
        let tiles: Vec<_> = wanted_tiles(&tiling([1, 10, 30]), &wanted)
            .into_iter()
            .map(|tile| (tile.row, tile.column))
            .collect();
        assert_eq!(tiles, [(0, 0), (0, 1), (0, 2), (2, 2)]);
    }

    #[test]
    fn a_row_of_chunks_has_room_or_all_where_they_hold_several_times() {
        let all = Wanted::window(0..100, 0..90);
        let room = |chunk, bytes| {
            let tiling = tiling(chunk);
            slots(&tiling, &wanted_tiles(&tiling, &all), bytes)
        };
        assert_eq!(room([1, 10, 30], 1200), Ok(3));
        assert_eq!(room([24, 10, 30], 1200), Ok(30));
        assert_eq!(room([24, 10, 30], 1 << 20), Ok(3));
        assert_eq!(room([1, 10, 30], 11 << 20), Err(Reason::Bytes(33 << 20)));
    }
}
