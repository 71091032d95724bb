//! Sets of columns as lists of ranges: sorted, apart from each other, none empty.

use std::ops::Range;

/// Columns from one to another, the second not included.
pub type Columns = Range<usize>;

/// Everything that any of `ranges`, in any order, holds.
pub fn union(mut ranges: Vec<Columns>) -> Vec<Columns> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, merged| {
        let touch = next.start <= merged.end;
        if touch {
            merged.end = merged.end.max(next.end);
        }
        touch
    });
    ranges
}

/// What `from` holds and `without` does not; both as [`union`] gives them.
pub fn difference(from: &[Columns], without: &[Columns]) -> Vec<Columns> {
    let mut rest = Vec::new();
    for range in from {
        let mut start = range.start;
        for hole in without.iter().filter(|hole| hole.end > range.start && hole.start < range.end) {
            rest.push(start..hole.start);
            start = hole.end;
        }
        rest.push(start..range.end);
    }
    rest.retain(|range| !range.is_empty());
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn some_ranges() -> impl Strategy<Value = Vec<Columns>> {
        prop::collection::vec(
            (0_usize..40, 0_usize..8).prop_map(|(start, length)| start..start + length),
            0..8,
        )
    }

    fn members(ranges: &[Columns]) -> BTreeSet<usize> {
        ranges.iter().cloned().flatten().collect()
    }

    fn canonical(ranges: &[Columns]) -> bool {
        ranges.iter().all(|range| !range.is_empty())
            && ranges.windows(2).all(|pair| pair[0].end < pair[1].start)
    }

    proptest! {
        #[test]
        fn union_and_difference_are_those_of_sets(one in some_ranges(), other in some_ranges()) {
            let (a, b) = (union(one.clone()), union(other.clone()));
            prop_assert!(canonical(&a));
            prop_assert_eq!(members(&a), members(&one));
            let rest = difference(&a, &b);
            prop_assert!(canonical(&rest));
            prop_assert_eq!(members(&rest), &members(&one) - &members(&other));
        }
    }
}
