//! From each region's columns to spans with sets of regions: one row at a time, each set kept once.

use std::collections::HashMap;

use super::Span;
use super::ranges::Columns;

/// The sets of regions met so far.
#[derive(Default)]
pub struct Sets {
    numbers: HashMap<Vec<usize>, usize>,
    members: Vec<Vec<usize>>,
}

impl Sets {
    /// Cuts one row where any region begins or ends; `regions` gives the columns of each.
    pub fn spans<'a>(&mut self, regions: impl Iterator<Item = &'a [Columns]>) -> Vec<Span> {
        let mut changes: Vec<_> = regions
            .enumerate()
            .flat_map(|(region, ranges)| {
                ranges.iter().flat_map(move |range| [(range.start, region), (range.end, region)])
            })
            .collect();
        changes.sort_unstable();
        let mut spans = Vec::new();
        let mut present: Vec<usize> = Vec::new();
        let mut start = 0;
        for (column, region) in changes {
            if column > start && !present.is_empty() {
                spans.push(Span { columns: start..column, set: self.number(&present) });
            }
            start = column;
            toggle(&mut present, region);
        }
        spans
    }

    fn number(&mut self, present: &[usize]) -> usize {
        if let Some(&number) = self.numbers.get(present) {
            return number;
        }
        let number = self.members.len();
        self.numbers.insert(present.to_vec(), number);
        self.members.push(present.to_vec());
        number
    }

    /// The members of each set, in the order of their numbers.
    pub fn into_members(self) -> Vec<Vec<usize>> {
        self.members
    }
}

/// A region's ranges lie apart, so that its changes alternate between beginning and end.
fn toggle(present: &mut Vec<usize>, region: usize) {
    match present.binary_search(&region) {
        Ok(place) => {
            present.remove(place);
        }
        Err(place) => present.insert(place, region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_are_cut_out_and_sets_are_kept_once() {
        let mut sets = Sets::default();
        let regions: [&[Columns]; 3] = [&[0..4, 6..8], &[2..7, 9..10], &[20..21, 22..23]];
        let spans = sets.spans(regions.into_iter());
        let plain: Vec<_> = spans.iter().map(|span| (span.columns.clone(), span.set)).collect();
        assert_eq!(
            plain,
            [(0..2, 0), (2..4, 1), (4..6, 2), (6..7, 1), (7..8, 0), (9..10, 2), (20..21, 3), (22..23, 3)]
        );
        assert_eq!(sets.into_members(), [vec![0], vec![0, 1], vec![1], vec![2]]);
    }
}
