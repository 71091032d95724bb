//! Sums over cells, the same to the bit however the cells come: whole rows or pieces of them, with
//! any instruction set.
//!
//! Within a row, partial sums are added to plainly (the loops are in `partial`), and row after row with
//! compensation. So a total depends on the cells and on nothing else.

use super::dispatch::InstructionSet;
use super::partial::{Partial, QUANTITIES, SumWork};

/// A mean in the making.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total {
    /// Of the values that exist.
    pub sum: f64,
    /// How many these are.
    pub count: f64,
}

/// Sums over cells of a grid, which come row by row, each row from left to right.
#[derive(Clone, Debug)]
pub struct Sums {
    row: usize,
    within: Partial,
    totals: [Compensated; QUANTITIES],
    set: InstructionSet,
}

/// A sum with the rounding errors beside it (Neumaier 1974).
#[derive(Clone, Copy, Debug, Default)]
struct Compensated {
    total: f64,
    error: f64,
}

impl Total {
    /// Missing (NaN) without any value.
    pub fn mean(&self) -> f64 {
        if self.count == 0.0 { f64::NAN } else { self.sum / self.count }
    }
}

impl Compensated {
    fn add(&mut self, value: f64) {
        let total = self.total + value;
        let (large, small) =
            if self.total.abs() >= value.abs() { (self.total, value) } else { (value, self.total) };
        self.error += (large - total) + small;
        self.total = total;
    }
}

impl Sums {
    /// Of nothing yet, with an instruction set to add by.
    pub fn new(set: InstructionSet) -> Self {
        Self { row: 0, within: Partial::default(), totals: Default::default(), set }
    }

    /// Adds a run of cells of a row, from what [`super::Step::row`] was given and found.
    ///
    /// # Panics
    ///
    /// With slices that are not equally long.
    pub fn add(&mut self, row: usize, first_column: usize, ghi: &[f64], actual: &[f64], ideal: &[f64]) {
        assert!(ghi.len() == actual.len() && ghi.len() == ideal.len(), "slices must be equally long");
        if self.row != row {
            self.finish_row();
            self.row = row;
        }
        self.set.add(SumWork { partial: &mut self.within, first_column, ghi, actual, ideal });
    }

    /// Totals of actual and ideal power, W, and of the one over the other.
    pub fn totals(&self) -> [Total; 3] {
        let mut whole = self.clone();
        whole.finish_row();
        std::array::from_fn(|quantity| Total {
            sum: whole.totals[quantity].total + whole.totals[quantity].error,
            count: whole.within.counts[quantity].iter().sum(),
        })
    }

    /// How many cells have GHI.
    pub fn cells(&self) -> f64 {
        self.within.cells.iter().sum()
    }

    fn finish_row(&mut self) {
        for (total, sums) in self.totals.iter_mut().zip(&mut self.within.sums) {
            for sum in sums {
                total.add(std::mem::take(sum));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(seed: u64, length: usize) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..length).map(|_| if next() < 0.1 { f64::NAN } else { 250.0 * next() }).collect()
    }

    /// Rows of 301 cells, from column 5 on, each row cut in pieces.
    fn sums(set: InstructionSet, pieces: &[usize]) -> Sums {
        let mut sums = Sums::new(set);
        for row in 0..9 {
            let (ghi, actual, ideal) = (values(row, 301), values(row + 90, 301), values(row + 900, 301));
            let mut first = 0;
            for end in pieces.iter().copied().chain([301]) {
                let piece = first..end;
                sums.add(row as usize, 5 + first, &ghi[piece.clone()], &actual[piece.clone()], &ideal[piece]);
                first = end;
            }
        }
        sums
    }

    #[test]
    fn any_pieces_and_any_instructions_give_the_same_bits() {
        let expected = sums(InstructionSet::available()[0], &[]);
        for set in InstructionSet::available() {
            for pieces in [&[][..], &[1, 2, 3, 100], &[8, 160], &[0, 7, 300]] {
                let found = sums(set, pieces);
                assert_eq!(found.totals(), expected.totals(), "{set:?} {pieces:?}");
                assert_eq!(found.cells(), expected.cells(), "{set:?} {pieces:?}");
            }
        }
    }

    #[test]
    fn totals_are_those_of_the_values_that_exist() {
        let (mut sum, mut count, mut cells) = (0.0, 0.0, 0.0);
        for row in 0..9 {
            let both = values(row + 90, 301).into_iter().zip(values(row + 900, 301));
            for ratio in both.map(|(actual, ideal)| actual / ideal).filter(|ratio| ratio.is_finite()) {
                sum += ratio;
                count += 1.0;
            }
            cells += values(row, 301).iter().filter(|ghi| !ghi.is_nan()).count() as f64;
        }
        let sums = sums(InstructionSet::best(), &[]);
        let total = sums.totals()[2];
        assert!((total.sum / sum - 1.0).abs() < 1e-13 && total.count == count, "{total:?}, {sum} of {count}");
        assert_eq!(sums.cells(), cells);
    }

    #[test]
    fn a_mean_over_nothing_is_missing() {
        let sums = Sums::new(InstructionSet::best());
        assert!(sums.totals().iter().all(|total| total.mean().is_nan()) && sums.cells() == 0.0);
    }

    #[test]
    fn infinite_ratios_are_left_out() {
        let mut sums = Sums::new(InstructionSet::best());
        sums.add(3, 0, &[1.0, 1.0, f64::NAN], &[5.0, 6.0, f64::NAN], &[0.0, 2.0, f64::NAN]);
        let [actual, ideal, ratio] = sums.totals();
        assert_eq!((actual.sum, ideal.sum, ratio.sum), (11.0, 2.0, 3.0));
        assert_eq!((actual.mean(), ideal.mean(), ratio.mean()), (5.5, 1.0, 3.0));
        assert_eq!((actual.count, ideal.count, ratio.count, sums.cells()), (2.0, 2.0, 1.0, 2.0));
    }
}
