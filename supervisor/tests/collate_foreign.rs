//! Partials that netCDF4-python, xarray and scipy wrote, collated: times are those that cftime tells, missing is missing.
//!
//! `fixtures/partials/make.py` writes both the files and `expected.json`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail or be cut off")]

mod collate_support;

use std::path::PathBuf;

use collate_support::{Bench, find, read, values};
use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable, attribute};
use dayfold_ncio::time::Coding;
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/partials").join(name)
}

fn bench(name: &str) -> Bench {
    let mut bench = Bench::new();
    for part in ["1", "2"] {
        std::fs::copy(fixture(&format!("{name}.{part}.nc")), bench.place(part)).unwrap();
    }
    bench
}

fn collated(name: &str) -> Dataset {
    bench(name).result()
}

/// A variable's times in words, as `expected.json` has them; by units of its own or of the coordinate that it bounds.
fn told(result: &Dataset, variable: &Variable) -> Vec<Option<String>> {
    let names = |parent: &&Variable| {
        let bounds =
            ["bounds", "climatology"].into_iter().filter_map(|name| attribute(&parent.attributes, name));
        bounds.into_iter().any(|bounds| bounds.text() == Some(&variable.name))
    };
    let parent = result.variables.iter().find(names).map(|parent| parent.attributes.as_slice());
    let coding = Coding::new(variable.values.data_type(), &variable.attributes, parent).unwrap();
    let shown = |instant: dayfold_ncio::time::Instant| {
        let shown = instant.show(coding.units().calendar());
        shown.split(['Z', ' ']).next().unwrap().to_owned()
    };
    coding.decode(&variable.values).unwrap().into_iter().map(|instant| instant.map(shown)).collect()
}

fn text<'a>(variable: &'a Variable, name: &str) -> Option<&'a str> {
    attribute(&variable.attributes, name).and_then(Attribute::text)
}

#[test]
fn times_are_those_that_cftime_tells() {
    let expected: Value = serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap();
    for (name, variables) in expected.as_object().unwrap() {
        let result = collated(name);
        for (variable, times) in variables.as_object().unwrap() {
            let times = times.as_array().unwrap().iter().map(|time| time.as_str().map(str::to_owned));
            assert_eq!(
                told(&result, find(&result, variable)),
                times.collect::<Vec<_>>(),
                "{variable} of {name}"
            );
        }
    }
}

#[test]
fn the_final_file_keeps_the_calendar() {
    for (name, kept) in [
        ("julian", "julian"),
        ("noleap", "noleap"),
        ("all_leap", "all_leap"),
        ("360_day", "360_day"),
        ("proleptic_gregorian", "proleptic_gregorian"),
        ("standard", "standard"),
    ] {
        let result = collated(name);
        assert_eq!(text(find(&result, "time"), "calendar"), Some(kept));
        // bounds have that of their coordinate, and nothing that could contradict it
        assert!(find(&result, "ends").attributes.is_empty(), "{:?}", find(&result, "ends").attributes);
    }
}

#[test]
fn calendars_are_not_mixed_but_for_those_that_count_the_same_days() {
    let mixed = |one: &str, other: &str| {
        let mut bench = Bench::new();
        for (group, name) in [("one", format!("{one}.1.nc")), ("other", format!("{other}.2.nc"))] {
            std::fs::copy(fixture(&name), bench.place(group)).unwrap();
        }
        bench
    };
    let error = mixed("noleap", "360_day").error().to_string();
    assert!(error.contains("other: its result does not fit the others: the calendar of variable"), "{error}");
    assert!(error.contains("is 360_day, and noleap in one"), "{error}");
    for (one, other) in [("standard", "noleap"), ("julian", "proleptic_gregorian"), ("all_leap", "noleap")] {
        let error = mixed(one, other).error().to_string();
        assert!(
            error.contains("the calendar of variable") && error.contains(&format!("{one} in one")),
            "{error}"
        );
    }
    let result = mixed("standard", "proleptic_gregorian").result();
    assert_eq!(text(find(&result, "time"), "calendar"), Some("proleptic_gregorian"));
    assert_eq!(told(&result, find(&result, "time"))[0].as_deref(), Some("1900-02-27T06:00:00"));
}

