//! The order of rows: all times of all partials, each once, and which rows must be the same.

use std::collections::HashMap;
use std::ops::Range;

/// A row of a partial: what it has at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// Since 1970, in what the survey counts in.
    pub(super) time: i64,
    /// The partial's place among the sources.
    pub(super) source: u32,
    /// The place within the partial.
    pub(super) row: u32,
}

/// Rows that follow each other in a partial, and in time without others between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) source: u32,
    pub(super) rows: Range<u32>,
}

impl Run {
    fn of(row: &Row) -> Self {
        Self { source: row.source, rows: row.row..row.row + 1 }
    }

    /// Takes the first rows out, at most so many.
    pub(super) fn split_front(&mut self, most: usize) -> Self {
        let middle =
            self.rows.end.min(self.rows.start.saturating_add(u32::try_from(most).unwrap_or(u32::MAX)));
        let front = Self { source: self.source, rows: self.rows.start..middle };
        self.rows.start = middle;
        front
    }

    fn is_followed_by(&self, row: &Row) -> bool {
        self.source == row.source && self.rows.end == row.row
    }
}

/// One thing to do, in order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The next rows of the final file.
    Keep(Run),
    /// Rows at the times of kept ones: they must be the same and are left out.
    Check { kept: Run, twin: Run },
}

/// What to do, and how many rows come of it. Of rows at one time that of the first source is kept.
pub(super) fn steps(mut rows: Vec<Row>) -> (Vec<Step>, usize) {
    rows.sort_unstable();
    let mut order = Order::default();
    let same_time = |one: &Row, other: &Row| one.time == other.time;
    for rows in rows.chunk_by(same_time) {
        if let Some((kept, twins)) = rows.split_first() {
            order.keep(kept);
            twins.iter().for_each(|twin| order.check(kept, twin));
        }
    }
    (order.steps, order.length)
}

#[derive(Default)]
struct Order {
    steps: Vec<Step>,
    length: usize,
    /// The step that keeps the latest row.
    keeping: Option<usize>,
    /// The latest step that checks rows of each source.
    checking: HashMap<u32, usize>,
}

impl Order {
    fn keep(&mut self, row: &Row) {
        self.length += 1;
        let latest = self.keeping.and_then(|step| self.steps.get_mut(step));
        if let Some(Step::Keep(run)) = latest
            && run.is_followed_by(row)
        {
            run.rows.end += 1;
            return;
        }
        self.keeping = Some(self.steps.len());
        self.steps.push(Step::Keep(Run::of(row)));
    }

    fn check(&mut self, kept: &Row, twin: &Row) {
        let latest = self.checking.get(&twin.source).and_then(|&step| self.steps.get_mut(step));
        if let Some(Step::Check { kept: kept_run, twin: twin_run }) = latest
            && kept_run.is_followed_by(kept)
            && twin_run.is_followed_by(twin)
        {
            kept_run.rows.end += 1;
            twin_run.rows.end += 1;
            return;
        }
        self.checking.insert(twin.source, self.steps.len());
        self.steps.push(Step::Check { kept: Run::of(kept), twin: Run::of(twin) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(source: u32, rows: Range<u32>) -> Run {
        Run { source, rows }
    }

    /// Each source with the times of its rows.
    fn of(sources: &[&[i64]]) -> (Vec<Step>, usize) {
        let rows = sources.iter().enumerate().flat_map(|(source, times)| {
            let row = move |(row, &time): (usize, &i64)| Row { time, source: source as u32, row: row as u32 };
            times.iter().enumerate().map(row)
        });
        steps(rows.collect())
    }

    #[test]
    fn whole_partials_follow_each_other() {
        let (steps, length) = of(&[&[30, 40], &[10, 20]]);
        assert_eq!(steps, [Step::Keep(run(1, 0..2)), Step::Keep(run(0, 0..2))]);
        assert_eq!(length, 4);
    }

    #[test]
    fn interleaved_and_unsorted_rows_are_put_in_order() {
        let (steps, length) = of(&[&[30, 10], &[20]]);
        assert_eq!(steps, [Step::Keep(run(0, 1..2)), Step::Keep(run(1, 0..1)), Step::Keep(run(0, 0..1))]);
        assert_eq!(length, 3);
    }

    #[test]
    fn shared_times_are_checked_in_one_go() {
        let (steps, length) = of(&[&[10, 20, 30], &[20, 30, 40]]);
        let check = Step::Check { kept: run(0, 1..3), twin: run(1, 0..2) };
        assert_eq!(steps, [Step::Keep(run(0, 0..3)), check, Step::Keep(run(1, 2..3))]);
        assert_eq!(length, 4);
    }

    #[test]
    fn a_time_may_come_twice_in_one_partial_and_in_three() {
        let (steps, length) = of(&[&[10, 10], &[10]]);
        let twice = Step::Check { kept: run(0, 0..1), twin: run(0, 1..2) };
        let third = Step::Check { kept: run(0, 0..1), twin: run(1, 0..1) };
        assert_eq!(steps, [Step::Keep(run(0, 0..1)), twice, third]);
        assert_eq!(length, 1);
    }
}
