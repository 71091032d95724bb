//! Nanoseconds a cell of the geometry alone, at some hours of a day, on rows of a grid with 0.02 degrees:
//! of each cell by itself, and of looking for polynomials for the tiles that it is in.
//!
//! `cargo bench -p dayfold-pv --bench geometry`. The least of some runs counts.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]
#![expect(clippy::print_stdout, reason = "its figures")]

use std::hint::black_box;

use dayfold_contract::task::Mount;
use dayfold_pv::fast::{Geometry, InstructionSet, Kernel, KernelTemperature};
use dayfold_pv::{Sun, System, database};
use rustix::time::{ClockId, clock_gettime};

/// Rows of a wide tile: polynomials are looked for once for all of them.
const ROWS: usize = Geometry::TALL;
const COLUMNS: usize = 2214;
const REPEATS: usize = 25;

/// 2022-02-01T00:00:00Z, and hours after it: all cells have the sun.
const MIDNIGHT: f64 = 1_643_673_600.0;
const HOURS: [f64; 5] = [-1.0, 1.0, 3.0, 5.0, 8.0];

/// Nanoseconds of this thread on a processor.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Nanoseconds a cell, the least of some runs.
fn least(mut work: impl FnMut() -> f64) -> f64 {
    let times = (0..REPEATS).map(|_| {
        let start = now();
        black_box(work());
        now() - start
    });
    times.fold(f64::INFINITY, f64::min) / (ROWS * COLUMNS) as f64
}

fn main() {
    let system = System {
        mount: Mount::SingleAxis,
        module: database::module("Canadian_Solar_CS5P_220M___2009_").unwrap(),
        inverter: database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap(),
    };
    let axis = |first: f64, length: usize| -> Vec<f64> {
        (0..length).map(|k| f64::from((first + 0.02 * k as f64) as f32)).collect()
    };
    let (latitudes, longitudes) = (axis(-30.0, ROWS), axis(112.0, COLUMNS));
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
