//! Values as numbers of another type, with what says how they are to be read: missing ones stay missing.
//!
//! Packed values stay packed. What is written for a missing value may have no place in the other type, or be
//! missing by the type's default alone; then it becomes another fill value, which is named.

use crate::cf::{Attributes, BadAttribute, Nan, Number, NumberType, Raw, Rule, with_raw};
use crate::dataset::{Attribute, ConvertError, DataType, Values};
use crate::raw::VariableSchema;

/// Attributes that are of the type of their variable's values.
const OF_THE_VALUES: [&str; 6] =
    ["valid_min", "valid_max", "valid_range", "actual_range", "flag_values", "flag_masks"];

/// Why a variable cannot have numbers of another type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// An attribute that says how its values are stored.
    #[error(transparent)]
    Attribute(#[from] BadAttribute),
    /// Something of it has no place in the type.
    #[error("{what}: {source}")]
    NoPlace {
        /// In words.
        what: String,
        /// Why not.
        source: ConvertError,
    },
    /// Limits would mean something else.
    #[error(
        "its valid range is of unpacked values, which cannot be said of packed values of type {0}: choose a \
         smaller type"
    )]
    Limits(DataType),
}

/// How the values of a variable become numbers of another type.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    stored: NumberType,
    /// How the stored bits are read.
    read_as: NumberType,
    to: DataType,
    /// What becomes the fill value.
    missing: Vec<Number>,
    fill: Option<Number>,
    /// Whether no digit may be lost, as of times.
    is_exact: bool,
}

impl Conversion {
    /// Of a variable's values, and the variable as it is then. `is_exact` where no digit may be lost.
    ///
    /// # Errors
    /// For text, or if an attribute makes no sense or has no place in the type.
    pub fn new(
        variable: &VariableSchema,
        to: DataType,
        is_exact: bool,
    ) -> Result<(Self, VariableSchema), ConversionError> {
        let text = || ConversionError::NoPlace {
            what: "its values".to_owned(),
            source: ConvertError::Text(variable.data_type, to),
        };
        let stored = variable.data_type.number_type().ok_or_else(text)?;
        let target = to.number_type().ok_or_else(text)?;
        let own = Attributes::of(&variable.attributes);
        let rule = Rule::new(stored, &own)?;
        let read_as = rule.number_type;
        let named = |name| -> Result<Vec<Number>, BadAttribute> {
            let numbers = own.numbers(name, Nan::Allowed)?;
            let numbers = numbers.into_iter().flat_map(|(kind, numbers)| {
                numbers
                    .iter()
                    .map(move |&number| if kind == stored { number.reread(stored, read_as) } else { number })
            });
            Ok(numbers.filter_map(|number| in_type(number, read_as)).collect())
        };
        let (fills, others) = (named("_FillValue")?, named("missing_value")?);
        let is_named = !fills.is_empty();
        let default = || stored.default_fill().map(|number| number.reread(stored, read_as));
        let fills = if is_named { fills } else { default().into_iter().collect() };
        let kept = fills.first().and_then(|&fill| in_type(fill, target));
        let homeless: Vec<Number> =
            others.iter().copied().filter(|&number| in_type(number, target).is_none()).collect();
        let may_be_nan = read_as.is_float() && !target.is_float();
        let needs_fill = !fills.is_empty() || !homeless.is_empty() || may_be_nan;
        let fill = kept.or_else(|| needs_fill.then(|| fill_of(target)));
        // the same number by the default of both types needs no name
        let goes_without_saying = !is_named && kept.is_some() && kept == target.default_fill();
        let conversion = Self { stored, read_as, to, missing: [fills, homeless].concat(), fill, is_exact };
        let named_fill = fill.filter(|_| !goes_without_saying);
        let converted = conversion.variable(variable, named_fill, &others)?;
        let limits_unpacked = Rule::new(target, &Attributes::of(&converted.attributes))?.limits_unpacked;
        if limits_unpacked != rule.limits_unpacked {
            return Err(ConversionError::Limits(to));
        }
        Ok((conversion, converted))
    }

