//! Writing a NetCDF-4 file part by part.

use std::ffi::c_int;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chunks::Storage;
use super::error::RawError;
use super::pack::{LooseChunk, PackedChunk, Packer};
use super::schema::{Schema, VariableSchema, missing};
use super::tiles::{Tile, tiles};
use crate::dataset::{DataType, TypesDiffer, Values};
use crate::error::NcError;
use crate::ffi::library::{ChunkSink, Failed, File, GLOBAL, Slab, hdf5_name};

/// A NetCDF-4 file that is being written. Its bytes follow from schema, storage, values and the
/// order of the writes: it holds no clock.
///
/// Every value has to be written: what is not holds the variable's `_FillValue`, or anything where
/// it has none. Without [`RawWriter::finish`] the
/// file is not whole, and it stays where it is; removing it is the caller's.
#[derive(Debug)]
pub struct RawWriter {
    path: PathBuf,
    /// Once a chunk is put there. Before the file, so that it is closed first.
    sink: Option<ChunkSink>,
    file: File,
    schema: Schema,
    storage: Storage,
}

/// Values on their way into a file.
#[derive(Debug)]
pub enum Cut {
    /// To be packed, by whoever and wherever, and [put](RawWriter::put_chunk) in this order.
    Chunks(Vec<LooseChunk>),
    /// To be [written](RawWriter::write_along): the variable has no chunks, or these are not whole ones.
    Whole(Values),
}

impl RawWriter {
    /// Creates a file that must not be there yet, with dimensions of these, final lengths.
    pub fn create(path: impl AsRef<Path>, schema: Schema, storage: Storage) -> Result<Self, NcError> {
        let path = path.as_ref();
        let file = File::create(path).map_err(RawError::at("create", path))?;
        let writer = Self { path: path.to_owned(), sink: None, file, schema, storage };
        writer.define()?;
        Ok(writer)
    }

    /// Writes all values of a variable.
    pub fn write(&mut self, variable: &str, values: &Values) -> Result<(), NcError> {
        self.put(variable, None, values)
    }

    /// Writes the values of a range along one of a variable's dimensions, in the file's order.
    /// Cheapest where the range is of whole chunks: see [`Storage::chunk_length`].
    pub fn write_along(
        &mut self,
        variable: &str,
        dimension: &str,
        range: Range<usize>,
        values: &Values,
    ) -> Result<(), NcError> {
        self.put(variable, Some((dimension, range)), values)
    }

    /// Cuts the values of a range along one of a variable's dimensions into chunks, for others to pack.
    pub fn cut(
        &self,
        variable: &str,
        dimension: &str,
        range: Range<usize>,
        values: Values,
    ) -> Result<Cut, NcError> {
        let (number, slab) = self.place(variable, Some((dimension, range)), &values)?;
        let Some((tiles, level)) = self.tiles(number, &slab) else { return Ok(Cut::Whole(values)) };
        let block = Arc::new(values);
        let loose = |tile| LooseChunk { variable: number, block: Arc::clone(&block), tile, level };
        Ok(Cut::Chunks(tiles.into_iter().map(loose).collect()))
    }

    /// Puts a chunk that was cut for this file into its place.
    pub fn put_chunk(&mut self, chunk: &PackedChunk) -> Result<(), NcError> {
        let Self { sink, path, schema, .. } = self;
        let Some(VariableSchema { name, dimensions, .. }) = schema.variables.get(chunk.variable) else {
            return Ok(());
        };
        let stored_as = hdf5_name(name, schema.length(name).is_some(), dimensions);
        let failed = |failed| RawError::at(format!("write variable {name:?} of"), path)(failed);
        let sink = match sink {
            Some(sink) => sink,
            none => none.insert(ChunkSink::open(path).map_err(failed)?),
        };
        let put = sink.put((chunk.variable, &stored_as), &chunk.origin, chunk.skipped, &chunk.bytes);
        Ok(put.map_err(failed)?)
    }

    /// Closes the file and syncs it to the disk.
    pub fn finish(self) -> Result<(), NcError> {
        let Self { path, sink, file, .. } = self;
        drop(sink);
        file.close().map_err(RawError::at("finish", &path))?;
        let synced = dayfold_files::open(&path).and_then(|file| file.sync_all());
        Ok(synced.map_err(|source| RawError::Sync { path, source })?)
    }

