//! Partial sums over the cells of a row, some at a time.
//!
//! A column always adds to the same one of [`LANES`] partial sums, however wide the vectors are and
//! wherever a run begins. What becomes of them at the end of a row is left to `sums`.

use super::lanes::Lanes;

/// Partial sums: as many as the widest instructions take at once, and any others a part of that.
const LANES: usize = 8;

/// What is summed: actual, ideal, and the one over the other.
pub const QUANTITIES: usize = 3;

/// Of a row so far; counts are of all rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Partial {
    pub sums: [[f64; LANES]; QUANTITIES],
    pub counts: [[f64; LANES]; QUANTITIES],
    pub cells: [f64; LANES],
}

/// A run of cells of a row, to be added.
pub struct SumWork<'a> {
    pub partial: &'a mut Partial,
    pub first_column: usize,
    pub ghi: &'a [f64],
    pub actual: &'a [f64],
    pub ideal: &'a [f64],
}

/// Adds the cells.
#[inline(always)]
pub fn run<L: Lanes>(work: SumWork<'_>) {
    let SumWork { partial, first_column, ghi, actual, ideal } = work;
    let mut sums = *partial;
    let lead = (LANES - first_column % LANES) % LANES;
    let lead = lead.min(ghi.len());
    part::<L>(&mut sums, first_column, [&ghi[..lead], &actual[..lead], &ideal[..lead]]);
    let whole = (ghi.len() - lead) / LANES * LANES;
    for at in (lead..lead + whole).step_by(LANES) {
        let eight = at..at + LANES;
        add::<L>(&mut sums, [&ghi[eight.clone()], &actual[eight.clone()], &ideal[eight]]);
    }
    let rest = lead + whole..;
    part::<L>(&mut sums, 0, [&ghi[rest.clone()], &actual[rest.clone()], &ideal[rest]]);
    *partial = sums;
}

/// Fewer cells than lanes, the first at this column: the other lanes are missing.
#[inline(always)]
fn part<L: Lanes>(sums: &mut Partial, first_column: usize, cells: [&[f64]; 3]) {
    if cells[0].is_empty() {
        return;
    }
    let lanes = cells.map(|values| {
        let mut lanes = [f64::NAN; LANES];
        for (column, value) in (first_column..).zip(values) {
            lanes[column % LANES] = *value;
        }
        lanes
    });
    add::<L>(sums, lanes.each_ref().map(|lanes| &lanes[..]));
}

/// One cell to each lane.
#[inline(always)]
fn add<L: Lanes>(sums: &mut Partial, [ghi, actual, ideal]: [&[f64]; 3]) {
    let (one, infinite) = (L::splat(1.0), L::splat(f64::INFINITY));
    for lane in (0..LANES).step_by(L::WIDTH) {
        let (actual, ideal) = (L::load(actual, lane), L::load(ideal, lane));
        for (quantity, value) in [actual, ideal, actual / ideal].into_iter().enumerate() {
            let finite = infinite.above(value.abs());
            let (sum, count) = (&mut sums.sums[quantity], &mut sums.counts[quantity]);
            L::load(sum, lane).plus_where(finite, value).store(sum, lane);
            L::load(count, lane).plus_where(finite, one).store(count, lane);
        }
        let present = L::load(ghi, lane).is_number();
        L::load(&sums.cells, lane).plus_where(present, one).store(&mut sums.cells, lane);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_adds_to_its_own_sum() {
        let mut partial = Partial::default();
        // columns 5 to 17: the end of one eight, a whole one, and two of the next
        let columns: Vec<f64> = (5..18).map(f64::from).collect();
        let ones = [1.0; 13];
        run::<f64>(SumWork {
            partial: &mut partial,
            first_column: 5,
            ghi: &ones,
            actual: &columns,
            ideal: &ones,
        });
        assert_eq!(partial.sums[0], [24.0, 26.0, 10.0, 11.0, 12.0, 18.0, 20.0, 22.0]);
        assert_eq!(partial.counts, [[2.0, 2.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0]; QUANTITIES]);
        assert_eq!(partial.cells, partial.counts[0]);
    }
}
