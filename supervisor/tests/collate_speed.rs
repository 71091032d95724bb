//! How long a decade takes. Run by hand, the figures are printed:
//! `cargo test -p dayfold-supervisor --test collate_speed -- --ignored --nocapture`
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod collate_support;

use std::time::{Duration, Instant};

use collate_support::{Bench, variable};
use dayfold_ncio::dataset::{Dataset, Values};
use dayfold_supervisor::collate::{Collation, Description, Progress, prepare, to_the_end};

const DAYS: usize = 3650;
const STEPS: usize = 103;
const REGIONS: usize = 30;

/// A day of a regional mean: a bell with clouds that only noise can describe, nothing at its ends.
fn day(day: usize, kind: usize, state: &mut u64) -> Values {
    let mut noise = || {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (*state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let values = (0..STEPS * REGIONS).map(|place| {
        let (step, region) = (place / REGIONS, place % REGIONS);
        let shifted = step as f64 / 102.0 + region as f64 * 0.002 - 0.03;
        let sun = (shifted * std::f64::consts::PI).sin() - 0.15;
        match sun > 0.0 {
            true => 190.0 * sun * (1.0 - 0.4 * noise()) * (1.0 + 0.01 * (day + kind) as f64 / 3650.0),
            false => f64::NAN,
        }
    });
    Values::F64(values.collect())
}

fn partial(number: usize, state: &mut u64) -> Dataset {
    let times = (0..STEPS).map(|step| (number * 86_400 + step * 600) as f64).collect();
    let units = [("units", "seconds since 2012-01-01 00:00:00"), ("standard_name", "time")];
    let names = (0..REGIONS).map(|region| format!("REZ {region}")).collect();
    let mut variables = vec![
        variable("time", &["time"], Values::F64(times), &units),
        variable("region", &["region"], Values::Strings(names), &[("long_name", "region")]),
    ];
    for (kind, name) in ["actual", "ideal", "ratio", "cells"].into_iter().enumerate() {
        let attributes = [("units", "W"), ("long_name", "power"), ("cell_methods", "area: mean")];
        variables.push(variable(name, &["time", "region"], day(number, kind, state), &attributes));
    }
    let dimensions = vec![("time".to_owned(), STEPS), ("region".to_owned(), REGIONS)];
    Dataset { dimensions, variables, attributes: vec![] }
}

/// Processor time of this process so far; other work on the machine does not change it much.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    // utime and stime, in hundredths of a second
    let ticks: u64 = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.trim_start_matches("VmHWM:").trim().to_owned()
}

#[test]
#[ignore = "writes 400 MB and takes a minute"]
fn a_decade() {
    let mut bench = Bench::new();
    let mut state = 1;
    let begun = Instant::now();
    for number in 0..DAYS {
        bench.add(&format!("{number:05}"), &partial(number, &mut state));
    }
    println!("wrote {DAYS} partials in {:.2?}, peak memory {}", begun.elapsed(), peak_memory());
    let output = bench.output();
    let collation = Collation {
        sources: &bench.sources,
        output: &output,
        attributes: &[],
        own: &[],
        owner: "test",
        description: &Description::default(),
    };
    let (begun, processor_before) = (Instant::now(), processor());
    let mut surveyed = Duration::ZERO;
    let prepared = prepare(&collation, &mut |progress| {
        if matches!(progress, Progress::Surveyed { done: DAYS, .. }) {
            surveyed = processor() - processor_before;
        }
        to_the_end(progress)
    });
    let collated = prepared.unwrap().publish().unwrap();
    let bytes = std::fs::metadata(&output).unwrap().len();
    println!(
        "collated {} times in {:.2?}, processor {:.2?}, of these the survey {surveyed:.2?}; \
         {bytes} bytes, peak memory {}",
        collated.times,
        begun.elapsed(),
        processor() - processor_before,
        peak_memory()
    );
    assert_eq!(collated.times, DAYS * STEPS);
}
