//! Numbers in variables: how they are coded, and one coding for all.
//!
//! Where partials agree in type, packing and missing values nothing is changed. Where they do not, all values are
//! unpacked: as floats if that is exact for each, else as doubles, with NaN for missing ones; integers of which some
//! have 64 bits stay integers, since doubles would not hold them all.

use std::collections::BTreeMap;

use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{Attribute, DataType, Values};
use dayfold_ncio::form::{CODING, MISSING_INTEGER, UnpackError, unpack, unpack_integers};
use dayfold_ncio::raw::{Schema, VariableSchema};

use super::coding::{same, temporal};

/// How the numbers of all variables are coded that vary in time and are no times.
pub(super) struct Codings(BTreeMap<String, Coded>);

struct Coded {
    /// How the first file codes them.
    first: VariableSchema,
    /// Whether all files do.
    is_alike: bool,
    /// Whether floats hold all values exactly.
    fits_floats: bool,
    /// Whether all are integers that are not packed, and all have a place in 64 bits.
    are_integers: bool,
    /// Whether any have 64 bits.
    are_long: bool,
}

impl Coded {
    fn of(variable: &VariableSchema) -> Self {
        use DataType::{F32, I8, I16, I32, I64, U8, U16, U32};
        let is_packed = ["scale_factor", "add_offset"].iter().any(|name| variable.attribute(name).is_some());
        let is_of = |types: &[DataType]| !is_packed && types.contains(&variable.data_type);
        Self {
            first: variable.clone(),
            is_alike: true,
            fits_floats: is_of(&[F32, I8, I16, U8, U16]),
            are_integers: is_of(&[I8, I16, I32, I64, U8, U16, U32]),
            are_long: variable.data_type == I64,
        }
    }

    fn add(&mut self, other: &VariableSchema) {
        self.is_alike &= are_alike(&self.first, other);
        let other = Self::of(other);
        self.fits_floats &= other.fits_floats;
        self.are_integers &= other.are_integers;
        self.are_long |= other.are_long;
    }
}

impl Codings {
    /// Of the first file.
    pub(super) fn of(schema: &Schema) -> Self {
        let is_of_numbers = |variable: &&VariableSchema| {
            variable.axis(SHARED_DIMENSION).is_some()
                && variable.data_type.number_type().is_some()
                && temporal(schema, variable).is_none()
        };
        let coded = |variable: &VariableSchema| (variable.name.clone(), Coded::of(variable));
        Self(schema.variables.iter().filter(is_of_numbers).map(coded).collect())
    }

    /// Takes another file into account.
    pub(super) fn add(&mut self, schema: &Schema) {
        for (name, coded) in &mut self.0 {
            if let Some(other) = schema.variable(name) {
                coded.add(other);
            }
        }
    }

    /// The type that a variable's values are unpacked to, where they are not coded alike everywhere.
    pub(super) fn unpacked(&self, variable: &str) -> Option<DataType> {
        let coded = self.0.get(variable).filter(|coded| !coded.is_alike)?;
        Some(match coded {
            _ if coded.fits_floats => DataType::F32,
            _ if coded.are_integers && coded.are_long => DataType::I64,
            _ => DataType::F64,
        })
    }
}

fn are_alike(one: &VariableSchema, other: &VariableSchema) -> bool {
    one.data_type == other.data_type
        && CODING.iter().all(|name| same(one.attribute(name), other.attribute(name)))
}

/// The variable with unpacked values of this type.
pub(super) fn recoded(variable: &VariableSchema, data_type: DataType) -> VariableSchema {
    let stays = |(name, _): &&(String, Attribute)| !CODING.contains(&name.as_str());
    let mut attributes: Vec<_> = variable.attributes.iter().filter(stays).cloned().collect();
    let fill = match data_type {
        DataType::F32 => Values::F32(vec![f32::NAN]),
        DataType::I64 => Values::I64(vec![MISSING_INTEGER]),
        _ => Values::F64(vec![f64::NAN]),
    };
    attributes.push(("_FillValue".to_owned(), fill.into()));
    VariableSchema { data_type, attributes, ..variable.clone() }
}

/// A variable's values, unpacked to this type.
pub(super) fn unpacked(
    variable: &VariableSchema,
    values: &Values,
    data_type: DataType,
) -> Result<Values, UnpackError> {
    Ok(match data_type {
        DataType::F32 => {
            Values::F32(unpack(variable, values)?.into_iter().map(|value| value as f32).collect())
        }
        DataType::I64 => Values::I64(unpack_integers(variable, values)?),
        _ => Values::F64(unpack(variable, values)?),
    })
}
