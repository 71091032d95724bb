//! Where a variable's values are, and how they are stored.

use std::ops::Range;

use super::cursor::Cursor;
use super::header::{Header, kind};
use super::{Known, Unknown};
use crate::decode::element::ByteOrder;
use crate::decode::pipeline::Filter;

/// How the values of a variable are stored.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    /// The lengths of its dimensions.
    pub(crate) shape: Vec<u64>,
    pub(crate) order: ByteOrder,
    pub(crate) layout: Layout,
    /// In the order in which they are applied.
    pub(crate) filters: Vec<Filter>,
}

/// Where values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Here: they are few.
    Inline(Vec<u8>),
    /// In one piece.
    Piece(Range<u64>),
    /// Nowhere: they were never written.
    Unwritten,
    /// In chunks of a shape, found by a B-tree of version 1 at an address.
    Chunks { chunk: Vec<u64>, tree: Option<u64> },
}

impl Storage {
    /// Of a variable of this shape, whose values take so many bytes.
    pub(super) fn read(header: &Header, shape: &[u64], order: ByteOrder, value_bytes: usize) -> Known<Self> {
        if header.one(kind::EXTERNAL_FILES)?.is_some() {
            return Err(Unknown);
        }
        let layout = layout(header.one(kind::LAYOUT)?.ok_or(Unknown)?, shape.len(), value_bytes)?;
        let filters = header.one(kind::FILTERS)?.map_or(Ok(Vec::new()), filters)?;
        Ok(Self { shape: shape.to_vec(), order, layout, filters })
    }
}

fn layout(message: &[u8], rank: usize, value_bytes: usize) -> Known<Layout> {
    let mut cursor = Cursor::new(message);
    let (version, class) = (cursor.u8()?, cursor.u8()?);
    match (version, class) {
        (3 | 4, 0) => {
            let size = cursor.count(2)?;
            Ok(Layout::Inline(cursor.take(size)?.to_vec()))
        }
        (3 | 4, 1) => {
            let (address, bytes) = (cursor.address()?, cursor.u64()?);
            let Some(address) = address else { return Ok(Layout::Unwritten) };
            Ok(Layout::Piece(address..address.checked_add(bytes).ok_or(Unknown)?))
        }
        (3, 2) => {
            // the size of a value is a dimension more
            if usize::from(cursor.u8()?) != rank + 1 {
                return Err(Unknown);
            }
            let tree = cursor.address()?;
            let chunk = (0..rank).map(|_| Ok(cursor.u32()?.into())).collect::<Known<Vec<u64>>>()?;
            let is_usable = cursor.count(4)? == value_bytes && !chunk.contains(&0);
            if is_usable { Ok(Layout::Chunks { chunk, tree }) } else { Err(Unknown) }
        }
        _ => Err(Unknown),
    }
}

fn filters(message: &[u8]) -> Known<Vec<Filter>> {
    let mut cursor = Cursor::new(message);
    let (version, count) = (cursor.u8()?, cursor.u8()?);
    match version {
        1 => _ = cursor.take(6)?,
        2 => {}
        _ => return Err(Unknown),
    }
    (0..count).map(|_| filter(&mut cursor, version)).collect()
}

fn filter(cursor: &mut Cursor<'_>, version: u8) -> Known<Filter> {
    let number = cursor.u16()?;
    // in version 2 filters that everybody knows have no name
    let name = if version == 1 || number >= 256 { cursor.u16()?.into() } else { 0 };
    let (_flags, parameters) = (cursor.u16()?, cursor.u16()?);
    cursor.take(name)?;
    let parameters = (0..parameters).map(|_| cursor.u32()).collect::<Known<Vec<_>>>()?;
    if version == 1 && parameters.len() % 2 == 1 {
        cursor.u32()?;
    }
    Ok(Filter { number: number.into(), parameter: parameters.first().copied() })
}
