//! Values of one of NetCDF-4's atomic types, and what can be done with them knowing no more.

use std::fmt;
use std::ops::Range;

use crate::cf::{Number, NumberType, Raw};

use super::each::{map_vector, with_both, with_numbers, with_vector};

/// The type of a variable's or an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// `double`.
    F64,
    /// `float`.
    F32,
    /// `int64`.
    I64,
    /// `int`.
    I32,
    /// `short`.
    I16,
    /// `byte`.
    I8,
    /// `uint64`.
    U64,
    /// `uint`.
    U32,
    /// `ushort`.
    U16,
    /// `ubyte`.
    U8,
    /// `char`: one byte of text.
    Char,
    /// `string`: of any length.
    String,
}

/// Values in memory, in a file's order.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// `double`.
    F64(Vec<f64>),
    /// `float`.
    F32(Vec<f32>),
    /// `int64`.
    I64(Vec<i64>),
    /// `int`.
    I32(Vec<i32>),
    /// `short`.
    I16(Vec<i16>),
    /// `byte`.
    I8(Vec<i8>),
    /// `uint64`.
    U64(Vec<u64>),
    /// `uint`.
    U32(Vec<u32>),
    /// `ushort`.
    U16(Vec<u16>),
    /// `ubyte`.
    U8(Vec<u8>),
    /// `char`: bytes of text.
    Chars(Vec<u8>),
    /// `string`.
    Strings(Vec<String>),
}

/// Two sets of values that should be of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} values where {expected} was expected")]
pub struct TypesDiffer {
    /// The type that was expected.
    pub expected: DataType,
    /// The type that came.
    pub found: DataType,
}

impl Values {
    /// No values, of that type.
    pub fn empty(data_type: DataType) -> Self {
        match data_type {
            DataType::F64 => Self::F64(Vec::new()),
            DataType::F32 => Self::F32(Vec::new()),
            DataType::I64 => Self::I64(Vec::new()),
            DataType::I32 => Self::I32(Vec::new()),
            DataType::I16 => Self::I16(Vec::new()),
            DataType::I8 => Self::I8(Vec::new()),
            DataType::U64 => Self::U64(Vec::new()),
            DataType::U32 => Self::U32(Vec::new()),
            DataType::U16 => Self::U16(Vec::new()),
            DataType::U8 => Self::U8(Vec::new()),
            DataType::Char => Self::Chars(Vec::new()),
            DataType::String => Self::Strings(Vec::new()),
        }
    }

    /// One value of a type of numbers, which should be able to hold it; none of text.
    pub(crate) fn of_number(number: Number, data_type: DataType) -> Self {
        fn push<T: Raw>(numbers: &mut Vec<T>, number: Number) {
            numbers.extend(T::equal_to(number));
        }
        let mut one = Self::empty(data_type);
        with_numbers!(&mut one, numbers => push(numbers, number), else {});
        one
    }

    /// Their type.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::F64(_) => DataType::F64,
            Self::F32(_) => DataType::F32,
            Self::I64(_) => DataType::I64,
            Self::I32(_) => DataType::I32,
            Self::I16(_) => DataType::I16,
            Self::I8(_) => DataType::I8,
            Self::U64(_) => DataType::U64,
            Self::U32(_) => DataType::U32,
            Self::U16(_) => DataType::U16,
            Self::U8(_) => DataType::U8,
            Self::Chars(_) => DataType::Char,
            Self::Strings(_) => DataType::String,
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        with_vector!(self, vector => vector.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all and keeps the memory.
    pub fn clear(&mut self) {
        with_vector!(self, vector => vector.clear());
    }

    /// Puts the values of `other` behind.
    pub fn append(&mut self, other: &Self) -> Result<(), TypesDiffer> {
        let differ = TypesDiffer { expected: self.data_type(), found: other.data_type() };
        with_both!(self, other, (mine, theirs) => { mine.extend_from_slice(theirs); Ok(()) }, else Err(differ))
    }

    /// Takes the first `count` out, or all where there are fewer.
    pub fn take_front(&mut self, count: usize) -> Self {
        let count = count.min(self.len());
        let rest = map_vector!(&mut *self, vector => vector.split_off(count));
        std::mem::replace(self, rest)
    }

    /// Those of a range that lies within.
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        let within = range.start <= range.end && range.end <= self.len();
        within.then(|| map_vector!(self, vector => vector[range].to_vec()))
    }

    /// Whether both are of one type, equally many and equal; any NaN is the same as any other, and zero
    /// has no sign.
    pub fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.first_difference(other).is_none()
    }

    /// Where they first differ, as [`Self::same`] sees it, as far as both go; 0 if their types do.
    pub fn first_difference(&self, other: &Self) -> Option<usize> {
        with_both!(self, other, (one, other) => first_difference(one, other), else Some(0))
    }

    /// The numbers as 64-bit floats; integers beyond 2^53 are rounded. `None` for text.
    #[expect(clippy::unnecessary_cast, reason = "one of the types is f64 already")]
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        with_numbers!(self, numbers => Some(numbers.iter().map(|&number| number as f64).collect()), else None)
    }

    /// The numbers as they are. `None` for text.
    pub fn to_numbers(&self) -> Option<Vec<Number>> {
        with_numbers!(self, numbers => Some(numbers.iter().map(|&raw| raw.to_number()).collect()), else None)
    }

    /// For values of shape (`outer`, `middle`, rest): of shape (`middle`, `outer`, rest).
    pub fn swap_axes(self, outer: usize, middle: usize) -> Self {
        if outer == 1 || middle == 1 || self.is_empty() {
            return self;
        }
        map_vector!(self, vector => swap_axes(&vector, outer, middle))
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F64 => "double",
            Self::F32 => "float",
            Self::I64 => "int64",
            Self::I32 => "int",
            Self::I16 => "short",
            Self::I8 => "byte",
            Self::U64 => "uint64",
            Self::U32 => "uint",
            Self::U16 => "ushort",
            Self::U8 => "ubyte",
            Self::Char => "char",
            Self::String => "string",
        })
    }
}

