//! How the chunks of a variable are made and where they are: as we read it ourselves, or as HDF5 tells.

use super::route::Reason;
use crate::cf::NumberType;
use crate::decode::element::ByteOrder;
use crate::decode::pipeline::Filter;
use crate::ffi::chunk_index;
use crate::metadata::chunk_tree::{self, Indexed, Part};
use crate::metadata::{Layout, Storage};
use crate::reader::Reader;
use crate::variable::Variable;

/// How the chunks of a variable are made.
pub(super) struct ChunkLayout<'a> {
    /// The shape of the variable.
    pub(super) shape: Vec<u64>,
    /// The shape of a chunk.
    pub(super) chunk: Vec<u64>,
    /// In the order in which they are applied.
    pub(super) filters: Vec<Filter>,
    pub(super) order: ByteOrder,
    pub(super) finder: Finder<'a>,
}

/// Finds a variable's chunks.
pub(super) enum Finder<'a> {
    /// By a tree that we go through ourselves.
    Own { reader: &'a Reader, variable: &'a str, tree: Option<u64> },
    /// By HDF5, whatever the index is.
    Library(chunk_index::Dataset),
}

/// Goes through an index, chunk after chunk, as long as it is given `true`; whether it came to the end.
pub(super) type ChunkVisitor<'w> = &'w mut dyn FnMut(&mut dyn FnMut(Indexed<'_>) -> bool) -> bool;

impl<'a> ChunkLayout<'a> {
    /// Of a variable of numbers of this type; a reason where the library must read it.
    pub(super) fn of(reader: &'a Reader, variable: &'a Variable, stored: NumberType) -> Result<Self, Reason> {
        match reader.storage(variable) {
            Some(storage) => Self::known(reader, &variable.name, &storage),
            None if reader.is_hdf5() => Self::told(reader, &variable.name, stored),
            None => Err(Reason::NotHdf5),
        }
    }

    fn known(reader: &'a Reader, variable: &'a str, storage: &Storage) -> Result<Self, Reason> {
        let Layout::Chunks { chunk, tree } = &storage.layout else { return Err(Reason::OnePiece) };
        Ok(Self {
            shape: storage.shape.clone(),
            chunk: chunk.clone(),
            filters: storage.filters.clone(),
            order: storage.order,
            finder: Finder::Own { reader, variable, tree: *tree },
        })
    }

    fn told(reader: &Reader, variable: &str, stored: NumberType) -> Result<Self, Reason> {
        let dataset =
            chunk_index::Dataset::open(&reader.path_of_this_file(), variable).ok_or(Reason::NotFound)?;
        let shape = dataset.shape().ok_or(Reason::Shape)?;
        let chunk_index::Creation { chunk, filters, plain_edges } =
            dataset.creation().ok_or(Reason::NotFound)?;
        let chunk = chunk.ok_or(Reason::OnePiece)?;
        if plain_edges {
            return Err(Reason::PlainEdges);
        }
        let order = dataset.byte_order(stored).ok_or(Reason::Numbers)?;
        Ok(Self { shape, chunk, filters, order, finder: Finder::Library(dataset) })
    }
}

impl Finder<'_> {
    /// What `take` makes of the index of the chunks in a part of a variable, given a way through it that tells whether
    /// it came to the end. Ours is the first way, and may leave out other chunks; what comes to nothing by it HDF5
    /// judges.
    pub(super) fn find<T, E>(
        &self,
        part: &Part,
        take: impl Fn(ChunkVisitor<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let rank = part.0.len();
        let (reader, variable, tree) = match self {
            Self::Library(dataset) => return take(&mut |each| dataset.each_chunk(rank, each)),
            Self::Own { reader, variable, tree } => (reader, variable, *tree),
        };
        take(&mut |each| chunk_tree::walk(reader.source(), tree, part, each).is_ok()).or_else(|_| {
            let dataset = chunk_index::Dataset::open(&reader.path_of_this_file(), variable);
            take(&mut |each| dataset.as_ref().is_some_and(|dataset| dataset.each_chunk(rank, each)))
        })
    }
}