#[test]
fn one_time_with_two_values_is_told_in_its_calendar() {
    let bench = bench("360_day");
    let mut twin = read(&bench.sources[1].path);
    let place = twin.variables.iter().position(|variable| variable.name == "ends").unwrap();
    let Values::F64(ends) = &mut twin.variables[place].values else { panic!() };
    ends[3] += 1.0;
    let mut bench = bench;
    bench.add("3", &twin);
    let error = bench.error().to_string();
    assert!(error.contains("at 1900-02-30T06:00:00 (360_day) they have other values of \"ends\""), "{error}");
}

#[test]
fn a_time_that_was_never_written_is_missing() {
    let error = bench("never_written_times").error();
    assert!(error.to_string().contains("2: the time at index 0 is missing"), "{error}");
}

#[test]
fn nanoseconds_are_kept_to_the_last() {
    let result = collated("nanoseconds");
    let Values::I64(times) = values(&result, "time") else { panic!() };
    let day = 86_400_000_000_000;
    assert_eq!(times[2] - times[0], 1_200_000_000_246);
    assert_eq!(times[4] - times[1], day);
    assert_eq!(text(find(&result, "time"), "units"), Some("nanoseconds since 1970-01-01 00:00:00"));
}

#[test]
fn packed_times_are_unpacked_where_they_are_packed_in_several_ways() {
    let result = collated("packed");
    assert_eq!(values(&result, "time").data_type().to_string(), "double");
    assert!(attribute(&find(&result, "time").attributes, "scale_factor").is_none());
    // and stay as they are where all agree
    let mut bench = Bench::new();
    std::fs::copy(fixture("packed.1.nc"), bench.place("1")).unwrap();
    let alone = bench.result();
    assert_eq!(values(&alone, "time"), &Values::I16(vec![4, 5]));
    assert_eq!(attribute(&find(&alone, "time").attributes, "scale_factor"), Some(&0.25.into()));
}

#[test]
fn what_netcdf4_cannot_hold_is_left_out_and_told_and_fill_values_get_their_variables_type() {
    let bench = bench("classic");
    let warnings = bench.collate().unwrap().warnings;
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    for name in ["x:NAME", "x:CLASS", "x:DIMENSION_LIST", "x:_Netcdf4Dimid", ":_NCProperties"] {
        assert!(warning.contains(name), "{warning}");
    }
    let result = read(&bench.output());
    let x = find(&result, "x");
    assert_eq!(x.values, Values::F32(vec![1.0, -999.0, 2.0, -999.0]));
    let expected: Vec<(String, Attribute)> = vec![
        ("_FillValue".into(), Values::F32(vec![-999.0]).into()),
        ("name".into(), "of the user's own".into()),
    ];
    assert_eq!(x.attributes, expected);
}

#[test]
fn a_classic_partial_that_was_cut_off_is_not_read() {
    let bench = bench("classic");
    let whole = std::fs::read(&bench.sources[1].path).unwrap();
    for end in [whole.len() - 4, whole.len() - 20, 100, 10] {
        std::fs::write(&bench.sources[1].path, &whole[..end]).unwrap();
        let misfits = bench.error().into_misfits().unwrap();
        assert_eq!((misfits.len(), misfits[0].group.as_str()), (1, "2"), "{end}: {misfits:?}");
    }
}

#[test]
fn a_variable_may_have_the_name_of_a_dimension_and_not_be_its_coordinate() {
    let result = collated("named_as_a_dimension");
    let floats = |range: std::ops::Range<i32>| range.map(|number| number as f32);
    let both = |count: i32| floats(100..100 + count).chain(floats(200..200 + count)).collect();
    assert_eq!(values(&result, "depth"), &Values::F32(both(6)));
    assert_eq!(values(&result, "level"), &Values::F32(both(2)));
    assert_eq!(values(&result, "layer"), &Values::F32(floats(0..12).collect()));
    assert_eq!(values(&result, "band"), &Values::F32(floats(0..8).collect()));
    assert_eq!(find(&result, "depth").dimensions, ["time", "depth"]);
}
