//! Opens partials: the first of a kind as any file is opened, those that are like it without that.
//!
//! Partials of one run mostly differ in their values alone. The library takes longer to open one than
//! to read it, and each is opened twice.

use std::path::Path;
use std::sync::Arc;

use dayfold_contract::form::FormId;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{FileTemplate, RawFile};

/// So many kinds are kept in mind: days may have other numbers of time steps round the year.
const MOST_KINDS: usize = 64;

/// What is known of partials so far.
#[derive(Debug, Default)]
pub(super) struct Opening {
    kinds: Vec<Arc<FileTemplate>>,
    /// The forms of these.
    forms: Vec<FormId>,
}

impl Opening {
    /// Opens a partial; with its form, where it is like a known one.
    pub(super) fn open(&self, path: &Path) -> Result<(RawFile, Option<FormId>), NcError> {
        let Some(file) = RawFile::open_like(path, &self.kinds) else {
            return Ok((RawFile::open(path)?, None));
        };
        let kind = file.file_template(|_| false);
        let place =
            self.kinds.iter().position(|known| kind.as_ref().is_some_and(|kind| Arc::ptr_eq(known, kind)));
        let form = place.and_then(|place| self.forms.get(place)).copied();
        Ok((file, form))
    }

    /// Knows this partial from now on, which is of this form.
    pub(super) fn learn(&mut self, file: &RawFile, form: FormId) {
        if self.kinds.len() < MOST_KINDS
            && let Some(kind) = file.file_template(|variable| variable.axis(SHARED_DIMENSION).is_some())
        {
            self.kinds.push(kind);
            self.forms.push(form);
        }
    }
}
