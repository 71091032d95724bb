//! Reading fields: what a file holds, found and decoded by CF rules.
//!
//! A [`Reader`] is an open file, a [`Field`] is a variable over latitude and longitude with its
//! grid and times. Everything goes through the library; the rules are those of [`crate::cf`].

mod cache;
mod coordinates;
mod field;
mod layout;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

pub use field::Field;
pub(crate) use layout::Positions;

use crate::cf::Rule;
use crate::classic;
use crate::error::NcError;
use crate::sys::{Dataset, Stored, Variable};

/// A NetCDF file, open for reading: NetCDF-4 or any of the classic formats.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    dataset: Dataset,
    names: Vec<String>,
    /// What was found so far, by name: fields have their coordinates in common.
    found: RefCell<HashMap<String, Variable>>,
    /// The axes that were read so far, by the name of their variable.
    axes: RefCell<HashMap<String, Vec<f64>>>,
}

impl Reader {
    /// Opens a file.
    ///
    /// Tells apart what cannot be opened ([`NcError::Open`]), what is no NetCDF
    /// ([`NcError::NotNetcdf`]) and what is cut off or damaged ([`NcError::Damaged`]).
    pub fn open(path: &Path) -> Result<Self, NcError> {
        let start = first_bytes(path).map_err(|source| NcError::Open { path: path.to_owned(), source })?;
        if is_classic(&start) {
            check_classic(path)?;
        }
        let dataset = Dataset::open(path).map_err(|reason| diagnose(path, &start, &reason))?;
        let names = dataset.names().map_err(|reason| damaged(path, reason.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            dataset,
            names,
            found: RefCell::default(),
            axes: RefCell::default(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is stored as HDF5.
    pub(crate) fn is_hdf5(&self) -> bool {
        self.dataset.is_hdf5()
    }

    /// The names of all variables.
    pub fn variables(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Finds a variable and works out its layout, grid and times.
    pub fn field(&self, name: &str) -> Result<Field, NcError> {
        Field::new(self, self.variable(name)?)
    }

    fn variable(&self, name: &str) -> Result<Variable, NcError> {
        match self.find(name)? {
            Some(variable) => Ok(variable),
            None => Err(NcError::NoVariable {
                path: self.path.clone(),
                variable: name.to_owned(),
                present: self.variables(),
            }),
        }
    }

    fn find(&self, name: &str) -> Result<Option<Variable>, NcError> {
        if !self.names.iter().any(|present| present == name) {
            return Ok(None);
        }
        if let Some(variable) = self.found.borrow().get(name) {
            return Ok(Some(variable.clone()));
        }
        let found = self.dataset.variable(name).map_err(self.read_error(name))?;
        if let Some(variable) = &found {
            self.found.borrow_mut().insert(name.to_owned(), variable.clone());
        }
        Ok(found)
    }

    /// How a variable of numbers is unpacked; an error for other variables and for filters that the
    /// library lacks.
    fn rule(&self, variable: &Variable) -> Result<Rule, NcError> {
        let (path, name) = (|| self.path.clone(), || variable.name.clone());
        let stored = match variable.stored {
            Stored::Numbers(stored) => stored,
            Stored::Other(found) => {
                return Err(NcError::NotNumbers { path: path(), variable: name(), found: found.to_owned() });
            }
        };
        let missing = self.dataset.missing_filter(variable).map_err(self.read_error(&variable.name))?;
        if let Some(filter) = missing {
            return Err(NcError::Filter {
                path: path(),
                variable: name(),
                filter,
                name: filter_name(filter),
            });
        }
        Rule::new(stored, &variable.attributes).map_err(|source| NcError::Attribute {
            path: path(),
            variable: name(),
            source,
        })
    }

    fn read_error(&self, variable: &str) -> impl FnOnce(netcdf::Error) -> NcError + use<'_> {
        let variable = variable.to_owned();
        |source| NcError::Read { path: self.path.clone(), variable, source }
    }
}

fn damaged(path: &Path, found: String) -> NcError {
    NcError::Damaged { path: path.to_owned(), found }
}

/// Why the library could not open a file that begins with `start`.
fn diagnose(path: &Path, start: &[u8], reason: &netcdf::Error) -> NcError {
    let found = match start {
        [] => "is empty".to_owned(),
        _ if is_classic(start) || start == b"\x89HDF\r\n\x1a\n" => return damaged(path, reason.to_string()),
        other => format!("begins with \"{}\"", other.escape_ascii()),
    };
    NcError::NotNetcdf { path: path.to_owned(), found }
}

fn first_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(8).read_to_end(&mut start)?;
    Ok(start)
}

fn is_classic(start: &[u8]) -> bool {
    matches!(start, [b'C', b'D', b'F', 1 | 2 | 5, ..])
}

/// Refuses classic files that the library would read as something else: it fills what is missing at
/// the end with zeros, and a damaged header can crash it.
fn check_classic(path: &Path) -> Result<(), NcError> {
    let open = |source| NcError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(open)?;
    let present = file.metadata().map_err(open)?.len();
    match classic::needed_bytes(BufReader::new(file)) {
        Ok(needed) if needed <= present => Ok(()),
        Ok(needed) => Err(damaged(path, format!("it has {present} bytes and its header asks for {needed}"))),
        Err(error) => Err(damaged(path, format!("its header cannot be read ({error})"))),
    }
}

/// What HDF5's register of filters calls a number.
fn filter_name(filter: u32) -> &'static str {
    match filter {
        1 => "deflate",
        4 => "szip",
        5 => "nbit",
        6 => "scaleoffset",
        307 => "bzip2",
        32000 => "lzf",
        32001 => "blosc",
        32004 => "lz4",
        32008 => "bitshuffle",
        32013 => "zfp",
        32015 => "zstandard",
        32026 => "blosc2",
        _ => "of a name unknown here",
    }
}
