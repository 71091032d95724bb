//! Numbers out of bytes, one after the other, the lowest byte first as HDF5 has them.

use super::{Known, Unknown};

/// An address that says that there is nothing.
const NOWHERE: u64 = u64::MAX;

/// Bytes that are still to be read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Known<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unknown)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A number of any size up to 8 bytes.
    pub(super) fn number(&mut self, size: usize) -> Known<u64> {
        let mut bytes = [0; 8];
        bytes.get_mut(..size).ok_or(Unknown)?.copy_from_slice(self.take(size)?);
        Ok(u64::from_le_bytes(bytes))
    }

    pub(super) fn u8(&mut self) -> Known<u8> {
        self.take(1)?.first().copied().ok_or(Unknown)
    }

    pub(super) fn u16(&mut self) -> Known<u16> {
        self.number(2).map(|number| number as u16)
    }

    pub(super) fn u32(&mut self) -> Known<u32> {
        self.number(4).map(|number| number as u32)
    }

    pub(super) fn u64(&mut self) -> Known<u64> {
        self.number(8)
    }

    /// A count or a length of `size` bytes.
    pub(super) fn count(&mut self, size: usize) -> Known<usize> {
        self.number(size)?.try_into().map_err(|_| Unknown)
    }

    /// An address in the file; `None` for nowhere.
    pub(super) fn address(&mut self) -> Known<Option<u64>> {
        self.u64().map(|address| (address != NOWHERE).then_some(address))
    }

    /// The next bytes must be these.
    pub(super) fn expect(&mut self, expected: &[u8]) -> Known<()> {
        if self.take(expected.len())? == expected { Ok(()) } else { Err(Unknown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_order_and_end_with_the_bytes() {
        let mut cursor = Cursor::new(b"OHDR\x02\x01\x02\xff\xff\xff\xff\xff\xff\xff\xff\x01");
        assert!(cursor.clone().expect(b"OCHK").is_err());
        cursor.expect(b"OHDR").unwrap();
        assert_eq!((cursor.u8().unwrap(), cursor.u16().unwrap()), (2, 0x0201));
        assert_eq!(cursor.address().unwrap(), None);
        assert!(cursor.clone().u16().is_err() && cursor.clone().number(9).is_err());
        assert_eq!((cursor.count(1).unwrap(), cursor.rest()), (1, &[][..]));
        assert!(cursor.u8().is_err());
    }
}
