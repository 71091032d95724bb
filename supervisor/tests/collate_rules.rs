//! The rules of collation, one by one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails may panic")]

mod collate_support;

use std::io::Write;

use collate_support::{Bench, find, read, series, strings, texts, values, variable};
use dayfold_contract::GroupName;
use dayfold_contract::partial::{EMPTY_GROUPS, SKIPPED_FILES};
use dayfold_ncio::dataset::{Attribute, DataType, Dataset, Values, attribute};

use dayfold_supervisor::collate::{CollateError, Collation, Description, prepare, to_the_end};

#[test]
fn times_are_sorted_over_all_partials() {
    let result = Bench::of(&[series(&[5.0, 1.0], &[50.0, 10.0]), series(&[3.0], &[30.0])]).result();
    assert_eq!(values(&result, "time"), &Values::F64(vec![1.0, 3.0, 5.0]));
    assert_eq!(values(&result, "power"), &Values::F64(vec![10.0, 30.0, 50.0]));
    assert_eq!(result.dimensions, [("time".to_owned(), 3)]);
    assert_eq!(find(&result, "power").attributes, texts(&[("units", "W m-2")]));
}

#[test]
fn equal_values_at_one_time_are_merged_and_any_nan_is_equal() {
    let payload = f64::from_bits(f64::NAN.to_bits() | 1);
    let mut bench = Bench::of(&[
        series(&[1.0, 2.0, 3.0], &[10.0, f64::NAN, 30.0]),
        series(&[2.0, 3.0, 4.0], &[payload, 30.0, 40.0]),
    ]);
    bench.add("c", &series(&[3.0, 3.0], &[30.0, 30.0]));
    let collated = bench.collate().unwrap();
    assert_eq!((collated.times, collated.with_values), (4, 3));
    let expected = Values::F64(vec![10.0, f64::NAN, 30.0, 40.0]);
    assert!(values(&read(&bench.output()), "power").same(&expected));
}

#[test]
fn other_values_at_one_time_are_a_contradiction() {
    let contradiction = |partials: &[Dataset]| match Bench::of(partials).error() {
        CollateError::Contradiction { first, second, time, variable, .. } => {
            (first.to_string(), second.to_string(), time, variable)
        }
        other => panic!("{other}"),
    };
    let (one, other) = (series(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), series(&[2.0, 3.0], &[2.0, 3.5]));
    let three_hours = "1970-01-01T03:00:00Z".to_owned();
    let expected = ("a".to_owned(), "b".to_owned(), three_hours.clone(), "power".to_owned());
    assert_eq!(contradiction(&[one, other]), expected);
    // twice in one partial is no better
    let twice = contradiction(&[series(&[3.0, 3.0], &[0.0, -0.5])]);
    assert_eq!(twice, ("a".to_owned(), "a".to_owned(), three_hours, "power".to_owned()));
    let bench = Bench::of(&[series(&[3.0], &[1.0]), series(&[3.0], &[2.0])]);
    let error = bench.error();
    assert!(error.is_contradiction());
    let message = error.to_string().replace(bench.folder().to_str().unwrap(), "DIR");
    let expected = "groups a and b contradict each other: at 1970-01-01T03:00:00Z they have other values of \
                    \"power\"; correct the archive, and run the same command with --redo and the name of the group \
                    that was wrong (the results are DIR/partial-a.nc of a, DIR/partial-b.nc of b)";
    assert_eq!(message, expected);
    let bench = Bench::of(&[series(&[3.0, 3.0], &[1.0, 2.0])]);
    let message = bench.error().to_string();
    assert!(
        message.contains("group a contradicts itself") && message.contains("with --redo a (its result is ")
    );
}

