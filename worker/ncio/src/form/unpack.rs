//! Values as the numbers that they stand for, whatever their coding.

use crate::cf::{Attributes, BadAttribute, Number, Packing, Raw, Rule, with_raw};
use crate::dataset::{DataType, Values};
use crate::raw::VariableSchema;

/// Integers up to this are doubles as well.
const EXACT: i128 = 1 << 53;

/// Why values cannot be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// They are text.
    #[error("it holds {0}: expected numbers")]
    Text(DataType),
    /// An attribute that says how they are packed.
    #[error(transparent)]
    Attribute(#[from] BadAttribute),
    /// An integer that is no double.
    #[error("it holds {0}, which has more digits than a double")]
    Inexact(i128),
    /// What has no place among integers of 64 bits.
    #[error("it holds {0}, which has no place among the others' integers")]
    NoInteger(String),
}

/// What stands for missing integers of 64 bits: what the library writes where nobody wrote.
pub const MISSING_INTEGER: i64 = -9_223_372_036_854_775_806;

/// The numbers that the values of a variable stand for; NaN for missing ones.
///
/// # Errors
/// If they are text, an attribute makes no sense, or a double does not hold one of them exactly.
pub fn unpack(variable: &VariableSchema, values: &Values) -> Result<Vec<f64>, UnpackError> {
    each(variable, values, |value, raw| match raw {
        _ if value.is_nan() => Ok(value),
        Number::Integer(integer) if integer.abs() > EXACT && integer as f64 as i128 != integer => {
            Err(UnpackError::Inexact(integer))
        }
        _ => Ok(value),
    })
}

/// The same, of integers beyond those of a double the nearest.
///
/// # Errors
/// If they are text, or an attribute makes no sense.
pub fn unpack_nearest(variable: &VariableSchema, values: &Values) -> Result<Vec<f64>, UnpackError> {
    each(variable, values, |value, _| Ok(value))
}

/// The integers that the values of a variable are, which is not packed; [`MISSING_INTEGER`] for missing ones.
///
/// # Errors
/// If they are no integers, an attribute makes no sense, or one has no place.
pub fn unpack_integers(variable: &VariableSchema, values: &Values) -> Result<Vec<i64>, UnpackError> {
    each(variable, values, |value, raw| match raw {
        _ if value.is_nan() => Ok(MISSING_INTEGER),
        Number::Integer(integer) => match i64::try_from(integer) {
            Ok(integer) if integer != MISSING_INTEGER => Ok(integer),
            _ => Err(UnpackError::NoInteger(integer.to_string())),
        },
        Number::Float(float) => Err(UnpackError::NoInteger(float.to_string())),
    })
}

/// What becomes of each value, by the number that it stands for (NaN for a missing one) and as it is stored.
fn each<V>(
    variable: &VariableSchema,
    values: &Values,
    of: impl Fn(f64, Number) -> Result<V, UnpackError>,
) -> Result<Vec<V>, UnpackError> {
    let text = || UnpackError::Text(variable.data_type);
    let stored = variable.data_type.number_type().ok_or_else(text)?;
    let numbers = values.to_numbers().ok_or_else(text)?;
    let rule = Rule::new(stored, &Attributes::of(&variable.attributes))?;
    with_raw!(rule.number_type, T => {
        let packing = Packing::<T>::new(&rule);
        // values of the stored type are all there in the type of the same size
        let raw = numbers.into_iter().filter_map(|number| T::equal_to(number.reread(stored, rule.number_type)));
        raw.map(|raw| of(packing.unpack(raw), raw.to_number())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Attribute;

    fn of(values: &Values, attributes: &[(&str, Attribute)]) -> Result<Vec<f64>, UnpackError> {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let variable = VariableSchema {
            name: "x".to_owned(),
            data_type: values.data_type(),
            dimensions: vec!["time".to_owned()],
            attributes: attributes.collect(),
        };
        unpack(&variable, values)
    }

    #[test]
    fn packed_and_missing_values_are_read_as_they_are_meant() {
        let packing = [("scale_factor", 0.5.into()), ("_FillValue", Values::I16(vec![-1]).into())];
        let unpacked = of(&Values::I16(vec![4, -1, -3]), &packing).unwrap();
        assert!(unpacked[0] == 2.0 && unpacked[1].is_nan() && unpacked[2] == -1.5, "{unpacked:?}");
        let default = of(&Values::F32(vec![0.1, 9.969_21e36]), &[]).unwrap();
        assert!(default[0] == f64::from(0.1_f32) && default[1].is_nan(), "{default:?}");
    }

    #[test]
    fn integers_beyond_doubles_are_refused_and_those_that_are_doubles_are_not() {
        let large = 1_i64 << 60;
        assert_eq!(of(&Values::I64(vec![large]), &[]), Ok(vec![large as f64]));
        let error = of(&Values::I64(vec![large + 1]), &[]).unwrap_err();
        assert_eq!(error.to_string(), "it holds 1152921504606846977, which has more digits than a double");
        assert!(matches!(of(&Values::Chars(vec![1]), &[]), Err(UnpackError::Text(_))));
    }
}
