//! The filters of a variable, undone for one chunk: what was stored becomes the chunk's bytes.
//!
//! Unshuffling is left to [`super::element`], which does it while it unpacks, unless a checksum is of
//! the plain bytes. Whatever the bytes are, the result has the chunk's size or is an error; nothing
//! else is allocated.

use libdeflater::{DecompressionError, Decompressor};

use super::checksum::{self, fletcher32};
use super::element::SLACK;
use super::error::ChunkError;

const DEFLATE: u32 = 1;
const SHUFFLE: u32 = 2;
const FLETCHER32: u32 = 3;

/// The filters that can be undone here, in some order.
pub(crate) const FILTERS: [u32; 3] = [DEFLATE, SHUFFLE, FLETCHER32];

/// A filter as a file gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// HDF5's registered number.
    pub(crate) number: u32,
    /// Its first parameter, if it has any.
    pub(crate) parameter: Option<u32>,
}

/// The filters of a variable: for each its place among them, by which a chunk can leave it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pipeline {
    /// A checksum of plain bytes that were then shuffled, as netCDF-4 writes it.
    plain_checksum: Option<usize>,
    shuffle: Option<usize>,
    /// A checksum of what was then deflated.
    inner_checksum: Option<usize>,
    deflate: Option<usize>,
    /// A checksum of what is stored.
    outer_checksum: Option<usize>,
    value_bytes: usize,
    /// The size of a decoded chunk.
    bytes: usize,
}

/// A decoded chunk and how it is to be read.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The chunk's bytes and [`SLACK`] more.
    pub(crate) bytes: Vec<u8>,
    pub(crate) shuffled: bool,
}

impl Pipeline {
    /// For values of `value_bytes` in chunks of `bytes`; `None` for filters, an order of them, or
    /// parameters that are not known here.
    pub(crate) fn new(filters: &[Filter], value_bytes: usize, bytes: usize) -> Option<Self> {
        let mut pipeline = Self { value_bytes, bytes, ..Self::default() };
        for (place, filter) in filters.iter().enumerate() {
            let slot = match filter.number {
                SHUFFLE if pipeline.can_shuffle(filter) => {
                    pipeline.plain_checksum = pipeline.outer_checksum.take();
                    &mut pipeline.shuffle
                }
                DEFLATE if pipeline.deflate.is_none() => {
                    pipeline.inner_checksum = pipeline.outer_checksum.take();
                    &mut pipeline.deflate
                }
                FLETCHER32 if !pipeline.has_checksum() => &mut pipeline.outer_checksum,
                _ => return None,
            };
            *slot = Some(place);
        }
        Some(pipeline)
    }

    fn can_shuffle(&self, filter: &Filter) -> bool {
        let same_size = filter.parameter.map(|size| size as usize) == Some(self.value_bytes);
        same_size && self.shuffle.or(self.deflate).is_none()
    }

    fn has_checksum(&self) -> bool {
        self.plain_checksum.or(self.inner_checksum).or(self.outer_checksum).is_some()
    }

    /// No writer stores a chunk in more bytes: deflate adds an eighth at the very most.
    pub(crate) fn most_stored(&self) -> u64 {
        (self.bytes as u64).saturating_mul(2).saturating_add(1024)
    }

    /// Room for a chunk.
    pub(crate) fn room(&self) -> Decoded {
        Decoded { bytes: vec![0; self.bytes + SLACK], shuffled: false }
    }

    /// Decodes what is stored of a chunk into `decoded`, which must come from [`Self::room`]. A
    /// filter was not applied if the bit of its place is set in `skipped`.
    pub(crate) fn decode(
        &self,
        stored: &[u8],
        skipped: u32,
        inflater: &mut Inflater,
        decoded: &mut Decoded,
    ) -> Result<(), ChunkError> {
        let applied = |place: Option<usize>| place.is_some_and(|place| skipped >> place & 1 == 0);
        let stored = if applied(self.outer_checksum) { checked(stored)? } else { stored };
        let plain_checksum = applied(self.plain_checksum);
        let has_checksum = plain_checksum || applied(self.inner_checksum);
        let expected = self.bytes + if has_checksum { checksum::BYTES } else { 0 };
        let room = decoded.bytes.get_mut(..expected).unwrap_or_default();
        if applied(self.deflate) {
            inflater.inflate(stored, room)?;
        } else if stored.len() == room.len() {
            room.copy_from_slice(stored);
        } else {
            return Err(ChunkError::Size { found: stored.len(), expected });
        }
        decoded.shuffled = applied(self.shuffle);
        if decoded.shuffled && plain_checksum {
            inflater.unshuffle(room, self.value_bytes);
            decoded.shuffled = false;
        }
        if has_checksum {
            checked(room)?;
        }
        Ok(())
    }
}

