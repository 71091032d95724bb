//! A coordinate axis of a grid: monotonic, in either direction, not necessarily regular.
//!
//! Searching wants ascending values, files store both directions: here is the one place that
//! translates between the two. What the values mean is left to the callers.

/// Why values are no axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AxisError {
    /// There are none.
    #[error("there are none")]
    Empty,
    /// The values do not rise or fall all the way.
    #[error("they neither rise nor fall all the way: see the one at index {0}, counted from 0")]
    NotMonotonic(usize),
}

/// A strictly monotonic axis with at least one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    ascending: Vec<f64>,
    stored_descending: bool,
}

impl Axis {
    /// From values as stored.
    pub fn new(stored: &[f64]) -> Result<Self, AxisError> {
        let (Some(first), Some(last)) = (stored.first(), stored.last()) else { return Err(AxisError::Empty) };
        let stored_descending = first > last;
        let mut ascending = stored.to_vec();
        if stored_descending {
            ascending.reverse();
        }
        let rises = |pair: &[f64]| matches!(pair, [low, high] if low < high);
        let place = |rank: usize| if stored_descending { stored.len() - 2 - rank } else { rank + 1 };
        match ascending.windows(2).position(|pair| !rises(pair)) {
            Some(rank) => Err(AxisError::NotMonotonic(place(rank))),
            None if first.is_finite() && last.is_finite() => Ok(Self { ascending, stored_descending }),
            None => Err(AxisError::NotMonotonic(0)),
        }
    }

    /// The values, the smallest first.
    pub fn ascending(&self) -> &[f64] {
        &self.ascending
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.ascending.len()
    }

    /// The smallest and the largest value.
    pub fn bounds(&self) -> (f64, f64) {
        (self.ascending[0], self.ascending[self.count() - 1])
    }

    /// Where the value of this rank, from 0 for the smallest, is stored.
    pub fn stored_index(&self, rank: usize) -> usize {
        if self.stored_descending { self.count() - 1 - rank } else { rank }
    }

    /// The rank of the value nearest to `target`; of two at the same distance the larger.
    pub fn nearest_rank(&self, target: f64) -> usize {
        let above = self.ascending.partition_point(|&value| value < target);
        let distance =
            |rank: usize| self.ascending.get(rank).map_or(f64::INFINITY, |value| (value - target).abs());
        match above.checked_sub(1) {
            Some(below) if distance(below) < distance(above) => below,
            _ => above.min(self.count() - 1),
        }
    }

    /// How many steps `target` lies outside the axis; a step is the distance between the two values at that
    /// end, and 0 means inside. An axis of one value has no step: anywhere else is infinitely far.
    pub fn steps_outside(&self, target: f64) -> f64 {
        let (first, last) = self.bounds();
        let count = self.count();
        let step = |low: usize| match self.ascending.get(low..low + 2) {
            Some([low, high]) => high - low,
            _ => 0.0,
        };
        if target < first {
            (first - target) / step(0)
        } else if target > last {
            (target - last) / step(count.saturating_sub(2))
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_direction_is_taken_and_remembered() {
        let up = Axis::new(&[1.0, 2.0, 4.0]).unwrap();
        let down = Axis::new(&[4.0, 2.0, 1.0]).unwrap();
        assert_eq!(up.ascending(), down.ascending());
        assert_eq!((up.stored_index(0), down.stored_index(0)), (0, 2));
        assert_eq!(up.bounds(), (1.0, 4.0));
    }

    #[test]
    fn what_is_no_axis_is_refused_with_the_place() {
        assert_eq!(Axis::new(&[]), Err(AxisError::Empty));
        assert_eq!(Axis::new(&[1.0, 3.0, 3.0]), Err(AxisError::NotMonotonic(2)));
        assert_eq!(Axis::new(&[5.0, 6.0, 3.0, 1.0]), Err(AxisError::NotMonotonic(0)));
        assert_eq!(Axis::new(&[1.0, f64::NAN, 3.0]), Err(AxisError::NotMonotonic(1)));
        assert_eq!(Axis::new(&[f64::NAN]), Err(AxisError::NotMonotonic(0)));
    }

    #[test]
    fn the_nearest_is_the_larger_of_two_at_the_same_distance() {
        for stored in [[0.0, 1.0, 3.0], [3.0, 1.0, 0.0]] {
            let axis = Axis::new(&stored).unwrap();
            let nearest = |target| axis.ascending()[axis.nearest_rank(target)];
            assert_eq!([-9.0, 0.4, 0.5, 1.9, 2.0, 9.0].map(nearest), [0.0, 0.0, 1.0, 1.0, 3.0, 3.0]);
        }
    }

    #[test]
    fn distance_outside_is_counted_in_the_steps_of_that_end() {
        let axis = Axis::new(&[0.0, 1.0, 3.0]).unwrap();
        assert_eq!(
            [-2.0, 0.0, 2.0, 3.0, 5.0].map(|target| axis.steps_outside(target)),
            [2.0, 0.0, 0.0, 0.0, 1.0]
        );
        let single = Axis::new(&[7.0]).unwrap();
        assert_eq!((single.steps_outside(7.0), single.steps_outside(7.5)), (0.0, f64::INFINITY));
    }
}
