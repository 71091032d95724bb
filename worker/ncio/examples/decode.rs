//! What reading costs, file after file: the floor, the fast path, the library.
//!
//!     cargo run --release -p dayfold-ncio --example decode -- ROUNDS VARIABLE,VARIABLE,VARIABLE FILE...
//!     cargo run --release -p dayfold-ncio --example decode -- floor FIRST:END VARIABLE,VARIABLE,VARIABLE FILE...
//!
//! Milliseconds of processor time for one time step of all cells, medians over the rounds, which take
//! turns. Or the floor alone, of the chunks with rows from FIRST to before END, summed up over all files.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measurement may stop"
)]

use std::hint::black_box;
use std::ops::Range;
use std::path::Path;

use dayfold_ncio::chunks::{Floor, RunReader, Wanted};
use dayfold_ncio::reader::{Field, Reader};
use rustix::time::{ClockId, clock_gettime};

/// The processor time of this thread.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn timed(times: &mut Vec<f64>, work: impl FnOnce()) {
    let start = now();
    work();
    times.push(now() - start);
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

fn fast(reader: &Reader, fields: [&Field; 3], wanted: &Wanted) -> f64 {
    let mut runs = RunReader::open(reader, fields, wanted).unwrap();
    let mut step = runs.step(0).unwrap();
    let mut sum = 0.0;
    while let Some(run) = step.read_next().unwrap() {
        black_box(&run.values);
        sum += run.values.iter().map(|values| values[values.len() / 2]).sum::<f64>();
    }
    sum
}

fn library(reader: &Reader, fields: [&Field; 3], wanted: &Wanted) {
    let (rows, columns) = (wanted.rows(), wanted.columns());
    for start in rows.clone().step_by(50) {
        for field in fields {
            let rows = start..rows.end.min(start + 50);
            black_box(field.read(reader, 0, rows, columns.clone()).unwrap());
        }
    }
}

fn measure(path: &Path, names: &[&str], rounds: usize) {
    let mut times: [Vec<f64>; 6] = Default::default();
    for _ in 0..rounds {
        let mut opened = None;
        timed(&mut times[0], || {
            let reader = Reader::open(path).unwrap();
            let fields: Vec<Field> = names.iter().map(|name| reader.field(name).unwrap()).collect();
            opened = Some((reader, fields));
        });
        let (reader, fields) = opened.expect("just opened");
        let fields = [&fields[0], &fields[1], &fields[2]];
        let (rows, columns) = (fields[0].grid().latitudes.len(), fields[0].grid().longitudes.len());
        let wanted = Wanted::window(0..rows, 0..columns);
        let mut floor = None;
        timed(&mut times[1], || floor = Floor::open(&reader, &fields, &wanted, 0));
        let mut floor = floor.expect("the library would read it");
        timed(&mut times[2], || {
            black_box(floor.decode());
        });
        timed(&mut times[3], || {
            black_box(fast(&reader, fields, &wanted));
        });
        timed(&mut times[4], || {
            black_box(floor.decode());
        });
        timed(&mut times[5], || library(&reader, fields, &wanted));
    }
    let again = std::mem::take(&mut times[4]);
    times[2].extend(again);
    let [mut open, mut index, mut floor, mut fast, _, mut library] = times;
    let (floor, fast) = (median(&mut floor), median(&mut fast));
    println!(
        "{}: open {:.2}, index {:.2}, floor {floor:.2}, fast with index {fast:.2} ({:.3} of the floor), library {:.2}",
        path.display(),
        median(&mut open),
        median(&mut index),
        fast / floor,
        median(&mut library),
    );
}

/// The floor of one file's rows; where its chunks are is known before.
fn floor(path: &Path, names: &[&str], rows: Range<usize>) -> f64 {
    let reader = Reader::open(path).unwrap();
    let fields: Vec<Field> = names.iter().map(|name| reader.field(name).unwrap()).collect();
    let wanted = Wanted::window(rows, 0..fields[0].grid().longitudes.len());
    let fields: Vec<&Field> = fields.iter().collect();
    let mut floor = Floor::open(&reader, &fields, &wanted, 0).expect("the library would read it");
    let start = now();
    black_box(floor.decode());
    now() - start
}

fn floors(rows: &str, names: &[&str], files: &[String]) {
    let (first, end) = rows.split_once(':').unwrap();
    let rows: Range<usize> = first.parse().unwrap()..end.parse().unwrap();
    let sum: f64 = files.iter().map(|file| floor(Path::new(file), names, rows.clone())).sum();
    println!("floor {sum:.2}");
}

fn names(list: &str) -> Vec<&str> {
    list.split(',').collect()
}

fn main() {
    dayfold_ncio::init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [floor, rows, variables, files @ ..] if floor == "floor" => floors(rows, &names(variables), files),
        [rounds, variables, files @ ..] => {
            files
                .iter()
                .for_each(|file| measure(Path::new(file), &names(variables), rounds.parse().unwrap()));
        }
        _ => {
            eprintln!("usage: decode ROUNDS|floor FIRST:END VARIABLE,VARIABLE,VARIABLE FILE...");
            std::process::exit(2);
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
}
