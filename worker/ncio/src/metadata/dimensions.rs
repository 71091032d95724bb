//! The dimensions of a variable, which netCDF-4 keeps as objects of their own ("dimension scales").
//!
//! A coordinate variable is its own dimension; any other variable lists its dimensions in an attribute. netCDF-4 may
//! number dimensions besides, and goes by its numbers then: both must say the same. The length of a dimension that can
//! grow is that of the longest variable over it, so that all are looked at.

use super::attribute::Attribute;
use super::cursor::Cursor;
use super::global::Item;
use super::object::Object;
use super::values::Datatype;
use super::{Entry, Known, Metadata, Unknown};
use crate::source::Source;
use crate::variable::Dimension;

/// The bytes of an object's address.
const ADDRESS: usize = 8;

/// The attributes in which dimensions are numbered, and those of a variable told by number.
const NUMBER: &str = "_Netcdf4Dimid";
const NUMBERS: &str = "_Netcdf4Coordinates";

/// Checks that all dimensions are numbered, each by another number, or none is.
pub(super) fn check_numbers(metadata: &Metadata) -> Known<()> {
    let scales = metadata.objects().filter(|(_, object)| object.is_scale);
    let numbers: Vec<_> = scales.map(|(_, object)| object.numbers_of(NUMBER)).collect::<Known<_>>()?;
    let mut known: Vec<_> = numbers.iter().flatten().collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || known.len() == numbers.len() { Ok(()) } else { Err(Unknown) }
}

/// The dimensions of an object, in the file's order.
pub(super) fn of(
    metadata: &Metadata,
    source: &Source,
    entry: &Entry,
    object: &Object,
) -> Known<Vec<Dimension>> {
    let lengths = &object.space.lengths;
    let scales = match listed(source, object)? {
        Some(scales) => scales,
        None if object.is_scale => vec![entry.address],
        None if lengths.is_empty() => Vec::new(),
        None => return Err(Unknown),
    };
    if scales.len() != lengths.len() || !are_numbered(metadata, object, &scales)? {
        return Err(Unknown);
    }
    scales
        .into_iter()
        .zip(lengths)
        .map(|(scale, &length)| dimension(metadata, source, scale, length))
        .collect()
}

/// The addresses of the dimensions that a variable lists, if it does: one for each position.
fn listed(source: &Source, object: &Object) -> Known<Option<Vec<u64>>> {
    let Some(list) = object.attribute("DIMENSION_LIST") else { return Ok(None) };
    if object.is_scale || list.kind != Datatype::References || list.space.lengths.len() != 1 {
        return Err(Unknown);
    }
    addresses(source, list).map(Some)
}

fn addresses(source: &Source, list: &Attribute) -> Known<Vec<u64>> {
    let mut items = Cursor::new(&list.bytes);
    let mut scales = Vec::new();
    while !items.rest().is_empty() {
        let item = Item::read(&mut items)?;
        let bytes = item.bytes(source, ADDRESS)?.filter(|_| item.count == 1).ok_or(Unknown)?;
        scales.push(Cursor::new(&bytes).u64()?);
    }
    Ok(scales)
}

/// Whether an object that tells its dimensions by number, too, tells these.
fn are_numbered(metadata: &Metadata, object: &Object, scales: &[u64]) -> Known<bool> {
    let Some(numbers) = object.numbers_of(NUMBERS)? else { return Ok(true) };
    let number = |&scale: &u64| metadata.entry_at(scale)?.1.numbers_of(NUMBER);
    let expected = scales.iter().map(number).collect::<Known<Vec<_>>>()?;
    let same = |(expected, number): (&Option<Vec<i32>>, &i32)| expected.as_deref() == Some(&[*number]);
    Ok(expected.len() == numbers.len() && expected.iter().zip(&numbers).all(same))
}

/// A dimension that a variable has with a length.
fn dimension(metadata: &Metadata, source: &Source, scale: u64, length: u64) -> Known<Dimension> {
    let (name, object) = metadata.entry_at(scale)?;
    if !object.is_scale || object.space.lengths != [length] {
        return Err(Unknown);
    }
    if object.space.unlimited.contains(&true) && !all_have_it(metadata, source, scale, length)? {
        return Err(Unknown);
    }
    Ok(Dimension { name: name.to_owned(), length: length.try_into().map_err(|_| Unknown)? })
}

/// Whether all variables over a dimension have its length. In other groups they are not looked at.
fn all_have_it(metadata: &Metadata, source: &Source, scale: u64, length: u64) -> Known<bool> {
    if metadata.has_groups() {
        return Err(Unknown);
    }
    for (_, object) in metadata.objects() {
        let Some(scales) = listed(source, object)? else {
            // by number alone
            if !object.is_scale && object.attribute(NUMBERS).is_some() {
                return Err(Unknown);
            }
            continue;
        };
        let mut lengths = scales.iter().zip(&object.space.lengths).filter(|(of, _)| **of == scale);
        if lengths.any(|(_, found)| *found != length) {
            return Ok(false);
        }
    }
    Ok(true)
}
