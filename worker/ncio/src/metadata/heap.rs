//! Fractal heaps: where links and attributes are when they are many.
//!
//! Known are heaps without filters, of direct blocks and one level of an indirect block above them: half a megabyte
//! of names and attributes. Objects that are too large for a block are left to the library.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::checksum::{agrees, checked};
use super::cursor::Cursor;
use super::{Known, Unknown};
use crate::source::Source;

/// The size of a heap's head.
const HEAD: usize = 146;

/// An open heap.
pub(super) struct Heap<'s> {
    source: &'s Source,
    address: u64,
    /// How objects are named: bytes of an offset in the heap and of a length.
    offset_bytes: usize,
    length_bytes: usize,
    /// The heads of direct blocks have a checksum.
    checksummed: bool,
    table: Table,
    root: u64,
    /// Rows of the indirect block at the root; none where the root is a direct block.
    rows: u64,
    /// Direct blocks that were read, by where they begin in the heap.
    blocks: BTreeMap<u64, Cow<'s, [u8]>>,
}

impl<'s> Heap<'s> {
    /// Reads the head of the heap at an address.
    pub(super) fn open(source: &'s Source, address: u64) -> Known<Self> {
        let bytes = source.get(address, HEAD).ok_or(Unknown)?;
        let mut cursor = Cursor::new(checked(&bytes)?);
        cursor.expect(b"FRHP\0")?;
        let (_name_bytes, filter_bytes, flags) = (cursor.u16()?, cursor.u16()?, cursor.u8()?);
        let largest_object = u64::from(cursor.u32()?);
        // huge objects, free space, counts
        cursor.take(12 * 8)?;
        let table = Table::read(&mut cursor)?;
        let (bits, _first_rows) = (cursor.u16()?, cursor.u16()?);
        let (root, rows) = (cursor.address()?.ok_or(Unknown)?, u64::from(cursor.u16()?));
        if filter_bytes != 0 {
            return Err(Unknown);
        }
        Ok(Self {
            source,
            address,
            offset_bytes: usize::from(bits).div_ceil(8),
            length_bytes: bytes_for(table.largest - 1).min(bytes_for(largest_object)),
            checksummed: flags & 0x02 != 0,
            table,
            root,
            rows,
            blocks: BTreeMap::new(),
        })
    }

    /// The object of a name.
    pub(super) fn object(&mut self, name: &[u8]) -> Known<&[u8]> {
        let mut cursor = Cursor::new(name);
        // version 0, and an object that is in a block
        cursor.expect(&[0])?;
        let (offset, length) = (cursor.number(self.offset_bytes)?, cursor.count(self.length_bytes)?);
        let block = self.table.find(offset)?;
        if !self.blocks.contains_key(&block.offset) {
            let bytes = self.direct_block(block)?;
            self.blocks.insert(block.offset, bytes);
        }
        let start = usize::try_from(offset - block.offset).map_err(|_| Unknown)?;
        let end = start.checked_add(length).ok_or(Unknown)?;
        self.blocks.get(&block.offset).and_then(|bytes| bytes.get(start..end)).ok_or(Unknown)
    }