#[test]
fn empty_partials_are_groups_without_values() {
    let mut bench = Bench::of(&[series(&[1.0], &[10.0])]);
    std::fs::File::create(bench.place("b")).unwrap();
    bench.add("c", &series(&[], &[]));
    let collated = bench.collate().unwrap();
    assert_eq!((collated.times, collated.with_values), (1, 1));
    assert_eq!(collated.empty, ["b", "c"].map(GroupName::new));
    let named = |bench: &Bench| {
        let result = read(&bench.output());
        attribute(&result.attributes, EMPTY_GROUPS).and_then(Attribute::text).map(str::to_owned)
    };
    assert_eq!(named(&bench).as_deref(), Some("b\nc"));
    // an earlier final file says it of its own
    bench.sources[0].empty = vec![GroupName::new("0")];
    bench.collate().unwrap();
    assert_eq!(named(&bench).as_deref(), Some("0\nb\nc"));
}

#[test]
fn no_values_at_all_are_told() {
    let mut bench = Bench::new();
    std::fs::File::create(bench.place("a")).unwrap();
    let error = bench.error();
    assert!(matches!(error, CollateError::NoValues { groups: 1, .. }), "{error}");
    assert!(matches!(Bench::new().error(), CollateError::NoValues { groups: 0, .. }));
}

/// A value, the structure, all of it, and the whole file.
#[test]
fn what_is_not_as_it_was_kept_is_not_believed() {
    let partials = [series(&[1.0], &[10.0]), series(&[2.0], &[17.0])];
    let whole = std::fs::read(&Bench::of(&partials).sources[1].path).unwrap();
    let number = whole.windows(8).position(|bytes| bytes == 17.0_f64.to_le_bytes()).unwrap();
    for at in [number, 0, whole.len() / 3] {
        let bench = Bench::of(&partials);
        let mut content = whole.clone();
        content[at] ^= 1;
        for length in [whole.len(), at] {
            put(&bench, &content[..length]);
            let error = bench.error();
            assert!(matches!(&error, CollateError::Damaged { path, .. } if *path == bench.sources[1].path));
            assert_eq!(error.lost().map(|group| group.as_str()), Some("b"), "{error}");
        }
        put(&bench, &whole);
        assert_eq!(bench.collate().unwrap().times, 2);
    }
    let bench = Bench::of(&partials);
    std::fs::remove_file(&bench.sources[1].path).unwrap();
    let error = bench.collate().unwrap_err();
    assert!(matches!(&error, CollateError::Gone { group, .. } if group.as_str() == "b"), "{error}");
    assert!(!bench.output().exists());
}

fn put(bench: &Bench, content: &[u8]) {
    let mut file = std::fs::File::create(&bench.sources[1].path).unwrap();
    file.write_all(content).unwrap();
}

fn with_constant(hour: f64, constant: Values) -> Dataset {
    let mut partial = series(&[hour], &[1.0]);
    partial.dimensions.push(("region".to_owned(), constant.len()));
    partial.variables.push(variable("region", &["region"], constant, &[]));
    partial.variables.push(variable("crs", &[], Values::I32(vec![7]), &[("grid_mapping_name", "x")]));
    partial
}

#[test]
fn what_has_no_time_is_kept_once() {
    let one = with_constant(1.0, strings(&["Queensland", "Tasmania"]));
    let other = with_constant(2.0, strings(&["Queensland", "Tasmania"]));
    let result = Bench::of(&[one, other]).result();
    assert_eq!(values(&result, "region"), &strings(&["Queensland", "Tasmania"]));
    assert_eq!(values(&result, "crs"), &Values::I32(vec![7]));
}

/// The groups that do not fit, and why.
fn misfits(bench: &Bench) -> Vec<(String, String)> {
    let CollateError::Misfits(misfits) = bench.error() else { panic!("{}", bench.error()) };
    misfits.into_iter().map(|misfit| (misfit.group.to_string(), misfit.reason)).collect()
}

#[test]
fn what_has_no_time_must_be_the_same_everywhere() {
    let one = with_constant(1.0, strings(&["Queensland", "Tasmania"]));
    let other = with_constant(2.0, strings(&["Queensland", "Victoria"]));
    let expected = "its result does not fit the others: the values of variable \"region\" is \"Queensland\", \
                    \"Victoria\", and \"Queensland\", \"Tasmania\" in a";
    assert_eq!(misfits(&Bench::of(&[one, other])), [("b".to_owned(), expected.to_owned())]);
}

