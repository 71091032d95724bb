//! Reading fields: what a file holds, found and decoded by CF rules.
//!
//! A [`Reader`] is an open file, a [`Field`] is a variable over latitude and longitude with its
//! grid and times; the rules are those of [`crate::cf`]. What a file says about a variable is read by
//! [`crate::metadata`] where that can, and by the library where it cannot: the library opens a file when it is first
//! needed, often never.

mod cache;
mod coordinates;
mod field;
mod layout;
mod whole;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

pub use field::Field;
pub(crate) use layout::Positions;

use crate::cf::Rule;
use crate::classic::{self, is_classic};
use crate::decode::element::Element;
use crate::error::NcError;
use crate::ffi::read::Dataset;
use crate::metadata::{Metadata, Storage};
use crate::raw::Elsewhere;
use crate::source::{HDF5, Source};
use crate::variable::{Stored, Variable};

/// Why a file that was read before cannot be read any more.
const REPLACED: &str = "it was removed, or another file has got its name, while it was being read";

/// A NetCDF file, open for reading: NetCDF-4 or any of the classic formats.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    source: Source,
    /// What can be read without the library.
    metadata: Option<Metadata>,
    library: OnceCell<Dataset>,
    /// What was found so far, by name: fields have their coordinates in common.
    found: RefCell<HashMap<String, Option<Found>>>,
    /// The axes that were read so far, by the name of their variable.
    axes: RefCell<HashMap<String, Arc<[f64]>>>,
}

/// A variable that was looked up.
#[derive(Clone, Debug)]
struct Found {
    variable: Rc<Variable>,
    /// How it is stored; `None` where that is left to the library.
    storage: Option<Rc<Storage>>,
}

impl Reader {
    /// Opens a file.
    ///
    /// Tells apart what cannot be opened ([`NcError::Open`]), what is no NetCDF
    /// ([`NcError::NotNetcdf`]) and what is cut off or damaged ([`NcError::Damaged`]).
    pub fn open(path: &Path) -> Result<Self, NcError> {
        let source = Source::open(path).map_err(|source| NcError::cannot_open(path, source))?;
        if is_classic(source.signature()) {
            classic::check(path)?;
        }
        let reader = Self {
            path: path.to_owned(),
            metadata: Metadata::open(&source).ok(),
            source,
            library: OnceCell::new(),
            found: RefCell::default(),
            axes: RefCell::default(),
        };
        if reader.metadata.is_none() {
            reader.variables()?;
        }
        Ok(reader)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path by which a library opens the file that is open here.
    pub(crate) fn path_of_this_file(&self) -> PathBuf {
        self.source.path(&self.path)
    }

    /// Its bytes.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// Whether it is stored as HDF5.
    pub(crate) fn is_hdf5(&self) -> bool {
        self.metadata.is_some() || self.library.get().is_some_and(Dataset::is_hdf5)
    }

    /// The names of all variables; an error where the library cannot open the file, or list them.
    pub fn variables(&self) -> Result<Vec<String>, NcError> {
        self.library()?.names().map_err(|reason| damaged(&self.path, reason.to_string()))
    }

    /// Finds a variable and works out its layout, grid and times.
    pub fn field(&self, name: &str) -> Result<Field, NcError> {
        Field::new(self, self.variable(name)?)
    }

    /// How a variable is stored; `None` where the library is to be asked.
    pub(crate) fn storage(&self, variable: &Variable) -> Option<Rc<Storage>> {
        self.found.borrow().get(&variable.name)?.as_ref()?.storage.clone()
    }

    /// The file in the library, which opens it when it is first asked for.
    fn library(&self) -> Result<&Dataset, NcError> {
        if let Some(open) = self.library.get() {
            return Ok(open);
        }
        let open = Dataset::open(&self.path_of_this_file());
        let open = open.map_err(|reason| match self.source.is_at(&self.path) {
            true => diagnose(&self.path, self.source.signature(), &reason),
            false => NcError::Open { path: self.path.clone(), source: io::Error::other(REPLACED) },
        })?;
        Ok(self.library.get_or_init(|| open))
    }

    fn variable(&self, name: &str) -> Result<Rc<Variable>, NcError> {
        match self.find(name)? {
            Some(variable) => Ok(variable),
            None => Err(NcError::NoVariable {
                path: self.path.clone(),
                variable: name.to_owned(),
                present: self.variables()?,
            }),
        }
    }

    fn find(&self, name: &str) -> Result<Option<Rc<Variable>>, NcError> {
        if let Some(known) = self.found.borrow().get(name) {
            return Ok(known.as_ref().map(|found| Rc::clone(&found.variable)));
        }
        let found = self.look_up(name)?;
        let variable = found.as_ref().map(|found| Rc::clone(&found.variable));
        self.found.borrow_mut().insert(name.to_owned(), found);
        Ok(variable)
    }

    fn look_up(&self, name: &str) -> Result<Option<Found>, NcError> {
        let known = self.metadata.as_ref().and_then(|metadata| metadata.variable(&self.source, name).ok());
        if let Some(known) = known {
            let found =
                |(variable, storage)| Found { variable: Rc::new(variable), storage: Some(Rc::new(storage)) };
            return Ok(known.map(found));
        }
        let library = self.library()?;
        let Some(variable) = library.variable(name).map_err(self.read_error(name))? else { return Ok(None) };
        if library.is_hdf5() {
            self.refuse_values_elsewhere(name)?;
        }
        Ok(Some(Found { variable: Rc::new(variable), storage: None }))
    }

    /// Of values in other files HDF5 does not tell which it could not find. Linked files must be there.
    fn refuse_values_elsewhere(&self, name: &str) -> Result<(), NcError> {
        let found = Elsewhere::of(&self.path_of_this_file(), name)
            .map_err(|failed| damaged(&self.path, format!("of variable {name:?}: {failed}")))?;
        match found {
            None | Some(Elsewhere::Linked) => Ok(()),
            Some(elsewhere) => Err(NcError::elsewhere(&self.path, name, elsewhere)),
        }
    }

    /// All values of a variable, as they are stored.
    fn values<T: Element>(&self, variable: &Variable) -> Result<Vec<T>, NcError> {
        let storage = self.storage(variable);
        if let Some(values) = storage.and_then(|storage| whole::read(&self.source, &storage).ok()) {
            return Ok(values);
        }
        let shape = variable.shape();
        let read = self.library()?.read(&variable.name, &vec![0; shape.len()], &shape);
        read.map_err(self.read_error(&variable.name))
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
        if let Some(filter) = variable.missing_filter {
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
        _ if is_classic(start) || start == HDF5 => return damaged(path, reason.to_string()),
        other => format!("begins with \"{}\"", other.escape_ascii()),
    };
    NcError::NotNetcdf { path: path.to_owned(), found }
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
