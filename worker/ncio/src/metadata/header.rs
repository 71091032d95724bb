//! Object headers of version 2: the messages of which groups and variables are made, checksums proven.
//!
//! Headers of version 1 are left to the library: nobody who writes NetCDF-4 makes them, since it wants attributes in the
//! order in which they were made.

use std::ops::Range;

use super::checksum::checked;
use super::cursor::Cursor;
use super::{Known, Unknown};
use crate::source::Source;

/// Kinds of messages by their numbers in HDF5's file format.
pub(super) mod kind {
    pub(in crate::metadata) const DATASPACE: u8 = 0x01;
    pub(in crate::metadata) const LINK_INFO: u8 = 0x02;
    pub(in crate::metadata) const DATATYPE: u8 = 0x03;
    pub(in crate::metadata) const LINK: u8 = 0x06;
    pub(in crate::metadata) const EXTERNAL_FILES: u8 = 0x07;
    pub(in crate::metadata) const LAYOUT: u8 = 0x08;
    pub(in crate::metadata) const FILTERS: u8 = 0x0b;
    pub(in crate::metadata) const ATTRIBUTE: u8 = 0x0c;
    pub(in crate::metadata) const CONTINUATION: u8 = 0x10;
    pub(in crate::metadata) const SYMBOL_TABLE: u8 = 0x11;
    pub(in crate::metadata) const ATTRIBUTE_INFO: u8 = 0x15;
    /// The last that there is.
    pub(in crate::metadata) const LAST: u8 = 0x18;
}

/// The message is somewhere else.
const SHARED: u8 = 0x02;

/// More blocks and bytes no header has that is looked at: damage could make a ring of them.
const MOST_BLOCKS: usize = 256;
const MOST_BYTES: usize = 1 << 20;

/// A message and where it is among the header's bytes.
#[derive(Debug)]
struct Message {
    kind: u8,
    shared: bool,
    body: Range<usize>,
}

/// All messages of an object.
#[derive(Debug, Default)]
pub(super) struct Header {
    bytes: Vec<u8>,
    messages: Vec<Message>,
}

impl Header {
    /// Reads the header at an address.
    pub(super) fn read(source: &Source, address: u64) -> Known<Self> {
        let mut header = Self::default();
        let (flags, more) = header.first_block(source, address)?;
        let mut blocks = more;
        let (mut taken, mut total) = (0, 0_usize);
        while let Some((address, bytes)) = blocks.get(taken).copied() {
            taken += 1;
            total = total.saturating_add(bytes);
            if taken > MOST_BLOCKS || total > MOST_BYTES {
                return Err(Unknown);
            }
            let block = source.get(address, bytes).ok_or(Unknown)?;
            let mut cursor = Cursor::new(checked(&block)?);
            cursor.expect(b"OCHK")?;
            header.messages(cursor, flags, &mut blocks)?;
        }
        Ok(header)
    }

    /// Reads the first block; its flags, and where the others are.
    fn first_block(&mut self, source: &Source, address: u64) -> Known<(u8, Vec<(u64, usize)>)> {
        let start = source.get(address, 6).ok_or(Unknown)?;
        let mut cursor = Cursor::new(&start);
        cursor.expect(b"OHDR\x02")?;
        let flags = cursor.u8()?;
        // four times of 4 bytes, two limits of 2
        let before = if flags & 0x20 != 0 { 16 } else { 0 } + if flags & 0x10 != 0 { 4 } else { 0 };
        let size_bytes = 1_usize << (flags & 0x03);
        let prefix = 6 + before + size_bytes;
        let bytes = source.get(address, prefix).ok_or(Unknown)?;
        let size = Cursor::new(bytes.get(6 + before..).unwrap_or_default()).count(size_bytes)?;
        let whole = size.checked_add(prefix + 4).ok_or(Unknown)?;
        let block = source.get(address, whole).ok_or(Unknown)?;
        let mut cursor = Cursor::new(checked(&block)?);
        cursor.take(prefix)?;
        let mut more = Vec::new();
        self.messages(cursor, flags, &mut more)?;
        Ok((flags, more))
    }

    /// Takes the messages of a block, and where it says that others are.
    fn messages(&mut self, mut cursor: Cursor<'_>, flags: u8, more: &mut Vec<(u64, usize)>) -> Known<()> {
        let ordered = flags & 0x04 != 0;
        let prefix = if ordered { 6 } else { 4 };
        // what is left behind the last message is too small for another
        while cursor.rest().len() >= prefix {
            let (kind, size, flags) = (cursor.u8()?, cursor.u16()?, cursor.u8()?);
            if ordered {
                cursor.u16()?;
            }
            let body = cursor.take(size.into())?;
            match kind {
                kind::CONTINUATION => {
                    let mut place = Cursor::new(body);
                    more.push((place.u64()?, place.count(8)?));
                }
                known if known <= kind::LAST => {
                    let from = self.bytes.len();
                    self.bytes.extend_from_slice(body);
                    let body = from..self.bytes.len();
                    self.messages.push(Message { kind, shared: flags & SHARED != 0, body });
                }
                _ => return Err(Unknown),
            }
        }
        Ok(())
    }

    /// The only message of a kind, if there is one.
    pub(super) fn one(&self, kind: u8) -> Known<Option<&[u8]>> {
        let mut all = self.all(kind);
        let one = all.next().transpose()?;
        if all.next().is_none() { Ok(one) } else { Err(Unknown) }
    }

    /// All messages of a kind.
    pub(super) fn all(&self, kind: u8) -> impl Iterator<Item = Known<&[u8]>> {
        let of_kind = self.messages.iter().filter(move |message| message.kind == kind);
        of_kind.map(|message| match message.shared {
            false => self.bytes.get(message.body.clone()).ok_or(Unknown),
            true => Err(Unknown),
        })
    }
}
