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
    /// descending: where the file's turn back, the rest is another turn (358, 359, 360, 361).
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

/// Longitudes that leave their range and come in again at its other end, as 358, 359, 0, 1 do: from there on by a
/// full turn more, or less where they fall. Others, and those that would then go around more than once, are as they
/// were.
pub(crate) fn unwrapped(longitudes: Vec<f64>) -> Vec<f64> {
    const TURN: f64 = 360.0;
    let leaps = |pair: &[f64]| matches!(pair, [one, other] if (one - other).abs() > TURN / 2.0);
    let mut places = longitudes.windows(2).enumerate().filter(|(_, pair)| leaps(pair));
    let (Some((before, pair)), None) = (places.next(), places.next()) else { return longitudes };
    if check_monotonic(&longitudes).is_ok() {
        return longitudes;
    }
    let turn = if pair[0] > pair[1] { TURN } else { -TURN };
    let one = |(index, &value): (usize, &f64)| if index > before { value + turn } else { value };
    let turned: Vec<f64> = longitudes.iter().enumerate().map(one).collect();
    let is_one_turn = matches!(turned.as_slice(), [first, .., last] if (last - first).abs() < TURN);
    if is_one_turn && check_monotonic(&turned).is_ok() { turned } else { longitudes }
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
    fn longitudes_may_go_over_the_end_of_their_range_once() {
        let same = |from: &[f64], to: &[f64]| assert_eq!(unwrapped(from.to_vec()), to, "{from:?}");
        same(&[358.0, 359.0, 0.0, 1.0], &[358.0, 359.0, 360.0, 361.0]);
        same(&[1.0, 0.0, 359.0, 358.0], &[1.0, 0.0, -1.0, -2.0]);
        same(&[178.0, 179.0, -179.0, -178.0], &[178.0, 179.0, 181.0, 182.0]);
        same(&[335.05, 359.95, 0.05, 44.95], &[335.05, 359.95, 360.05, 404.95]);
        for kept in [
            &[-2.0, -1.0, 0.0, 1.0][..],
            &[0.0, 200.0],
            &[359.0, 0.0],
            &[0.0, 180.0, 359.0],
            // twice, a whole turn, and another turn back
            &[358.0, 0.0, 359.0, 1.0],
            &[0.0, 120.0, 240.0, 359.0, 0.0],
            &[358.0, 359.0, 0.0, 1.0, 0.5],
            &[1.0, 0.0, 2.0],
            &[],
        ] {
            same(kept, kept);
        }
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
