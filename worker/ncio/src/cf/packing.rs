//! Unpacking single values of a known type: the innermost rule of reading.

use super::number::Raw;
use super::rule::Rule;

/// How packed values of type `T` become numbers, NaN being "missing".
///
/// A value is missing if it is one of `missing`, outside of `valid`, or unpacks to something outside
/// of `valid_unpacked`. NaN is outside of any limits. Infinities are values like others and are
/// kept, unless limits exclude them: a file that holds them means them, and hiding them is left
/// to its limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Packing<T> {
    /// Multiplies the packed value.
    pub scale: f64,
    /// Is then added.
    pub offset: f64,
    /// Packed values that mean "missing".
    pub missing: Vec<T>,
    /// The limits of packed values.
    pub valid: Bounds<T>,
    /// The limits of unpacked values.
    pub valid_unpacked: Bounds<f64>,
}

/// A closed interval; empty where `lowest` is above `highest`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds<T> {
    /// Its lower end.
    pub lowest: T,
    /// Its upper end.
    pub highest: T,
}

impl<T: Raw> Bounds<T> {
    const ALL: Self = Self { lowest: T::LOWEST, highest: T::HIGHEST };
    const NONE: Self = Self { lowest: T::HIGHEST, highest: T::LOWEST };

    fn of(rule: &Rule) -> Self {
        let lowest = rule.lowest.map_or(Some(T::LOWEST), T::at_least);
        let highest = rule.highest.map_or(Some(T::HIGHEST), T::at_most);
        match (lowest, highest) {
            (Some(lowest), Some(highest)) => Self { lowest, highest },
            _ => Self::NONE,
        }
    }

    /// Whether a value lies within; NaN never does.
    #[inline]
    pub fn contains(&self, value: T) -> bool {
        self.lowest <= value && value <= self.highest
    }
}

impl<T: Raw> Packing<T> {
    /// The rule for values of type `T`, which should be the rule's number type.
    pub fn new(rule: &Rule) -> Self {
        Self {
            scale: rule.scale,
            offset: rule.offset,
            missing: rule.missing.iter().filter_map(|number| T::equal_to(*number)).collect(),
            valid: if rule.limits_unpacked { Bounds::ALL } else { Bounds::of(rule) },
            valid_unpacked: if rule.limits_unpacked { Bounds::of(rule) } else { Bounds::ALL },
        }
    }

    /// Whether a packed value means "missing" by itself.
    #[inline]
    pub fn is_missing(&self, raw: T) -> bool {
        !self.valid.contains(raw) || self.missing.contains(&raw)
    }

    /// The number that a packed value stands for, NaN for "missing".
    #[inline]
    pub fn unpack(&self, raw: T) -> f64 {
        let value = raw.to_f64() * self.scale + self.offset;
        if self.is_missing(raw) || !self.valid_unpacked.contains(value) { f64::NAN } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cf::{Number, NumberType};

    fn rule(number_type: NumberType) -> Rule {
        Rule {
            number_type,
            scale: 1.0,
            offset: 0.0,
            missing: Vec::new(),
            lowest: None,
            highest: None,
            limits_unpacked: false,
        }
    }

    #[test]
    fn infinity_is_kept_and_nan_is_missing() {
        let packing = Packing::<f32>::new(&rule(NumberType::F32));
        assert_eq!(packing.unpack(f32::INFINITY), f64::INFINITY);
        assert!(packing.unpack(f32::NAN).is_nan());
    }

    #[test]
    fn limits_that_no_value_meets_leave_nothing() {
        let limited = Rule { lowest: Some(Number::Integer(1000)), ..rule(NumberType::I8) };
        let packing = Packing::<i8>::new(&limited);
        assert!((i8::MIN..=i8::MAX).all(|raw| packing.unpack(raw).is_nan()));
    }

    #[test]
    fn neighbours_of_a_large_missing_integer_are_not_missing() {
        // as doubles the two are the same
        let (missing, beside) = (i64::MIN + 2, i64::MIN + 3);
        let packing = Packing::<i64>::new(&Rule {
            missing: vec![Number::Integer(missing.into())],
            ..rule(NumberType::I64)
        });
        assert!(packing.unpack(missing).is_nan());
        assert_eq!(packing.unpack(beside), beside as f64);
    }

    #[test]
    fn limits_of_unpacked_values_apply_after_scaling() {
        let scaled = Rule {
            scale: 0.5,
            offset: 10.0,
            highest: Some(Number::Float(11.0)),
            limits_unpacked: true,
            ..rule(NumberType::I16)
        };
        let packing = Packing::<i16>::new(&scaled);
        assert_eq!(packing.unpack(2), 11.0);
        assert!(packing.unpack(3).is_nan());
    }
}
