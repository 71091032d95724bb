//! Partials for tests, and the collated file back in memory.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::{Path, PathBuf};

use dayfold_contract::{Fingerprint, GroupName};
use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};
use dayfold_supervisor::collate::{
    CollateError, Collated, Collation, Description, Source, collate, to_the_end,
};

pub fn variable(name: &str, dimensions: &[&str], values: Values, attributes: &[(&str, &str)]) -> Variable {
    Variable {
        name: name.to_owned(),
        dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
        values,
        attributes: texts(attributes),
    }
}

pub fn texts(attributes: &[(&str, &str)]) -> Vec<(String, Attribute)> {
    attributes.iter().map(|&(name, value)| (name.to_owned(), value.into())).collect()
}

pub fn strings(texts: &[&str]) -> Values {
    Values::Strings(texts.iter().map(|&text| text.to_owned()).collect())
}

/// Hours since 1970 and one number at each.
pub fn series(hours: &[f64], numbers: &[f64]) -> Dataset {
    let units = [("units", "hours since 1970-01-01")];
    Dataset {
        dimensions: vec![("time".to_owned(), hours.len())],
        variables: vec![
            variable("time", &["time"], Values::F64(hours.to_vec()), &units),
            variable("power", &["time"], Values::F64(numbers.to_vec()), &[("units", "W m-2")]),
        ],
        attributes: vec![],
    }
}

/// A folder with partials, and the output beside them.
pub struct Bench {
    folder: tempfile::TempDir,
    pub sources: Vec<Source>,
}

impl Bench {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), sources: Vec::new() }
    }

    /// Partials of groups `a`, `b`, `c` and so on.
    pub fn of(partials: &[Dataset]) -> Self {
        let mut bench = Self::new();
        for (number, partial) in partials.iter().enumerate() {
            bench.add(&format!("{}", char::from(b'a' + number as u8)), partial);
        }
        bench
    }

    pub fn add(&mut self, group: &str, partial: &Dataset) {
        let path = self.place(group);
        write_dataset(&path, partial, Storage::Plain).unwrap();
        let checksum = Fingerprint::of_reader(std::fs::File::open(path).unwrap()).unwrap();
        self.sources.last_mut().unwrap().checksum = Some(checksum);
    }

    /// A source whose partial is still to be written.
    pub fn place(&mut self, group: &str) -> PathBuf {
        let path = self.folder().join(format!("partial-{group}.nc"));
        self.sources.push(Source::new(GroupName::new(group), path.clone()));
        path
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn output(&self) -> PathBuf {
        self.folder().join("out.nc")
    }

    pub fn collate_with(&self, attributes: &[(String, Attribute)]) -> Result<Collated, CollateError> {
        let output = self.output();
        let collation = Collation {
            sources: &self.sources,
            output: &output,
            attributes,
            own: &[],
            owner: "test",
            description: &Description::default(),
        };
        collate(&collation, &mut to_the_end)
    }

    pub fn collate(&self) -> Result<Collated, CollateError> {
        self.collate_with(&[])
    }

    /// The error, and that no file was left, aside or in place.
    pub fn error(&self) -> CollateError {
        let error = self.collate().unwrap_err();
        assert_eq!(self.names(), self.partials(), "after {error}");
        error
    }

    pub fn result(&self) -> Dataset {
        self.collate().unwrap();
        read(&self.output())
    }

    /// The files in the folder.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn partials(&self) -> Vec<String> {
        let name = |source: &Source| source.path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<_> = self.sources.iter().map(name).collect();
        names.sort();
        names
    }
}

pub fn read(path: &Path) -> Dataset {
    let file = RawFile::open(path).unwrap();
    let schema = file.schema();
    let variables = schema.variables.iter().map(|variable| Variable {
        name: variable.name.clone(),
        dimensions: variable.dimensions.clone(),
        values: file.read(&variable.name).unwrap(),
        attributes: variable.attributes.clone(),
    });
    Dataset {
        dimensions: schema.dimensions.clone(),
        variables: variables.collect(),
        attributes: schema.attributes.clone(),
    }
}

pub fn values<'a>(dataset: &'a Dataset, name: &str) -> &'a Values {
    &find(dataset, name).values
}

pub fn find<'a>(dataset: &'a Dataset, name: &str) -> &'a Variable {
    dataset.variables.iter().find(|variable| variable.name == name).unwrap()
}
