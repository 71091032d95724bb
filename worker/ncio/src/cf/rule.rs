//! A variable's packing as its attributes state it (CF 1.8, chapters 2.5.1 and 8.1; NetCDF User's
//! Guide, "Attribute Conventions").
//!
//! How single values are unpacked by it is left to [`super::Packing`].

use super::attributes::{Attributes, BadAttribute, Nan};
use super::number::{Number, NumberType};

/// What the attributes of a variable say about its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// How the stored bits are to be read: the type in the file, or by `_Unsigned` the same size
    /// with the other sign.
    pub number_type: NumberType,
    /// Multiplies the packed value.
    pub scale: f64,
    /// Is then added.
    pub offset: f64,
    /// Packed values that mean "missing": `_FillValue` (or the type's default) and `missing_value`.
    pub missing: Vec<Number>,
    /// The smallest valid value.
    pub lowest: Option<Number>,
    /// The largest valid value.
    pub highest: Option<Number>,
    /// Whether the limits are those of unpacked values.
    pub limits_unpacked: bool,
}

impl Rule {
    /// Reads the rule for a variable that is stored as `stored`.
    ///
    /// The limits (`valid_range`, or `valid_min` and `valid_max`) are of packed values, unless they
    /// are floats of the wider type of `scale_factor` and `add_offset` and that type is wider than
    /// the variable's: then they are of unpacked values.
    pub fn new(stored: NumberType, attributes: &Attributes) -> Result<Self, BadAttribute> {
        let scale = attributes.number("scale_factor")?;
        let offset = attributes.number("add_offset")?;
        let limits = Limits::new(attributes)?;
        let said = said_sign(stored, attributes)?;
        let number_type = match said {
            Some(number_type) => number_type,
            None if limits.are_unpacked(stored, wider(scale, offset)) => stored,
            None => limits.sign_of_bytes(stored),
        };
        let reread = |(kind, number)| reread(stored, number_type, kind, number);
        Ok(Self {
            number_type,
            scale: scale.map_or(1.0, |(_, number)| number.to_f64()),
            offset: offset.map_or(0.0, |(_, number)| number.to_f64()),
            missing: missing(stored, attributes)?.into_iter().map(reread).collect(),
            limits_unpacked: limits.are_unpacked(number_type, wider(scale, offset)),
            lowest: limits.lowest.map(reread),
            highest: limits.highest.map(reread),
        })
    }

    /// Whether unpacked values are the stored ones.
    pub fn is_plain(&self) -> bool {
        self.scale == 1.0 && self.offset == 0.0
    }
}

type Typed = (NumberType, Number);

/// The limits of valid values, each with its type.
struct Limits {
    lowest: Option<Typed>,
    highest: Option<Typed>,
}

impl Limits {
    fn new(attributes: &Attributes) -> Result<Self, BadAttribute> {
        match attributes.numbers("valid_range", Nan::Refused)? {
            Some((kind, [lowest, highest])) => {
                Ok(Self { lowest: Some((kind, *lowest)), highest: Some((kind, *highest)) })
            }
            Some((_, others)) => Err(BadAttribute {
                attribute: "valid_range",
                expected: "two numbers",
                found: format!("{} numbers", others.len()),
            }),
            None => {
                Ok(Self { lowest: attributes.number("valid_min")?, highest: attributes.number("valid_max")? })
            }
        }
    }

    /// A byte that the limits of packed values let be more than 127 has no sign (NetCDF User's Guide; CF 1.11, 2.2):
    /// `0, 255`, or `0, -1` where they are bytes themselves, which with a sign would leave no value at all.
    fn sign_of_bytes(&self, stored: NumberType) -> NumberType {
        let value = |limit: Option<Typed>| limit.map(|(_, number)| number.to_f64());
        let unsigned = match (value(self.lowest), value(self.highest)) {
            (lowest, Some(highest)) if highest > 127.0 => lowest.is_none_or(|lowest| lowest >= 0.0),
            (Some(lowest), Some(highest)) => {
                let same_type = [self.lowest, self.highest].iter().flatten().all(|(kind, _)| *kind == stored);
                same_type && lowest >= 0.0 && highest < 0.0
            }
            _ => false,
        };
        if stored == NumberType::I8 && unsigned { NumberType::U8 } else { stored }
    }

    fn are_unpacked(&self, number_type: NumberType, packing: Option<NumberType>) -> bool {
        let Some(packing) = packing else { return false };
        let mut types = self.lowest.iter().chain(&self.highest).map(|(kind, _)| *kind);
        packing.is_float() && packing.is_wider_than(number_type) && types.any(|kind| kind == packing)
    }
}

/// The type by the attribute `_Unsigned`, if it is there.
fn said_sign(stored: NumberType, attributes: &Attributes) -> Result<Option<NumberType>, BadAttribute> {
    match attributes.text("_Unsigned") {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(stored.with_sign(false))),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(stored.with_sign(true))),
        Some(text) => Err(BadAttribute {
            attribute: "_Unsigned",
            expected: "\"true\" or \"false\"",
            found: format!("{text:?}"),
        }),
    }
}

