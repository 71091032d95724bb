//! The types of numbers that a file can hold, and single numbers of any of them.

use std::fmt;

/// A type of number in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum NumberType {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl NumberType {
    /// The size of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Whether it is a floating-point type.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it is an integer type with a sign.
    pub fn is_signed_integer(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// Whether it can hold more than `other`, as the NetCDF User's Guide orders types: by size, and
    /// floats above all integers.
    pub fn is_wider_than(self, other: Self) -> bool {
        let rank = |kind: Self| (kind.is_float(), kind.bytes());
        rank(self) > rank(other)
    }

    /// The same bits read with or without a sign, as `_Unsigned` asks; floats stay as they are.
    pub fn with_sign(self, signed: bool) -> Self {
        match (self, signed) {
            (Self::I8 | Self::U8, true) => Self::I8,
            (Self::I8 | Self::U8, false) => Self::U8,
            (Self::I16 | Self::U16, true) => Self::I16,
            (Self::I16 | Self::U16, false) => Self::U16,
            (Self::I32 | Self::U32, true) => Self::I32,
            (Self::I32 | Self::U32, false) => Self::U32,
            (Self::I64 | Self::U64, true) => Self::I64,
            (Self::I64 | Self::U64, false) => Self::U64,
            (Self::F32 | Self::F64, _) => self,
        }
    }

    /// What the library writes where nobody wrote: the default fill values of netcdf.h. There is
    /// none for 8 bits here, where every value is in use.
    pub fn default_fill(self) -> Option<Number> {
        Some(match self {
            Self::I8 | Self::U8 => return None,
            Self::I16 => Number::Integer(-32767),
            Self::U16 => Number::Integer(65535),
            Self::I32 => Number::Integer(-2_147_483_647),
            Self::U32 => Number::Integer(4_294_967_295),
            Self::I64 => Number::Integer(-9_223_372_036_854_775_806),
            Self::U64 => Number::Integer(18_446_744_073_709_551_614),
            Self::F32 | Self::F64 => Number::Float(9.969_209_968_386_869e36),
        })
    }

    /// An integer of type `from` read as this type, which has the same bits and another sign.
    pub fn reread(self, integer: i128, from: Self) -> i128 {
        let turn = 1_i128 << (8 * from.bytes());
        match (self.is_signed_integer(), integer) {
            (false, negative) if negative < 0 => negative + turn,
            (true, large) if large >= turn / 2 => large - turn,
            (_, same) => same,
        }
    }
}

/// One number of any type, exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Of an integer type.
    Integer(i128),
    /// Of a floating-point type.
    Float(f64),
}

impl Number {
    /// The bits of a number of type `from` read as another type of the same size; floats as they are.
    pub fn reread(self, from: NumberType, read_as: NumberType) -> Self {
        match self {
            Self::Integer(integer) if from != read_as => Self::Integer(read_as.reread(integer, from)),
            same => same,
        }
    }

    /// As a double: exact for floats and for integers up to 2^53.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Float(float) => float.fmt(f),
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that values are stored in. Sealed: plain numbers of which every bit pattern is
/// valid, so that the library may fill them in.
pub trait Raw: sealed::Sealed + Copy + Default + PartialOrd + fmt::Debug + 'static {
    /// Its name as a value.
    const TYPE: NumberType;
    /// The smallest value there is.
    const LOWEST: Self;
    /// The largest value there is.
    const HIGHEST: Self;

    /// The nearest double.
    fn to_f64(self) -> f64;
    /// As a number of any type.
    fn to_number(self) -> Number;
    /// The value that equals `number`, if there is one; for floats the nearest.
    fn equal_to(number: Number) -> Option<Self>;
    /// The smallest value that is not below `number`, if there is one; for floats the nearest.
    fn at_least(number: Number) -> Option<Self>;
    /// The largest value that is not above `number`, if there is one; for floats the nearest.
    fn at_most(number: Number) -> Option<Self>;
}

macro_rules! raw_integer {
    ($($raw:ident $kind:ident),*) => {$(
        impl sealed::Sealed for $raw {}
        impl Raw for $raw {
            const TYPE: NumberType = NumberType::$kind;
            const LOWEST: Self = Self::MIN;
            const HIGHEST: Self = Self::MAX;

            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }

            fn to_number(self) -> Number {
                Number::Integer(self.into())
            }

            fn equal_to(number: Number) -> Option<Self> {
                match number {
                    Number::Integer(integer) => integer.try_into().ok(),
                    Number::Float(float) if float.trunc() == float => (float as i128).try_into().ok(),
                    Number::Float(_) => None,
                }
            }

            fn at_least(number: Number) -> Option<Self> {
                let bound = match number {
                    Number::Integer(integer) => integer,
                    Number::Float(float) => float.ceil() as i128,
                };
                bound.max(Self::MIN.into()).try_into().ok()
            }

            fn at_most(number: Number) -> Option<Self> {
                let bound = match number {
                    Number::Integer(integer) => integer,
                    Number::Float(float) => float.floor() as i128,
                };
                bound.min(Self::MAX.into()).try_into().ok()
            }
        }
    )*};
}