/// Bytes without the checksum at their end, which must be theirs.
fn checked(bytes: &[u8]) -> Result<&[u8], ChunkError> {
    let (found, expected) = (bytes.len(), checksum::BYTES);
    let (bytes, stored) = bytes.split_last_chunk().ok_or(ChunkError::Size { found, expected })?;
    let (found, stored) = (fletcher32(bytes), u32::from_le_bytes(*stored));
    if checksum::agrees(found, stored) { Ok(bytes) } else { Err(ChunkError::Checksum { found, stored }) }
}

/// Inflates and unshuffles; keeps its tables and its room.
#[derive(Default)]
pub(crate) struct Inflater {
    tables: Decompressor,
    shuffled: Vec<u8>,
}

impl Inflater {
    /// Fills `room`. The format's checksum (Adler-32) is verified.
    fn inflate(&mut self, deflated: &[u8], room: &mut [u8]) -> Result<(), ChunkError> {
        let expected = room.len();
        match self.tables.zlib_decompress(deflated, room) {
            Ok(found) if found == expected => Ok(()),
            Ok(found) => Err(ChunkError::Size { found, expected }),
            Err(DecompressionError::BadData) => Err(ChunkError::Deflated),
            Err(DecompressionError::InsufficientSpace) => Err(ChunkError::Longer { expected }),
        }
    }

    /// Unshuffles in place, as HDF5 does where the bytes are more than values: the rest stays.
    fn unshuffle(&mut self, bytes: &mut [u8], value_bytes: usize) {
        self.shuffled.clear();
        self.shuffled.extend_from_slice(bytes);
        match value_bytes {
            2 => unshuffle::<2>(&self.shuffled, bytes),
            4 => unshuffle::<4>(&self.shuffled, bytes),
            8 => unshuffle::<8>(&self.shuffled, bytes),
            _ => {}
        }
    }
}

