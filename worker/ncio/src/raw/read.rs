//! Reading a file of any NetCDF format as it is.

use std::ffi::c_int;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::RawError;
use super::file_template::FileTemplate;
use super::schema::{Schema, VariableSchema};
use crate::classic::{self, is_classic};
use crate::dataset::{Attribute, DataType, Values};
use crate::error::NcError;
use crate::ffi::library::{Definition, Elsewhere, Failed, File, FileType, GLOBAL};
use crate::source::HDF5;

/// An open file and its schema.
#[derive(Debug)]
pub struct RawFile {
    path: PathBuf,
    source: Source,
    schema: Arc<Schema>,
}

/// Where values come from.
#[derive(Debug)]
enum Source {
    Library(File),
    /// The file itself, which is like another one.
    Alike(std::fs::File, Arc<FileTemplate>),
}

impl RawFile {
    /// Opens a file of any NetCDF format and reads its schema. Groups and user-defined types are
    /// errors that name them; so are values that are not in the file, where it was cut off or refers to others.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, NcError> {
        let path = path.as_ref();
        dayfold_files::require_regular(path)
            .map_err(|source| NcError::Open { path: path.to_owned(), source })?;
        let is_classic = begins_as_classic(path);
        if is_classic {
            classic::check(path)?;
        }
        let file = File::open(path).map_err(RawError::at("open", path))?;
        let schema = Arc::new(Inquiry { path, file: &file }.schema()?);
        if !is_classic {
            let names = schema.variables.iter().map(|variable| variable.name.as_str());
            let elsewhere =
                Elsewhere::first(path, names).map_err(RawError::at("look for the values of", path))?;
            if let Some((variable, elsewhere)) = elsewhere {
                return Err(NcError::elsewhere(path, variable, elsewhere));
            }
        }
        Ok(Self { path: path.to_owned(), source: Source::Library(file), schema })
    }

    /// Opens a file that is like one of these, at a small part of the cost. `None` where it is not, or
    /// cannot be read: [`RawFile::open`] tells.
    pub fn open_like(path: impl AsRef<Path>, known: &[Arc<FileTemplate>]) -> Option<Self> {
        let path = path.as_ref().to_owned();
        let file = dayfold_files::open(&path).ok()?;
        let length = file.metadata().ok()?.len();
        let is_of = |file_template: &&Arc<FileTemplate>| file_template.is_of(&file, length).unwrap_or(false);
        let file_template = known.iter().find(is_of)?;
        let schema = Arc::clone(&file_template.schema);
        Some(Self { path, source: Source::Alike(file, Arc::clone(file_template)), schema })
    }

    /// Whether it was opened as one that is like another.
    pub fn is_alike(&self) -> bool {
        matches!(self.source, Source::Alike(..))
    }

    /// What other files may be like, but for the values of variables that vary. `None` where this file
    /// is not stored so simply that others could be read by it.
    pub fn file_template(&self, varies: impl Fn(&VariableSchema) -> bool) -> Option<Arc<FileTemplate>> {
        match &self.source {
            Source::Alike(_, file_template) => Some(Arc::clone(file_template)),
            Source::Library(_) => {
                let varying =
                    self.schema.variables.iter().enumerate().filter(|(_, variable)| varies(variable));
                let varying: Vec<_> = varying.map(|(number, _)| number).collect();
                FileTemplate::take(&self.path, &self.schema, &varying).map(Arc::new)
            }
        }
    }

    /// What it holds.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// All values of a variable, as they are stored.
    pub fn read(&self, variable: &str) -> Result<Values, NcError> {
        self.get(variable, None)
    }

    /// The values of a variable within a range along one of its dimensions, as they are stored and
    /// in the file's order: where that dimension is not the first, the others still run around it.
    pub fn read_along(
        &self,
        variable: &str,
        dimension: &str,
        range: Range<usize>,
    ) -> Result<Values, NcError> {
        self.get(variable, Some((dimension, range)))
    }

    fn get(&self, name: &str, along: Option<(&str, Range<usize>)>) -> Result<Values, NcError> {
        let (number, variable) = self.schema.find(name, &self.path)?;
        let slab = self.schema.slab(variable, along, &self.path)?;
        let from = |file: &File| file.get(number as c_int, variable.data_type, &slab);
        let values = match &self.source {
            Source::Library(file) => from(file),
            Source::Alike(file, file_template) => match file_template.get(file, number, &slab) {
                Some(values) => values.map_err(Failed::system),
                None => File::open(&self.path).and_then(|file| from(&file)),
            },
        };
        let action = || format!("read variable {name:?} of");
        Ok(values.map_err(|failed| RawError::at(action(), &self.path)(failed))?)
    }
}

