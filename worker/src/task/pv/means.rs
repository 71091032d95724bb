//! What a time step comes to: the means of each region.

use dayfold_pv::fast::{Sums, Total};

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

impl Means {
    /// Of what a region has gathered.
    pub fn of(sums: &Sums) -> Self {
        let [actual, ideal, ratio] = sums.totals().map(mean);
        Self { actual, ideal, ratio, cells: sums.cells() as u32 }
    }

    /// The same with the mean powers of what a region has gathered otherwise: cells whose inverter delivers
    /// nothing count in these, and have no ratio.
    pub fn with_powers_of(self, sums: &Sums) -> Self {
        let [actual, ideal, _] = sums.totals().map(mean);
        Self { actual, ideal, ..self }
    }

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

/// Missing over no value.
fn mean(total: Total) -> f64 {
    if total.count == 0.0 { f64::NAN } else { total.sum / total.count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_pv::fast::InstructionSet;

    #[test]
    fn missing_values_count_for_nothing_and_their_cell_still_counts() {
        let mut sums = Sums::new(InstructionSet::best());
        let nan = f64::NAN;
        sums.add(
            0,
            0,
            &[1.0, 1.0, 1.0, 1.0, nan],
            &[100.0, nan, nan, 0.0, nan],
            &[200.0, 400.0, nan, 0.0, nan],
        );
        let means = Means::of(&sums);
        assert_eq!((means.actual, means.ideal, means.ratio, means.cells), (50.0, 200.0, 0.5, 4));
    }

    #[test]
    fn at_night_powers_count_otherwise_and_ratio_and_cells_do_not() {
        let [mut by_day, mut by_night] = [(), ()].map(|()| Sums::new(InstructionSet::best()));
        let nan = f64::NAN;
        by_day.add(0, 0, &[1.0, nan, nan], &[100.0, nan, nan], &[200.0, nan, nan]);
        by_night.add(0, 0, &[1.0, nan, nan], &[100.0, 0.0, nan], &[200.0, 0.0, nan]);
        let means = Means::of(&by_day).with_powers_of(&by_night);
        assert_eq!((means.actual, means.ideal, means.ratio, means.cells), (50.0, 100.0, 0.5, 1));
    }

    #[test]
    fn a_mean_over_nothing_is_missing_and_equals_itself() {
        let nothing = Means::of(&Sums::new(InstructionSet::best()));
        assert!(nothing.actual.is_nan() && nothing.cells == 0);
        assert!(nothing.same_as(&nothing));
        assert!(!nothing.same_as(&Means { ratio: 0.0, ..nothing }));
        assert!(!Means { ratio: -0.0, ..nothing }.same_as(&Means { ratio: 0.0, ..nothing }));
    }
}