fn unshuffle<const BYTES: usize>(shuffled: &[u8], plain: &mut [u8]) {
    let (values, _) = plain.as_chunks_mut::<BYTES>();
    if values.is_empty() {
        return;
    }
    for (place, plane) in shuffled.chunks_exact(values.len()).take(BYTES).enumerate() {
        values.iter_mut().zip(plane).for_each(|(value, byte)| value[place] = *byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libdeflater::{CompressionLvl, Compressor};
    use proptest::prelude::*;

    const BYTES: usize = 600;

    fn filters(numbers: &[u32]) -> Vec<Filter> {
        let parameter = |number| if number == SHUFFLE { Some(4) } else { None };
        numbers.iter().map(|&number| Filter { number, parameter: parameter(number) }).collect()
    }

    fn pipeline(numbers: &[u32]) -> Pipeline {
        Pipeline::new(&filters(numbers), 4, BYTES).unwrap()
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
        let length = compressor.zlib_compress(bytes, &mut out).unwrap();
        out.truncate(length);
        out
    }

    fn summed(bytes: &[u8]) -> Vec<u8> {
        [bytes, &fletcher32(bytes).to_le_bytes()].concat()
    }

    fn decode(numbers: &[u32], skipped: u32, stored: &[u8]) -> Result<(Vec<u8>, bool), ChunkError> {
        let pipeline = pipeline(numbers);
        let mut decoded = pipeline.room();
        pipeline.decode(stored, skipped, &mut Inflater::default(), &mut decoded)?;
        Ok((decoded.bytes[..BYTES].to_vec(), decoded.shuffled))
    }

    fn payload() -> Vec<u8> {
        (0..BYTES).map(|index| (index * index / 7) as u8).collect()
    }

    #[test]
    fn filters_are_undone_in_any_known_order_and_left_out_where_a_chunk_says_so() {
        let plain = payload();
        let whole = |bytes| Some((plain.clone(), bytes));
        assert_eq!(decode(&[], 0, &plain).ok(), whole(false));
        assert_eq!(decode(&[2, 1], 0, &deflated(&plain)).ok(), whole(true));
        assert_eq!(decode(&[2, 1], 1, &deflated(&plain)).ok(), whole(false));
        assert_eq!(decode(&[2, 1], 2, &plain).ok(), whole(true));
        assert_eq!(decode(&[2, 1, 3], 0, &summed(&deflated(&plain))).ok(), whole(true));
        assert_eq!(decode(&[2, 1, 3], 4, &deflated(&plain)).ok(), whole(true));
        assert_eq!(decode(&[2, 3, 1], 0, &deflated(&summed(&plain))).ok(), whole(true));
        assert_eq!(decode(&[3, 1], 1, &deflated(&plain)).ok(), whole(false));
        assert_eq!(decode(&[3], 0, &summed(&plain)).ok(), whole(false));
        // what netCDF-4 writes: the checksum is shuffled, too
        let summed_first = summed(&plain);
        let planes = (0..4).flat_map(|byte| summed_first.iter().skip(byte).step_by(4).copied());
        let shuffled: Vec<u8> = planes.collect();
        assert_eq!(decode(&[3, 2, 1], 0, &deflated(&shuffled)).ok(), whole(false));
        assert_eq!(decode(&[3, 2], 0, &shuffled).ok(), whole(false));
        assert_eq!(decode(&[3, 2, 1], 1, &deflated(&plain)).ok(), whole(true));
        assert_eq!(decode(&[3, 2, 1], 2, &deflated(&summed(&plain))).ok(), whole(false));
        assert_eq!(decode(&[3, 2, 1], 7, &plain).ok(), whole(false));
    }

    #[test]
    fn filters_that_are_not_known_are_left_to_others() {
        let known = |numbers: &[u32]| Pipeline::new(&filters(numbers), 4, BYTES).is_some();
        assert!(known(&[]) && known(&[1]) && known(&[2]) && known(&[2, 3, 1]) && known(&[3, 2, 1]));
        for unknown in
            [&[32015][..], &[1, 2], &[1, 1], &[2, 2], &[3, 1, 2], &[3, 1, 3], &[3, 2, 3], &[3, 3], &[2, 1, 4]]
        {
            assert!(!known(unknown), "{unknown:?}");
        }
        assert!(Pipeline::new(&filters(&[2]), 8, BYTES).is_none(), "shuffled by fours, read by eights");
    }

    #[test]
    fn another_size_is_told() {
        let (longer, shorter) = (vec![7; BYTES + 1], vec![7; BYTES - 1]);
        assert!(matches!(decode(&[1], 0, &deflated(&longer)), Err(ChunkError::Longer { expected: BYTES })));
        let size = |stored: &[u8], skipped| match decode(&[1], skipped, stored) {
            Err(ChunkError::Size { found, expected: BYTES }) => Some(found),
            _ => None,
        };
        assert_eq!(size(&deflated(&shorter), 0), Some(BYTES - 1));
        assert_eq!(size(&longer, 1), Some(BYTES + 1));
        assert!(matches!(decode(&[3], 0, &[1, 2]), Err(ChunkError::Size { found: 2, .. })));
        assert!(matches!(decode(&[1], 0, &[]), Err(ChunkError::Deflated)));
    }

    #[test]
    fn every_changed_byte_of_a_payload_is_an_error_or_means_nothing() {
        let plain = payload();
        let deflate = deflated(&plain);
        for (numbers, stored) in
            [(&[2, 1][..], deflate.clone()), (&[2, 1, 3], summed(&deflate)), (&[3], summed(&plain))]
        {
            let mut unnoticed = 0;
            for at in 0..stored.len() {
                for bits in [1, 0x80, 0x55, 0xff] {
                    let mut damaged = stored.clone();
                    damaged[at] ^= bits;
                    if let Ok((found, _)) = decode(numbers, 0, &damaged) {
                        assert_eq!(found, plain, "byte {at} of {numbers:?} changed by {bits:#x}");
                        unnoticed += 1;
                    }
                }
            }
            // bits that only fill up a byte, in the payload alone
            assert!(unnoticed < if numbers.contains(&3) { 1 } else { 5 }, "{unnoticed} for {numbers:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_decoder(
            stored in prop::collection::vec(0_u8.., 0..2000),
            numbers in prop::sample::select(vec![&[1_u32][..], &[2, 1, 3], &[2, 3, 1], &[3, 2, 1], &[3, 2], &[3], &[2]]),
            skipped in 0_u32..,
        ) {
            let _ = decode(numbers, skipped, &stored);
        }

        #[test]
        fn a_payload_that_is_cut_spliced_or_changed_is_an_error_or_the_same(
            mut edits in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..), 1..6),
            cut in any::<prop::sample::Index>(),
            kind in 0..3,
        ) {
            let plain = payload();
            let mut stored = deflated(&plain);
            match kind {
                0 => stored.truncate(cut.index(stored.len())),
                1 => {
                    let from = cut.index(stored.len());
                    let piece = stored[from..].to_vec();
                    let to = edits.remove(0).0.index(stored.len());
                    stored.splice(to..to, piece);
                }
                _ => edits.iter().for_each(|(at, byte)| {
                    let at = at.index(stored.len());
                    stored[at] = *byte;
                }),
            }
            if let Ok((found, _)) = decode(&[2, 1], 0, &stored) {
                prop_assert_eq!(found, plain);
            }
        }
    }
}