    /// The values in the other type.
    ///
    /// # Errors
    /// If one has no place in it.
    pub fn apply(&self, values: &Values) -> Result<Values, ConvertError> {
        values.convert_each(self.to, |number| {
            let number = number.reread(self.stored, self.read_as);
            let none = || ConvertError::Value { value: number.to_string(), to: self.to };
            if self.is_missing(number) {
                return self.fill.ok_or_else(none);
            }
            let is_taken = self.fill.is_some_and(|fill| is_same(fill, number));
            let is_rounded = self.is_exact
                && self.to == DataType::F32
                && matches!(number, Number::Float(double) if f64::from(double as f32) != double);
            if is_taken || is_rounded { Err(none()) } else { Ok(number) }
        })
    }

    fn is_missing(&self, number: Number) -> bool {
        if is_nan(number) {
            let is_float = matches!(self.to, DataType::F32 | DataType::F64);
            return !is_float || self.missing.iter().any(|&missing| is_nan(missing));
        }
        self.missing.contains(&number)
    }

    /// The variable with numbers of the type, and the attributes that are numbers of its own type with it.
    fn variable(
        &self,
        variable: &VariableSchema,
        fill: Option<Number>,
        missing_values: &[Number],
    ) -> Result<VariableSchema, ConversionError> {
        let typed = |what: &str, numbers: &[Number]| {
            Values::of_numbers(numbers.iter().copied(), self.to)
                .map_err(|source| ConversionError::NoPlace { what: format!("its attribute {what}"), source })
        };
        let mut attributes = Vec::with_capacity(variable.attributes.len() + 1);
        for (name, value) in &variable.attributes {
            let value = match (name.as_str(), value) {
                ("_FillValue", _) => continue,
                ("_Unsigned", _) if self.read_as != self.stored => continue,
                ("missing_value", _) => {
                    let stay = |number: &&Number| !self.missing.contains(number) && !is_nan(**number);
                    let numbers: Vec<Number> = missing_values.iter().filter(stay).copied().collect();
                    if numbers.is_empty() {
                        continue;
                    }
                    typed(name, &numbers)?.into()
                }
                (_, Attribute::Values(values))
                    if OF_THE_VALUES.contains(&name.as_str()) && values.data_type() == variable.data_type =>
                {
                    let numbers = values.to_numbers().unwrap_or_default().into_iter();
                    let numbers: Vec<_> =
                        numbers.map(|number| number.reread(self.stored, self.read_as)).collect();
                    typed(name, &numbers)?.into()
                }
                (_, other) => other.clone(),
            };
            attributes.push((name.clone(), value));
        }
        if let Some(fill) = fill {
            attributes.push(("_FillValue".to_owned(), typed("_FillValue", &[fill])?.into()));
        }
        Ok(VariableSchema { data_type: self.to, attributes, ..variable.clone() })
    }
}

fn is_nan(number: Number) -> bool {
    matches!(number, Number::Float(float) if float.is_nan())
}

/// Whether numbers of two types are equal.
fn is_same(one: Number, other: Number) -> bool {
    match (one, other) {
        (Number::Integer(one), Number::Integer(other)) => one == other,
        _ => one.to_f64() == other.to_f64(),
    }
}

/// The same number as one of this type, where it has an equal in it.
fn in_type(number: Number, number_type: NumberType) -> Option<Number> {
    with_raw!(number_type, T => T::equal_to(number).map(T::to_number))
}

