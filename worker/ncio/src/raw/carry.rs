//! A schema of any NetCDF format as NetCDF-4 can hold it.

use super::schema::{Schema, VariableSchema};
use crate::cf::{Number, Raw, with_raw};
use crate::dataset::{Attribute, DataType, Values};
use crate::ffi::library::NOT_A_COORDINATE;

/// Names of attributes that netcdf-c keeps for itself in NetCDF-4 files (`NC_reserved` in its `nc4internal.c`). In
/// the classic formats they are names like any other.
const RESERVED: [&str; 17] = [
    "CLASS",
    "DIMENSION_LIST",
    "NAME",
    "REFERENCE_LIST",
    "_ARRAY_DIMENSIONS",
    "_Codecs",
    "_Format",
    "_IsNetcdf4",
    "_NCProperties",
    "_Netcdf4Coordinates",
    "_Netcdf4Dimid",
    "_SuperblockVersion",
    "_nc3_strict",
    "_nczarr_array",
    "_nczarr_attr",
    "_nczarr_group",
    "_nczarr_superblock",
];

const FILL_VALUE: &str = "_FillValue";

/// Whether netcdf-c keeps an attribute's name for itself in NetCDF-4 files.
pub fn is_reserved(attribute: &str) -> bool {
    RESERVED.contains(&attribute)
}

/// A schema that can be written, and what it took to make it one.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// Without attributes of reserved names, and with fill values of the variables' own types.
    pub schema: Schema,
    /// What was left out, for people: `x:NAME`, with the reason where it is not the name.
    pub left_out: Vec<String>,
}

/// What NetCDF-4 cannot hold, and must not be left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotCarry {
    /// A fill value that means nothing.
    #[error("attribute {FILL_VALUE:?} of variable {variable:?} is {found}: expected one {expected}")]
    Fill {
        /// Whose.
        variable: String,
        /// What is there.
        found: String,
        /// The type of the variable.
        expected: DataType,
    },
    /// A variable that would be read under another name.
    #[error("variable {0:?} has a name that NetCDF-4 keeps for itself: give it another")]
    Name(String),
}

/// A schema as NetCDF-4 can hold it. A fill value of another type is the variable's own value that equals it (of a
/// float, the nearest); one that no value of the type equals is left out, as it can stand for none.
pub fn carried(schema: &Schema) -> Result<Carried, CannotCarry> {
    let mut carried = Carried { schema: schema.clone(), left_out: Vec::new() };
    let Carried { schema, left_out } = &mut carried;
    let mut keep = |owner: &str, attributes: &mut Vec<(String, Attribute)>| {
        attributes.retain(|(name, _)| {
            let reserved = is_reserved(name);
            if reserved {
                left_out.push(format!("{owner}:{name}"));
            }
            !reserved
        });
    };
    keep("", &mut schema.attributes);
    for variable in &mut schema.variables {
        if variable.name.starts_with(NOT_A_COORDINATE) {
            return Err(CannotCarry::Name(variable.name.clone()));
        }
        keep(&variable.name, &mut variable.attributes);
    }
    for variable in &mut schema.variables {
        if let Some(reason) = take_fill(variable)? {
            left_out.push(format!("{}:{FILL_VALUE} ({reason})", variable.name));
        }
    }
    Ok(carried)
}

/// Makes a fill value one of the variable's type; why it is left out, if it is.
fn take_fill(variable: &mut VariableSchema) -> Result<Option<String>, CannotCarry> {
    let Some(place) = variable.attributes.iter().position(|(name, _)| name == FILL_VALUE) else {
        return Ok(None);
    };
    let Some((_, fill)) = variable.attributes.get_mut(place) else { return Ok(None) };
    let expected = variable.data_type;
    let bad = |found: String| CannotCarry::Fill { variable: variable.name.clone(), found, expected };
    let number = match (&*fill, expected) {
        (Attribute::Text(text), DataType::Char) if text.len() == 1 => return Ok(None),
        (Attribute::Text(text), DataType::Char) => {
            let reason = format!("no char is {text:?}");
            variable.attributes.remove(place);
            return Ok(Some(reason));
        }
        (Attribute::Values(values), _) if values.data_type() == expected && values.len() == 1 => {
            return Ok(None);
        }
        (Attribute::Text(text), _) => return Err(bad(format!("the text {text:?}"))),
        (Attribute::Values(values), _) => match values.to_numbers().as_deref() {
            None => return Err(bad("text".to_owned())),
            Some([number]) => *number,
            Some(numbers) => return Err(bad(format!("{} numbers", numbers.len()))),
        },
    };
    match value(number, expected) {
        Some(value) => {
            *fill = value.into();
            Ok(None)
        }
        None if expected.number_type().is_none() => Err(bad(format!("the number {number}"))),
        None => {
            variable.attributes.remove(place);
            Ok(Some(format!("no {expected} is {number}")))
        }
    }
}

