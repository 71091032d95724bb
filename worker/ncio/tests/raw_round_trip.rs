//! Files written as they are, read back as they are, and by the netcdf crate.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::path::Path;

use dayfold_ncio::dataset::{Attribute, DataType, Dataset, Values, Variable};
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{RawError, RawFile, RawWriter, Schema};
use dayfold_ncio::write::{Storage, write_dataset};

const TYPES: [DataType; 12] = [
    DataType::F64,
    DataType::F32,
    DataType::I64,
    DataType::I32,
    DataType::I16,
    DataType::I8,
    DataType::U64,
    DataType::U32,
    DataType::U16,
    DataType::U8,
    DataType::Char,
    DataType::String,
];

/// Extremes of each type first.
fn six(data_type: DataType) -> Values {
    match data_type {
        DataType::F64 => Values::F64(vec![f64::MIN, f64::MAX, f64::NAN, -0.0, f64::INFINITY, 5e-324]),
        DataType::F32 => Values::F32(vec![f32::MIN, f32::MAX, f32::NAN, -0.0, f32::INFINITY, 1e-45]),
        DataType::I64 => Values::I64(vec![i64::MIN, i64::MAX, 0, -1, 1, 1 << 53]),
        DataType::I32 => Values::I32(vec![i32::MIN, i32::MAX, 0, -1, 1, 7]),
        DataType::I16 => Values::I16(vec![i16::MIN, i16::MAX, 0, -1, 1, 7]),
        DataType::I8 => Values::I8(vec![i8::MIN, i8::MAX, 0, -1, 1, 7]),
        DataType::U64 => Values::U64(vec![u64::MAX, (1 << 53) + 1, 0, 1, 2, 3]),
        DataType::U32 => Values::U32(vec![u32::MAX, 0, 1, 2, 3, 4]),
        DataType::U16 => Values::U16(vec![u16::MAX, 0, 1, 2, 3, 4]),
        DataType::U8 => Values::U8(vec![u8::MAX, 0, 1, 2, 3, 4]),
        DataType::Char => Values::Chars(b"ab\0c\xe9f".to_vec()),
        DataType::String => {
            Values::Strings(["", "Tarong", "Nørd ☀", "a\nb", " ", "x"].map(str::to_owned).to_vec())
        }
    }
}

fn one(data_type: DataType) -> Values {
    six(data_type).slice(1..2).unwrap()
}

/// A variable and a scalar of each type, each with an attribute of its type.
fn of_all_types() -> Dataset {
    let attributes = |data_type| vec![("of_its_type".to_owned(), Attribute::from(six(data_type)))];
    let variable = |data_type| Variable {
        name: format!("v_{data_type}"),
        dimensions: vec!["time".into(), "part".into()],
        values: six(data_type),
        attributes: attributes(data_type),
    };
    let scalar = |data_type| Variable {
        name: format!("s_{data_type}"),
        dimensions: vec![],
        values: one(data_type),
        attributes: vec![],
    };
    Dataset {
        dimensions: vec![("time".into(), 3), ("part".into(), 2)],
        variables: TYPES.map(variable).into_iter().chain(TYPES.map(scalar)).collect(),
        attributes: vec![
            ("Conventions".into(), "CF-1.8".into()),
            ("empty".into(), "".into()),
            ("number".into(), 2.5.into()),
        ],
    }
}

fn deflated(chunk_bytes: usize) -> Storage {
    Storage::Deflated { level: 4, chunk_bytes, along: "time".into() }
}

fn assert_holds(path: &Path, dataset: &Dataset) {
    let file = RawFile::open(path).unwrap();
    assert_eq!(file.schema().dimensions, dataset.dimensions);
    let names = |list: &[(String, Attribute)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    for variable in &dataset.variables {
        let read = file.schema().variable(&variable.name).unwrap();
        assert_eq!(read.dimensions, variable.dimensions);
        assert_eq!(names(&read.attributes), names(&variable.attributes));
        for ((name, read), (_, written)) in read.attributes.iter().zip(&variable.attributes) {
            assert!(read.same(written), "{}: {name}: {read:?}", variable.name);
        }
        let values = file.read(&variable.name).unwrap();
        assert!(values.same(&variable.values), "{}: {values:?}", variable.name);
    }
    assert_eq!(file.schema().attributes, dataset.attributes);
}

#[test]
fn every_type_comes_back_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = of_all_types();
    for (name, storage) in [("plain", Storage::Plain), ("one", deflated(1 << 20)), ("many", deflated(4))] {
        let path = folder.path().join(name);
        write_dataset(&path, &dataset, storage).unwrap();
        assert_holds(&path, &dataset);
    }
}

#[test]
fn the_netcdf_crate_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nc");
    write_dataset(&path, &of_all_types(), deflated(1 << 20)).unwrap();
    let file = netcdf::open(&path).unwrap();
    let numbers = file.variable("v_int64").unwrap().get_values::<i64, _>(..).unwrap();
    assert_eq!(numbers, [i64::MIN, i64::MAX, 0, -1, 1, 1 << 53]);
    assert_eq!(file.variable("v_string").unwrap().get_string([1, 0]).unwrap(), "Nørd ☀");
    let shorts = file.variable("v_short").unwrap().attribute_value("of_its_type").unwrap().unwrap();
    assert_eq!(shorts, netcdf::AttributeValue::Shorts(vec![i16::MIN, i16::MAX, 0, -1, 1, 7]));
    let conventions = file.attribute("Conventions").unwrap().value().unwrap();
    assert_eq!(conventions, netcdf::AttributeValue::Str("CF-1.8".into()));
    let time = file.dimension("time").unwrap();
    assert!(time.len() == 3 && !time.is_unlimited());
}

