//! A known dataset, torn into random partials with random overlaps and codings of time, comes back.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod collate_support;

use std::ops::Range;

use collate_support::{Bench, read, strings, texts, variable};
use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable, attribute};
use dayfold_ncio::time::{UtcTime, decode};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Minutes since 1970-01-01T00:00:00Z at which there are values, each once.
fn times() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::btree_set(0_i64..100_000, 1..60).prop_map(|times| times.into_iter().collect())
}

/// For each time, the partials that have it: at least one of three.
fn places(times: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(1_u8..8, times)
}

/// What there is at a time, as anybody can compute it.
fn power(minute: i64, region: i64) -> f64 {
    if minute % 7 == 0 { f64::NAN } else { minute as f64 * 0.1 + region as f64 }
}

fn dataset(minutes: &[i64], time: Variable) -> Dataset {
    let over = |of: &dyn Fn(i64, i64) -> f64| {
        let both = minutes.iter().flat_map(|&minute| (0..3).map(move |region| (minute, region)));
        both.map(|(minute, region)| of(minute, region)).collect::<Vec<f64>>()
    };
    let transposed =
        (0..3).flat_map(|region| minutes.iter().map(move |&minute| (minute * 3 + region) as i32));
    let letters = |&minute: &i64| format!("{:04}", minute % 10_000).into_bytes();
    let variables = vec![
        time,
        variable("region", &["region"], strings(&["N1", "Q2", "Ü3"]), &[]),
        variable("power", &["time", "region"], Values::F64(over(&power)), &[("units", "W m-2")]),
        variable("cells", &["region", "time"], Values::I32(transposed.collect()), &[]),
        variable(
            "label",
            &["time"],
            Values::Strings(minutes.iter().map(|minute| format!("at {minute}")).collect()),
            &[],
        ),
        variable(
            "code",
            &["time", "letters"],
            Values::Chars(minutes.iter().flat_map(letters).collect()),
            &[],
        ),
        variable("day", &["time"], Values::I8(minutes.iter().map(|&m| (m % 100) as i8).collect()), &[]),
    ];
    let lengths = [("time", minutes.len()), ("region", 3), ("letters", 4)];
    let dimensions = lengths.map(|(name, length)| (name.to_owned(), length)).to_vec();
    Dataset { dimensions, variables, attributes: vec![] }
}

/// Times as one of several programs would write them.
fn coded(minutes: &[i64], coding: u8) -> Variable {
    let from_first = minutes.first().copied().unwrap_or(0);
    let (values, units) = match coding % 3 {
        0 => {
            let (day, rest) = (from_first / 1440 + 1, from_first % 1440);
            let from = minutes.iter().map(|minute| minute - from_first).collect();
            // 1970-01-01 to 1970-03-11: the days of three months
            let (month, day) = match day {
                1..=31 => (1, day),
                32..=59 => (2, day - 31),
                _ => (3, day - 59),
            };
            let units =
                format!("minutes since 1970-{month:02}-{day:02} {:02}:{:02}:00", rest / 60, rest % 60);
            (Values::I64(from), units)
        }
        1 => {
            let hours = minutes.iter().map(|&minute| minute as f64 / 60.0).collect();
            (Values::F64(hours), "hours since 1970-01-01 00:00:00".to_owned())
        }
        _ => {
            let seconds = minutes.iter().map(|&minute| minute as i32 * 60).collect();
            (Values::I32(seconds), "seconds since 1970-01-01T00:00:00Z".to_owned())
        }
    };
    variable("time", &["time"], values, &[("units", &units), ("long_name", "time")])
}

fn partial(times: &[i64], places: &[u8], number: u8, coding: u8, turned: bool) -> Dataset {
    let mine = times.iter().zip(places).filter(|&(_, &place)| place & (1 << number) != 0);
    let mut minutes: Vec<i64> = mine.map(|(&minute, _)| minute).collect();
    if turned {
        minutes.reverse();
    }
    dataset(&minutes, coded(&minutes, coding))
}

fn assert_comes_back(times: &[i64], result: &Dataset) {
    let expected = dataset(times, coded(times, 2));
    let microseconds: Vec<_> = times.iter().map(|&minute| UtcTime(minute * 60_000_000)).collect();
    for variable in &result.variables {
        if variable.name == "time" {
            assert_eq!(decoded(variable), microseconds);
            continue;
        }
        let wanted = expected.variables.iter().find(|wanted| wanted.name == variable.name).unwrap();
        assert!(variable.values.same(&wanted.values), "{}: {:?}", variable.name, variable.values);
        assert_eq!(variable.dimensions, wanted.dimensions);
        assert_eq!(variable.attributes, wanted.attributes, "{}", variable.name);
    }
    assert_eq!(result.variables.len(), expected.variables.len());
}

fn decoded(time: &Variable) -> Vec<UtcTime> {
    let units = attribute(&time.attributes, "units").and_then(Attribute::text).unwrap();
    let units = decode(units, None).unwrap();
    time.values.to_f64().unwrap().iter().map(|&number| units.time(number).unwrap()).collect()
}

#[test]
fn any_partials_of_a_dataset_give_it_back_whatever_their_order() {
    let strategy = times().prop_flat_map(|times| {
        let places = places(times.len());
        (Just(times), places, [any::<u8>(); 3], [any::<bool>(); 3])
    });
    let config = ProptestConfig { cases: 60, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&strategy, |(times, places, codings, turned)| {
        let mut bench = Bench::new();
        for number in 0..3_u8 {
            let (coding, turned) = (codings[usize::from(number)], turned[usize::from(number)]);
            bench.add(&format!("group {number}"), &partial(&times, &places, number, coding, turned));
        }
        bench.collate().unwrap();
        assert_comes_back(&times, &read(&bench.output()));
        let bytes = std::fs::read(bench.output()).unwrap();
        bench.sources.rotate_left(1);
        bench.sources.swap(0, 1);
        bench.collate().unwrap();
        prop_assert!(std::fs::read(bench.output()).unwrap() == bytes);
        Ok(())
    });
    outcome.unwrap();
}

/// 3 partials that meet within chunks of 512 KiB (21,845 rows of three doubles), the last first.
fn long() -> (Vec<i64>, [Dataset; 3]) {
    let times: Vec<i64> = (0..70_000).collect();
    let part = |range: Range<usize>, coding| dataset(&times[range.clone()], coded(&times[range], coding));
    let parts = [part(50_001..70_000, 2), part(0..30_000, 2), part(29_990..50_001, 1)];
    (times, parts)
}

#[test]
fn a_long_series_passes_through_many_chunks() {
    let (times, parts) = long();
    assert_comes_back(&times, &Bench::of(&parts).result());
}

#[test]
fn a_collated_file_and_new_partials_give_the_bytes_of_all_partials() {
    let (_, [last, first, middle]) = long();
    let at_once = Bench::of(&[first.clone(), middle.clone(), last.clone()]);
    let attributes = texts(&[("Conventions", "CF-1.8"), ("title", "long")]);
    at_once.collate_with(&attributes).unwrap();
    let expected = std::fs::read(at_once.output()).unwrap();
    for (before, after) in [([&first, &middle], &last), ([&last, &first], &middle)] {
        let earlier = Bench::of(&before.map(Clone::clone));
        earlier.collate_with(&attributes).unwrap();
        let mut bench = Bench::new();
        std::fs::copy(earlier.output(), bench.place("(before)")).unwrap();
        bench.add("new", after);
        bench.collate_with(&attributes).unwrap();
        assert!(std::fs::read(bench.output()).unwrap() == expected);
    }
}
