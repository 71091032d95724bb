//! Numbers as numbers of another type, where that loses nothing but digits of floats.

use super::each::with_numbers;
use super::{DataType, Values};

/// A value that has no place in a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// Text, or a type of text.
    #[error("{0} values cannot become {1} values")]
    Text(DataType, DataType),
    /// Out of range, not whole, or more digits than there is room for.
    #[error("the value {value} has no place in {to}")]
    Value {
        /// What it is.
        value: String,
        /// The type.
        to: DataType,
    },
}

/// The largest whole numbers up to which each has a place.
const IN_F64: u64 = 1 << 53;
const IN_F32: u64 = 1 << 24;

impl Values {
    /// The same numbers in another type. Doubles are rounded to floats; anything else has to have a place: a
    /// number beyond the range, a fraction or NaN in integers, and a whole number of too many digits in floats have
    /// none.
    pub fn convert(&self, to: DataType) -> Result<Self, ConvertError> {
        if self.data_type() == to {
            return Ok(self.clone());
        }
        let text = || ConvertError::Text(self.data_type(), to);
        with_numbers!(self, numbers => {
            let numbers = numbers.iter().map(|&number| Number::from(number));
            match to {
                DataType::F64 => numbers.map(|number| number.float(IN_F64, to)).collect::<Result<_, _>>().map(Self::F64),
                DataType::F32 => numbers.map(single).collect::<Result<_, _>>().map(Self::F32),
                DataType::I64 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::I64),
                DataType::I32 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::I32),
                DataType::I16 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::I16),
                DataType::I8 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::I8),
                DataType::U64 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::U64),
                DataType::U32 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::U32),
                DataType::U16 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::U16),
                DataType::U8 => numbers.map(|number| number.whole(to)).collect::<Result<_, _>>().map(Self::U8),
                DataType::Char | DataType::String => Err(text()),
            }
        }, else Err(text()))
    }
}

/// A number of any type.
#[derive(Clone, Copy)]
enum Number {
    Float(f64),
    Whole(i128),
}

macro_rules! numbers {
    ($variant:ident: $($number:ty),*) => {
        $(impl From<$number> for Number {
            fn from(number: $number) -> Self {
                Self::$variant(number.into())
            }
        })*
    };
}

numbers!(Float: f64, f32);
numbers!(Whole: i64, i32, i16, i8, u64, u32, u16, u8);

impl Number {
    fn none(self, to: DataType) -> ConvertError {
        let value = match self {
            Self::Float(float) => float.to_string(),
            Self::Whole(whole) => whole.to_string(),
        };
        ConvertError::Value { value, to }
    }

    /// As a double, if it is a float or a whole number of few enough digits.
    fn float(self, most: u64, to: DataType) -> Result<f64, ConvertError> {
        match self {
            Self::Float(float) => Ok(float),
            Self::Whole(whole) if whole.unsigned_abs() <= most.into() => Ok(whole as f64),
            Self::Whole(_) => Err(self.none(to)),
        }
    }

    fn whole<N: TryFrom<i128>>(self, to: DataType) -> Result<N, ConvertError> {
        let whole = match self {
            Self::Whole(whole) => Some(whole),
            // 2^100 is beyond every type, and exact
            Self::Float(float) if float.fract() == 0.0 && float.abs() < 1.3e30 => Some(float as i128),
            Self::Float(_) => None,
        };
        whole.and_then(|whole| N::try_from(whole).ok()).ok_or_else(|| self.none(to))
    }
}

/// As a float. What is finite stays so.
fn single(number: Number) -> Result<f32, ConvertError> {
    let double = number.float(IN_F32, DataType::F32)?;
    let single = double as f32;
    if double.is_finite() && single.is_infinite() { Err(number.none(DataType::F32)) } else { Ok(single) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, to: DataType) -> ConvertError {
        ConvertError::Value { value: value.to_owned(), to }
    }

    #[test]
    fn doubles_are_rounded_to_floats_and_no_further() {
        let doubles = Values::F64(vec![0.1, f64::NAN, f64::INFINITY, -0.0, 3.0e38]);
        let Values::F32(singles) = doubles.convert(DataType::F32).unwrap() else { panic!() };
        assert_eq!(singles[0], 0.1_f32);
        assert!(singles[1].is_nan() && singles[2].is_infinite() && singles[3].is_sign_negative());
        assert_eq!(
            Values::F64(vec![1.0e39]).convert(DataType::F32),
            Err(value("1000000000000000000000000000000000000000", DataType::F32))
        );
        assert_eq!(Values::F32(vec![0.5]).convert(DataType::F64), Ok(Values::F64(vec![0.5])));
    }

    #[test]
    fn integers_take_whole_numbers_in_their_range() {
        let to = |number: f64, to| Values::F64(vec![number]).convert(to);
        assert_eq!(to(-5.0, DataType::I8), Ok(Values::I8(vec![-5])));
        assert_eq!(to(255.0, DataType::U8), Ok(Values::U8(vec![255])));
        assert_eq!(to(128.0, DataType::I8), Err(value("128", DataType::I8)));
        assert_eq!(to(-1.0, DataType::U16), Err(value("-1", DataType::U16)));
        assert_eq!(to(0.5, DataType::I64), Err(value("0.5", DataType::I64)));
        assert_eq!(to(f64::NAN, DataType::I32), Err(value("NaN", DataType::I32)));
        assert_eq!(to(1e300, DataType::I64).unwrap_err(), to(1e300, DataType::I64).unwrap_err());
        assert!(to(9.3e18, DataType::I64).is_err());
    }

    #[test]
    fn whole_numbers_keep_all_their_digits() {
        let wholes = |number: i64| Values::I64(vec![number]);
        assert_eq!(wholes(1 << 53).convert(DataType::F64), Ok(Values::F64(vec![9_007_199_254_740_992.0])));
        assert!(wholes((1 << 53) + 1).convert(DataType::F64).is_err());
        assert!(wholes((1 << 24) + 1).convert(DataType::F32).is_err());
        assert_eq!(wholes(-70_000).convert(DataType::I32), Ok(Values::I32(vec![-70_000])));
        assert!(wholes(-70_000).convert(DataType::I16).is_err());
    }

    #[test]
    fn text_stays_text() {
        let text = Values::Chars(b"a".to_vec());
        assert_eq!(text.convert(DataType::I8), Err(ConvertError::Text(DataType::Char, DataType::I8)));
        assert!(Values::I8(vec![97]).convert(DataType::Char).is_err());
        assert_eq!(text.convert(DataType::Char), Ok(text));
    }
}
