//! What can be wrong with the index of a variable's chunks.

/// Why an index of chunks cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// HDF5 cannot go through it.
    #[error("HDF5 cannot read it")]
    Unreadable,
    /// A chunk that begins where none can.
    #[error("it has a chunk at {0:?}, where none can begin")]
    Misplaced(Vec<u64>),
    /// Two chunks for the same values.
    #[error("it has two chunks at {0:?}")]
    Twice(Vec<u64>),
    /// More chunks than fit.
    #[error("it has more chunks than the variable")]
    TooMany,
}