macro_rules! raw_float {
    ($($raw:ident $kind:ident),*) => {$(
        impl sealed::Sealed for $raw {}
        impl Raw for $raw {
            const TYPE: NumberType = NumberType::$kind;
            const LOWEST: Self = Self::NEG_INFINITY;
            const HIGHEST: Self = Self::INFINITY;

            #[inline]
            fn to_f64(self) -> f64 {
                self.into()
            }

            fn to_number(self) -> Number {
                Number::Float(self.into())
            }

            fn equal_to(number: Number) -> Option<Self> {
                Some(number.to_f64() as Self)
            }

            fn at_least(number: Number) -> Option<Self> {
                Self::equal_to(number)
            }

            fn at_most(number: Number) -> Option<Self> {
                Self::equal_to(number)
            }
        }
    )*};
}

raw_integer!(i8 I8, u8 U8, i16 I16, u16 U16, i32 I32, u32 U32, i64 I64, u64 U64);
raw_float!(f32 F32, f64 F64);

/// Evaluates an expression in which a name stands for the Rust type of a [`NumberType`].
macro_rules! with_raw {
    ($kind:expr, $raw:ident => $value:expr) => {{
        use $crate::cf::NumberType;
        macro_rules! as_type {
            ($type:ty) => {{
                type $raw = $type;
                $value
            }};
        }
        match $kind {
            NumberType::I8 => as_type!(i8),
            NumberType::U8 => as_type!(u8),
            NumberType::I16 => as_type!(i16),
            NumberType::U16 => as_type!(u16),
            NumberType::I32 => as_type!(i32),
            NumberType::U32 => as_type!(u32),
            NumberType::I64 => as_type!(i64),
            NumberType::U64 => as_type!(u64),
            NumberType::F32 => as_type!(f32),
            NumberType::F64 => as_type!(f64),
        }
    }};
}
pub(crate) use with_raw;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_a_type_cannot_hold_have_no_equal_in_it() {
        assert_eq!(i16::equal_to(Number::Float(-999.0)), Some(-999));
        assert_eq!(i16::equal_to(Number::Float(-999.5)), None);
        assert_eq!(i16::equal_to(Number::Float(1e20)), None);
        assert_eq!(i16::equal_to(Number::Float(f64::NAN)), None);
        assert_eq!(u8::equal_to(Number::Integer(-1)), None);
        assert_eq!(u64::equal_to(Number::Integer(u64::MAX.into())), Some(u64::MAX));
        assert_eq!(f32::equal_to(Number::Float(1e20)), Some(1e20));
    }

    #[test]
    fn bounds_are_rounded_inwards_and_kept_within_the_type() {
        assert_eq!(i8::at_least(Number::Float(-3.5)), Some(-3));
        assert_eq!(i8::at_most(Number::Float(-3.5)), Some(-4));
        assert_eq!(i8::at_least(Number::Integer(-1000)), Some(-128));
        assert_eq!(i8::at_most(Number::Float(1e30)), Some(127));
        assert_eq!(i8::at_least(Number::Integer(128)), None);
        assert_eq!(u16::at_most(Number::Float(-0.5)), None);
    }

    #[test]
    fn bits_are_reread_with_the_other_sign() {
        assert_eq!(NumberType::U8.reread(-1, NumberType::I8), 255);
        assert_eq!(NumberType::U16.reread(-32767, NumberType::I16), 32769);
        assert_eq!(NumberType::I8.reread(200, NumberType::U8), -56);
        assert_eq!(NumberType::I64.reread(u64::MAX.into(), NumberType::U64), -1);
        assert_eq!(NumberType::U8.reread(7, NumberType::I8), 7);
    }

    #[test]
    fn floats_are_wider_than_all_integers() {
        assert!(NumberType::F32.is_wider_than(NumberType::I64));
        assert!(NumberType::F64.is_wider_than(NumberType::F32));
        assert!(!NumberType::F32.is_wider_than(NumberType::F32));
        assert!(!NumberType::U16.is_wider_than(NumberType::I16));
    }
}
