//! Numbers as numbers of another type, where that loses nothing but digits of floats.

use super::each::with_numbers;
use super::{DataType, Values};
use crate::cf::{Number, Raw};

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
        if self.data_type() == to { Ok(self.clone()) } else { self.convert_each(to, Ok) }
    }

    /// The same, of what each number becomes.
    pub(crate) fn convert_each(
        &self,
        to: DataType,
        changed: impl Fn(Number) -> Result<Number, ConvertError>,
    ) -> Result<Self, ConvertError> {
        let text = || ConvertError::Text(self.data_type(), to);
        with_numbers!(self, numbers => {
            collected(numbers.iter().map(|&number| changed(number.to_number())), to).unwrap_or_else(|| Err(text()))
        }, else Err(text()))
    }

    /// Numbers as values of a type.
    pub(crate) fn of_numbers(
        numbers: impl Iterator<Item = Number>,
        to: DataType,
    ) -> Result<Self, ConvertError> {
        collected(numbers.map(Ok), to).unwrap_or(Err(ConvertError::Text(DataType::F64, to)))
    }
}

/// `None` for a type of text.
fn collected(
    numbers: impl Iterator<Item = Result<Number, ConvertError>>,
    to: DataType,
) -> Option<Result<Values, ConvertError>> {
    use DataType::{Char, F32, F64, I8, I16, I32, I64, String, U8, U16, U32, U64};
    fn all<T>(
        numbers: impl Iterator<Item = Result<Number, ConvertError>>,
        of: impl Fn(Number) -> Result<T, ConvertError>,
    ) -> Result<Vec<T>, ConvertError> {
        numbers.map(|number| of(number?)).collect()
    }
    Some(match to {
        F64 => all(numbers, |number| float(number, IN_F64, to)).map(Values::F64),
        F32 => all(numbers, single).map(Values::F32),
        I64 => all(numbers, |number| whole(number, to)).map(Values::I64),
        I32 => all(numbers, |number| whole(number, to)).map(Values::I32),
        I16 => all(numbers, |number| whole(number, to)).map(Values::I16),
        I8 => all(numbers, |number| whole(number, to)).map(Values::I8),
        U64 => all(numbers, |number| whole(number, to)).map(Values::U64),
        U32 => all(numbers, |number| whole(number, to)).map(Values::U32),
        U16 => all(numbers, |number| whole(number, to)).map(Values::U16),
        U8 => all(numbers, |number| whole(number, to)).map(Values::U8),
        Char | String => return None,
    })
}

fn none(number: Number, to: DataType) -> ConvertError {
    ConvertError::Value { value: number.to_string(), to }
}

/// As a double, if it is a float or a whole number of few enough digits.
fn float(number: Number, most: u64, to: DataType) -> Result<f64, ConvertError> {
    match number {
        Number::Float(float) => Ok(float),
        Number::Integer(whole) if whole.unsigned_abs() <= most.into() => Ok(whole as f64),
        Number::Integer(_) => Err(none(number, to)),
    }
}

/// As an integer, if it is a whole number in its range.
fn whole<N: TryFrom<i128>>(number: Number, to: DataType) -> Result<N, ConvertError> {
    let whole = match number {
        Number::Integer(whole) => Some(whole),
        // 2^100 is beyond every type, and exact
        Number::Float(float) if float.fract() == 0.0 && float.abs() < 1.3e30 => Some(float as i128),
        Number::Float(_) => None,
    };
    whole.and_then(|whole| N::try_from(whole).ok()).ok_or_else(|| none(number, to))
}

/// As a float. What is finite stays so.
fn single(number: Number) -> Result<f32, ConvertError> {
    let double = float(number, IN_F32, DataType::F32)?;
    let single = double as f32;
    if double.is_finite() && single.is_infinite() { Err(none(number, DataType::F32)) } else { Ok(single) }
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
