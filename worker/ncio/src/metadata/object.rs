//! An object that has values: a variable, a dimension, or both.

use super::attribute::{Attribute, attributes};
use super::header::{Header, kind};
use super::values::{Datatype, Space};
use super::{Known, Unknown};
use crate::cf::NumberType;
use crate::decode::element::ByteOrder;
use crate::source::Source;

/// What the attribute `CLASS` of a dimension holds, with the NUL behind it.
const SCALE: &[u8; 16] = b"DIMENSION_SCALE\0";

/// How the attribute `NAME` of a dimension without a variable begins.
const ONLY_DIMENSION: &str = "This is a netCDF dimension but not a netCDF variable.";

/// What is the same for everything that has values.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) header: Header,
    pub(super) space: Space,
    pub(super) attributes: Vec<Attribute>,
    /// It is a dimension.
    pub(super) is_scale: bool,
}

impl Object {
    /// Reads the object at an address; `None` for a group or a type.
    pub(super) fn read(source: &Source, address: u64) -> Known<Option<Self>> {
        let header = Header::read(source, address)?;
        let Some(space) = header.one(kind::DATASPACE)? else { return Ok(None) };
        let space = Space::read(space)?;
        if space.is_null {
            return Err(Unknown);
        }
        let attributes = attributes(source, &header)?;
        let class = attributes.iter().find(|attribute| attribute.name == "CLASS");
        let is_scale = class.map_or(Ok(false), is_scale)?;
        Ok(Some(Self { header, space, attributes, is_scale }))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Whether it is a dimension and no variable.
    pub(super) fn is_only_dimension(&self) -> Known<bool> {
        match self.attribute("NAME").filter(|_| self.is_scale) {
            None => Ok(false),
            Some(name) => name.text().map(|name| name.starts_with(ONLY_DIMENSION)).ok_or(Unknown),
        }
    }

    /// The numbers of dimensions in an attribute that netCDF-4 writes for itself, if it is there.
    pub(super) fn numbers_of(&self, attribute: &str) -> Known<Option<Vec<i32>>> {
        self.attribute(attribute).map(Attribute::integers).transpose()
    }

    /// The type of its values, which must be numbers.
    pub(super) fn numbers(&self) -> Known<(NumberType, ByteOrder)> {
        match Datatype::read(self.header.one(kind::DATATYPE)?.ok_or(Unknown)?)? {
            Datatype::Numbers(kind, order) => Ok((kind, order)),
            _ => Err(Unknown),
        }
    }
}

/// Whether the attribute `CLASS` makes its object a dimension; only one that is written as HDF5 writes it does.
fn is_scale(class: &Attribute) -> Known<bool> {
    match class.text() {
        Some(text) if text != "DIMENSION_SCALE" => Ok(false),
        Some(_) if class.kind == Datatype::Text(SCALE.len()) && class.bytes == SCALE => Ok(true),
        _ => Err(Unknown),
    }
}
