//! The few facts that reading a field needs, out of HDF5's metadata without the library.
//!
//! netcdf-c takes some eighty reads and two milliseconds to open a file: where a region is small, most of a day. Here the
//! root group is read and nothing else, most often with one read, by the HDF5 File Format Specification (version 3.0) and
//! netCDF-4's way to keep dimensions in it.
//!
//! It is no judge. Whatever is not as today's writers of NetCDF-4 make it, or damaged, is [`Unknown`], and the library is
//! asked instead: what it reads or refuses, and its reasons, hold. Read are:
//!
//! * superblocks of versions 0, 2 and 3, object headers of version 2, groups that keep the order of their names;
//! * links and attributes in headers, and in fractal heaps that B-trees of version 2 list;
//! * numbers of standard types in one piece or in chunks that a B-tree of version 1 finds.

mod attribute;
mod checksum;
pub(crate) mod chunk_tree;
mod cursor;
mod dense;
mod dimensions;
mod global;
mod group;
mod header;
mod heap;
mod object;
mod storage;
mod superblock;
#[cfg(test)]
mod tests;
mod values;

use group::Link;
use object::Object;

pub(crate) use storage::{Layout, Storage};

use crate::decode::pipeline::FILTERS;
use crate::source::Source;
use crate::variable::{Stored, Variable};

/// Something that is not read here: the library is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unknown;

/// What is known, if it is.
pub(crate) type Known<T> = Result<T, Unknown>;

/// What begins the name of a variable that is called like a dimension and is not its coordinate.
const NOT_A_COORDINATE: &str = "_nc4_non_coord_";

/// What a file's root group has.
#[derive(Debug)]
pub(crate) struct Metadata(Vec<Entry>);

/// A name in the root group.
#[derive(Debug)]
struct Entry {
    name: String,
    /// Where its object is.
    address: u64,
    /// `None` for a group or a type.
    object: Option<Object>,
}

impl Metadata {
    /// Reads the root group and all that is in it.
    pub(crate) fn open(source: &Source) -> Known<Self> {
        let links = group::links(source, superblock::root(source)?)?;
        let entry = |Link { name, object: address }| {
            Ok(Entry { name, address, object: Object::read(source, address)? })
        };
        let metadata = Self(links.into_iter().map(entry).collect::<Known<_>>()?);
        dimensions::check_numbers(&metadata)?;
        Ok(metadata)
    }

    /// The variable of a name, and how it is stored; `None` where the root group has none.
    pub(crate) fn variable(&self, source: &Source, name: &str) -> Known<Option<(Variable, Storage)>> {
        let Some((entry, object)) = self.named(name)? else { return Ok(None) };
        if object.is_only_dimension()? {
            return Ok(None);
        }
        let (stored, order) = object.numbers()?;
        let variable = Variable {
            name: name.to_owned(),
            stored: Stored::Numbers(stored),
            dimensions: dimensions::of(self, source, entry, object)?,
            attributes: attribute::shown(source, &object.attributes)?,
            missing_filter: None,
        };
        let storage = Storage::read(&object.header, &object.space.lengths, order, stored.bytes())?;
        let is_known = storage.filters.iter().all(|filter| FILTERS.contains(&filter.number));
        if is_known { Ok(Some((variable, storage))) } else { Err(Unknown) }
    }

    /// What has a variable's name.
    fn named(&self, name: &str) -> Known<Option<(&Entry, &Object)>> {
        let linked = |name: &str| self.0.iter().find(|entry| entry.name == name);
        // the library looks names up in a normal form, and renames some
        let is_renamed =
            name.starts_with(NOT_A_COORDINATE) || linked(&format!("{NOT_A_COORDINATE}{name}")).is_some();
        if is_renamed || !name.is_ascii() {
            return Err(Unknown);
        }
        match linked(name) {
            None => Ok(None),
            Some(entry) => entry.object.as_ref().map(|object| Some((entry, object))).ok_or(Unknown),
        }
    }

    /// The object at an address, and its only name.
    fn entry_at(&self, address: u64) -> Known<(&str, &Object)> {
        let mut entries = self.0.iter().filter(|entry| entry.address == address);
        match (entries.next(), entries.next()) {
            (Some(Entry { name, object: Some(object), .. }), None) if !name.starts_with(NOT_A_COORDINATE) => {
                Ok((name, object))
            }
            _ => Err(Unknown),
        }
    }

    /// All that have values.
    fn objects(&self) -> impl Iterator<Item = (&Entry, &Object)> {
        self.0.iter().filter_map(|entry| Some((entry, entry.object.as_ref()?)))
    }

    /// Whether there are groups in the root group, or types.
    fn has_groups(&self) -> bool {
        self.0.iter().any(|entry| entry.object.is_none())
    }
}
