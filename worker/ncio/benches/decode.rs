//! What the steps of decoding one chunk cost: inflating, unshuffling, and unshuffling with unpacking.
//!
//! `cargo bench -p dayfold-ncio --bench decode`. Microseconds a chunk of 10 rows of 2,214 values, least of
//! some runs, and gigabytes of its 32-bit values a second, for each instruction set; the chunk is in cache.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]
#![expect(clippy::print_stdout, reason = "its figures")]

use dayfold_ncio::chunks::Trial;
use rustix::time::{ClockId, clock_gettime};

const ROWS: usize = 10;
const COLUMNS: usize = 2214;
const REPEATS: usize = 400;

/// Hundredths of W m-2: a sky that changes smoothly, with noise, and clouds with sharp edges.
fn values() -> Vec<i32> {
    let (mut random, mut cloud) = (1_u64, 1.0);
    let value = |index: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
        cloud = if share < 0.02 { 0.2 + 40.0 * share } else { cloud };
        let clear = 60_000.0 + 15_000.0 * ((index % COLUMNS) as f64 / 900.0).sin();
        (cloud * clear + 300.0 * share) as i32
    };
    (0..ROWS * COLUMNS).map(value).collect()
}

/// Nanoseconds of this thread on a processor.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn least(mut work: impl FnMut()) -> f64 {
    let times = (0..REPEATS).map(|_| {
        let start = now();
        work();
        now() - start
    });
    times.fold(f64::INFINITY, f64::min)
}

fn line(step: &str, set: &str, nanoseconds: f64) {
    let bytes = (ROWS * COLUMNS * size_of::<i32>()) as f64;
    println!("{step:<24}{set:<12}{:>10.1} us{:>10.2} GB/s", nanoseconds / 1e3, bytes / nanoseconds);
}

fn main() {
    let mut trials = Trial::each(&values()).unwrap();
    let plain = ROWS * COLUMNS * size_of::<i32>();
    println!("a chunk of {plain} bytes, {} deflated", trials[0].stored_bytes());
    line("inflate", "any", least(|| trials[0].inflate().unwrap()));
    for trial in &mut trials {
        line("unshuffle", trial.name(), least(|| trial.unshuffle()));
    }
    for trial in &mut trials {
        line("unshuffle and unpack", trial.name(), least(|| _ = trial.unpack()));
    }
}
