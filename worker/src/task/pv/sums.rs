//! Sums over a region's cells, compensated, in the order in which cells come.
//!
//! Cells come row by row as stored, whatever is read at once, so that a mean is the same to the bit
//! for any blocks, any other regions and any number of workers.

/// A sum with the rounding errors beside it (Neumaier 1974), and how many values it holds.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    total: f64,
    error: f64,
    count: u32,
}

impl Sum {
    /// Adds a value, unless it is missing.
    fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let total = self.total + value;
        self.error += if self.total.abs() >= value.abs() {
            (self.total - total) + value
        } else {
            (value - total) + self.total
        };
        self.total = total;
        self.count += 1;
    }

    /// Missing without any value.
    fn mean(self) -> f64 {
        if self.count == 0 { f64::NAN } else { (self.total + self.error) / f64::from(self.count) }
    }
}

/// What one region has gathered in one time step.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegionSums {
    actual: Sum,
    ideal: Sum,
    ratio: Sum,
    cells: u32,
}

/// One region in one time step; NaN where missing.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    /// AC power from the irradiance, W: mean over cells.
    pub actual: f64,
    /// AC power under a cloudless sky, W: mean over cells.
    pub ideal: f64,
    /// Mean over cells of one over the other.
    pub ratio: f64,
    /// Cells with GHI.
    pub cells: u32,
}

impl RegionSums {
    /// Adds a cell that has GHI; its powers (W) may be missing.
    pub fn add(&mut self, actual: f64, ideal: f64) {
        self.actual.add(actual);
        self.ideal.add(ideal);
        self.ratio.add(actual / ideal);
        self.cells += 1;
    }

    /// The means of what was added.
    pub fn means(&self) -> Means {
        Means {
            actual: self.actual.mean(),
            ideal: self.ideal.mean(),
            ratio: self.ratio.mean(),
            cells: self.cells,
        }
    }
}

impl Means {
    /// Equal to the bit; missing equals missing.
    pub fn same_as(&self, other: &Self) -> bool {
        let same =
            |one: f64, other: f64| one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan());
        same(self.actual, other.actual)
            && same(self.ideal, other.ideal)
            && same(self.ratio, other.ratio)
            && self.cells == other.cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_takes_is_kept() {
        let mut sum = Sum::default();
        [1.0, 1e100, 1.0, -1e100].into_iter().for_each(|value| sum.add(value));
        assert_eq!(sum.mean(), 0.5);
    }

    #[test]
    fn missing_values_count_for_nothing_and_their_cell_still_counts() {
        let mut sums = RegionSums::default();
        sums.add(100.0, 200.0);
        sums.add(f64::NAN, 400.0);
        sums.add(f64::NAN, f64::NAN);
        sums.add(0.0, 0.0);
        let means = sums.means();
        assert_eq!((means.actual, means.ideal, means.ratio, means.cells), (50.0, 200.0, 0.5, 4));
        let without_ideal = {
            let mut sums = RegionSums::default();
            sums.add(5.0, 0.0);
            sums.means()
        };
        assert!(without_ideal.ratio.is_nan(), "infinite is not finite");
    }

    #[test]
    fn a_mean_over_nothing_is_missing_and_equals_itself() {
        let nothing = RegionSums::default().means();
        assert!(nothing.actual.is_nan() && nothing.cells == 0);
        assert!(nothing.same_as(&nothing));
        assert!(!nothing.same_as(&Means { ratio: 0.0, ..nothing }));
        assert!(!Means { ratio: -0.0, ..nothing }.same_as(&Means { ratio: 0.0, ..nothing }));
    }
}