/// Whether it is of a classic format; what cannot be opened the library refuses.
fn begins_as_classic(path: &Path) -> bool {
    start(path).is_some_and(|start| is_classic(&start))
}

/// Whether a file begins as a NetCDF file of any format does, whole or not.
pub fn begins_as_netcdf(path: &Path) -> bool {
    start(path).is_some_and(|start| is_classic(&start) || HDF5.starts_with(&start))
}

fn start(path: &Path) -> Option<[u8; 4]> {
    let mut start = [0; 4];
    dayfold_files::open(path).and_then(|mut file| file.read_exact(&mut start)).ok().map(|()| start)
}

/// Reading the schema of an open file.
struct Inquiry<'a> {
    path: &'a Path,
    file: &'a File,
}

impl Inquiry<'_> {
    fn schema(&self) -> Result<Schema, RawError> {
        let failed = || RawError::at("read the header of", self.path);
        if let Some(group) = self.file.a_group().map_err(failed())? {
            return Err(RawError::Group { path: self.path.to_owned(), group });
        }
        let counts = self.file.counts().map_err(failed())?;
        let dimensions = (0..counts.dimensions).map(|number| self.file.dimension(number));
        let dimensions: Vec<_> = dimensions.collect::<Result<_, _>>().map_err(failed())?;
        let variables = (0..counts.variables).map(|number| {
            let definition = self.file.variable(number).map_err(failed())?;
            self.variable(number, definition, &dimensions)
        });
        let variables = variables.collect::<Result<_, _>>()?;
        let attributes = self.attributes(GLOBAL, counts.attributes, None)?;
        Ok(Schema { dimensions, variables, attributes })
    }

    fn variable(
        &self,
        number: c_int,
        definition: Definition,
        dimensions: &[(String, usize)],
    ) -> Result<VariableSchema, RawError> {
        let Definition { name, file_type, dimensions: own, attributes } = definition;
        let data_type = self.atomic(file_type, || format!("variable {name:?}"))?;
        // in the root group, numbers of dimensions are their places
        let named = own.iter().filter_map(|&number| dimensions.get(usize::try_from(number).ok()?));
        let dimensions = named.map(|(name, _)| name.clone()).collect();
        let attributes = self.attributes(number, attributes, Some(&name))?;
        Ok(VariableSchema { name, data_type, dimensions, attributes })
    }

    fn attributes(
        &self,
        variable: c_int,
        count: c_int,
        owner: Option<&str>,
    ) -> Result<Vec<(String, Attribute)>, RawError> {
        let action = || match owner {
            Some(variable) => format!("read the attributes of variable {variable:?} of"),
            None => "read the global attributes of".to_owned(),
        };
        let failed = |failed| RawError::at(action(), self.path)(failed);
        let named = |number| {
            let name = self.file.attribute_name(variable, number).map_err(failed)?;
            let value = self.file.attribute(variable, &name).map_err(failed)?;
            let value = value.map_err(|found| self.user_defined(attribute_in_words(&name, owner), found))?;
            Ok((name, value))
        };
        (0..count).map(named).collect()
    }

    fn atomic(&self, file_type: FileType, what: impl FnOnce() -> String) -> Result<DataType, RawError> {
        match file_type {
            FileType::Atomic(data_type) => Ok(data_type),
            FileType::UserDefined(found) => Err(self.user_defined(what(), found)),
        }
    }

    fn user_defined(&self, what: String, found: String) -> RawError {
        RawError::UserDefined { path: self.path.to_owned(), what, found }
    }
}

fn attribute_in_words(name: &str, owner: Option<&str>) -> String {
    match owner {
        Some(variable) => format!("attribute {name:?} of variable {variable:?}"),
        None => format!("the global attribute {name:?}"),
    }
}
