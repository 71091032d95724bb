//! Files that are like a known one are read past the library with the same result, and any other file
//! is not taken for one.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::raw::{FileTemplate, RawFile};
use dayfold_ncio::write::{Storage, write_dataset};

/// Numbers of every type over time, with another dimension before, after or nowhere, and constants.
fn dataset(seed: u8) -> Dataset {
    let at = |place: u8| seed.wrapping_mul(37).wrapping_add(place);
    let numbers = |count: u8| (0..count).map(move |place| f64::from(at(place)) * 1.5 - 40.0);
    let of = |name: &str, dimensions: &[&str], values: Values| Variable {
        name: name.into(),
        dimensions: dimensions.iter().map(|&name| name.into()).collect(),
        values,
        attributes: vec![("units".into(), "W".into())],
    };
    let variables = vec![
        of("time", &["time"], Values::F64(numbers(5).collect())),
        of("region", &["region"], Values::Strings(vec!["Nørd".into(), "b".into(), "c".into()])),
        of("after", &["time", "region"], Values::F32(numbers(15).map(|number| number as f32).collect())),
        of(
            "before",
            &["region", "time"],
            Values::I16((0..15).map(|place| i16::from(at(place)) - 99).collect()),
        ),
        of(
            "between",
            &["region", "time", "two"],
            Values::I64((0..30).map(|place| i64::from(at(place)) << 40).collect()),
        ),
        of("bytes", &["time"], Values::U8((0..5).map(at).collect())),
        of("area", &["region"], Values::F64(vec![1.0, 2.0, 3.0])),
    ];
    let dimensions = [("time", 5), ("region", 3), ("two", 2)].map(|(name, length)| (name.into(), length));
    Dataset { dimensions: dimensions.to_vec(), variables, attributes: vec![("title".into(), "a".into())] }
}

fn write(folder: &Path, name: &str, dataset: &Dataset, storage: Storage) -> PathBuf {
    let path = folder.join(name);
    write_dataset(&path, dataset, storage).unwrap();
    path
}

fn file_template(path: &Path) -> Option<Arc<FileTemplate>> {
    let file = RawFile::open(path).unwrap();
    assert!(!file.is_alike());
    file.file_template(|variable| variable.axis("time").is_some())
}

fn known(folder: &Path) -> Vec<Arc<FileTemplate>> {
    vec![file_template(&write(folder, "known.nc", &dataset(1), Storage::Plain)).unwrap()]
}

#[test]
fn all_of_it_is_read_as_the_library_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(folder.path());
    let path = write(folder.path(), "other.nc", &dataset(2), Storage::Plain);
    let (library, alike) = (RawFile::open(&path).unwrap(), RawFile::open_like(&path, &known).unwrap());
    assert!(alike.is_alike());
    assert_eq!(alike.schema(), library.schema());
    for variable in &dataset(2).variables {
        assert!(alike.read(&variable.name).unwrap().same(&variable.values), "{}", variable.name);
        if variable.dimensions.iter().any(|name| name == "time") {
            for range in [0..5, 0..1, 2..4, 4..5, 3..3] {
                let read = |file: &RawFile| file.read_along(&variable.name, "time", range.clone()).unwrap();
                assert!(read(&alike).same(&read(&library)), "{} {range:?}", variable.name);
            }
        }
    }
}

#[test]
fn what_is_not_there_is_the_same_error() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(folder.path());
    let path = write(folder.path(), "other.nc", &dataset(2), Storage::Plain);
    let (library, alike) = (RawFile::open(&path).unwrap(), RawFile::open_like(&path, &known).unwrap());
    for (variable, range) in [("after", 4..6), ("after", 9..10), ("area", 0..1), ("none", 0..1)] {
        let error =
            |file: &RawFile| file.read_along(variable, "time", range.clone()).unwrap_err().to_string();
        assert_eq!(error(&alike), error(&library));
    }
}

#[test]
fn any_other_file_is_left_to_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(folder.path());
    let change = |name: &str, change: fn(&mut Dataset)| {
        let mut dataset = dataset(1);
        change(&mut dataset);
        let path = write(folder.path(), name, &dataset, Storage::Plain);
        assert!(RawFile::open_like(path, &known).is_none(), "{name}");
    };
    change("title", |dataset| dataset.attributes[0].1 = "b".into());
    change("units", |dataset| dataset.variables[2].attributes[0].1 = "V".into());
    change("constant", |dataset| dataset.variables[6].values = Values::F64(vec![1.0, 2.0, 4.0]));
    change("name of a region", |dataset| {
        dataset.variables[1].values = Values::Strings(vec!["Nørd".into(), "b".into(), "d".into()]);
    });
    change("name", |dataset| dataset.variables[5].name = "bites".into());
    change("type", |dataset| dataset.variables[5].values = Values::I8(vec![1; 5]));
    change("order", |dataset| dataset.variables.swap(2, 3));
    change("length", |dataset| {
        dataset.dimensions[2].1 = 1;
        dataset.variables[4].values = Values::I64(vec![0; 15]);
    });
    let deflated = Storage::Deflated { level: 1, chunk_bytes: 1 << 16, along: "time".into() };
    let path = write(folder.path(), "deflated", &dataset(1), deflated);
    assert!(RawFile::open_like(&path, &known).is_none());
    assert!(file_template(&path).is_none(), "its values are not in one piece");
    assert!(RawFile::open_like(folder.path().join("gone"), &known).is_none());
}

/// Every byte either is one of a value that varies, which both ways read, or makes it another file.
#[test]
fn no_damage_is_overlooked() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(folder.path());
    let path = write(folder.path(), "damaged.nc", &dataset(1), Storage::Plain);
    let file = std::fs::File::options().read(true).write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    let mut in_values = 0;
    for at in 0..length {
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
        in_values += u64::from(RawFile::open_like(&path, &known).is_some());
        file.write_all_at(&byte, at).unwrap();
    }
    // 5 doubles, 15 floats, 15 shorts, 30 longs, 5 bytes
    assert_eq!(in_values, 5 * 8 + 15 * 4 + 15 * 2 + 30 * 8 + 5);
    file.set_len(length - 1).unwrap();
    assert!(RawFile::open_like(&path, &known).is_none());
}

#[test]
fn other_byte_orders_and_formats_are_left_to_the_library() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for name in ["classic.nc", "offset64.nc", "cdf5.nc"] {
        let file = RawFile::open(fixtures.join(name)).unwrap();
        assert!(file.file_template(|variable| !variable.dimensions.is_empty()).is_none(), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    for (endianness, is_simple) in [(netcdf::Endianness::Little, true), (netcdf::Endianness::Big, false)] {
        let path = folder.path().join(format!("{endianness:?}.nc"));
        let mut file = netcdf::create(&path).unwrap();
        file.add_dimension("time", 2).unwrap();
        let mut variable = file.add_variable::<i32>("x", &["time"]).unwrap();
        variable.set_endianness(endianness).unwrap();
        variable.put_values(&[0, 0], ..).unwrap();
        file.close().unwrap();
        assert_eq!(
            file_template(&path).is_some(),
            is_simple == cfg!(target_endian = "little"),
            "{endianness:?}"
        );
    }
}