fn with_units(hour: f64, units: &str) -> Dataset {
    let mut partial = series(&[hour], &[1.0]);
    partial.variables[1].attributes = texts(&[("units", units)]);
    partial
}

#[test]
fn the_form_of_most_groups_decides_and_of_as_many_that_of_the_first() {
    let of = |units: &[&str]| {
        let partials: Vec<_> =
            (1..).zip(units).map(|(hour, units)| with_units(f64::from(hour), units)).collect();
        misfits(&Bench::of(&partials)).into_iter().map(|(group, _)| group).collect::<String>()
    };
    assert_eq!(of(&["K", "K", "m"]), "c");
    assert_eq!(of(&["m", "K", "K"]), "a");
    assert_eq!(of(&["m", "K", "K", "m"]), "bc");
    assert_eq!(of(&["m", "K", "s"]), "bc");
    // an earlier final file counts as the groups that it stands for
    let mut bench = Bench::of(&[with_units(1.0, "m"), with_units(2.0, "K"), with_units(3.0, "K")]);
    bench.sources[0].groups = 3;
    assert_eq!(misfits(&bench).len(), 2);
    let reason = &misfits(&bench)[0].1;
    assert!(reason.ends_with("is \"K\", and \"m\" in a and 2 other groups"), "{reason}");
}

#[test]
fn numbers_of_other_types_packing_and_fill_values_become_of_one_coding() {
    let with = |hour: f64, numbers: Values, attributes: Vec<(&str, Attribute)>| {
        let mut partial = series(&[hour, hour + 0.5], &[0.0, 0.0]);
        partial.variables[1].values = numbers;
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
        partial.variables[1].attributes.extend(attributes);
        partial
    };
    let nan = f64::NAN;
    let floats =
        || with(1.0, Values::F32(vec![0.1, -9.0]), vec![("_FillValue", Values::F32(vec![-9.0]).into())]);
    let cases = [
        (with(2.0, Values::F32(vec![-9.0, 2.0]), vec![]), Values::F32(vec![0.1, f32::NAN, -9.0, 2.0])),
        (with(2.0, Values::I16(vec![-9, 2]), vec![]), Values::F32(vec![0.1, f32::NAN, -9.0, 2.0])),
        (
            with(2.0, Values::F64(vec![0.1, nan]), vec![]),
            Values::F64(vec![f64::from(0.1_f32), nan, 0.1, nan]),
        ),
        (
            with(
                2.0,
                Values::I8(vec![4, -1]),
                vec![("scale_factor", 0.5.into()), ("valid_min", Values::I8(vec![0]).into())],
            ),
            Values::F64(vec![f64::from(0.1_f32), nan, 2.0, nan]),
        ),
        (
            with(2.0, Values::I64(vec![1 << 60, 7]), vec![]),
            Values::F64(vec![f64::from(0.1_f32), nan, 2.0_f64.powi(60), 7.0]),
        ),
    ];
    for (other, expected) in cases {
        let result = Bench::of(&[floats(), other]).result();
        let power = find(&result, "power");
        assert!(power.values.same(&expected), "{:?}", power.values);
        let names: Vec<&str> = power.attributes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["units", "_FillValue"]);
    }
    // what no double holds is not taken over in silence
    let inexact = Bench::of(&[floats(), with(2.0, Values::I64(vec![(1 << 60) + 1, 7]), vec![])]);
    let CollateError::Numbers { group, .. } = inexact.error() else { panic!("{}", inexact.error()) };
    assert_eq!(group.as_str(), "b");
}

