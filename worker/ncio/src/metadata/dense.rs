//! Links and attributes when they are many: a heap that holds them, and a B-tree of version 2 that lists them by name.
//!
//! Known are trees of one level, and of one more above it: more than a thousand names.

use super::checksum::checked;
use super::cursor::Cursor;
use super::heap::{Heap, bytes_for};
use super::{Known, Unknown};
use crate::source::Source;

/// What a node has around its records: signature, version, kind, checksum.
const AROUND: usize = 10;

/// The size of nodes wherever this is used.
const NODE: usize = 512;

/// More bytes of links or attributes no object has that is looked at.
const MOST_BYTES: usize = 4 << 20;

/// Where they are; nowhere while they are few.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dense {
    heap: u64,
    names: u64,
}

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    Links,
    Attributes,
}

impl Dense {
    /// Reads the message that tells.
    pub(super) fn read(message: &[u8], listed: Listed) -> Known<Option<Self>> {
        let mut cursor = Cursor::new(message);
        cursor.expect(&[0])?;
        let flags = cursor.u8()?;
        // the highest number of an order in which they were made
        if flags & 0x01 != 0 {
            cursor.take(if listed == Listed::Links { 8 } else { 2 })?;
        }
        match (cursor.address()?, cursor.address()?) {
            (Some(heap), Some(names)) => Ok(Some(Self { heap, names })),
            (None, None) => Ok(None),
            _ => Err(Unknown),
        }
    }

    /// Each as the message that it would be in a header.
    pub(super) fn each<T>(
        self,
        source: &Source,
        listed: Listed,
        read: impl Fn(&[u8]) -> Known<T>,
    ) -> Known<Vec<T>> {
        // kind and size of a record, and where in it the object's name is
        let (kind, size, name) = match listed {
            Listed::Links => (5, 11, 4..11),
            Listed::Attributes => (8, 17, 0..8),
        };
        let mut heap = Heap::open(source, self.heap)?;
        let (mut all, mut bytes) = (Vec::new(), 0);
        for record in records(source, self.names, kind, size)? {
            // attributes have the flags of a message: they could be shared
            if listed == Listed::Attributes && record.get(8) != Some(&0) {
                return Err(Unknown);
            }
            let object = heap.object(record.get(name.clone()).ok_or(Unknown)?)?;
            bytes += object.len();
            if bytes > MOST_BYTES {
                return Err(Unknown);
            }
            all.push(read(object)?);
        }
        Ok(all)
    }
}

/// What the head of a tree says.
struct Tree<'s> {
    source: &'s Source,
    kind: u8,
    record: usize,
}

/// All records of the tree at an address, which must be of this kind and size.
fn records(source: &Source, address: u64, kind: u8, record: usize) -> Known<Vec<Vec<u8>>> {
    let bytes = source.get(address, 38).ok_or(Unknown)?;
    let mut cursor = Cursor::new(checked(&bytes)?);
    cursor.expect(b"BTHD\0")?;
    cursor.expect(&[kind])?;
    let node = cursor.count(4)?;
    let (record_bytes, depth) = (cursor.u16()?, cursor.u16()?);
    let _split_and_merge = cursor.u16()?;
    let (root, count) = (cursor.address()?, cursor.u16()?.into());
    let total = cursor.u64()?;
    if usize::from(record_bytes) != record || node != NODE {
        return Err(Unknown);
    }
    let tree = Tree { source, kind, record };
    let records = match (root, depth) {
        (None, _) => Vec::new(),
        (Some(root), 0) => tree.leaf(root, count)?,
        (Some(root), 1) => tree.above(root, count)?,
        _ => return Err(Unknown),
    };
    if records.len() as u64 == total { Ok(records) } else { Err(Unknown) }
}

impl Tree<'_> {
    /// The records of a leaf.
    fn leaf(&self, address: u64, count: usize) -> Known<Vec<Vec<u8>>> {
        let bytes = self.source.get(address, self.used(count, 0)?).ok_or(Unknown)?;
        let mut cursor = self.begin(&bytes, b"BTLF\0")?;
        self.take(&mut cursor, count)
    }

    /// The records of a node above leaves, and of these.
    fn above(&self, address: u64, count: usize) -> Known<Vec<Vec<u8>>> {
        // of leaves it says how many records they have, in as many bytes as their limit takes
        let count_bytes = bytes_for(((NODE - AROUND) / self.record) as u64);
        let bytes =
            self.source.get(address, self.used(count, (count + 1) * (8 + count_bytes))?).ok_or(Unknown)?;
        let mut cursor = self.begin(&bytes, b"BTIN\0")?;
        let mut records = self.take(&mut cursor, count)?;
        for _ in 0..=count {
            let leaf = cursor.address()?.ok_or(Unknown)?;
            records.extend(self.leaf(leaf, cursor.count(count_bytes)?)?);
        }
        Ok(records)
    }

    /// How many bytes of a node are in use and under its checksum.
    fn used(&self, count: usize, more: usize) -> Known<usize> {
        let used = AROUND + count * self.record + more;
        if used <= NODE { Ok(used) } else { Err(Unknown) }
    }

    fn begin<'b>(&self, bytes: &'b [u8], signature: &[u8]) -> Known<Cursor<'b>> {
        let mut cursor = Cursor::new(checked(bytes)?);
        cursor.expect(signature)?;
        cursor.expect(&[self.kind])?;
        Ok(cursor)
    }

    fn take(&self, cursor: &mut Cursor<'_>, count: usize) -> Known<Vec<Vec<u8>>> {
        (0..count).map(|_| cursor.take(self.record).map(<[u8]>::to_vec)).collect()
    }
}
