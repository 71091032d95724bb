//! An object that has values: a variable, a dimension, or both.

use super::attribute::{Attribute, attributes};
use super::header::{Header, kind};
use super::values::{Datatype, Space};
use super::{Known, Unknown};
use crate::cf::NumberType;
use crate::decode::element::ByteOrder;
use crate::source::Source;

/// How the attribute `NAME` of a dimension without a variable begins.
const ONLY_DIMENSION: &str = "This is a netCDF dimension but not a netCDF variable";

/// What is the same for everything that has values.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) header: Header,
    pub(super) space: Space,
    pub(super) attributes: Vec<Attribute>,
}

impl Object {
    /// Reads the object at an address; unknown where it has no values.
    pub(super) fn read(source: &Source, address: u64) -> Known<Self> {
        let header = Header::read(source, address)?;
        let space = Space::read(header.one(kind::DATASPACE)?.ok_or(Unknown)?)?;
        if space.is_null {
            return Err(Unknown);
        }
        let attributes = attributes(source, &header)?;
        Ok(Self { header, space, attributes })
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Whether it is a dimension.
    pub(super) fn is_scale(&self) -> bool {
        self.attribute("CLASS").and_then(Attribute::text).is_some_and(|class| class == "DIMENSION_SCALE")
    }

    /// Whether it is a dimension and no variable.
    pub(super) fn is_only_dimension(&self) -> bool {
        let name = self.attribute("NAME").and_then(Attribute::text);
        self.is_scale() && name.is_some_and(|name| name.starts_with(ONLY_DIMENSION))
    }

    /// The type of its values, which must be numbers.
    pub(super) fn numbers(&self) -> Known<(NumberType, ByteOrder)> {
        match Datatype::read(self.header.one(kind::DATATYPE)?.ok_or(Unknown)?)? {
            Datatype::Numbers(kind, order) => Ok((kind, order)),
            _ => Err(Unknown),
        }
    }
}
