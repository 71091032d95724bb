//! What a task wrote: of what form it is, for the supervisor to compare.

use std::collections::HashSet;
use std::path::Path;

use dayfold_contract::form::{Form, FormId};
use dayfold_contract::message::Described;
use dayfold_contract::partial::{GRID, SHARED_DIMENSION};
use dayfold_ncio::NcError;
use dayfold_ncio::form::facts;
use dayfold_ncio::raw::RawFile;

/// The forms of this process's results: each is sent in full once.
#[derive(Debug, Default)]
pub struct Sent(HashSet<FormId>);

impl Sent {
    /// The form of a partial.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn describe(&mut self, partial: &Path) -> Result<Described, NcError> {
        let file = RawFile::open(partial)?;
        let facts = facts(file.schema(), &|variable| file.read(variable), SHARED_DIMENSION, &[GRID])?;
        let form = Form::new(facts.into_iter().map(|fact| (fact.what, fact.value, fact.exact)));
        let id = form.id();
        Ok(Described { id, form: self.0.insert(id).then_some(form) })
    }
}