impl DataType {
    /// The type of number; `None` for text.
    pub fn number_type(self) -> Option<NumberType> {
        Some(match self {
            Self::F64 => NumberType::F64,
            Self::F32 => NumberType::F32,
            Self::I64 => NumberType::I64,
            Self::I32 => NumberType::I32,
            Self::I16 => NumberType::I16,
            Self::I8 => NumberType::I8,
            Self::U64 => NumberType::U64,
            Self::U32 => NumberType::U32,
            Self::U16 => NumberType::U16,
            Self::U8 => NumberType::U8,
            Self::Char | Self::String => return None,
        })
    }

    /// The type of numbers that NumPy calls so.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "float64" => Self::F64,
            "float32" => Self::F32,
            "int64" => Self::I64,
            "int32" => Self::I32,
            "int16" => Self::I16,
            "int8" => Self::I8,
            _ => return None,
        })
    }

    /// Bytes a value in a file; a string's text comes on top of its reference.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::I16 | Self::U16 => 2,
            Self::I8 | Self::U8 | Self::Char => 1,
            Self::String => 16,
        }
    }
}

/// Equality of numbers; NaNs are all one.
trait Same {
    fn same(&self, other: &Self) -> bool;
}

macro_rules! same_as_equal {
    ($($exact:ty),*) => {
        $(impl Same for $exact {
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        })*
    };
}

same_as_equal!(i64, i32, i16, i8, u64, u32, u16, u8, String);

macro_rules! same_or_nan {
    ($($float:ty),*) => {
        $(impl Same for $float {
            fn same(&self, other: &Self) -> bool {
                self == other || (self.is_nan() && other.is_nan())
            }
        })*
    };
}

same_or_nan!(f64, f32);

fn first_difference<T: Same>(one: &[T], other: &[T]) -> Option<usize> {
    one.iter().zip(other).position(|(one, other)| !one.same(other))
}

fn swap_axes<T: Clone>(values: &[T], outer: usize, middle: usize) -> Vec<T> {
    let inner = values.len() / (outer * middle).max(1);
    let mut swapped = Vec::with_capacity(values.len());
    for m in 0..middle {
        for o in 0..outer {
            let start = (o * middle + m) * inner;
            swapped.extend_from_slice(&values[start..start + inner]);
        }
    }
    swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sameness_is_equality_but_for_nan() {
        let payload = f64::from_bits(f64::NAN.to_bits() | 5);
        assert!(Values::F64(vec![f64::NAN, 1.0]).same(&Values::F64(vec![payload, 1.0])));
        assert!(Values::F64(vec![0.0]).same(&Values::F64(vec![-0.0])));
        assert!(!Values::F64(vec![0.0]).same(&Values::F64(vec![f64::MIN_POSITIVE])));
        assert!(!Values::U8(vec![1]).same(&Values::Chars(vec![1])));
        assert!(!Values::I8(vec![1]).same(&Values::I8(vec![1, 1])));
        let (one, other) = (Values::F32(vec![1.0, 2.0, 3.0]), Values::F32(vec![1.0, 2.5, 4.0]));
        assert_eq!(one.first_difference(&other), Some(1));
    }

    #[test]
    fn front_and_back_keep_their_type_and_order() {
        let mut bytes = Values::Chars(b"abc".to_vec());
        assert!(bytes.append(&Values::U8(vec![1])).is_err());
        bytes.append(&Values::Chars(b"de".to_vec())).unwrap();
        assert_eq!(bytes.take_front(2), Values::Chars(b"ab".to_vec()));
        assert_eq!(bytes, Values::Chars(b"cde".to_vec()));
        assert_eq!(bytes.take_front(9), Values::Chars(b"cde".to_vec()));
        assert!(bytes.is_empty());
    }

    #[test]
    fn ranges_outside_are_refused() {
        let values = Values::I16(vec![1, 2, 3]);
        assert_eq!(values.slice(1..3), Some(Values::I16(vec![2, 3])));
        assert_eq!(values.slice(1..4), None);
    }

    #[test]
    fn swapping_axes_is_a_transposition_of_blocks() {
        // shape (2, 3, 2): the element at (o, m, i) is 100 o + 10 m + i
        let values: Vec<i32> = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121].to_vec();
        let swapped = Values::I32(values.clone()).swap_axes(2, 3);
        assert_eq!(swapped, Values::I32(vec![0, 1, 100, 101, 10, 11, 110, 111, 20, 21, 120, 121]));
        assert_eq!(swapped.swap_axes(3, 2), Values::I32(values));
    }
}