/// What the library writes where nobody wrote; of bytes, too, for which reading knows no default.
fn fill_of(number_type: NumberType) -> Number {
    match number_type {
        NumberType::I8 => Number::Integer(-127),
        NumberType::U8 => Number::Integer(255),
        NumberType::F32 | NumberType::F64 => Number::Float(f64::NAN),
        other => other.default_fill().unwrap_or(Number::Integer(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in another type, and the attributes that are left.
    fn converted(
        values: &Values,
        attributes: &[(&str, Attribute)],
        to: DataType,
    ) -> Result<(Values, Vec<(String, Attribute)>), String> {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let variable = VariableSchema {
            name: "x".to_owned(),
            data_type: values.data_type(),
            dimensions: vec!["time".to_owned()],
            attributes: attributes.collect(),
        };
        let (conversion, variable) =
            Conversion::new(&variable, to, false).map_err(|error| error.to_string())?;
        let values = conversion.apply(values).map_err(|error| error.to_string())?;
        Ok((values, variable.attributes))
    }

    fn fill(values: Values) -> Vec<(String, Attribute)> {
        vec![("_FillValue".to_owned(), values.into())]
    }

    #[test]
    fn what_was_never_written_stays_missing() {
        let (values, attributes) = converted(&Values::I16(vec![5, -32767]), &[], DataType::F64).unwrap();
        assert_eq!(
            (values, attributes),
            (Values::F64(vec![5.0, -32767.0]), fill(Values::F64(vec![-32767.0])))
        );
        let never = 9.969_209_968_386_869e36;
        let (values, attributes) = converted(&Values::F64(vec![5.0, never]), &[], DataType::I16).unwrap();
        assert_eq!((values, attributes), (Values::I16(vec![5, -32767]), fill(Values::I16(vec![-32767]))));
        // floats have one default
        let (values, attributes) = converted(&Values::F64(vec![5.0, never]), &[], DataType::F32).unwrap();
        assert_eq!((values, attributes), (Values::F32(vec![5.0, never as f32]), vec![]));
    }

    #[test]
    fn nan_and_fill_values_without_a_place_become_others() {
        let nan = [("_FillValue", f64::NAN.into())];
        let (values, attributes) = converted(&Values::F64(vec![5.0, f64::NAN]), &nan, DataType::I8).unwrap();
        assert_eq!((values, attributes), (Values::I8(vec![5, -127]), fill(Values::I8(vec![-127]))));
        let far = [("_FillValue", 1e20.into()), ("missing_value", Values::F64(vec![-9.0, 1e30]).into())];
        let (values, attributes) =
            converted(&Values::F64(vec![5.0, 1e20, -9.0, 1e30]), &far, DataType::I32).unwrap();
        assert_eq!(values, Values::I32(vec![5, -2_147_483_647, -9, -2_147_483_647]));
        assert_eq!(attributes[0], ("missing_value".to_owned(), Values::I32(vec![-9]).into()));
        // a value that would be missing is none
        let error = converted(&Values::F64(vec![-127.0, f64::NAN]), &nan, DataType::I8).unwrap_err();
        assert_eq!(error, "the value -127 has no place in byte");
    }

    #[test]
    fn bytes_without_a_sign_keep_their_values() {
        let unsigned = [("_Unsigned", "true".into()), ("_FillValue", Values::I8(vec![-1]).into())];
        let (values, attributes) =
            converted(&Values::I8(vec![-56, 3, -1]), &unsigned, DataType::I16).unwrap();
        assert_eq!((values, attributes), (Values::I16(vec![200, 3, 255]), fill(Values::I16(vec![255]))));
    }

    #[test]
    fn packed_values_stay_packed() {
        let packed = [
            ("scale_factor", 0.5.into()),
            ("valid_max", Values::I16(vec![9]).into()),
            ("_FillValue", Values::I16(vec![-1]).into()),
        ];
        let (values, attributes) = converted(&Values::I16(vec![4, -1]), &packed, DataType::I32).unwrap();
        assert_eq!(values, Values::I32(vec![4, -1]));
        assert_eq!(attributes[1], ("valid_max".to_owned(), Values::I32(vec![9]).into()));
        let limits = [("scale_factor", Attribute::from(0.5)), ("valid_max", 9.0.into())];
        let error = converted(&Values::F32(vec![4.0]), &limits, DataType::F64).unwrap_err();
        assert!(error.contains("of unpacked values"), "{error}");
    }

    #[test]
    fn times_lose_no_digit() {
        let variable = VariableSchema {
            name: "x".to_owned(),
            data_type: DataType::F64,
            dimensions: vec!["time".to_owned()],
            attributes: vec![],
        };
        let (conversion, _) = Conversion::new(&variable, DataType::F32, true).unwrap();
        assert!(conversion.apply(&Values::F64(vec![0.25, 455_832.0])).is_ok());
        let error = conversion.apply(&Values::F64(vec![1_643_674_210.0])).unwrap_err();
        assert_eq!(error.to_string(), "the value 1643674210 has no place in float");
    }
}
