//! What a file says about one of its variables, whoever read it there.

use crate::cf::{Attributes, NumberType};

/// What a file says about one of its variables.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) stored: Stored,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) attributes: Attributes,
    /// The number of the first of its filters that the library was built without.
    pub(crate) missing_filter: Option<u32>,
}

/// A dimension of a variable. Of one name there is only one in a file, as far as it is looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dimension {
    pub(crate) name: String,
    pub(crate) length: usize,
}

/// What a variable's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    Numbers(NumberType),
    Other(&'static str),
}

impl Variable {
    /// The lengths of its dimensions.
    pub(crate) fn shape(&self) -> Vec<usize> {
        self.dimensions.iter().map(|dimension| dimension.length).collect()
    }
}
