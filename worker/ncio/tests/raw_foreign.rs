//! Files that others wrote: unlimited dimensions, classic formats, and what cannot be carried.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::path::{Path, PathBuf};

use dayfold_ncio::dataset::{DataType, Values};
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{RawError, RawFile};
use netcdf::types::{
    CompoundType, CompoundTypeField, EnumType, EnumTypeValues, IntType, NcVariableType, OpaqueType, VlenType,
};
use netcdf::{FileMut, Options};

fn file_with(folder: &Path, options: Options, fill: impl FnOnce(&mut FileMut)) -> PathBuf {
    let path = folder.join("foreign.nc");
    let mut file = netcdf::create_with(&path, options).unwrap();
    fill(&mut file);
    file.close().unwrap();
    path
}

fn error_of(fill: impl FnOnce(&mut FileMut)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = file_with(folder.path(), Options::NETCDF4, fill);
    RawFile::open(path).unwrap_err().to_string()
}

#[test]
fn an_unlimited_dimension_has_its_present_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_with(folder.path(), Options::NETCDF4, |file| {
        file.add_unlimited_dimension("time").unwrap();
        let mut time = file.add_variable::<i64>("time", &["time"]).unwrap();
        time.put_values(&[10, 20, 30], ..).unwrap();
    });
    let file = RawFile::open(path).unwrap();
    assert_eq!(file.schema().length("time"), Some(3));
    assert_eq!(file.read_along("time", "time", 1..3).unwrap(), Values::I64(vec![20, 30]));
}

#[test]
fn classic_files_are_read_in_this_machines_byte_order() {
    let folder = tempfile::tempdir().unwrap();
    for options in [Options::empty(), Options::_64BIT_OFFSET, Options::_64BIT_DATA, Options::NETCDF4] {
        let path = file_with(folder.path(), options, |file| {
            file.add_dimension("time", 2).unwrap();
            let mut variable = file.add_variable::<i16>("x", &["time"]).unwrap();
            variable.put_attribute("scale_factor", 0.5).unwrap();
            file.enddef().unwrap();
            file.variable_mut("x").unwrap().put_values(&[258_i16, -1], ..).unwrap();
        });
        let file = RawFile::open(&path).unwrap();
        // as stored: nothing is unpacked
        assert_eq!(file.read("x").unwrap(), Values::I16(vec![258, -1]));
        assert_eq!(file.schema().variable("x").unwrap().data_type, DataType::I16);
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn big_endian_values_are_turned() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_with(folder.path(), Options::NETCDF4, |file| {
        file.add_dimension("time", 2).unwrap();
        let mut variable = file.add_variable::<f32>("x", &["time"]).unwrap();
        variable.set_endianness(netcdf::Endianness::Big).unwrap();
        variable.put_values(&[1.5_f32, -2.0], ..).unwrap();
    });
    assert_eq!(RawFile::open(path).unwrap().read("x").unwrap(), Values::F32(vec![1.5, -2.0]));
}

#[test]
fn a_group_is_named() {
    let error = error_of(|file| {
        file.add_group("forecast").unwrap();
    });
    assert!(error.contains("foreign.nc has the group \"forecast\""), "{error}");
}

#[test]
fn user_defined_types_are_named_with_their_class() {
    let integer = || NcVariableType::Int(IntType::I32);
    let field = CompoundTypeField { name: "one".into(), basetype: integer(), offset: 0, arraydims: None };
    let list = VlenType { name: "list".into(), basetype: Box::new(integer()) };
    let flag = EnumType {
        name: "flag".into(),
        fieldnames: vec!["no".into(), "yes".into()],
        fieldvalues: EnumTypeValues::I8(vec![0, 1]),
    };
    let pair = CompoundType { name: "pair".into(), size: 4, fields: vec![field] };
    let types = [
        ("variable-length type \"list\"", NcVariableType::Vlen(list)),
        ("opaque type \"blob\"", NcVariableType::Opaque(OpaqueType { name: "blob".into(), size: 4 })),
        ("compound type \"pair\"", NcVariableType::Compound(pair)),
        ("enum type \"flag\"", NcVariableType::Enum(flag)),
    ];
    for (expected, data_type) in types {
        let error = error_of(|file| {
            file.add_type_from_descriptor(data_type.clone()).unwrap();
            file.add_variable_with_type("odd", &[], &data_type).unwrap();
        });
        assert!(error.contains("variable \"odd\"") && error.contains(expected), "{error}");
    }
}

#[test]
fn a_file_that_is_none_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nc");
    let error = RawFile::open(&path).unwrap_err();
    assert!(error.to_string().contains("cannot open"), "{error}");
    std::fs::File::create(&path).unwrap().set_len(100).unwrap();
    let error = RawFile::open(&path).unwrap_err();
    assert!(matches!(&error, NcError::Raw(RawError::Failed { path: at, .. }) if *at == path), "{error}");
    assert!(!error.is_no_space());
}