    fn put(
        &mut self,
        name: &str,
        along: Option<(&str, Range<usize>)>,
        values: &Values,
    ) -> Result<(), NcError> {
        let (number, slab) = self.place(name, along, values)?;
        if let Some((tiles, level)) = self.tiles(number, &slab) {
            let mut packer = Packer::default();
            let mut put = |tile| self.put_chunk(&packer.pack_tile(number, values, tile, level));
            return tiles.iter().try_for_each(&mut put);
        }
        let action = || format!("write variable {name:?} of");
        let written = self.file.put(number as c_int, &slab, values);
        Ok(written.map_err(|failed| RawError::at(action(), &self.path)(failed))?)
    }

    /// A variable's place and where values belong in it, if they fit.
    fn place(
        &self,
        name: &str,
        along: Option<(&str, Range<usize>)>,
        values: &Values,
    ) -> Result<(usize, Slab), RawError> {
        let (number, variable) = self.schema.find(name, &self.path)?;
        let (expected, found) = (variable.data_type, values.data_type());
        if expected != found {
            let (path, variable) = (self.path.clone(), name.to_owned());
            return Err(RawError::Type { path, variable, source: TypesDiffer { expected, found } });
        }
        let slab = self.schema.slab(variable, along, &self.path)?;
        let failed = |failed| RawError::at(format!("write variable {name:?} of"), &self.path)(failed);
        let (expected, found) = (slab.len().map_err(failed)?, values.len());
        if expected != found {
            return Err(failed(Failed::WrongLength { expected, found }));
        }
        Ok((number, slab))
    }

    /// The chunks that a part of a variable is made of, and how they are deflated; `None` where it has none, or
    /// has parts of some, or is not within the variable, or is not deflated.
    fn tiles(&self, number: usize, slab: &Slab) -> Option<(Vec<Tile>, u8)> {
        let variable = self.schema.variables.get(number)?;
        let level = self.storage.level(&variable.name)?;
        let chunk = self.storage.chunks(&self.schema, variable)?;
        Some((tiles(&self.schema.shape(variable), &chunk, slab)?, level))
    }

    fn define(&self) -> Result<(), RawError> {
        for (name, length) in &self.schema.dimensions {
            let action = || format!("define dimension {name:?} in");
            let defined = self.file.define_dimension(name, *length);
            defined.map_err(|failed| RawError::at(action(), &self.path)(failed))?;
        }
        for variable in &self.schema.variables {
            self.define_variable(variable)?;
        }
        for (name, value) in &self.schema.attributes {
            let action = || format!("set the global attribute {name:?} of");
            let set = self.file.put_attribute(GLOBAL, name, value);
            set.map_err(|failed| RawError::at(action(), &self.path)(failed))?;
        }
        self.file.end_definitions().map_err(RawError::at("write the header of", &self.path))
    }

    fn define_variable(&self, variable: &VariableSchema) -> Result<(), RawError> {
        let name = &variable.name;
        let dimensions = self.dimension_numbers(variable)?;
        let action = || format!("define variable {name:?} in");
        let failed = |failed| RawError::at(action(), &self.path)(failed);
        let number = self.file.define_variable(name, variable.data_type, &dimensions).map_err(failed)?;
        self.define_storage(number, variable)?;
        // the library always fills strings
        if variable.data_type != DataType::String && variable.attribute("_FillValue").is_none() {
            self.file.define_unfilled(number).map_err(failed)?;
        }
        for (attribute, value) in &variable.attributes {
            let action = || format!("set attribute {attribute:?} of variable {name:?} of");
            let set = self.file.put_attribute(number, attribute, value);
            set.map_err(|failed| RawError::at(action(), &self.path)(failed))?;
        }
        Ok(())
    }

    fn define_storage(&self, number: c_int, variable: &VariableSchema) -> Result<(), RawError> {
        let Some(shape) = self.storage.chunks(&self.schema, variable) else { return Ok(()) };
        let action = || format!("set the chunks of variable {:?} of", variable.name);
        let failed = |failed| RawError::at(action(), &self.path)(failed);
        let bytes = shape.iter().product::<usize>() * variable.data_type.size();
        self.file.define_chunks(number, &shape, bytes).map_err(failed)?;
        let level = self.storage.level(&variable.name);
        level.map_or(Ok(()), |level| self.file.define_deflate(number, level).map_err(failed))
    }

    /// In a new file, numbers of dimensions are their places.
    fn dimension_numbers(&self, variable: &VariableSchema) -> Result<Vec<c_int>, RawError> {
        let place = |name: &String| {
            let place = self.schema.dimensions.iter().position(|(present, _)| present == name);
            let what = || format!("variable {:?} with the dimension", variable.name);
            place.map(|place| place as c_int).ok_or_else(|| missing(&self.path, what(), name))
        };
        variable.dimensions.iter().map(place).collect()
    }
}
