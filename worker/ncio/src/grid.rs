//! Regular grids: an axis of latitudes and one of longitudes.
//!
//! Axes need not be evenly spaced, only strictly ascending or descending. How they are found in a
//! file is left to [`crate::reader`].

use std::sync::Arc;

/// The cell centres of a field, in the order of the file; fields of a file have them in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Degrees north, strictly ascending or descending.
    pub latitudes: Arc<[f64]>,
    /// Degrees east in the file's own range (-180 to 180, 0 to 360), strictly ascending or
    /// descending.
    pub longitudes: Arc<[f64]>,
}

/// What is wrong with an axis.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GridError {
    /// No coordinates at all.
    #[error("it has no values")]
    Empty,
    /// More than any grid of this kind has.
    #[error("it has {found} values: at most {most} can be meant")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A missing coordinate.
    #[error("its value at index {index} is missing")]
    Missing {
        /// Where.
        index: usize,
    },
    /// A coordinate that cannot be one.
    #[error("its value at index {index} is {value}: expected {lowest} to {highest} degrees")]
    OutOfRange {
        /// Where.
        index: usize,
        /// What is there.
        value: f64,
        /// The smallest possible.
        lowest: f64,
        /// The largest possible.
        highest: f64,
    },
    /// The values go up and down, or one is there twice.
    #[error("its value at index {index} is {value} after {before}: expected all to rise, or all to fall")]
    NotMonotonic {
        /// Where.
        index: usize,
        /// What is there.
        value: f64,
        /// What is before it.
        before: f64,
    },
    /// Not degrees.
    #[error("its units are {0:?}: expected degrees")]
    Units(String),
}

/// Which way an axis goes around the earth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// -90 to 90 degrees.
    Latitude,
    /// -360 to 720 degrees: any full turn that begins within one of zero.
    Longitude,
}

impl Axis {
    fn limits(self) -> (f64, f64) {
        match self {
            Self::Latitude => (-90.0, 90.0),
            Self::Longitude => (-360.0, 720.0),
        }
    }

    /// Checks that values, NaN being "missing", can be this axis.
    pub fn check(self, values: &[f64]) -> Result<(), GridError> {
        if values.is_empty() {
            return Err(GridError::Empty);
        }
        let (lowest, highest) = self.limits();
        for (index, &value) in values.iter().enumerate() {
            if value.is_nan() {
                return Err(GridError::Missing { index });
            }
            if !(lowest..=highest).contains(&value) {
                return Err(GridError::OutOfRange { index, value, lowest, highest });
            }
        }
        check_monotonic(values)
    }
}

/// Quick where both are one.
fn same_bits(one: &Arc<[f64]>, other: &Arc<[f64]>) -> bool {
    let same = |(one, other): (&f64, &f64)| one.to_bits() == other.to_bits();
    Arc::ptr_eq(one, other) || (one.len() == other.len() && one.iter().zip(other.iter()).all(same))
}

fn check_monotonic(values: &[f64]) -> Result<(), GridError> {
    let falls = matches!(values, [first, second, ..] if second < first);
    for (index, pair) in values.windows(2).enumerate() {
        let &[before, value] = pair else { continue };
        if if falls { value >= before } else { value <= before } {
            return Err(GridError::NotMonotonic { index: index + 1, value, before });
        }
    }
    Ok(())
}

impl Grid {
    /// Whether both have the same cells in the same order, to the bit.
    pub fn same_as(&self, other: &Self) -> bool {
        same_bits(&self.latitudes, &other.latitudes) && same_bits(&self.longitudes, &other.longitudes)
    }

    /// For people: `173 x 222 cells, latitude -44.5 to -10.1, longitude 112 to 156.2`.
    pub fn describe(&self) -> String {
        let (rows, columns) = (self.latitudes.len(), self.longitudes.len());
        let (latitudes, longitudes) = (span(&self.latitudes), span(&self.longitudes));
        format!("{rows} x {columns} cells, latitude {latitudes}, longitude {longitudes}")
    }
}

/// For people: the first and the last value of an axis, to five decimals (about a metre).
pub fn span(values: &[f64]) -> String {
    let short = |value: f64| (value * 1e5).round() / 1e5 + 0.0;
    match values {
        [] => "of nothing".to_owned(),
        [only] => short(*only).to_string(),
        [first, .., last] => format!("{} to {}", short(*first), short(*last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widened_floats_are_described_shortly() {
        let widen = |values: &[f32]| values.iter().map(|&value| value.into()).collect();
        let grid = Grid { latitudes: widen(&[-44.5, -30.0, -10.1]), longitudes: widen(&[112.0, 156.2]) };
        assert_eq!(grid.describe(), "3 x 2 cells, latitude -44.5 to -10.1, longitude 112 to 156.2");
    }

    #[test]
    fn another_last_bit_is_another_grid() {
        let grid = Grid { latitudes: [0.1].into(), longitudes: [0.2].into() };
        assert!(grid.same_as(&grid.clone()));
        assert!(!grid.same_as(&Grid { latitudes: [0.1_f64.next_up()].into(), ..grid.clone() }));
    }

    #[test]
    fn rising_falling_and_single_values_are_axes() {
        for values in [&[-10.0, 0.0, 0.5, 80.0][..], &[3.0, 2.5, -1.0], &[90.0]] {
            assert_eq!(Axis::Latitude.check(values), Ok(()));
        }
        assert_eq!(Axis::Longitude.check(&[0.0, 180.0, 359.5]), Ok(()));
    }

    #[test]
    fn what_is_no_axis_is_told_with_its_place() {
        let check = |values: &[f64]| Axis::Latitude.check(values).unwrap_err();
        assert_eq!(check(&[]), GridError::Empty);
        assert_eq!(check(&[0.0, f64::NAN]), GridError::Missing { index: 1 });
        assert!(matches!(check(&[0.0, 90.5]), GridError::OutOfRange { index: 1, .. }));
        assert!(matches!(check(&[0.0, f64::INFINITY]), GridError::OutOfRange { index: 1, .. }));
        assert!(matches!(check(&[0.0, 1.0, 1.0]), GridError::NotMonotonic { index: 2, .. }));
        assert!(matches!(check(&[3.0, 2.0, 2.5]), GridError::NotMonotonic { index: 2, .. }));
    }
}
