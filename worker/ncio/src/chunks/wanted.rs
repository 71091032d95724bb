//! Which cells of a grid are wanted: runs of columns, row by row.

use std::ops::Range;

/// Runs of cells, from the first row to the last and from left to right; those of a row lie apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    runs: Vec<(usize, Range<usize>)>,
}

impl Wanted {
    /// From runs of any order, each a row and its columns; what touches or overlaps becomes one run.
    pub fn new(runs: impl IntoIterator<Item = (usize, Range<usize>)>) -> Self {
        let mut runs: Vec<_> = runs.into_iter().filter(|(_, columns)| !columns.is_empty()).collect();
        runs.sort_unstable_by_key(|(row, columns)| (*row, columns.start, columns.end));
        runs.dedup_by(|(row, columns), (last_row, merged)| {
            let touch = *row == *last_row && columns.start <= merged.end;
            if touch {
                merged.end = merged.end.max(columns.end);
            }
            touch
        });
        Self { runs }
    }

    /// All cells of a window.
    pub fn window(rows: Range<usize>, columns: Range<usize>) -> Self {
        Self::new(rows.map(|row| (row, columns.clone())))
    }

    /// The runs in their order.
    pub fn runs(&self) -> &[(usize, Range<usize>)] {
        &self.runs
    }

    /// From the first row with a wanted cell to the last.
    pub fn rows(&self) -> Range<usize> {
        match self.runs.as_slice() {
            [] => 0..0,
            [only] => only.0..only.0 + 1,
            [first, .., last] => first.0..last.0 + 1,
        }
    }

    /// From the first column with a wanted cell to the last.
    pub fn columns(&self) -> Range<usize> {
        let starts = self.runs.iter().map(|(_, columns)| columns.start);
        let ends = self.runs.iter().map(|(_, columns)| columns.end);
        starts.min().unwrap_or(0)..ends.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_sorted_and_merged_where_they_touch() {
        let wanted = Wanted::new([(5, 7..9), (2, 4..6), (5, 1..3), (2, 6..8), (5, 8..12), (3, 4..4)]);
        assert_eq!(wanted.runs(), [(2, 4..8), (5, 1..3), (5, 7..12)]);
        assert_eq!((wanted.rows(), wanted.columns()), (2..6, 1..12));
    }

    #[test]
    fn a_window_is_one_run_a_row() {
        assert_eq!(Wanted::window(3..5, 2..4).runs(), [(3, 2..4), (4, 2..4)]);
        let nothing = Wanted::window(3..5, 2..2);
        assert_eq!((nothing.runs().len(), nothing.rows(), nothing.columns()), (0, 0..0, 0..0));
    }
}
