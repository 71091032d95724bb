//! The few facts that reading a field needs, out of HDF5's metadata without the library.
//!
//! netcdf-c reads everything about everything in a file before it answers, in some eighty reads and two milliseconds:
//! where a region is small, most of a day. Here a variable of the root group is looked up and nothing else, by the HDF5
//! File Format Specification (version 3.0) and netCDF-4's way to keep dimensions in it.
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

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use group::Link;
use object::Object;

pub(crate) use storage::{Layout, Storage};

use crate::source::Source;
use crate::variable::{Stored, Variable};

/// Something that is not read here: the library is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unknown;

/// What is known, if it is.
pub(crate) type Known<T> = Result<T, Unknown>;

/// What begins the name of a variable that is called like a dimension and is not its coordinate.
const NOT_A_COORDINATE: &str = "_nc4_non_coord_";

/// The filters that can be undone here: deflate, shuffle, fletcher32.
const FILTERS: [u32; 3] = [1, 2, 3];

/// The names in a file's root group, and what was read of them so far.
#[derive(Debug)]
pub(crate) struct Metadata {
    links: Vec<Link>,
    objects: RefCell<HashMap<u64, Rc<Object>>>,
}

impl Metadata {
    /// Reads the root group.
    pub(crate) fn open(source: &Source) -> Known<Self> {
        let links = group::links(source, superblock::root(source)?)?;
        Ok(Self { links, objects: RefCell::default() })
    }

    /// The variable of a name, and how it is stored; `None` where the root group has none.
    pub(crate) fn variable(&self, source: &Source, name: &str) -> Known<Option<(Variable, Storage)>> {
        let Some(address) = self.address(name)? else { return Ok(None) };
        let object = self.object(source, address)?;
        if object.is_only_dimension() {
            return Ok(None);
        }
        let (stored, order) = object.numbers()?;
        let variable = Variable {
            name: name.to_owned(),
            stored: Stored::Numbers(stored),
            dimensions: dimensions::of(self, source, address, &object)?,
            attributes: attribute::shown(source, &object.attributes)?,
            missing_filter: None,
        };
        let storage = Storage::read(&object.header, &object.space.lengths, order, stored.bytes())?;
        let is_known = storage.filters.iter().all(|filter| FILTERS.contains(&filter.number));
        if is_known { Ok(Some((variable, storage))) } else { Err(Unknown) }
    }

    /// Where the object of a variable's name is.
    fn address(&self, name: &str) -> Known<Option<u64>> {
        let linked = |name: &str| self.links.iter().find(|link| link.name == name);
        // the library looks names up in a normal form, and renames some
        let is_renamed =
            name.starts_with(NOT_A_COORDINATE) || linked(&format!("{NOT_A_COORDINATE}{name}")).is_some();
        if is_renamed || !name.is_ascii() {
            return Err(Unknown);
        }
        match linked(name) {
            None => Ok(None),
            Some(link) => link.object.map(Some).ok_or(Unknown),
        }
    }

    /// The only name of an object.
    fn name_of(&self, address: u64) -> Known<&str> {
        let mut names = self.links.iter().filter(|link| link.object == Some(address));
        match (names.next(), names.next()) {
            (Some(link), None) if !link.name.starts_with(NOT_A_COORDINATE) => Ok(&link.name),
            _ => Err(Unknown),
        }
    }

    /// Reads an object once.
    fn object(&self, source: &Source, address: u64) -> Known<Rc<Object>> {
        if let Some(known) = self.objects.borrow().get(&address) {
            return Ok(Rc::clone(known));
        }
        let object = Rc::new(Object::read(source, address)?);
        self.objects.borrow_mut().insert(address, Rc::clone(&object));
        Ok(object)
    }
}