#[test]
fn attributes_that_describe_a_variable_and_differ_are_left_out() {
    let with = |hour: f64, attributes: &[(&str, &str)]| {
        let mut partial = series(&[hour], &[1.0]);
        partial.variables[1].attributes.extend(texts(attributes));
        partial
    };
    let bench = Bench::of(&[
        with(1.0, &[("comment", "a"), ("long_name", "power"), ("coordinates", "x y")]),
        with(2.0, &[("comment", "b"), ("long_name", "power"), ("coordinates", "y x")]),
        with(3.0, &[("long_name", "power"), ("coordinates", "x y"), ("history", "now")]),
    ]);
    let collated = bench.collate().unwrap();
    let told = "attributes of variables that are not the same in all partials are left out: power:comment, power:history";
    assert_eq!(collated.warnings, [told]);
    let result = read(&bench.output());
    assert_eq!(
        find(&result, "power").attributes,
        texts(&[("units", "W m-2"), ("long_name", "power"), ("coordinates", "x y")])
    );
}

#[test]
fn zeros_of_either_sign_are_equal() {
    let result = Bench::of(&[series(&[3.0], &[0.0]), series(&[3.0], &[-0.0])]).result();
    assert_eq!(values(&result, "power"), &Values::F64(vec![0.0]));
}

#[test]
fn a_partial_without_a_time_coordinate_is_told() {
    let found = |change: fn(&mut Dataset)| {
        let mut partial = series(&[1.0], &[1.0]);
        change(&mut partial);
        Bench::of(&[partial]).error().to_string()
    };
    let error = found(|partial| {
        partial.variables.remove(0);
    });
    assert!(error.contains("group a") && error.contains("no such variable"), "{error}");
    let error = found(|partial| *partial = Dataset::default());
    assert!(error.contains("it has no dimensions"), "{error}");
    let error = found(|partial| partial.variables[0].values = strings(&["2022-02-01"]));
    assert!(error.contains("of type string"), "{error}");
    let error = found(|partial| partial.variables[0].attributes.clear());
    assert!(error.contains("cannot decode variable \"time\""), "{error}");
    let error = found(|partial| partial.variables[0].values = Values::F64(vec![f64::NAN]));
    assert!(error.contains("cannot decode variable \"time\""), "{error}");
    let error = found(|partial| partial.variables[1].dimensions = vec!["time".into(), "time".into()]);
    assert!(error.contains("more than once"), "{error}");
}

#[test]
fn a_file_that_is_no_partial_names_its_group() {
    let mut bench = Bench::of(&[series(&[1.0], &[1.0])]);
    std::fs::File::create(bench.place("b")).unwrap().write_all(b"time,power").unwrap();
    let error = bench.error().to_string();
    assert!(error.contains("group b"), "{error}");
}

#[test]
fn global_attributes_are_collated_and_set() {
    let partial = |hour: f64, history: &str, skipped: &str| {
        let mut partial = series(&[hour], &[1.0]);
        let attributes = [("title", "PV"), ("history", history), (SKIPPED_FILES, skipped)];
        partial.attributes = texts(&attributes);
        partial
    };
    let bench = Bench::of(&[partial(1.0, "then", "2/b.nc\n1/a.nc"), partial(2.0, "now", "1/a.nc")]);
    let collated = bench.collate_with(&texts(&[("Conventions", "CF-1.8")])).unwrap();
    let expected = [
        ("title", "PV"),
        (SKIPPED_FILES, "1/a.nc\n2/b.nc"),
        ("Conventions", "CF-1.8"),
        ("time_coverage_start", "1970-01-01T01:00:00Z"),
        ("time_coverage_end", "1970-01-01T02:00:00Z"),
        ("time_coverage_duration", "PT1H"),
        ("time_coverage_resolution", "PT1H"),
    ];
    assert_eq!(read(&bench.output()).attributes, texts(&expected));
    assert_eq!(collated.warnings.len(), 1);
    assert!(collated.warnings[0].ends_with("left out: history"), "{:?}", collated.warnings);
}

