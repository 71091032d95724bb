//! The dimensions of a variable, which netCDF-4 keeps as objects of their own ("dimension scales").
//!
//! A coordinate variable is its own dimension; any other variable lists its dimensions in an attribute. The length of a
//! dimension that can grow is that of the longest variable over it, so that these are asked, too.

use super::attribute::Attribute;
use super::cursor::Cursor;
use super::global::Item;
use super::object::Object;
use super::values::Datatype;
use super::{Known, Metadata, Unknown};
use crate::source::Source;
use crate::variable::Dimension;

/// The bytes of an object's address.
const ADDRESS: usize = 8;

/// An entry of a dimension's list of variables: an address, a position, and four bytes to fill it up.
const REFERENCE: usize = 16;

/// The dimensions of the object at an address, in the file's order.
pub(super) fn of(
    metadata: &Metadata,
    source: &Source,
    address: u64,
    object: &Object,
) -> Known<Vec<Dimension>> {
    let lengths = &object.space.lengths;
    let scales = match object.attribute("DIMENSION_LIST") {
        Some(list) if !object.is_scale() => listed(source, list)?,
        None if object.is_scale() => vec![address],
        None if lengths.is_empty() => Vec::new(),
        _ => return Err(Unknown),
    };
    if scales.len() != lengths.len() {
        return Err(Unknown);
    }
    scales
        .into_iter()
        .zip(lengths)
        .map(|(scale, &length)| dimension(metadata, source, scale, length))
        .collect()
}

/// The addresses in an attribute that lists one dimension for each position.
fn listed(source: &Source, list: &Attribute) -> Known<Vec<u64>> {
    if list.kind != Datatype::References || list.space.lengths.len() != 1 {
        return Err(Unknown);
    }
    let mut items = Cursor::new(&list.bytes);
    let mut scales = Vec::new();
    while !items.rest().is_empty() {
        let item = Item::read(&mut items)?;
        let bytes = item.bytes(source, ADDRESS)?.filter(|_| item.count == 1).ok_or(Unknown)?;
        scales.push(Cursor::new(&bytes).u64()?);
    }
    Ok(scales)
}

/// A dimension that a variable has with a length.
fn dimension(metadata: &Metadata, source: &Source, scale: u64, length: u64) -> Known<Dimension> {
    let name = metadata.name_of(scale)?.to_owned();
    let object = metadata.object(source, scale)?;
    let has_this_length = object.is_scale() && object.space.lengths == [length];
    if !has_this_length {
        return Err(Unknown);
    }
    if object.space.unlimited.contains(&true) {
        all_have_it(metadata, source, &object, length)?;
    }
    Ok(Dimension { name, length: length.try_into().map_err(|_| Unknown)? })
}

/// All variables over a dimension must have its length.
fn all_have_it(metadata: &Metadata, source: &Source, scale: &Object, length: u64) -> Known<()> {
    let Some(list) = scale.attribute("REFERENCE_LIST") else { return Ok(()) };
    if list.kind != Datatype::Other(REFERENCE) {
        return Err(Unknown);
    }
    let mut references = Cursor::new(&list.bytes);
    while !references.rest().is_empty() {
        let (variable, position) = (references.u64()?, references.count(4)?);
        references.take(REFERENCE - ADDRESS - 4)?;
        if metadata.object(source, variable)?.space.lengths.get(position) != Some(&length) {
            return Err(Unknown);
        }
    }
    Ok(())
}
