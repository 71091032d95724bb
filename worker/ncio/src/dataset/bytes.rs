//! Values as the bytes that a file has of them, in this machine's order.

use super::{DataType, Values};
use crate::raw::Run;

/// A value of fixed size.
trait Fixed: Copy + Sized {
    const SIZE: usize;
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
    /// One of its bytes, by the place that it has in memory.
    fn byte(self, place: usize) -> u8;
}

macro_rules! fixed {
    ($($number:ty as $bits:ty: $to_bits:expr),* $(,)?) => {
        $(impl Fixed for $number {
            const SIZE: usize = size_of::<Self>();

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_ne_bytes(bytes.try_into().ok()?))
            }

            #[inline]
            fn byte(self, place: usize) -> u8 {
                let bits: $bits = $to_bits(self);
                let place = if cfg!(target_endian = "little") { place } else { Self::SIZE - 1 - place };
                (bits >> (8 * place)) as u8
            }
        })*
    };
}

fixed! {
    f64 as u64: f64::to_bits,
    f32 as u32: f32::to_bits,
    i64 as u64: i64::cast_unsigned,
    i32 as u32: i32::cast_unsigned,
    i16 as u16: i16::cast_unsigned,
    i8 as u8: i8::cast_unsigned,
    u64 as u64: u64::from,
    u32 as u32: u32::from,
    u16 as u16: u16::from,
    u8 as u8: u8::from,
}

impl Values {
    /// Values from their bytes; none of strings, whose bytes say nothing.
    pub(crate) fn from_bytes(data_type: DataType, bytes: &[u8]) -> Self {
        match data_type {
            DataType::F64 => Self::F64(numbers(bytes)),
            DataType::F32 => Self::F32(numbers(bytes)),
            DataType::I64 => Self::I64(numbers(bytes)),
            DataType::I32 => Self::I32(numbers(bytes)),
            DataType::I16 => Self::I16(numbers(bytes)),
            DataType::I8 => Self::I8(numbers(bytes)),
            DataType::U64 => Self::U64(numbers(bytes)),
            DataType::U32 => Self::U32(numbers(bytes)),
            DataType::U16 => Self::U16(numbers(bytes)),
            DataType::U8 => Self::U8(numbers(bytes)),
            DataType::Char => Self::Chars(bytes.to_vec()),
            DataType::String => Self::empty(data_type),
        }
    }

    /// A chunk of `cells` values, of which these runs are given and the others are zeros, as HDF5
    /// shuffles it: the first byte of all values, then the second of all. Nothing of strings.
    pub(crate) fn shuffled(&self, runs: &[Run], cells: usize) -> Vec<u8> {
        match self {
            Self::F64(values) => shuffled(values, runs, cells),
            Self::F32(values) => shuffled(values, runs, cells),
            Self::I64(values) => shuffled(values, runs, cells),
            Self::I32(values) => shuffled(values, runs, cells),
            Self::I16(values) => shuffled(values, runs, cells),
            Self::I8(values) => shuffled(values, runs, cells),
            Self::U64(values) => shuffled(values, runs, cells),
            Self::U32(values) => shuffled(values, runs, cells),
            Self::U16(values) => shuffled(values, runs, cells),
            Self::U8(values) | Self::Chars(values) => shuffled(values, runs, cells),
            Self::Strings(_) => Vec::new(),
        }
    }
}

fn numbers<T: Fixed>(bytes: &[u8]) -> Vec<T> {
    bytes.chunks_exact(T::SIZE).filter_map(T::from_bytes).collect()
}

/// So many values stay in the first cache while each of their bytes is taken in turn.
const AT_ONCE: usize = 1024;

fn shuffled<T: Fixed>(values: &[T], runs: &[Run], cells: usize) -> Vec<u8> {
    let mut planes = vec![0; cells * T::SIZE];
    for run in runs {
        let values = values.get(run.from..run.from + run.length).unwrap_or_default();
        for (part, values) in values.chunks(AT_ONCE).enumerate() {
            let to = run.to + part * AT_ONCE;
            for (place, plane) in planes.chunks_exact_mut(cells).enumerate() {
                let room = plane.get_mut(to..to + values.len()).unwrap_or_default();
                room.iter_mut().zip(values).for_each(|(byte, value)| *byte = value.byte(place));
            }
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_grouped_by_their_place() {
        // by the definition of HDF5's filter; the third value is beyond the edge
        let values = Values::U32(vec![0x0403_0201_u32.to_le(), 0x1413_1211_u32.to_le()]);
        let runs = [Run { from: 0, to: 0, length: 2 }];
        assert_eq!(values.shuffled(&runs, 3), [1, 0x11, 0, 2, 0x12, 0, 3, 0x13, 0, 4, 0x14, 0]);
    }

    #[test]
    fn values_are_known_by_their_bytes() {
        let floats = [1.5_f64, -0.0, f64::NAN, f64::MIN_POSITIVE];
        let bytes: Vec<u8> = floats.iter().flat_map(|float| float.to_ne_bytes()).collect();
        assert!(Values::from_bytes(DataType::F64, &bytes).same(&Values::F64(floats.to_vec())));
        assert_eq!(Values::from_bytes(DataType::I16, &[0xff; 4]), Values::I16(vec![-1, -1]));
    }
}
