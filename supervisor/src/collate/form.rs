//! The form of a result, as worker and collation see it.

use std::path::Path;

use dayfold_contract::form::{Form, FormId};
use dayfold_contract::partial::{GRID, SHARED_DIMENSION};
use dayfold_ncio::error::NcError;
use dayfold_ncio::form::facts;
use dayfold_ncio::raw::{RawFile, Schema, carried};

use super::opening::Opening;

/// Of an open partial with this schema.
pub(super) fn of(schema: &Schema, file: &RawFile) -> Result<Form, NcError> {
    let facts = facts(schema, &|variable| file.read(variable), SHARED_DIMENSION, &[GRID])?;
    Ok(Form::new(facts.into_iter().map(|fact| (fact.what, fact.value, fact.exact))))
}

/// Reads the forms of many partials: most are like one that is known.
#[derive(Default)]
pub struct FormReader {
    opening: Opening,
}

impl FormReader {
    /// The form of a partial, in full; `None` where it cannot be read.
    pub fn read(&mut self, path: &Path) -> Option<(FormId, Form)> {
        let (file, known) = self.opening.open(path).ok()?;
        let form = of(&carried(file.schema()).ok()?.schema, &file).ok()?;
        let id = known.unwrap_or_else(|| form.id());
        if known.is_none() {
            self.opening.learn(&file, id);
        }
        Some((id, form))
    }
}
