//! Opens partials: the first of a kind as any file is opened, those that are like it without that.
//!
//! Partials of one run mostly differ in their values alone. The library takes longer to open one than
//! to read it, and each is opened twice.

use std::path::Path;
use std::sync::Arc;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{Imprint, RawFile};

/// So many kinds are kept in mind: days may have other numbers of time steps round the year.
const MOST_KINDS: usize = 64;

/// What is known of partials so far.
#[derive(Debug, Default)]
pub(super) struct Opening {
    kinds: Vec<Arc<Imprint>>,
}

impl Opening {
    /// Opens a partial.
    pub(super) fn open(&self, path: &Path) -> Result<RawFile, NcError> {
        RawFile::open_alike(path, &self.kinds).map_or_else(|| RawFile::open(path), Ok)
    }

    /// Knows this partial from now on, which has been found to fit.
    pub(super) fn learn(&mut self, file: &RawFile) {
        if self.kinds.len() < MOST_KINDS {
            self.kinds.extend(file.imprint(|variable| variable.axis(SHARED_DIMENSION).is_some()));
        }
    }
}
