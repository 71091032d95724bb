//! Variables that people want stored otherwise than all others: in chunks, by a level of deflation, or as numbers of
//! another type.

use std::collections::BTreeMap;

use dayfold_contract::output::VariableSettings;
use dayfold_ncio::dataset::{Attribute, DataType};
use dayfold_ncio::form::Conversion;
use dayfold_ncio::raw::{Schema, Storage, VariableSchema, VariableStorage};

use super::coding::temporal;
use super::error::CollateError;

/// By the variables' names.
type Stored = BTreeMap<String, VariableSettings>;

/// HDF5 has no larger chunks.
const LARGEST_CHUNK: usize = u32::MAX as usize;

/// As usual, but for the variables that are asked for otherwise.
pub(super) fn storage(usual: Storage, stored: &Stored) -> Storage {
    if stored.is_empty() {
        return usual;
    }
    let of = |settings: &VariableSettings| VariableStorage {
        chunks: settings.chunks.clone(),
        level: settings.deflate,
    };
    let variables = stored.iter().map(|(name, settings)| (name.clone(), of(settings))).collect();
    Storage::Varied { usual: Box::new(usual), variables }
}

/// What was asked for, as far as it can be had.
#[derive(Default)]
pub(super) struct Applied {
    /// By variable: how its values get the type that is asked for.
    pub(super) conversions: BTreeMap<String, Conversion>,
    /// What could not be had, for people.
    pub(super) warnings: Vec<String>,
}

/// The type that a variable is asked to have, where that is another one than it has.
fn data_type(variable: &VariableSchema, stored: &Stored) -> Option<DataType> {
    let asked = DataType::named(&stored.get(&variable.name)?.dtype?.to_string())?;
    (asked != variable.data_type).then_some(asked)
}

/// Gives variables the types that are asked for; how their values get these.
///
/// # Errors
/// If something is asked for that the results do not have, or have no place for.
pub(super) fn apply(
    schema: &mut Schema,
    stored: &Stored,
    is_recoded_time: impl Fn(&str) -> bool,
) -> Result<Applied, CollateError> {
    let mut applied = Applied::default();
    for (name, settings) in stored {
        let wrong = |why: String| CollateError::Stored { variable: name.clone(), why };
        let Some(variable) = schema.variable(name) else {
            let names: Vec<&str> = schema.variables.iter().map(|variable| variable.name.as_str()).collect();
            return Err(wrong(format!("the results have no such variable; they have {}", names.join(", "))));
        };
        if let Some(dimension) = settings.chunks.keys().find(|name| variable.axis(name).is_none()) {
            let dimensions = variable.dimensions.join(", ");
            return Err(wrong(format!("it has no dimension {dimension:?}; it is over ({dimensions})")));
        }
        let Some(to) = data_type(variable, stored) else { continue };
        if is_recoded_time(name) {
            applied.warnings.push(format!(
                "[output.variables.{name}] dtype is left out: groups count the times of {name:?} in several units, \
                 and all are {} as {}, which loses none",
                variable.attribute("units").and_then(Attribute::text).unwrap_or_default(),
                variable.data_type
            ));
            continue;
        }
        let (conversion, converted) = Conversion::new(variable, to, temporal(schema, variable).is_some())
            .map_err(|error| wrong(error.to_string()))?;
        applied.conversions.insert(name.clone(), conversion);
        if let Some(variable) = schema.variables.iter_mut().find(|variable| variable.name == *name) {
            *variable = converted;
        }
    }
    Ok(applied)
}

/// Whether every chunk that is asked for has a place in a file.
///
/// # Errors
/// If one is too large.
pub(super) fn check_chunks(schema: &Schema, storage: &Storage, stored: &Stored) -> Result<(), CollateError> {
    for variable in schema.variables.iter().filter(|variable| stored.contains_key(&variable.name)) {
        let lengths = variable.dimensions.iter();
        let lengths = lengths.filter_map(|dimension| storage.chunk_length(schema, variable, dimension));
        let bytes = lengths.fold(variable.data_type.size(), usize::saturating_mul);
        if bytes > LARGEST_CHUNK {
            let why = format!("its chunks would be of {bytes} bytes, and can be of 4 GiB at most");
            return Err(CollateError::Stored { variable: variable.name.clone(), why });
        }
    }
    Ok(())
}
