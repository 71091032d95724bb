//! What values mean is the same in the final file as in the partials: units that are no times, integers of many
//! digits, text, and types that people ask for.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail or be cut off"
)]

mod collate_support;

use collate_support::{Bench, find, series, strings, texts, variable};
use dayfold_contract::Fingerprint;
use dayfold_contract::output::{NumberType, VariableSettings};
use dayfold_ncio::dataset::{Attribute, Dataset, Values};
use dayfold_ncio::write::{Storage, write_dataset};
use dayfold_supervisor::collate::{CollateError, Collation, Description, collate, to_the_end};

/// Values and their attributes.
type Given = (Values, Vec<(&'static str, Attribute)>);

/// Partials of one time each, with a variable of one value each.
fn with(x: impl IntoIterator<Item = Given>) -> Vec<Dataset> {
    let partial = |(hour, (values, attributes)): (i32, Given)| {
        let mut partial = series(&[f64::from(hour)], &[1.0]);
        let mut x = variable("x", &["time"], values, &[]);
        x.attributes.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
        partial.variables.push(x);
        partial
    };
    (1..).zip(x).map(partial).collect()
}

fn units(units: [&'static str; 3]) -> Vec<Dataset> {
    with(units.map(|units| (Values::F64(vec![1.0]), vec![("units", units.into())])))
}

/// The group that does not fit, and why.
fn misfit(partials: &[Dataset]) -> (String, String) {
    let error = Bench::of(partials).error();
    let CollateError::Misfits(misfits) = error else { panic!("{error}") };
    let [misfit] = misfits.as_slice() else { panic!("{misfits:?}") };
    (misfit.group.to_string(), misfit.reason.clone())
}

#[test]
fn units_that_are_no_times_are_units_like_others() {
    for (two, one) in [
        ("days since planting", "days since harvest"),
        ("months since 2020-01-01", "months since 2021-01-01"),
        ("hours since 2020-01-01", "hours since sunrise"),
    ] {
        let (group, reason) = misfit(&units([two, one, two]));
        assert_eq!(group, "b");
        assert!(reason.contains(if two.starts_with("hours") { "holds is numbers" } else { one }), "{reason}");
    }
    let result = Bench::of(&units(["days since planting"; 3])).result();
    let x = find(&result, "x");
    assert_eq!(x.values, Values::F64(vec![1.0; 3]));
    assert_eq!(x.attributes, texts(&[("units", "days since planting")]));
}

#[test]
fn a_time_of_another_meaning_does_not_fit() {
    let named = |hour: f64, names: &[(&str, &str)]| {
        let mut partial = series(&[hour], &[1.0]);
        partial.variables[0].attributes.extend(texts(names));
        partial
    };
    let usual = [("standard_name", "time"), ("axis", "T"), ("long_name", "end of the interval")];
    let forecast = [("standard_name", "forecast_reference_time")];
    let (group, reason) = misfit(&[named(1.0, &usual), named(2.0, &forecast), named(3.0, &[])]);
    assert_eq!(group, "b");
    assert!(reason.contains("standard_name of variable \"time\" is \"forecast_reference_time\""), "{reason}");
}

#[test]
fn text_and_its_missing_values_are_taken_over_or_told() {
    let fill =
        |texts: &[&str], fill: &'static str| (strings(texts), vec![("_FillValue", strings(&[fill]).into())]);
    let (group, reason) = misfit(&with([fill(&["a"], ""), fill(&["NA"], "NA"), fill(&[""], "")]));
    assert_eq!(group, "b");
    assert!(reason.contains("_FillValue of variable \"x\" is \"NA\", and \"\" in a"), "{reason}");
    let characters = (Values::Chars(b"a".to_vec()), vec![]);
    let (group, reason) = misfit(&with([(strings(&["a"]), vec![]), characters, (strings(&["b"]), vec![])]));
    assert_eq!(group, "b");
    assert!(reason.contains("holds is text in single characters, and text in a"), "{reason}");
}

#[test]
fn integers_of_many_digits_stay_integers() {
    let large = (1 << 60) + 1;
    let missing = -9_223_372_036_854_775_806;
    let result = Bench::of(&with([
        (Values::I64(vec![large]), vec![]),
        (Values::I64(vec![-1]), vec![("_FillValue", Values::I64(vec![-1]).into())]),
        (Values::I32(vec![7]), vec![]),
        (Values::I64(vec![missing]), vec![]),
    ]))
    .result();
    let x = find(&result, "x");
    assert_eq!(x.values, Values::I64(vec![large, missing, 7, missing]));
    assert_eq!(x.attributes, [("_FillValue".to_owned(), Values::I64(vec![missing]).into())]);
}

#[test]
fn fractions_of_a_second_that_are_counted_stay_exact() {
    let partial = |units: &str, count: i64| {
        let mut partial = series(&[0.0], &[1.0]);
        partial.variables[0] = variable("time", &["time"], Values::I64(vec![count]), &[("units", units)]);
        partial
    };
    let result = Bench::of(&[
        partial("microseconds since 2022-01-01", 123),
        partial("milliseconds since 2022-01-02", 7),
        partial("days since 2022-01-03", 0),
    ])
    .result();
    let time = find(&result, "time");
    let start = 1_640_995_200_000_000;
    let day = 86_400_000_000;
    assert_eq!(time.values, Values::I64(vec![start + 123, start + day + 7_000, start + 2 * day]));
    let units = time.attributes.iter().find(|(name, _)| name == "units").unwrap().1.text();
    assert_eq!(units, Some("microseconds since 1970-01-01 00:00:00"));
}

/// The final file with `x` of the type that is asked for, and what is told.
fn stored(partials: &[Dataset], dtype: NumberType) -> Result<(Values, Vec<String>), CollateError> {
    let bench = Bench::of(partials);
    let settings = VariableSettings { dtype: Some(dtype), ..VariableSettings::default() };
    let description = Description { stored: [("x".to_owned(), settings)].into(), ..Description::default() };
    let output = bench.output();
    let collation = Collation {
        sources: &bench.sources,
        output: &output,
        attributes: &[],
        own: &[],
        owner: "test",
        description: &description,
    };
    let collated = collate(&collation, &mut to_the_end)?;
    Ok((find(&collate_support::read(&output), "x").values.clone(), collated.warnings))
}

#[test]
fn a_type_that_is_asked_for_takes_values_of_several_codings() {
    let fill = |values, fill| (values, vec![("_FillValue", Attribute::from(fill))]);
    let partials = with([
        fill(Values::I32(vec![-7]), Values::I32(vec![-7])),
        fill(Values::I16(vec![-7]), Values::I16(vec![-9])),
        (Values::F32(vec![3.0]), vec![]),
    ]);
    let (values, _) = stored(&partials, NumberType::Int32).unwrap();
    assert_eq!(values, Values::I32(vec![-2_147_483_647, -7, 3]));
    // a value without a place costs its group alone
    let partials = with([(Values::F64(vec![1.0]), vec![]), (Values::F64(vec![0.5]), vec![])]);
    let error = stored(&partials, NumberType::Int16).unwrap_err();
    let misfits = error.into_misfits().unwrap();
    assert_eq!(misfits[0].group.as_str(), "b");
    assert!(misfits[0].reason.contains("the value 0.5 has no place in short"), "{misfits:?}");
}

#[test]
fn times_that_are_counted_anew_keep_their_digits_whatever_is_asked_for() {
    let hours = |since: &'static str| (Values::F64(vec![6.5]), vec![("units", Attribute::from(since))]);
    let partials = with([hours("hours since 2022-01-01"), hours("hours since 2022-01-02")]);
    let (values, warnings) = stored(&partials, NumberType::Float32).unwrap();
    assert_eq!(values, Values::F64(vec![1_641_018_600.0, 1_641_105_000.0]));
    assert!(warnings[0].starts_with("[output.variables.x] dtype is left out"), "{warnings:?}");
    let alike = with([hours("hours since 2022-01-01"), hours("hours since 2022-01-01")]);
    assert_eq!(stored(&alike, NumberType::Float32).unwrap(), (Values::F32(vec![6.5, 6.5]), vec![]));
}

#[test]
fn a_result_that_is_as_it_was_kept_and_cannot_be_read_costs_its_group_alone() {
    let mut bench = Bench::of(&[series(&[1.0], &[1.0]), series(&[3.0], &[1.0])]);
    let numbers: Vec<f64> =
        (0..8192_u32).map(|it| f64::from(it.wrapping_mul(2_654_435_761)).sqrt()).collect();
    let hours: Vec<f64> = (0..8192).map(f64::from).collect();
    let path = bench.place("c");
    let storage = Storage::Deflated { level: 1, chunk_bytes: 1 << 20, along: "time".to_owned() };
    write_dataset(&path, &series(&hours, &numbers), storage).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.len() * 3 / 4;
    bytes[place] ^= 255;
    std::fs::write(&path, &bytes).unwrap();
    bench.sources[2].checksum = Some(Fingerprint::of(&bytes));
    let misfits = bench.error().into_misfits().unwrap();
    assert_eq!((misfits.len(), misfits[0].group.as_str()), (1, "c"));
    assert!(misfits[0].reason.contains("cannot use the partial of group c"), "{misfits:?}");
}
