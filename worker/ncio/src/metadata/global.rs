//! Global heaps: where texts of any length and lists of references are.

use super::cursor::Cursor;
use super::{Known, Unknown};
use crate::source::Source;

/// An item of a global heap, as a value elsewhere names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// How many elements it has.
    pub(super) count: usize,
    heap: Option<u64>,
    index: u16,
}

impl Item {
    /// Reads a value that names an item.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Known<Self> {
        let (count, heap) = (cursor.count(4)?, cursor.u64()?);
        let index = u16::try_from(cursor.u32()?).map_err(|_| Unknown)?;
        // writers have nothing at 0, where the file begins
        Ok(Self { count, heap: (heap != 0 && heap != u64::MAX).then_some(heap), index })
    }

    /// Its elements, each of so many bytes; `None` where it is nowhere.
    pub(super) fn bytes(self, source: &Source, element: usize) -> Known<Option<Vec<u8>>> {
        let Some(heap) = self.heap else { return Ok(None) };
        let start = source.get(heap, 16).ok_or(Unknown)?;
        let mut cursor = Cursor::new(&start);
        cursor.expect(b"GCOL\x01\0\0\0")?;
        let heap = source.get(heap, cursor.count(8)?).ok_or(Unknown)?;
        let mut cursor = Cursor::new(heap.get(16..).ok_or(Unknown)?);
        loop {
            let (index, size) = object(&mut cursor)?;
            let padded = size.checked_next_multiple_of(8).ok_or(Unknown)?;
            let body = cursor.take(padded)?;
            if index == self.index {
                let wanted = self.count.checked_mul(element).ok_or(Unknown)?;
                return body
                    .get(..size)
                    .and_then(|body| body.get(..wanted))
                    .map(|item| Some(item.to_vec()))
                    .ok_or(Unknown);
            }
        }
    }
}

/// The number and the size of the next object. That of number 0 is free space, and the last.
fn object(cursor: &mut Cursor<'_>) -> Known<(u16, usize)> {
    let (index, _references, _reserved) = (cursor.u16()?, cursor.u16()?, cursor.u32()?);
    let size = cursor.count(8)?;
    if index == 0 { Err(Unknown) } else { Ok((index, size)) }
}