fn missing(stored: NumberType, attributes: &Attributes) -> Result<Vec<Typed>, BadAttribute> {
    let default = || stored.default_fill().map(|fill| (stored, fill));
    let fill = attributes.numbers("_FillValue", Nan::Allowed)?;
    let mut missing: Vec<Typed> = match fill {
        Some((kind, values)) => values.iter().map(|value| (kind, *value)).collect(),
        None => default().into_iter().collect(),
    };
    if let Some((kind, values)) = attributes.numbers("missing_value", Nan::Allowed)? {
        missing.extend(values.iter().map(|value| (kind, *value)));
    }
    Ok(missing)
}

/// An attribute of the variable's stored type follows `_Unsigned` as the variable does.
fn reread(stored: NumberType, number_type: NumberType, kind: NumberType, number: Number) -> Number {
    if kind == stored { number.reread(stored, number_type) } else { number }
}

fn wider(scale: Option<Typed>, offset: Option<Typed>) -> Option<NumberType> {
    let kinds = [scale, offset].into_iter().flatten().map(|(kind, _)| kind);
    kinds.reduce(|one, other| if other.is_wider_than(one) { other } else { one })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cf::Attribute;

    fn attributes(list: &[(&str, NumberType, &[f64])]) -> Attributes {
        let number = |kind: NumberType, value: f64| {
            if kind.is_float() { Number::Float(value) } else { Number::Integer(value as i128) }
        };
        list.iter()
            .map(|(name, kind, values)| {
                let values = values.iter().map(|value| number(*kind, *value)).collect();
                ((*name).to_owned(), Attribute::Numbers { kind: *kind, values })
            })
            .collect()
    }

    fn limits_unpacked(stored: NumberType, scale: NumberType, limit: NumberType) -> bool {
        let list = attributes(&[("scale_factor", scale, &[0.5]), ("valid_max", limit, &[10.0])]);
        Rule::new(stored, &list).unwrap().limits_unpacked
    }

    #[test]
    fn limits_are_of_packed_values_but_for_the_wider_type_of_the_factors() {
        use NumberType::{F32, F64, I16, I32};
        assert!(limits_unpacked(I16, F32, F32));
        assert!(limits_unpacked(F32, F64, F64));
        assert!(!limits_unpacked(I16, F32, I16));
        assert!(!limits_unpacked(I16, F32, I32));
        assert!(!limits_unpacked(I16, F64, F32));
        assert!(!limits_unpacked(F64, F64, F64));
    }

    #[test]
    fn limits_of_bytes_may_say_that_they_have_no_sign() {
        use NumberType::{F32, I8, I16, U8};
        let of = |list: &[(&str, NumberType, &[f64])], stored| Rule::new(stored, &attributes(list)).unwrap();
        let range = |kind, limits: [f64; 2]| of(&[("valid_range", kind, &limits)], I8).number_type;
        assert_eq!(range(I16, [0.0, 255.0]), U8);
        assert_eq!(range(F32, [1.0, 200.0]), U8);
        assert_eq!(range(I8, [0.0, -1.0]), U8);
        assert_eq!(range(I8, [0.0, 100.0]), I8);
        assert_eq!(range(I16, [-1.0, 255.0]), I8);
        assert_eq!(range(I16, [0.0, -1.0]), I8);
        assert_eq!(of(&[("valid_max", I16, &[255.0])], I8).number_type, U8);
        assert_eq!(of(&[("valid_max", I16, &[255.0])], I16).number_type, I16);
        // of unpacked values they say nothing of the packed ones
        let packed: &[(&str, NumberType, &[f64])] =
            &[("valid_range", F32, &[0.0, 500.0]), ("scale_factor", F32, &[4.0])];
        assert_eq!(of(packed, I8).number_type, I8);
        let filled: &[(&str, NumberType, &[f64])] =
            &[("valid_range", I8, &[0.0, -2.0]), ("_FillValue", I8, &[-1.0])];
        let rule = of(filled, I8);
        let limits = (rule.lowest.unwrap().to_f64(), rule.highest.unwrap().to_f64());
        assert_eq!((rule.missing, limits), (vec![Number::Integer(255)], (0.0, 254.0)));
        let said: Attributes = [
            ("_Unsigned".to_owned(), Attribute::Text("false".to_owned())),
            ("valid_max".to_owned(), Attribute::Numbers { kind: I16, values: vec![Number::Integer(255)] }),
        ]
        .into_iter()
        .collect();
        assert_eq!(Rule::new(I8, &said).unwrap().number_type, I8);
    }

    #[test]
    fn attributes_that_cannot_be_meant_are_refused() {
        let refused = |list: &[_]| Rule::new(NumberType::I16, &attributes(list)).unwrap_err().to_string();
        let two = refused(&[("scale_factor", NumberType::F64, &[1.0, 2.0])]);
        assert_eq!(two, "its attribute scale_factor is 2 numbers: expected one number");
        let nan = refused(&[("add_offset", NumberType::F32, &[f64::NAN])]);
        assert!(nan.contains("add_offset is NaN"), "{nan}");
        let range = refused(&[("valid_range", NumberType::I16, &[1.0, 2.0, 3.0])]);
        assert!(range.contains("valid_range is 3 numbers: expected two"), "{range}");
        let text = [("scale_factor".to_owned(), Attribute::Text("0.1".to_owned()))].into_iter().collect();
        assert!(Rule::new(NumberType::I16, &text).is_err());
        let unsigned = [("_Unsigned".to_owned(), Attribute::Text("yes".to_owned()))].into_iter().collect();
        assert!(Rule::new(NumberType::I8, &unsigned).is_err());
    }
}
