//! The superblock: where a file's root group is, and how long the file must be.

use super::checksum::checked;
use super::cursor::Cursor;
use super::{Known, Unknown};
use crate::source::{HDF5, Source};

/// Sizes of addresses and of lengths: all that is in use.
const SIZES: &[u8] = &[8, 8];

/// The address of the root group's header. Known for files that are whole, closed, begin with their superblock and
/// have no extension of it.
pub(super) fn root(source: &Source) -> Known<u64> {
    let version = *source.get(8, 1).ok_or(Unknown)?.first().ok_or(Unknown)?;
    let (root, end) = match version {
        0 => oldest(source)?,
        2 | 3 => newer(source)?,
        _ => return Err(Unknown),
    };
    // a truncated one is for the library to refuse
    if end <= source.bytes() { Ok(root) } else { Err(Unknown) }
}

/// Version 0: the root group's entry in a symbol table, and no checksum.
fn oldest(source: &Source) -> Known<(u64, u64)> {
    let bytes = source.get(0, 96).ok_or(Unknown)?;
    let mut cursor = Cursor::new(&bytes);
    cursor.expect(HDF5)?;
    cursor.expect(&[0; 5])?;
    cursor.expect(SIZES)?;
    // reserved, and the sizes of nodes in old groups; no flags
    cursor.take(5)?;
    cursor.expect(&[0; 4])?;
    let (base, _free) = (cursor.u64()?, cursor.address()?);
    let (end, driver) = (cursor.u64()?, cursor.address()?);
    let (_name, root) = (cursor.u64()?, cursor.u64()?);
    if base == 0 && driver.is_none() { Ok((root, end)) } else { Err(Unknown) }
}

/// Versions 2 and 3. A flag says that somebody has the file open for writing.
fn newer(source: &Source) -> Known<(u64, u64)> {
    let bytes = source.get(0, 48).ok_or(Unknown)?;
    let mut cursor = Cursor::new(checked(&bytes)?);
    cursor.expect(HDF5)?;
    let _version = cursor.u8()?;
    cursor.expect(SIZES)?;
    cursor.expect(&[0])?;
    let (base, extension) = (cursor.u64()?, cursor.address()?);
    let (end, root) = (cursor.u64()?, cursor.u64()?);
    if base == 0 && extension.is_none() { Ok((root, end)) } else { Err(Unknown) }
}
