//! What a program wrote: a partial, nothing, or something that cannot be collated.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use dayfold_contract::Job;
use dayfold_contract::job::Empty;
use dayfold_contract::output::VariableSettings;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::raw::{RawFile, Schema, VariableSchema, carried};
use dayfold_ncio::time::Coding;

use super::error::CommandError;
use super::storable;
use crate::task::Produced;

/// Moves what was written to its place, if it is a NetCDF file with times. No file, an empty one, or one without
/// a time has no values, which must be allowed.
pub fn take(output: &Path, partial: &Path, job: &Job) -> Result<Produced, CommandError> {
    match look(output, &job.stored)? {
        Written::Values => {
            fs::rename(output, partial).map_err(CommandError::at(output))?;
            Ok(Produced::Partial)
        }
        Written::Nothing(_) if job.empty == Empty::Allow => Ok(Produced::Nothing),
        Written::Nothing(what) => Err(CommandError::NoValues(what)),
    }
}

enum Written {
    /// A file with times.
    Values,
    /// In words, to read on after "it".
    Nothing(&'static str),
}

fn look(output: &Path, stored: &BTreeMap<String, VariableSettings>) -> Result<Written, CommandError> {
    let metadata = match fs::symlink_metadata(output) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // what the program wrote may have been removed with it
            if let Some(folder) = output.parent().filter(|folder| !folder.is_dir()) {
                return Err(CommandError::FolderGone(folder.to_owned()));
            }
            return Ok(Written::Nothing("ended with exit code 0 and wrote no file to {output}"));
        }
        found => found.map_err(CommandError::at(output))?,
    };
    if !metadata.is_file() {
        return Err(CommandError::Wrong("a folder, a link or a device and not a file".to_owned()));
    }
    if metadata.len() == 0 {
        return Ok(Written::Nothing("ended with exit code 0 and wrote an empty file to {output}"));
    }
    let file = RawFile::open(output).map_err(CommandError::unusable)?;
    check(file.schema()).map_err(CommandError::Wrong)?;
    if file.schema().length(SHARED_DIMENSION) == Some(0) {
        return Ok(Written::Nothing("wrote a file without a single time to {output}"));
    }
    check_times(&file)?;
    let objection = storable::objection(&file, stored).map_err(CommandError::unusable)?;
    objection.map_or(Ok(Written::Values), |objection| Err(CommandError::Wrong(objection)))
}

/// What is wrong with it, without a look at its values.
fn check(schema: &Schema) -> Result<(), String> {
    if schema.length(SHARED_DIMENSION).is_none() {
        let names: Vec<_> = schema.dimensions.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let present = if names.is_empty() { "it has none" } else { &format!("it has {names}") };
        return Err(format!(
            "a file without the dimension \"{SHARED_DIMENSION}\", along which groups are joined: {present}"
        ));
    }
    let is_twice = |variable: &&VariableSchema| {
        variable.dimensions.iter().filter(|name| *name == SHARED_DIMENSION).count() > 1
    };
    if let Some(variable) = schema.variables.iter().find(is_twice) {
        return Err(format!(
            "a file whose variable {:?} has the dimension \"{SHARED_DIMENSION}\" more than once",
            variable.name
        ));
    }
    let Some(variable) = schema.variable(SHARED_DIMENSION) else {
        return Err(format!("a file with the dimension \"{SHARED_DIMENSION}\" and no variable of that name"));
    };
    if variable.dimensions != [SHARED_DIMENSION] {
        let found = variable.dimensions.join(", ");
        return Err(format!(
            "a file whose variable \"{SHARED_DIMENSION}\" is over ({found}): expected one dimension"
        ));
    }
    if variable.attribute("units").is_none() {
        return Err(format!(
            "a file whose variable \"{SHARED_DIMENSION}\" has no units such as \"hours since 1970-01-01\""
        ));
    }
    carried(schema).map(drop).map_err(|error| format!("a file that cannot be collated: {error}"))
}

/// Whether its times can be decoded and none is missing.
fn check_times(file: &RawFile) -> Result<(), CommandError> {
    let Some(variable) = file.schema().variable(SHARED_DIMENSION) else { return Ok(()) };
    let values = file.read(SHARED_DIMENSION).map_err(CommandError::unusable)?;
    let times = Coding::new(variable.data_type, &variable.attributes, None)
        .and_then(|coding| coding.decode_all(&values).map(drop));
    times.map_err(|error| {
        CommandError::Wrong(format!("a file whose variable \"{SHARED_DIMENSION}\" is no time: {error}"))
    })
}