#[test]
fn fill_values_chars_and_odd_orders_of_dimensions_are_kept() {
    let partial = |hours: &[f64], numbers: &[i16], text: &[u8]| {
        let mut partial = series(hours, hours);
        partial.dimensions.extend([("region".to_owned(), 2), ("letters".to_owned(), 3)]);
        let numbers = Values::I16(numbers.to_vec());
        let mut packed = variable("packed", &["region", "time"], numbers, &[]);
        packed.attributes =
            vec![("_FillValue".into(), Values::I16(vec![-99]).into()), ("scale_factor".into(), 0.5.into())];
        partial.variables.push(packed);
        let text = Values::Chars(text.to_vec());
        partial.variables.push(variable("flag", &["time", "letters"], text, &[]));
        partial
    };
    // region 0 has 1, 2, 3 at hours 1, 2, 3, region 1 has 4, -99, 6
    let result =
        Bench::of(&[partial(&[1.0, 3.0], &[1, 3, 4, 6], b"onetri"), partial(&[2.0], &[2, -99], b"two")])
            .result();
    let packed = find(&result, "packed");
    assert_eq!(packed.values, Values::I16(vec![1, 2, 3, 4, -99, 6]));
    assert_eq!(packed.dimensions, ["region", "time"]);
    assert_eq!(attribute(&packed.attributes, "_FillValue"), Some(&Values::I16(vec![-99]).into()));
    assert_eq!(values(&result, "flag"), &Values::Chars(b"onetwotri".to_vec()));
}

/// In HDF5 a dimension without a coordinate and a variable of its name cannot have the same name.
#[test]
fn variables_named_as_dimensions_keep_their_values_in_any_order_of_dimensions() {
    let partial = |hours: &[f64], base: i32| {
        let mut partial = series(hours, hours);
        partial.dimensions.extend([("depth".to_owned(), 2), ("level".to_owned(), 2), ("node".to_owned(), 2)]);
        let count = 2 * hours.len() as i32;
        let numbers = |from: i32| Values::I32((from..from + count).collect());
        partial.variables.extend([
            variable("depth", &["depth", "time"], numbers(base), &[]),
            variable("level", &["time", "level"], numbers(base + 50), &[]),
            variable("node", &["level", "node"], Values::I32(vec![1, 2, 3, 4]), &[]),
        ]);
        partial
    };
    let result = Bench::of(&[partial(&[1.0, 2.0], 100), partial(&[3.0], 200)]).result();
    assert_eq!(values(&result, "depth"), &Values::I32(vec![100, 101, 200, 102, 103, 201]));
    assert_eq!(values(&result, "level"), &Values::I32(vec![150, 151, 152, 153, 250, 251]));
    assert_eq!(values(&result, "node"), &Values::I32(vec![1, 2, 3, 4]));
    assert_eq!(find(&result, "depth").dimensions, ["depth", "time"]);
}

#[test]
fn the_coordinate_comes_first() {
    let mut partial = series(&[1.0], &[1.0]);
    partial.variables.reverse();
    let result = Bench::of(&[partial]).result();
    let names: Vec<_> = result.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["time", "power"]);
}

#[test]
fn equal_units_are_kept() {
    let result = Bench::of(&[series(&[1.5], &[1.0]), series(&[0.25], &[2.0])]).result();
    assert_eq!(values(&result, "time"), &Values::F64(vec![0.25, 1.5]));
    let expected = [
        ("units", "hours since 1970-01-01"),
        ("standard_name", "time"),
        ("axis", "T"),
        ("long_name", "time"),
        ("coverage_content_type", "coordinate"),
    ];
    assert_eq!(find(&result, "time").attributes, texts(&expected));
}

/// As xarray writes it: units by the first time, whole numbers where possible.
fn minutes_since(reference: &str, minutes: Values, bounds: Values) -> Dataset {
    let length = minutes.len();
    let units = format!("minutes since {reference}");
    let attributes = [("standard_name", "time"), ("bounds", "time_bnds"), ("units", units.as_str())];
    Dataset {
        dimensions: vec![("time".to_owned(), length), ("nv".to_owned(), 2)],
        variables: vec![
            variable("time", &["time"], minutes, &attributes),
            variable("time_bnds", &["time", "nv"], bounds, &[]),
            variable("power", &["time"], Values::F32(vec![0.5; length]), &[]),
        ],
        attributes: vec![],
    }
}

