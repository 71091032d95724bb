//! Whether a result can be stored as `[output.variables]` of the configuration says: so that a wrong word there is told
//! when the first group ends, and not after all of them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dayfold_contract::output::VariableSettings;
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::NcError;
use dayfold_ncio::dataset::DataType;
use dayfold_ncio::form::{Conversion, Temporal};
use dayfold_ncio::raw::RawFile;

use super::values;

/// What cannot be stored; `None` where all can.
pub fn objection(
    file: &RawFile,
    stored: &BTreeMap<String, VariableSettings>,
) -> Result<Option<String>, NcError> {
    for (name, settings) in stored {
        if let Some(why) = of_variable(file, name, settings)? {
            return Ok(Some(format!(
                "a file that cannot be stored as [output.variables.{name}] of the configuration says: {why}"
            )));
        }
    }
    Ok(None)
}

fn of_variable(file: &RawFile, name: &str, settings: &VariableSettings) -> Result<Option<String>, NcError> {
    let schema = file.schema();
    let Some(variable) = schema.variable(name) else {
        let names: Vec<&str> = schema.variables.iter().map(|variable| variable.name.as_str()).collect();
        return Ok(Some(format!("it has no such variable; it has {}", names.join(", "))));
    };
    if let Some(dimension) = settings.chunks.keys().find(|name| variable.axis(name).is_none()) {
        let dimensions = variable.dimensions.join(", ");
        return Ok(Some(format!("the variable has no dimension {dimension:?}; it is over ({dimensions})")));
    }
    let Some(to) = settings.dtype.and_then(|dtype| DataType::named(&dtype.to_string())) else {
        return Ok(None);
    };
    if variable.data_type == to {
        return Ok(None);
    }
    let is_of_times = Temporal::find(schema, variable, SHARED_DIMENSION).is_some();
    let conversion = match Conversion::new(variable, to, is_of_times) {
        Ok((conversion, _)) => conversion,
        Err(error) => return Ok(Some(error.to_string())),
    };
    values::each_part(file, name, |values| match conversion.apply(values) {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error.to_string()),
    })
}
