//! The values of coordinate variables: axes in degrees, and times.

use std::sync::Arc;

use super::Reader;
use super::layout::Layout;
use crate::cf::{Packing, in_degrees, with_raw};
use crate::decode::element::Element;
use crate::error::NcError;
use crate::grid::{Axis, Grid, GridError, unwrapped};
use crate::time::{TimeError, Units, UtcTime, decode, decode_values};
use crate::variable::Variable;

/// Longer axes are taken for damage: the tenth of a second of arc, or a year of seconds.
const LONGEST: usize = 1 << 25;

/// The grid of a field.
pub(super) fn grid(reader: &Reader, layout: &Layout) -> Result<Grid, NcError> {
    Ok(Grid {
        latitudes: known_axis(reader, layout.latitudes(), Axis::Latitude)?,
        longitudes: known_axis(reader, layout.longitudes(), Axis::Longitude)?,
    })
}

/// Read once, whichever field asks.
fn known_axis(reader: &Reader, variable: &Variable, of: Axis) -> Result<Arc<[f64]>, NcError> {
    if let Some(values) = reader.axes.borrow().get(&variable.name) {
        return Ok(Arc::clone(values));
    }
    let values: Arc<[f64]> = axis(reader, variable, of)?.into();
    reader.axes.borrow_mut().insert(variable.name.clone(), Arc::clone(&values));
    Ok(values)
}

fn axis(reader: &Reader, variable: &Variable, axis: Axis) -> Result<Vec<f64>, NcError> {
    let wrong =
        |source| NcError::Axis { path: reader.path().to_owned(), variable: variable.name.clone(), source };
    if !in_degrees(&variable.attributes) {
        return Err(wrong(GridError::Units(
            variable.attributes.text("units").unwrap_or_default().to_owned(),
        )));
    }
    let rule = reader.rule(variable)?;
    let values = with_raw!(rule.number_type, T => {
        let packing = Packing::<T>::new(&rule);
        whole(reader, variable)?.into_iter().map(|raw: T| packing.unpack(raw)).collect::<Vec<_>>()
    });
    let values = if axis == Axis::Longitude { unwrapped(values) } else { values };
    axis.check(&values).map_err(wrong)?;
    Ok(values)
}

/// The times of a field: none where there is no time coordinate.
pub(super) fn times(reader: &Reader, layout: &Layout) -> Result<Vec<UtcTime>, NcError> {
    let Some(variable) = layout.times() else { return Ok(Vec::new()) };
    let wrong =
        |source| NcError::Time { path: reader.path().to_owned(), variable: variable.name.clone(), source };
    let units = units(variable).map_err(wrong)?;
    let rule = reader.rule(variable)?;
    with_raw!(rule.number_type, T => {
        let raw: Vec<T> = whole(reader, variable)?;
        let times = decode_values(&raw, &rule, |value| units.of(value)).map_err(wrong)?;
        let there = |(index, time): (usize, Option<UtcTime>)| time.ok_or_else(|| wrong(TimeError::Missing(index)));
        times.into_iter().enumerate().map(there).collect()
    })
}

fn units(variable: &Variable) -> Result<Units, TimeError> {
    let units = variable.attributes.text("units").ok_or(TimeError::NoUnits)?;
    decode(units, variable.attributes.text("calendar"))
}

/// All values of a coordinate variable.
fn whole<T: Element>(reader: &Reader, variable: &Variable) -> Result<Vec<T>, NcError> {
    let found = variable.shape().into_iter().fold(1_usize, |product, length| product.saturating_mul(length));
    if found > LONGEST {
        let (path, variable) = (reader.path().to_owned(), variable.name.clone());
        return Err(NcError::Axis { path, variable, source: GridError::TooLong { found, most: LONGEST } });
    }
    reader.values(variable)
}