#[test]
fn differing_units_become_seconds_also_of_bounds() {
    let one =
        minutes_since("1970-01-01 01:00:00", Values::I64(vec![0, 10]), Values::I64(vec![0, 10, 10, 20]));
    let other = minutes_since("1970-01-01", Values::I64(vec![20, 70]), Values::I64(vec![20, 30, 70, 80]));
    let result = Bench::of(&[one, other]).result();
    // 00:20, 01:00, and 01:10, which both have
    assert_eq!(values(&result, "time"), &Values::F64(vec![1200.0, 3600.0, 4200.0]));
    let bounds = vec![1200.0, 1800.0, 3600.0, 4200.0, 4200.0, 4800.0];
    assert_eq!(values(&result, "time_bnds"), &Values::F64(bounds));
    let expected = [
        ("standard_name", "time"),
        ("bounds", "time_bnds"),
        ("units", "seconds since 1970-01-01 00:00:00"),
        ("axis", "T"),
        ("long_name", "time"),
        ("coverage_content_type", "coordinate"),
        ("calendar", "proleptic_gregorian"),
    ];
    assert_eq!(find(&result, "time").attributes, texts(&expected));
}

#[test]
fn seconds_that_are_not_whole_become_doubles() {
    let bounds = || Values::F64(vec![0.0, 1.0]);
    let one = minutes_since("1970-01-01", Values::F64(vec![0.025]), bounds());
    let other = minutes_since("1970-01-01", Values::I64(vec![1]), bounds());
    let result = Bench::of(&[one, other]).result();
    assert_eq!(values(&result, "time"), &Values::F64(vec![1.5, 60.0]));
}

#[test]
fn times_among_the_data_are_recoded_too() {
    let partial = |hour: f64, units: &str, sunrise: f64| {
        let mut partial = series(&[hour], &[1.0]);
        let sunrise = variable("sunrise", &["time"], Values::F64(vec![sunrise]), &[("units", units)]);
        partial.variables.push(sunrise);
        partial
    };
    let one = partial(1.0, "hours since 1970-01-02", 6.5);
    let other = partial(2.0, "hours since 1970-01-01", f64::NAN);
    let result = Bench::of(&[one, other]).result();
    assert_eq!(values(&result, "time"), &Values::F64(vec![1.0, 2.0]));
    let sunrise = find(&result, "sunrise");
    assert!(sunrise.values.same(&Values::F64(vec![86_400.0 + 23_400.0, f64::NAN])));
    assert_eq!(
        attribute(&sunrise.attributes, "units").and_then(Attribute::text),
        Some("seconds since 1970-01-01 00:00:00")
    );
}

#[test]
fn an_old_output_stays_until_the_new_one_is_published() {
    let bench = Bench::of(&[series(&[1.0], &[1.0])]);
    let output = bench.output();
    std::fs::copy(&bench.sources[0].path, &output).unwrap();
    let before = std::fs::read(&output).unwrap();
    let [left_over, of_another] =
        ["test", "other"].map(|owner| bench.folder().join(format!(".aside-{owner}-collation-1")));
    std::fs::File::create(&left_over).unwrap();
    std::fs::File::create(&of_another).unwrap();
    let collation = Collation {
        sources: &bench.sources,
        output: &output,
        attributes: &[],
        own: &[],
        owner: "test",
        description: &Description::default(),
    };
    let prepared = prepare(&collation, &mut to_the_end).unwrap();
    assert!(!left_over.exists());
    std::fs::remove_file(of_another).expect("another owner may still write it");
    assert!(std::fs::read(&output).unwrap() == before);
    assert!(bench.names()[0].starts_with(".aside-test-"), "{:?}", bench.names());
    drop(prepared);
    assert_eq!(bench.names(), ["out.nc", "partial-a.nc"]);
    prepare(&collation, &mut to_the_end).unwrap().publish().unwrap();
    assert!(std::fs::read(&output).unwrap() != before);
    assert_eq!(bench.names(), ["out.nc", "partial-a.nc"]);
    assert_eq!(values(&read(&output), "time").data_type(), DataType::F64);
}
