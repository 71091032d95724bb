//! Cells that polynomials leave in doubt, computed once more: each by itself, but still some at a time.
//!
//! Most are near the inverter's start, where an error of the weights is magnified: here all instruction
//! sets round alike. What is in doubt even so is the caller's.

use super::bit_exact::BitExact;
use super::cells::{Place, compute};
use super::grid::TILE;
use super::lanes::Lanes;
use super::nodes::Turns;
use super::run::{Found, Given};
use super::work::RowWork;

/// Columns, as many as a tile has.
type Some = [usize; TILE];

/// Settles open cells of a row; keeps those that stay open.
#[inline(always)]
pub fn settle<L: Lanes>(work: &mut RowWork<'_>) {
    let (mut done, mut kept) = (0, 0);
    while done < work.open.len() {
        let count = TILE.min(work.open.len() - done);
        let mut columns = [0; TILE];
        columns[..count].copy_from_slice(&work.open[done..done + count]);
        let open = settle_some::<L>(work, &columns, count);
        for cell in (0..count).filter(|cell| open >> cell & 1 != 0) {
            work.open[kept] = columns[cell];
            kept += 1;
        }
        done += count;
    }
    work.open.truncate(kept);
}

/// Settles the first of these columns; by a bit each, which stay open.
#[inline(always)]
fn settle_some<L: Lanes>(work: &mut RowWork<'_>, columns: &Some, count: usize) -> u32 {
    let index = |cell: usize| columns[cell] - work.columns.start;
    let gather = |values: &[f64]| {
        let mut some = [f64::NAN; TILE];
        some[..count].iter_mut().enumerate().for_each(|(cell, value)| *value = values[index(cell)]);
        some
    };
    let [ghi, dni, dhi] = [work.cells.ghi, work.cells.dni, work.cells.dhi].map(gather);
    let temperatures = work.cells.temperature;
    let temperature = if temperatures.is_empty() { [f64::NAN; TILE] } else { gather(temperatures) };
    let given = Given { ghi: &ghi, dni: &dni, dhi: &dhi, temperature: &temperature };
    let (mut actual, mut ideal) = ([0.0; TILE], [0.0; TILE]);
    let found = Found { actual: &mut actual, ideal: &mut ideal };
    let hours = hours(work, columns);
    let place = Place::Rough(&work.grid.rows[work.row], &hours);
    let open = compute::<BitExact<L>>(work.model, work.sky, &place, &given, found);
    for cell in 0..count {
        let index = columns[cell] - work.columns.start;
        work.powers.actual[index] = actual[cell];
        work.powers.ideal[index] = ideal[cell];
    }
    open
}

/// Hour angles of columns.
#[inline(always)]
fn hours(work: &RowWork<'_>, columns: &Some) -> Turns<TILE> {
    let of = |column: usize| (&work.hours.cells[column / TILE], column % TILE);
    Turns {
        cos: columns.map(|column| of(column).0.cos[of(column).1]),
        sin: columns.map(|column| of(column).0.sin[of(column).1]),
    }
}
