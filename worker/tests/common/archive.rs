//! The fixture's archive, copied so that it can be changed.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use dayfold_contract::Job;
use dayfold_contract::task::{Mount, Temperature};
use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::raw::{RawFile, VariableSchema};
use dayfold_ncio::write::{Storage, write_dataset};

use super::{files_below, fixtures, job, spec};

/// A copy, and its files.
pub fn copy() -> (tempfile::TempDir, Vec<String>) {
    let root = tempfile::tempdir().unwrap();
    let files = files_below(&fixtures().join("archive"));
    for file in &files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(fixtures().join("archive").join(file), path).unwrap();
    }
    (root, files)
}

/// The tracker at a constant temperature, over a copy.
pub fn copy_job(root: &Path) -> Job {
    job(root, spec(Mount::SingleAxis, Temperature::Constant(18.0)))
}

/// Puts something else into a file.
pub fn overwrite(path: &Path, content: &[u8]) {
    File::create(path).unwrap().write_all(content).unwrap();
}

/// Writes a NetCDF file again, changed; to the same path or another one.
pub fn rewrite(from: &Path, to: &Path, change: impl FnOnce(&mut Dataset)) {
    rewrite_as(Storage::Plain, from, to, change);
}

/// The same, stored otherwise.
pub fn rewrite_as(storage: Storage, from: &Path, to: &Path, change: impl FnOnce(&mut Dataset)) {
    let file = RawFile::open(from).unwrap();
    let schema = file.schema();
    let variable = |variable: &VariableSchema| Variable {
        name: variable.name.clone(),
        dimensions: variable.dimensions.clone(),
        values: file.read(&variable.name).unwrap(),
        attributes: variable.attributes.clone(),
    };
    let mut dataset = Dataset {
        dimensions: schema.dimensions.clone(),
        variables: schema.variables.iter().map(variable).collect(),
        attributes: schema.attributes.clone(),
    };
    change(&mut dataset);
    drop(file);
    let _not_there_yet = fs::remove_file(to);
    write_dataset(to, &dataset, storage).unwrap();
}

/// Gives a variable other units, or none.
pub fn set_units(dataset: &mut Dataset, variable: &str, units: Option<&str>) {
    let variable = dataset.variables.iter_mut().find(|found| found.name == variable).unwrap();
    variable.attributes.retain(|(name, _)| name != "units");
    variable.attributes.extend(units.map(|units| ("units".to_owned(), units.into())));
}

/// The file's times, and what is there at each, are taken out of it.
pub fn empty_out(path: &Path) {
    rewrite(path, path, |file| {
        for (name, length) in &mut file.dimensions {
            if name == "time" {
                *length = 0;
            }
        }
        for variable in &mut file.variables {
            if variable.dimensions.iter().any(|name| name == "time") {
                variable.values = Values::empty(variable.values.data_type());
            }
        }
    });
}