#[test]
fn fill_values_are_kept_and_name_their_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nc");
    let mut dataset = of_all_types();
    for variable in dataset.variables.iter_mut() {
        let fill = variable.values.slice(0..1).unwrap();
        variable.attributes.insert(0, ("_FillValue".into(), fill.into()));
    }
    // a character's fill value is text like any other
    for (variable, name) in dataset.variables.iter_mut().map(|v| (v.name.clone(), v)).collect::<Vec<_>>() {
        if variable.ends_with("_char") {
            name.attributes[0].1 = "-".into();
        }
    }
    write_dataset(&path, &dataset, Storage::Plain).unwrap();
    assert_holds(&path, &dataset);
    let file = netcdf::open(&path).unwrap();
    let fill = file.variable("v_int").unwrap().fill_value::<i32>().unwrap();
    assert_eq!(fill, Some(i32::MIN));
}

#[test]
fn the_same_dataset_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = of_all_types();
    let bytes = |name: &str, storage| {
        let path = folder.path().join(name);
        write_dataset(&path, &dataset, storage).unwrap();
        std::fs::read(path).unwrap()
    };
    assert!(bytes("a", Storage::Plain) == bytes("b", Storage::Plain));
    assert!(bytes("c", deflated(1 << 20)) == bytes("d", deflated(1 << 20)));
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nc");
    write_dataset(&path, &of_all_types(), Storage::Plain).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = write_dataset(&path, &Dataset::default(), Storage::Plain).unwrap_err();
    assert!(matches!(error, NcError::Raw(RawError::Failed { source, .. }) if source.is_there_already()));
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn parts_along_any_axis_make_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: Vec<i32> = (0..2 * 7 * 3).collect();
    let whole = Variable {
        name: "x".into(),
        dimensions: vec!["region".into(), "time".into(), "kind".into()],
        values: Values::I32(numbers),
        attributes: vec![],
    };
    let lengths = [("region", 2), ("time", 7), ("kind", 3)].map(|(name, length)| (name.to_owned(), length));
    let dataset = Dataset { dimensions: lengths.to_vec(), variables: vec![whole], attributes: vec![] };
    let (source, copy) = (folder.path().join("a.nc"), folder.path().join("b.nc"));
    write_dataset(&source, &dataset, Storage::Plain).unwrap();
    let file = RawFile::open(&source).unwrap();
    let schema = file.schema();
    assert_eq!(deflated(48).chunk_length(schema, &schema.variables[0], "time"), Some(2));
    let mut writer = RawWriter::create(&copy, schema.clone(), deflated(48)).unwrap();
    for range in [4..7, 0..1, 1..4, 3..3] {
        let part = file.read_along("x", "time", range.clone()).unwrap();
        assert_eq!(part.len(), range.len() * 6);
        writer.write_along("x", "time", range, &part).unwrap();
    }
    writer.finish().unwrap();
    assert_holds(&copy, &dataset);
    let second = file.read_along("x", "time", 1..2).unwrap();
    assert_eq!(second, Values::I32(vec![3, 4, 5, 24, 25, 26]));
}

#[test]
fn a_dimension_of_length_0_keeps_its_variables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nc");
    let variable = Variable {
        name: "x".into(),
        dimensions: vec!["none".into(), "time".into()],
        values: Values::empty(DataType::F32),
        attributes: vec![],
    };
    let dimensions = vec![("none".to_owned(), 0), ("time".to_owned(), 4)];
    let dataset = Dataset { dimensions, variables: vec![variable], attributes: vec![] };
    for (name, storage) in [("plain", Storage::Plain), ("deflated", deflated(1 << 20))] {
        let path = path.with_file_name(name);
        write_dataset(&path, &dataset, storage).unwrap();
        assert_holds(&path, &dataset);
    }
}

#[test]
fn wrong_values_are_refused_before_they_reach_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::from(&of_all_types());
    let mut writer = RawWriter::create(folder.path().join("a.nc"), schema, Storage::Plain).unwrap();
    let message = |error: NcError| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    };
    let error = message(writer.write("v_int", &Values::U8(vec![0; 6])).unwrap_err());
    assert!(error.contains("\"v_int\"") && error.contains("ubyte values where int was expected"), "{error}");
    let error = message(writer.write("v_int", &Values::I32(vec![0; 5])).unwrap_err());
    assert!(error.contains("5 values for 6 places"), "{error}");
    let error = message(writer.write("v_none", &Values::I32(vec![0; 6])).unwrap_err());
    assert!(error.contains("no variable \"v_none\""), "{error}");
    let part = Values::I32(vec![0; 4]);
    let error = message(writer.write_along("v_int", "time", 2..4, &part).unwrap_err());
    assert!(error.contains("\"v_int\""), "{error}");
    let error = message(writer.write_along("s_int", "time", 0..1, &part).unwrap_err());
    assert!(error.contains("\"s_int\" with the dimension \"time\""), "{error}");
    let nul = Values::Strings(vec!["a\0b".into(); 6]);
    let error = message(writer.write("v_string", &nul).unwrap_err());
    assert!(error.contains("NUL"), "{error}");
}
