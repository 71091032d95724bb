//! What a group has: the names in it and the objects that they stand for.

use super::cursor::Cursor;
use super::dense::{Dense, Listed};
use super::header::{Header, kind};
use super::{Known, Unknown};
use crate::source::Source;

/// A name in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) name: String,
    /// The object's header.
    pub(super) object: u64,
}

/// All names of the group at an address. Groups without the order in which names were made are left to the library,
/// and names that stand for other names.
pub(super) fn links(source: &Source, address: u64) -> Known<Vec<Link>> {
    let header = Header::read(source, address)?;
    if header.one(kind::SYMBOL_TABLE)?.is_some() {
        return Err(Unknown);
    }
    let info = header.one(kind::LINK_INFO)?.ok_or(Unknown)?;
    match Dense::read(info, Listed::Links)? {
        Some(dense) => dense.each(source, Listed::Links, link),
        None => header.all(kind::LINK).map(|message| link(message?)).collect(),
    }
}

fn link(message: &[u8]) -> Known<Link> {
    let mut cursor = Cursor::new(message);
    cursor.expect(&[1])?;
    let flags = cursor.u8()?;
    if flags & 0x08 != 0 {
        cursor.expect(&[0])?;
    }
    if flags & 0x04 != 0 {
        let _order = cursor.u64()?;
    }
    if flags & 0x10 != 0 {
        let _characters = cursor.u8()?;
    }
    let length = cursor.count(1 << (flags & 0x03))?;
    let name = std::str::from_utf8(cursor.take(length)?).map_err(|_| Unknown)?.to_owned();
    Ok(Link { name, object: cursor.u64()? })
}
