//! Nanoseconds a cell of the geometry alone, at some hours of a day, on rows of a grid with 0.02 degrees:
//! of each cell by itself, and of looking for polynomials for the tiles that it is in.
//!
//! `cargo bench -p dayfold-pv --bench geometry`. The least of some runs counts.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]
#![expect(clippy::print_stdout, reason = "its figures")]

mod common;

use std::hint::black_box;

use common::{COLUMNS, MIDNIGHT, REPEATS, grid, now, system};
use dayfold_pv::Sun;
use dayfold_pv::fast::{Geometry, InstructionSet, Kernel, KernelTemperature};

/// Rows of a wide tile: polynomials are looked for once for all of them.
const ROWS: usize = Geometry::TALL;

/// Hours after midnight, UTC: all cells have the sun.
const HOURS: [f64; 5] = [-1.0, 1.0, 3.0, 5.0, 8.0];

/// Nanoseconds a cell, the least of some runs.
fn least(mut work: impl FnMut() -> f64) -> f64 {
    let times = (0..REPEATS).map(|_| {
        let start = now();
        black_box(work());
        now() - start
    });
    1e9 * times.fold(f64::INFINITY, f64::min) / (ROWS * COLUMNS) as f64
}

fn main() {
    let (system, (latitudes, longitudes)) = (system(), grid(ROWS));
    println!("{:<28}{}", "ns a cell, by hour UTC", HOURS.map(|hour| format!("{hour:>8.1}")).concat());
    for set in InstructionSet::available().into_iter().rev() {
        let kernel = Kernel::with(&system, KernelTemperature::Constant(18.0), set);
        let grid = kernel.grid(&latitudes, &longitudes);
        let geometries = HOURS.map(|hour| kernel.geometry(&grid, &Sun::at(MIDNIGHT + hour * 3600.0)));
        let exact = geometries.each_ref().map(|of| least(|| (0..ROWS).map(|row| of.exact(row)).sum()));
        let found = geometries.each_ref().map(|of| least(|| of.polynomials(0)));
        for (name, times) in [("exact", exact), ("polynomials", found)] {
            let times = times.map(|time| format!("{time:>8.2}"));
            println!("{:<28}{}", format!("{}, {name}", set.name()), times.concat());
        }
    }
}
