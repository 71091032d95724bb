//! How the chunks of a field lie on its grid.

use std::ops::Range;

use crate::metadata::chunk_tree::Part;
use crate::reader::Positions;

/// A field's dimensions cut into chunks; in the file's order of dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tiling {
    lengths: Vec<usize>,
    chunk: Vec<usize>,
    axes: Positions,
}

/// The chunks of one time along the axes of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tile {
    /// Counted along latitude.
    pub(super) row: usize,
    /// Counted along longitude.
    pub(super) column: usize,
}

impl Tiling {
    /// `None` where a length of a chunk is zero or there is not one for each dimension.
    pub(super) fn new(lengths: Vec<usize>, chunk: Vec<usize>, axes: Positions) -> Option<Self> {
        let is_usable = lengths.len() == chunk.len() && !chunk.contains(&0);
        is_usable.then_some(Self { lengths, chunk, axes })
    }

    /// How many dimensions there are.
    pub(super) fn rank(&self) -> usize {
        self.chunk.len()
    }

    fn chunk_length(&self, position: usize) -> usize {
        self.chunk.get(position).copied().unwrap_or(1)
    }

    fn across(&self, position: usize) -> usize {
        self.lengths.get(position).map_or(1, |length| length.div_ceil(self.chunk_length(position)))
    }

    /// How many rows of the grid a chunk has.
    pub(super) fn rows(&self) -> usize {
        self.chunk_length(self.axes.latitude)
    }

    /// How many columns of the grid a chunk has.
    pub(super) fn columns(&self) -> usize {
        self.chunk_length(self.axes.longitude)
    }

    /// How many times a chunk has.
    pub(super) fn times(&self) -> usize {
        self.axes.time.map_or(1, |position| self.chunk_length(position))
    }

    /// How many chunks there are along time.
    pub(super) fn times_across(&self) -> usize {
        self.axes.time.map_or(1, |position| self.across(position))
    }

    /// How many chunks one time has.
    pub(super) fn tiles(&self) -> usize {
        self.across(self.axes.latitude).saturating_mul(self.across(self.axes.longitude))
    }

    /// How many values a chunk has.
    pub(super) fn values(&self) -> usize {
        self.chunk.iter().fold(1, |product: usize, &length| product.saturating_mul(length))
    }

    /// How many values lie from one to the next along a dimension, within a chunk.
    fn stride(&self, position: usize) -> usize {
        self.chunk.iter().skip(position + 1).product()
    }

    /// From a column to the next within a chunk.
    pub(super) fn column_stride(&self) -> usize {
        self.stride(self.axes.longitude)
    }

    /// The index of a value within its chunk, by its time, row and column within it.
    pub(super) fn value(&self, time: usize, row: usize, column: usize) -> usize {
        let along_time = self.axes.time.map_or(0, |position| time * self.stride(position));
        along_time + row * self.stride(self.axes.latitude) + column * self.column_stride()
    }

    /// The number of a tile among those of its time.
    pub(super) fn number(&self, tile: Tile) -> usize {
        tile.row * self.across(self.axes.longitude) + tile.column
    }

    /// Where a chunk begins, for people.
    pub(super) fn origin(&self, time_chunk: usize, tile: Tile) -> Vec<usize> {
        let mut origin = vec![0; self.chunk.len()];
        let mut set = |position: usize, index: usize| {
            if let Some(place) = origin.get_mut(position) {
                *place = index * self.chunk_length(position);
            }
        };
        set(self.axes.latitude, tile.row);
        set(self.axes.longitude, tile.column);
        if let Some(position) = self.axes.time {
            set(position, time_chunk);
        }
        origin
    }

    /// The part of the variable in which the chunks of some times begin, as far as they are in some rows of chunks.
    pub(super) fn part(&self, times: &Range<usize>, rows: &Range<usize>) -> Part {
        let along = |position: usize| {
            let chunks = match position {
                time if Some(time) == self.axes.time => times.clone(),
                latitude if latitude == self.axes.latitude => rows.clone(),
                other => 0..self.across(other),
            };
            let start = |index: usize| (index as u64).saturating_mul(self.chunk_length(position) as u64);
            start(chunks.start)..start(chunks.end)
        };
        Part((0..self.rank()).map(along).collect())
    }

    /// Which chunk begins at an origin: its index along time and the number of its tile. `None`
    /// where no chunk begins.
    pub(super) fn find(&self, origin: &[u64]) -> Option<(usize, usize)> {
        let mut indices = Vec::with_capacity(self.chunk.len());
        for ((&start, &chunk), &length) in origin.iter().zip(&self.chunk).zip(&self.lengths) {
            let start = usize::try_from(start).ok()?;
            if start % chunk != 0 || start >= length {
                return None;
            }
            indices.push(start / chunk);
        }
        let index = |position: usize| indices.get(position).copied();
        let tile = Tile { row: index(self.axes.latitude)?, column: index(self.axes.longitude)? };
        let time = self.axes.time.map_or(Some(0), index)?;
        Some((time, self.number(tile)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXES: Positions = Positions { time: Some(0), latitude: 2, longitude: 1 };

    fn tiling() -> Tiling {
        Tiling::new(vec![5, 7, 9], vec![2, 3, 4], AXES).unwrap()
    }

    #[test]
    fn chunks_are_counted_along_the_axes_wherever_these_are() {
        let tiling = tiling();
        assert_eq!((tiling.times(), tiling.rows(), tiling.columns()), (2, 4, 3));
        assert_eq!((tiling.times_across(), tiling.tiles(), tiling.values()), (3, 9, 24));
        assert_eq!((tiling.column_stride(), tiling.value(1, 2, 1)), (4, 12 + 2 + 4));
    }

    #[test]
    fn every_chunk_is_found_by_where_it_begins() {
        let tiling = tiling();
        for (time, row, column) in (0..27).map(|index| (index / 9, index / 3 % 3, index % 3)) {
            let tile = Tile { row, column };
            let origin: Vec<u64> = tiling.origin(time, tile).into_iter().map(|start| start as u64).collect();
            assert_eq!(origin, [2 * time as u64, 3 * column as u64, 4 * row as u64]);
            assert_eq!(tiling.find(&origin), Some((time, tiling.number(tile))));
        }
        for nowhere in [[1, 0, 0], [0, 2, 0], [6, 0, 0], [0, 9, 0], [0, 0, u64::MAX - 3]] {
            assert_eq!(tiling.find(&nowhere), None, "{nowhere:?}");
        }
    }

    #[test]
    fn chunks_of_some_times_and_rows_begin_in_a_part() {
        let tiling = tiling();
        assert_eq!(tiling.part(&(1..3), &(1..2)), Part(vec![2..6, 0..9, 4..8]));
        assert_eq!(tiling.part(&(0..3), &(0..0)), Part(vec![0..6, 0..9, 0..0]));
    }

    #[test]
    fn dimensions_of_one_count_for_nothing() {
        let axes = Positions { time: None, latitude: 1, longitude: 2 };
        let tiling = Tiling::new(vec![1, 5, 6], vec![4, 2, 3], axes).unwrap();
        assert_eq!((tiling.times(), tiling.times_across(), tiling.values()), (1, 1, 24));
        assert_eq!(tiling.find(&[0, 2, 3]), Some((0, 3)));
        assert!(Tiling::new(vec![1, 5], vec![0, 2], axes).is_none());
    }
}
