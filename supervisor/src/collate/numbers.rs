//! Numbers in variables: how they are coded, and one coding for all.
//!
//! Where partials agree in type, packing and missing values nothing is changed. Where they do not, all values are
//! unpacked, missing ones are NaN: as floats if that is exact for each, else as doubles.

use std::collections::BTreeMap;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{Attribute, DataType, Values};
use dayfold_ncio::form::CODING;
use dayfold_ncio::raw::{Schema, VariableSchema};

use super::coding::{Temporal, same};

/// How the numbers of all variables are coded that vary in time and are no times.
pub(super) struct Codings(BTreeMap<String, Coded>);

struct Coded {
    /// How the first file codes them.
    first: VariableSchema,
    /// Whether all files do.
    is_alike: bool,
    /// Whether floats hold all values exactly.
    fits_floats: bool,
}

impl Codings {
    /// Of the first file.
    pub(super) fn of(schema: &Schema) -> Self {
        let is_of_numbers = |variable: &&VariableSchema| {
            variable.axis(SHARED_DIMENSION).is_some()
                && variable.data_type.number_type().is_some()
                && Temporal::find(schema, variable).is_none()
        };
        let coded = |variable: &VariableSchema| {
            let coded = Coded { first: variable.clone(), is_alike: true, fits_floats: fits_floats(variable) };
            (variable.name.clone(), coded)
        };
        Self(schema.variables.iter().filter(is_of_numbers).map(coded).collect())
    }

    /// Takes another file into account.
    pub(super) fn add(&mut self, schema: &Schema) {
        for (name, coded) in &mut self.0 {
            let Some(other) = schema.variable(name) else { continue };
            coded.is_alike &= are_alike(&coded.first, other);
            coded.fits_floats &= fits_floats(other);
        }
    }

    /// The type that a variable's values are unpacked to, where they are not coded alike everywhere.
    pub(super) fn unpacked(&self, variable: &str) -> Option<DataType> {
        let coded = self.0.get(variable).filter(|coded| !coded.is_alike)?;
        Some(if coded.fits_floats { DataType::F32 } else { DataType::F64 })
    }
}

fn are_alike(one: &VariableSchema, other: &VariableSchema) -> bool {
    one.data_type == other.data_type
        && CODING.iter().all(|name| same(one.attribute(name), other.attribute(name)))
}

/// Whether the values are floats, or integers that are all floats as well.
fn fits_floats(variable: &VariableSchema) -> bool {
    let is_packed = ["scale_factor", "add_offset"].iter().any(|name| variable.attribute(name).is_some());
    use DataType::{F32, I8, I16, U8, U16};
    !is_packed && matches!(variable.data_type, F32 | I8 | I16 | U8 | U16)
}

/// The variable with unpacked values of this type.
pub(super) fn recoded(variable: &VariableSchema, data_type: DataType) -> VariableSchema {
    let stays = |(name, _): &&(String, Attribute)| !CODING.contains(&name.as_str());
    let mut attributes: Vec<_> = variable.attributes.iter().filter(stays).cloned().collect();
    attributes.push(("_FillValue".to_owned(), encode(vec![f64::NAN], data_type).into()));
    VariableSchema { data_type, attributes, ..variable.clone() }
}

/// Unpacked values as values of this type.
pub(super) fn encode(unpacked: Vec<f64>, data_type: DataType) -> Values {
    match data_type {
        DataType::F32 => Values::F32(unpacked.into_iter().map(|value| value as f32).collect()),
        _ => Values::F64(unpacked),
    }
}
