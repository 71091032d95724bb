//! Values of one type out of a chunk's bytes: in either byte order, shuffled or not.
//!
//! Shuffled bytes are all first bytes of the values, then all second ones, and so on.

use crate::cf::Raw;

/// So many values are taken at a time: they stay in registers and in the fastest cache.
pub(crate) const TILE: usize = 128;

/// A chunk's bytes must be followed by so many others, of any value, so that tiles at the end can be
/// whole.
pub(crate) const SLACK: usize = TILE * 8;

/// The order of the bytes of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    LittleEndian,
    BigEndian,
}

/// A decoded chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    /// Those of all values, and [`SLACK`] more.
    pub(crate) bytes: &'a [u8],
    /// How many values there are.
    pub(crate) values: usize,
    pub(crate) shuffled: bool,
    pub(crate) order: ByteOrder,
}

impl Bytes<'_> {
    /// The first of its values; `None` where the bytes do not reach so far.
    pub(crate) fn first<T: Element>(self, count: usize) -> Option<Vec<T>> {
        (0..count).map(|at| T::one(self, at)).collect()
    }
}

/// A type of values in chunks.
pub(crate) trait Element: Raw {
    /// The values from index `at` on, as many as there are in a tile; those after the chunk's last
    /// value are meaningless. `None` where the bytes do not reach so far.
    fn tile(chunk: Bytes<'_>, at: usize) -> Option<[Self; TILE]>;

    /// The values at `at`, and then each `stride` later; the last is repeated if they are fewer than
    /// a tile holds.
    fn apart(chunk: Bytes<'_>, at: usize, stride: usize) -> Option<[Self; TILE]>;

    /// The value at `at`.
    fn one(chunk: Bytes<'_>, at: usize) -> Option<Self>;

    /// Writes its bytes, the least significant first, into as many.
    fn store(self, out: &mut [u8]);
}

/// `BYTES` rows of bytes of a tile, the least significant first.
#[inline(always)]
fn planes<const BYTES: usize>(chunk: Bytes<'_>, at: usize) -> Option<[&[u8; TILE]; BYTES]> {
    let mut planes = [&[0; TILE]; BYTES];
    for (byte, plane) in planes.iter_mut().enumerate() {
        *plane = chunk.bytes.get(byte * chunk.values + at..)?.first_chunk()?;
    }
    if chunk.order == ByteOrder::BigEndian {
        planes.reverse();
    }
    Some(planes)
}

/// The bytes of one value, the least significant first.
#[inline(always)]
fn one<const BYTES: usize>(chunk: Bytes<'_>, at: usize) -> Option<[u8; BYTES]> {
    let (first, step) = if chunk.shuffled { (at, chunk.values) } else { (at * BYTES, 1) };
    let mut bytes = [0; BYTES];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = *chunk.bytes.get(first + place * step)?;
    }
    if chunk.order == ByteOrder::BigEndian {
        bytes.reverse();
    }
    Some(bytes)
}

macro_rules! elements {
    ($($raw:ty: $bytes:literal),*) => {$(
        impl Element for $raw {
            #[inline(always)]
            fn tile(chunk: Bytes<'_>, at: usize) -> Option<[Self; TILE]> {
                let mut tile = [Self::default(); TILE];
                if chunk.shuffled {
                    let planes = planes::<$bytes>(chunk, at)?;
                    for (index, value) in tile.iter_mut().enumerate() {
                        *value = Self::from_le_bytes(planes.map(|plane| plane[index]));
                    }
                    return Some(tile);
                }
                let bytes: &[u8; TILE * $bytes] = chunk.bytes.get(at * $bytes..)?.first_chunk()?;
                let (values, _) = bytes.as_chunks::<$bytes>();
                match chunk.order {
                    ByteOrder::LittleEndian => {
                        tile.iter_mut().zip(values).for_each(|(value, bytes)| *value = Self::from_le_bytes(*bytes));
                    }
                    ByteOrder::BigEndian => {
                        tile.iter_mut().zip(values).for_each(|(value, bytes)| *value = Self::from_be_bytes(*bytes));
                    }
                }
                Some(tile)
            }

            #[inline(always)]
            fn apart(chunk: Bytes<'_>, at: usize, stride: usize) -> Option<[Self; TILE]> {
                let last = chunk.values.checked_sub(1)?;
                let mut tile = [Self::default(); TILE];
                for (index, value) in tile.iter_mut().enumerate() {
                    *value = Self::from_le_bytes(one::<$bytes>(chunk, last.min(at + index * stride))?);
                }
                Some(tile)
            }

            #[inline(always)]
            fn one(chunk: Bytes<'_>, at: usize) -> Option<Self> {
                one::<$bytes>(chunk, at).map(Self::from_le_bytes)
            }

            #[inline(always)]
            fn store(self, out: &mut [u8]) {
                out.iter_mut().zip(self.to_le_bytes()).for_each(|(out, byte)| *out = byte);
            }
        }
    )*};
}

elements!(i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8, f32: 4, f64: 8);

#[cfg(test)]
mod tests {
    use super::*;

    fn shuffled(bytes: &[u8], size: usize) -> Vec<u8> {
        (0..size).flat_map(|byte| bytes.iter().skip(byte).step_by(size).copied()).collect()
    }

    fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.resize(bytes.len() + SLACK, 0xaa);
        bytes
    }

    /// All values of a chunk in the four ways that it can be stored, read in two ways.
    fn check<T: Element>(values: &[T], little: &[u8], big: &[u8]) {
        use ByteOrder::{BigEndian, LittleEndian};
        let size = little.len() / values.len();
        for (bytes, order) in [(little, LittleEndian), (big, BigEndian)] {
            for (bytes, is_shuffled) in [(bytes.to_vec(), false), (shuffled(bytes, size), true)] {
                let bytes = padded(bytes);
                let chunk = Bytes { bytes: &bytes, values: values.len(), shuffled: is_shuffled, order };
                for at in 0..values.len() {
                    let most = TILE.min(values.len() - at);
                    let tile = T::tile(chunk, at).unwrap();
                    assert_eq!(tile[..most], values[at..at + most]);
                    let apart = T::apart(chunk, at, 3).unwrap();
                    assert!(values[at..].iter().step_by(3).zip(&apart).all(|(value, found)| value == found));
                }
                assert!(T::tile(chunk, values.len() + SLACK).is_none());
            }
        }
    }

    macro_rules! check_types {
        ($($raw:ty),*) => {$({
            let values: Vec<$raw> = (0..300_u64)
                .map(|index| index.wrapping_mul(0x9e37_79b9_7f4a_7c15) as $raw)
                .collect();
            let little: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            let big: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
            check(&values, &little, &big);
        })*};
    }

    #[test]
    fn all_types_come_back_from_all_orders() {
        check_types!(i8, u8, i16, u16, i32, u32, i64, u64, f32, f64);
    }
}
