//! What a file holds, without its values: dimensions, variables and their types, attributes.

use std::ops::Range;
use std::path::Path;

use super::error::RawError;
use crate::dataset::{Attribute, DataType, Dataset, attribute};
use crate::ffi::library::Slab;

/// A file without its values, in the file's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// Names and lengths; an unlimited dimension has its present length.
    pub dimensions: Vec<(String, usize)>,
    /// The variables.
    pub variables: Vec<VariableSchema>,
    /// The global attributes.
    pub attributes: Vec<(String, Attribute)>,
}

/// A variable without its values.
#[derive(Clone, Debug, PartialEq)]
pub struct VariableSchema {
    /// The name.
    pub name: String,
    /// The type of its values.
    pub data_type: DataType,
    /// The names of its dimensions, the slowest first; none for a scalar.
    pub dimensions: Vec<String>,
    /// The attributes, `_FillValue` among them.
    pub attributes: Vec<(String, Attribute)>,
}

impl VariableSchema {
    /// The place of a dimension among the variable's own; the first, should it be there twice.
    pub fn axis(&self, dimension: &str) -> Option<usize> {
        self.dimensions.iter().position(|name| name == dimension)
    }

    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        attribute(&self.attributes, name)
    }
}

impl Schema {
    /// A dimension's length.
    pub fn length(&self, dimension: &str) -> Option<usize> {
        self.dimensions.iter().find(|(name, _)| name == dimension).map(|&(_, length)| length)
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> Option<&VariableSchema> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// The lengths of a variable's dimensions; one that the schema lacks counts as 0.
    pub fn shape(&self, variable: &VariableSchema) -> Vec<usize> {
        variable.dimensions.iter().map(|name| self.length(name).unwrap_or(0)).collect()
    }

    /// A variable's place and definition.
    pub(super) fn find(&self, name: &str, path: &Path) -> Result<(usize, &VariableSchema), RawError> {
        let found = self.variables.iter().enumerate().find(|(_, variable)| variable.name == name);
        found.ok_or_else(|| missing(path, "variable", name))
    }

    /// All of a variable, or a range of it along one dimension.
    pub(super) fn slab(
        &self,
        variable: &VariableSchema,
        along: Option<(&str, Range<usize>)>,
        path: &Path,
    ) -> Result<Slab, RawError> {
        let count = self.shape(variable);
        let mut slab = Slab { start: vec![0; count.len()], count };
        if let Some((dimension, range)) = along {
            let what = || format!("variable {:?} with the dimension", variable.name);
            let axis = variable.axis(dimension).ok_or_else(|| missing(path, what(), dimension))?;
            slab.start[axis] = range.start;
            slab.count[axis] = range.len();
        }
        Ok(slab)
    }
}

impl From<&Dataset> for Schema {
    fn from(dataset: &Dataset) -> Self {
        let variables = dataset.variables.iter().map(|variable| VariableSchema {
            name: variable.name.clone(),
            data_type: variable.values.data_type(),
            dimensions: variable.dimensions.clone(),
            attributes: variable.attributes.clone(),
        });
        Self {
            dimensions: dataset.dimensions.clone(),
            variables: variables.collect(),
            attributes: dataset.attributes.clone(),
        }
    }
}

pub(super) fn missing(path: &Path, what: impl Into<String>, name: &str) -> RawError {
    RawError::Missing { path: path.to_owned(), what: what.into(), name: name.to_owned() }
}