    fn direct_block(&self, block: Block) -> Known<Cow<'s, [u8]>> {
        let address = if self.rows == 0 { self.only(block)? } else { self.below_root(block)? };
        let bytes = self.source.get(address, block.bytes).ok_or(Unknown)?;
        let mut cursor = Cursor::new(&bytes);
        self.head(&mut cursor, b"FHDB\0", block.offset)?;
        if self.checksummed {
            let at = bytes.len() - cursor.rest().len();
            let stored = cursor.u32()?;
            // it counts as zeros itself
            let mut whole = bytes.to_vec();
            whole.get_mut(at..at + 4).ok_or(Unknown)?.fill(0);
            if !agrees(&whole, stored) {
                return Err(Unknown);
            }
        }
        Ok(bytes)
    }

    /// The block at the root, which must be the one that is asked for.
    fn only(&self, block: Block) -> Known<u64> {
        if block.number == 0 { Ok(self.root) } else { Err(Unknown) }
    }

    /// Where the indirect block at the root has a direct one.
    fn below_root(&self, block: Block) -> Known<u64> {
        let entries = self
            .rows
            .checked_mul(self.table.width)
            .filter(|&entries| block.number < entries)
            .ok_or(Unknown)?;
        let entries = usize::try_from(entries).map_err(|_| Unknown)?;
        let bytes = entries.checked_mul(8).and_then(|bytes| bytes.checked_add(13 + self.offset_bytes + 4));
        let root = self.source.get(self.root, bytes.ok_or(Unknown)?).ok_or(Unknown)?;
        let mut cursor = Cursor::new(checked(&root)?);
        self.head(&mut cursor, b"FHIB\0", 0)?;
        cursor.take(usize::try_from(block.number).map_err(|_| Unknown)? * 8)?;
        cursor.address()?.ok_or(Unknown)
    }

    /// What each block begins with: what it is, of which heap, and where in it.
    fn head(&self, cursor: &mut Cursor<'_>, signature: &[u8], offset: u64) -> Known<()> {
        cursor.expect(signature)?;
        let is_ours = cursor.u64()? == self.address && cursor.number(self.offset_bytes)? == offset;
        if is_ours { Ok(()) } else { Err(Unknown) }
    }
}

/// The sizes of a heap's blocks: rows of equal ones, which double from the third row on.
#[derive(Clone, Copy, Debug)]
struct Table {
    width: u64,
    first: u64,
    largest: u64,
}

/// A direct block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    /// Its place among the entries of the indirect block at the root.
    number: u64,
    /// Where it begins in the heap.
    offset: u64,
    bytes: usize,
}

impl Table {
    fn read(cursor: &mut Cursor<'_>) -> Known<Self> {
        let table = Self { width: cursor.u16()?.into(), first: cursor.u64()?, largest: cursor.u64()? };
        let is_power = |bytes: u64| bytes.is_power_of_two() && bytes <= 1 << 24;
        let is_usable = table.width > 0 && is_power(table.first) && is_power(table.largest);
        if is_usable { Ok(table) } else { Err(Unknown) }
    }

    /// The direct block in which an offset is; unknown where that is below another indirect block.
    fn find(self, offset: u64) -> Known<Block> {
        let (mut begin, mut bytes, mut row) = (0_u64, self.first, 0_u64);
        while bytes <= self.largest {
            let end = begin + bytes * self.width;
            if offset < end {
                let column = (offset - begin) / bytes;
                let (number, offset) = (row * self.width + column, begin + column * bytes);
                return Ok(Block { number, offset, bytes: bytes as usize });
            }
            bytes *= if row > 0 { 2 } else { 1 };
            (begin, row) = (end, row + 1);
        }
        Err(Unknown)
    }
}

/// How many bytes a number up to `most` takes, as HDF5 counts them.
pub(super) fn bytes_for(most: u64) -> usize {
    most.checked_ilog2().unwrap_or(0) as usize / 8 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_double_from_the_third_row_on() {
        let table = Table { width: 4, first: 512, largest: 2048 };
        let found = |offset| table.find(offset).ok().map(|block| (block.number, block.offset, block.bytes));
        assert_eq!(found(0), Some((0, 0, 512)));
        assert_eq!(found(511 + 512), Some((1, 512, 512)));
        assert_eq!(found(2048), Some((4, 2048, 512)));
        assert_eq!(found(4096 + 1024), Some((9, 4096 + 1024, 1024)));
        assert_eq!(found(8192 + 3 * 2048), Some((15, 8192 + 3 * 2048, 2048)));
        // the row after would be of indirect blocks
        assert_eq!(found(8192 + 4 * 2048), None);
        assert_eq!(found(u64::MAX), None);
    }

    #[test]
    fn lengths_take_as_many_bytes_as_their_limit() {
        assert_eq!([0, 255, 256, 4096, 65536].map(bytes_for), [1, 1, 2, 2, 3]);
    }
}
