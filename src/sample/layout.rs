//! Short ways to say the parts of a NetCDF file.

use dayfold_ncio::dataset::{Attribute, Values, Variable};

/// An attribute of one name.
pub type Named = (String, Attribute);

/// A text attribute.
pub fn text(name: &str, value: &str) -> Named {
    (name.to_owned(), value.into())
}

/// A number attribute, in the type that `values` have.
pub fn number(name: &str, values: Values) -> Named {
    (name.to_owned(), values.into())
}

/// A variable.
pub fn variable(name: &str, dimensions: &[&str], values: Values, attributes: Vec<Named>) -> Variable {
    let dimensions = dimensions.iter().map(|&dimension| dimension.to_owned()).collect();
    Variable { name: name.to_owned(), dimensions, values, attributes }
}

/// A coordinate variable with its units and further text attributes.
pub fn coordinate(name: &str, values: Values, units: &str, more: &[(&str, &str)]) -> Variable {
    let more = more.iter().map(|(name, value)| text(name, value));
    variable(name, &[name], values, std::iter::once(text("units", units)).chain(more).collect())
}
