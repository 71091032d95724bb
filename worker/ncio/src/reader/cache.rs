//! How much of a variable the library may keep in memory.
//!
//! Its default is 64 MiB a variable. Enough for reading band after band of a field is one row of
//! chunks; where a chunk spans several times, all chunks of one field, so that the next time finds
//! them inflated.

use super::layout::Positions;

/// Not more than this is kept, unless a single chunk is larger.
const MOST: usize = 16 << 20;
/// Larger chunks are not kept at all.
const LARGEST_CHUNK: usize = 64 << 20;

/// A size for the library's chunk cache.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CacheSize {
    pub(super) bytes: usize,
    /// Of the table in which chunks are found; more than there are chunks.
    pub(super) slots: usize,
}

impl CacheSize {
    /// For a variable whose dimensions have these lengths, in chunks of this shape.
    pub(super) fn new(lengths: &[usize], chunks: &[usize], value_bytes: usize, axes: Positions) -> Self {
        let chunk_bytes =
            chunks.iter().fold(value_bytes, |bytes, &length| bytes.saturating_mul(length)).max(1);
        let along = |position: usize| match (lengths.get(position), chunks.get(position)) {
            (Some(&length), Some(&chunk)) if chunk > 0 => length.div_ceil(chunk),
            _ => 1,
        };
        let spans_times = axes.time.and_then(|time| chunks.get(time)).is_some_and(|&chunk| chunk > 1);
        let rows = if spans_times { along(axes.latitude) } else { 1 };
        let wanted = along(axes.longitude).saturating_mul(rows).saturating_mul(chunk_bytes);
        let bytes = wanted.min(MOST).max(chunk_bytes.min(LARGEST_CHUNK));
        Self { bytes, slots: 2 * (bytes / chunk_bytes) + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXES: Positions = Positions { time: Some(0), latitude: 1, longitude: 2 };

    #[test]
    fn one_row_of_chunks_is_kept_of_a_single_time() {
        let archive = CacheSize::new(&[1, 1726, 2214], &[1, 10, 2214], 4, AXES);
        assert_eq!(archive, CacheSize { bytes: 10 * 2214 * 4, slots: 3 });
        let tiles = CacheSize::new(&[1, 100, 100], &[1, 10, 30], 8, AXES);
        assert_eq!(tiles, CacheSize { bytes: 4 * 10 * 30 * 8, slots: 9 });
    }

    #[test]
    fn all_chunks_of_a_field_are_kept_where_they_span_times() {
        let hourly = CacheSize::new(&[744, 328, 414], &[24, 64, 64], 4, AXES);
        assert_eq!(hourly, CacheSize { bytes: 6 * 7 * 24 * 64 * 64 * 4, slots: 85 });
    }

    #[test]
    fn the_most_is_kept_to_but_for_one_large_chunk() {
        let many = CacheSize::new(&[9999, 1726, 2214], &[100, 100, 100], 4, AXES);
        assert_eq!(many.bytes, MOST);
        let large = CacheSize::new(&[1, 1726, 2214], &[1, 1726, 2214], 8, AXES);
        assert_eq!(large.bytes, 1726 * 2214 * 8);
        let huge = CacheSize::new(&[1, 50_000, 50_000], &[1, 50_000, 50_000], 8, AXES);
        assert_eq!(huge.bytes, LARGEST_CHUNK);
    }
}
