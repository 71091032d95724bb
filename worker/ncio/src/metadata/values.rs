//! What an object's values are, and how many: its datatype and its dataspace.
//!
//! Known are the kinds of numbers and texts that NetCDF makes of HDF5's types.

use super::cursor::Cursor;
use super::{Known, Unknown};
use crate::cf::NumberType;
use crate::decode::element::ByteOrder;

/// A type of values. Any other is for the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Datatype {
    /// Integers or floats.
    Numbers(NumberType, ByteOrder),
    /// Texts of so many bytes, that end with a NUL.
    Text(usize),
    /// Texts of so many bytes, filled up otherwise.
    Filled(usize),
    /// Texts of any length, elsewhere in the file.
    Strings,
    /// Lists of addresses of objects, elsewhere in the file.
    References,
    /// Something else, each of so many bytes.
    Other(usize),
}

/// More dimensions no variable of HDF5 has.
const MOST_DIMENSIONS: u8 = 32;

const INTEGER: u8 = 0;
const FLOAT: u8 = 1;
const TEXT: u8 = 3;
const REFERENCE: u8 = 7;
const SEQUENCE: u8 = 9;

impl Datatype {
    /// Reads the message that describes it.
    pub(super) fn read(message: &[u8]) -> Known<Self> {
        let mut cursor = Cursor::new(message);
        let (class, bits, size) = (cursor.u8()?, cursor.number(3)?, cursor.count(4)?);
        if !(1..=3).contains(&(class >> 4)) {
            return Err(Unknown);
        }
        match class & 0x0f {
            INTEGER => integer(bits, size, cursor),
            FLOAT => float(bits, size, cursor),
            TEXT => Ok(if bits & 0x0f == 0 { Self::Text(size) } else { Self::Filled(size) }),
            SEQUENCE => sequence(bits, size, cursor),
            _ => Ok(Self::Other(size)),
        }
    }

    /// The size of one value in the file.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Numbers(kind, _) => kind.bytes(),
            Self::Text(bytes) | Self::Filled(bytes) | Self::Other(bytes) => bytes,
            // a count, and a place in a global heap
            Self::Strings | Self::References => 4 + 8 + 4,
        }
    }
}

/// Only integers that fill their bytes.
fn integer(bits: u64, size: usize, mut cursor: Cursor<'_>) -> Known<Datatype> {
    let signed = match bits & !0x01 {
        0x08 => true,
        0 => false,
        _ => return Err(Unknown),
    };
    let (offset, precision) = (cursor.u16()?, cursor.u16()?);
    if offset != 0 || usize::from(precision) != 8 * size {
        return Err(Unknown);
    }
    let unsigned = match size {
        1 => NumberType::U8,
        2 => NumberType::U16,
        4 => NumberType::U32,
        8 => NumberType::U64,
        _ => return Err(Unknown),
    };
    Ok(Datatype::Numbers(unsigned.with_sign(signed), order(bits)))
}

/// Only IEEE 754's floats of 32 and 64 bits.
fn float(bits: u64, size: usize, mut cursor: Cursor<'_>) -> Known<Datatype> {
    let kind = match size {
        4 => NumberType::F32,
        8 => NumberType::F64,
        _ => return Err(Unknown),
    };
    // offset, precision, place and size of exponent and mantissa, bias
    let (standard, sign): ([u64; 7], u64) = match kind {
        NumberType::F32 => ([0, 32, 23, 8, 0, 23, 127], 31),
        _ => ([0, 64, 52, 11, 0, 52, 1023], 63),
    };
    let sizes = [2, 2, 1, 1, 1, 1, 4];
    for (expected, size) in standard.into_iter().zip(sizes) {
        if cursor.number(size)? != expected {
            return Err(Unknown);
        }
    }
    // the mantissa's first bit is implied, all else but the byte order is zero
    let is_standard = bits & !0x01 == sign << 8 | 0x20;
    if is_standard { Ok(Datatype::Numbers(kind, order(bits))) } else { Err(Unknown) }
}

fn order(bits: u64) -> ByteOrder {
    if bits & 1 == 0 { ByteOrder::LittleEndian } else { ByteOrder::BigEndian }
}

fn sequence(bits: u64, size: usize, cursor: Cursor<'_>) -> Known<Datatype> {
    let base = Cursor::new(cursor.rest()).u8()? & 0x0f;
    let kind = match (bits & 0x0f, base) {
        (1, _) => Datatype::Strings,
        (0, REFERENCE) if Datatype::read(cursor.rest())? == Datatype::Other(8) => Datatype::References,
        _ => return Ok(Datatype::Other(size)),
    };
    if kind.bytes() == size { Ok(kind) } else { Err(Unknown) }
}

/// The shape of values; no lengths for a single one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Space {
    /// There are no values, by a shape of its own.
    pub(super) is_null: bool,
    pub(super) lengths: Vec<u64>,
    /// Which lengths may still grow without limit.
    pub(super) unlimited: Vec<bool>,
}

impl Space {
    /// Reads the message that describes it.
    pub(super) fn read(message: &[u8]) -> Known<Self> {
        let mut cursor = Cursor::new(message);
        let (version, rank, flags) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
        let is_null = match version {
            1 => {
                cursor.take(5)?;
                false
            }
            2 => cursor.u8()? == 2,
            _ => return Err(Unknown),
        };
        // the other flag, for an order of dimensions, was never in use
        if rank > MOST_DIMENSIONS || flags & !1 != 0 {
            return Err(Unknown);
        }
        let lengths = (0..rank).map(|_| cursor.u64()).collect::<Known<Vec<_>>>()?;
        let unlimited = match flags {
            0 => vec![false; lengths.len()],
            _ => (0..rank).map(|_| Ok(cursor.address()?.is_none())).collect::<Known<_>>()?,
        };
        Ok(Self { is_null, lengths, unlimited })
    }

    /// How many values.
    pub(super) fn values(&self) -> Known<usize> {
        if self.is_null {
            return Ok(0);
        }
        let product = self.lengths.iter().try_fold(1_u64, |product, &length| product.checked_mul(length));
        product.and_then(|product| product.try_into().ok()).ok_or(Unknown)
    }
}