/// A number as a value of a type that equals it.
fn value(number: Number, data_type: DataType) -> Option<Values> {
    let raw = with_raw!(data_type.number_type()?, T => {
        let raw = T::equal_to(number)?;
        // a float that is too large for its type would be infinite
        if raw.to_f64().is_infinite() && !number.to_f64().is_infinite() { return None }
        raw.to_number()
    });
    Some(Values::of_number(raw, data_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(data_type: DataType, attributes: &[(&str, Attribute)]) -> Schema {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let variable = VariableSchema { name: "x".to_owned(), data_type, dimensions: vec![], attributes };
        Schema { dimensions: vec![], variables: vec![variable], attributes: vec![] }
    }

    fn fill(data_type: DataType, fill: impl Into<Attribute>) -> Option<Attribute> {
        let carried = carried(&schema(data_type, &[(FILL_VALUE, fill.into())])).unwrap();
        assert_eq!(carried.left_out.is_empty(), carried.schema.variables[0].attribute(FILL_VALUE).is_some());
        carried.schema.variables[0].attribute(FILL_VALUE).cloned()
    }

    #[test]
    fn a_fill_value_is_of_its_variables_type() {
        assert_eq!(fill(DataType::F32, -999.0), Some(Values::F32(vec![-999.0]).into()));
        assert_eq!(fill(DataType::F32, 1e20), Some(Values::F32(vec![1e20]).into()));
        assert_eq!(fill(DataType::I16, -999.0), Some(Values::I16(vec![-999]).into()));
        assert_eq!(fill(DataType::U8, Values::I32(vec![255])), Some(Values::U8(vec![255]).into()));
        assert_eq!(fill(DataType::F64, Values::I64(vec![-1])), Some((-1.0).into()));
        assert_eq!(fill(DataType::F32, 1e300), None);
        assert_eq!(fill(DataType::I16, -999.5), None);
        assert_eq!(fill(DataType::I16, Values::I32(vec![40_000])), None);
        assert_eq!(fill(DataType::I16, f64::NAN), None);
        assert!(fill(DataType::F32, f64::NAN).unwrap().same(&Values::F32(vec![f32::NAN]).into()));
        assert_eq!(fill(DataType::Char, "x"), Some("x".into()));
        assert_eq!(fill(DataType::Char, "NA"), None);
    }

    #[test]
    fn fill_values_that_mean_nothing_are_errors() {
        let error = |data_type, fill: Attribute| {
            carried(&schema(data_type, &[(FILL_VALUE, fill)])).unwrap_err().to_string()
        };
        let expected = "attribute \"_FillValue\" of variable \"x\" is the text \"-999\": expected one short";
        assert_eq!(error(DataType::I16, "-999".into()), expected);
        assert!(error(DataType::F64, Values::F64(vec![1.0, 2.0]).into()).contains("is 2 numbers"));
        assert!(error(DataType::Char, 1.0.into()).contains("is the number 1: expected one char"));
    }

    #[test]
    fn a_variable_that_would_get_another_name_is_an_error() {
        let mut renamed = schema(DataType::F64, &[]);
        renamed.variables[0].name = "_nc4_non_coord_x".to_owned();
        let error = carried(&renamed).unwrap_err().to_string();
        assert!(error.starts_with("variable \"_nc4_non_coord_x\" has a name that NetCDF-4 keeps"), "{error}");
    }

    #[test]
    fn reserved_names_are_left_out() {
        let mut with_names =
            schema(DataType::F64, &[("NAME", "a".into()), ("name", "b".into()), ("CLASS", 1.0.into())]);
        with_names.attributes =
            vec![("_NCProperties".to_owned(), "v".into()), ("title".to_owned(), "t".into())];
        let carried = carried(&with_names).unwrap();
        assert_eq!(carried.left_out, [":_NCProperties", "x:NAME", "x:CLASS"]);
        assert_eq!(carried.schema.variables[0].attributes, [("name".to_owned(), "b".into())]);
        assert_eq!(carried.schema.attributes, [("title".to_owned(), "t".into())]);
    }
}
