//! Whether a result can be read whole, and stored as `[output.variables]` of the configuration says: so that damage, a
//! filter that is not there and a wrong word there are told when a group ends, and not after all of them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dayfold_contract::output::VariableSettings;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::NcError;
use dayfold_ncio::dataset::{DataType, Values};
use dayfold_ncio::form::{Conversion, Temporal};
use dayfold_ncio::raw::{RawFile, VariableSchema};

/// So many values are read at once.
const MOST_VALUES: usize = 1 << 20;

/// Reads all values, each once. What cannot be stored; `None` where all can.
///
/// # Errors
/// If anything cannot be read.
pub fn objection(
    file: &RawFile,
    stored: &BTreeMap<String, VariableSettings>,
) -> Result<Option<String>, NcError> {
    let told = |name: &str, why: String| {
        Ok(Some(format!(
            "a file that cannot be stored as [output.variables.{name}] of the configuration says: {why}"
        )))
    };
    let mut conversions = BTreeMap::new();
    for (name, settings) in stored {
        match conversion(file, name, settings) {
            Ok(conversion) => conversions.extend(conversion.map(|conversion| (name.as_str(), conversion))),
            Err(why) => return told(name, why),
        }
    }
    for variable in &file.schema().variables {
        let conversion = conversions.get(variable.name.as_str());
        let convert = |values: &Values| match conversion.map(|conversion| conversion.apply(values)) {
            Some(Err(error)) => ControlFlow::Break(error.to_string()),
            Some(Ok(_)) | None => ControlFlow::Continue(()),
        };
        if let Some(why) = each_part(file, variable, convert)? {
            return told(&variable.name, why);
        }
    }
    Ok(None)
}

/// How the values of a variable get the type that is asked for; `None` where they have it, or none is. Why they cannot,
/// as far as that is known without them.
fn conversion(file: &RawFile, name: &str, settings: &VariableSettings) -> Result<Option<Conversion>, String> {
    let schema = file.schema();
    let Some(variable) = schema.variable(name) else {
        let names: Vec<&str> = schema.variables.iter().map(|variable| variable.name.as_str()).collect();
        return Err(format!("it has no such variable; it has {}", names.join(", ")));
    };
    if let Some(dimension) = settings.chunks.keys().find(|name| variable.axis(name).is_none()) {
        let dimensions = variable.dimensions.join(", ");
        return Err(format!("the variable has no dimension {dimension:?}; it is over ({dimensions})"));
    }
    let to = settings.dtype.and_then(|dtype| DataType::named(&dtype.to_string()));
    let Some(to) = to.filter(|&to| variable.data_type != to) else { return Ok(None) };
    let is_of_times = Temporal::find(schema, variable, SHARED_DIMENSION).is_some();
    let made = Conversion::new(variable, to, is_of_times).map_err(|error| error.to_string())?;
    Ok(Some(made.0))
}

/// Reads all values of a variable, a part at a time, until it is enough; with what was made of these.
fn each_part<B>(
    file: &RawFile,
    variable: &VariableSchema,
    mut look: impl FnMut(&Values) -> ControlFlow<B>,
) -> Result<Option<B>, NcError> {
    let Some(axis) = variable.axis(SHARED_DIMENSION) else {
        return Ok(look(&file.read(&variable.name)?).break_value());
    };
    let shape = file.schema().shape(variable);
    let length = shape.get(axis).copied().unwrap_or_default();
    let row = shape.iter().product::<usize>() / length.max(1);
    let step = (MOST_VALUES / row.max(1)).max(1);
    for start in (0..length).step_by(step) {
        let part = file.read_along(&variable.name, SHARED_DIMENSION, start..(start + step).min(length))?;
        if let ControlFlow::Break(found) = look(&part) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
