//! Larger and smaller of two values where NaN, the missing value, wins.
//!
//! `f64::max` and `f64::min` drop NaN, which would turn a missing value into a wrong one.

/// The larger; NaN where either is.
pub fn maximum(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}

/// The smaller; NaN where either is.
pub fn minimum(a: f64, b: f64) -> f64 {
    if a <= b || a.is_nan() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_wins_on_either_side() {
        assert!(maximum(f64::NAN, 1.0).is_nan() && maximum(1.0, f64::NAN).is_nan());
        assert!(minimum(f64::NAN, 1.0).is_nan() && minimum(1.0, f64::NAN).is_nan());
    }

    #[test]
    fn numbers_compare() {
        assert_eq!((maximum(1.0, 2.0), maximum(2.0, 1.0)), (2.0, 2.0));
        assert_eq!((minimum(1.0, 2.0), minimum(2.0, 1.0)), (1.0, 1.0));
    }
}
