//! Which way a field is read, and why.

use std::fmt;

/// How the values of a field get into memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Its chunks are read from the file and decoded here.
    Chunks,
    /// The library reads it.
    Library(Reason),
}

/// Why a field is left to the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file is of a classic format.
    NotHdf5,
    /// HDF5 does not give the variable under the name that it has as NetCDF.
    NotFound,
    /// The variable is stored in one piece.
    OnePiece,
    /// The variable's filters, by number, are others than shuffle, deflate and fletcher32, one is
    /// there twice, or shuffle comes after deflate.
    Filters(Vec<u32>),
    /// Chunks that reach beyond the grid are stored without filters.
    PlainEdges,
    /// The numbers are stored in an unusual way.
    Numbers,
    /// HDF5 and NetCDF do not agree on the variable's shape: part of it may never have been written.
    Shape,
    /// So many bytes would have to be in memory at once.
    Bytes(usize),
    /// There are so many chunks in one time step.
    Chunks(usize),
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chunks => f.write_str("chunks"),
            Self::Library(reason) => write!(f, "library: {reason}"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHdf5 => f.write_str("the file is not in HDF5"),
            Self::NotFound => f.write_str("HDF5 has the variable under another name"),
            Self::OnePiece => f.write_str("it is stored in one piece"),
            Self::Filters(filters) => write!(f, "its filters are {filters:?}"),
            Self::PlainEdges => f.write_str("the chunks at its edges have no filters"),
            Self::Numbers => f.write_str("its numbers are stored in an unusual way"),
            Self::Shape => f.write_str("its shape is another one in HDF5"),
            Self::Bytes(bytes) => write!(f, "its chunks take {bytes} bytes at once"),
            Self::Chunks(chunks) => write!(f, "it has {chunks} chunks for one time"),
        }
    }
}
