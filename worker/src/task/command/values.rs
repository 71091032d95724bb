//! The values of a program's result, a part at a time.

use std::ops::ControlFlow;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::NcError;
use dayfold_ncio::dataset::Values;
use dayfold_ncio::raw::RawFile;

/// So many values are read at once.
const MOST_VALUES: usize = 1 << 20;

/// Reads all values of a variable, until it is enough; with what was made of these.
pub fn each_part<B>(
    file: &RawFile,
    name: &str,
    mut look: impl FnMut(&Values) -> ControlFlow<B>,
) -> Result<Option<B>, NcError> {
    let schema = file.schema();
    let Some(variable) = schema.variable(name) else { return Ok(None) };
    let Some(axis) = variable.axis(SHARED_DIMENSION) else {
        return Ok(look(&file.read(name)?).break_value());
    };
    let shape = schema.shape(variable);
    let length = shape.get(axis).copied().unwrap_or_default();
    let row = shape.iter().product::<usize>() / length.max(1);
    let step = (MOST_VALUES / row.max(1)).max(1);
    for start in (0..length).step_by(step) {
        let part = file.read_along(name, SHARED_DIMENSION, start..(start + step).min(length))?;
        if let ControlFlow::Break(found) = look(&part) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Reads all that there is: what is damaged, or packed by a filter that is not there, is found when its group ends.
///
/// # Errors
/// If anything cannot be read.
pub fn prove_readable(file: &RawFile) -> Result<(), NcError> {
    file.schema().variables.iter().try_for_each(|variable| {
        each_part(file, &variable.name, |_| ControlFlow::<()>::Continue(())).map(drop)
    })
}
