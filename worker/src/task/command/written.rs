//! What a program wrote: a partial, nothing, or something that cannot be folded.

use std::fs;
use std::io;
use std::path::Path;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::Attribute;
use dayfold_ncio::raw::{RawFile, Schema};
use dayfold_ncio::time;

use super::error::CommandError;
use crate::task::Produced;

/// Moves what was written to its place, if it is a NetCDF file with times. No file, or an empty one, is a result
/// without values. Whether groups fit together shows when they are folded.
pub fn take(output: &Path, partial: &Path) -> Result<Produced, CommandError> {
    let metadata = match fs::symlink_metadata(output) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Produced::Nothing),
        found => found.map_err(CommandError::at(output))?,
    };
    if !metadata.is_file() {
        return Err(CommandError::Wrong("a folder, a link or a device and not a file".to_owned()));
    }
    if metadata.len() == 0 {
        return Ok(Produced::Nothing);
    }
    check(RawFile::open(output).map_err(CommandError::NotNetcdf)?.schema()).map_err(CommandError::Wrong)?;
    fs::rename(output, partial).map_err(CommandError::at(output))?;
    Ok(Produced::Partial)
}

/// What is wrong with its times, without a look at them.
fn check(schema: &Schema) -> Result<(), String> {
    if schema.length(SHARED_DIMENSION).is_none() {
        let names: Vec<_> = schema.dimensions.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let present = if names.is_empty() { "it has none" } else { &format!("it has {names}") };
        return Err(format!(
            "a file without the dimension \"{SHARED_DIMENSION}\", along which groups are joined: {present}"
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
    let text = |name| variable.attribute(name).and_then(Attribute::text);
    let Some(units) = text("units") else {
        return Err(format!(
            "a file whose variable \"{SHARED_DIMENSION}\" has no units such as \"hours since 1970-01-01\""
        ));
    };
    let decoded = time::decode(units, text("calendar"));
    decoded
        .map(drop)
        .map_err(|error| format!("a file whose variable \"{SHARED_DIMENSION}\" is no time: {error}"))
}
