//! Attributes, as NetCDF gives them.

use super::cursor::Cursor;
use super::dense::{Dense, Listed};
use super::global::Item;
use super::header::{Header, kind};
use super::values::{Datatype, Space};
use super::{Known, Unknown};
use crate::cf::{Attribute as Value, Attributes, NumberType, Raw, with_raw};
use crate::decode::element::{ByteOrder, Bytes, Element};
use crate::source::Source;

/// What netCDF-4 writes for itself and hides.
const HIDDEN: [&str; 8] = [
    "CLASS",
    "NAME",
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_nc3_strict",
    "_NCProperties",
];

/// No name of NetCDF is longer.
const LONGEST_NAME: usize = 256;

/// More texts no attribute has that is looked at, nor are they longer together.
const MOST_TEXTS: usize = 256;
const LONGEST_TEXTS: usize = 1 << 20;

/// An attribute with its bytes.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) kind: Datatype,
    pub(super) space: Space,
    pub(super) bytes: Vec<u8>,
}

/// All attributes of an object.
pub(super) fn attributes(source: &Source, header: &Header) -> Known<Vec<Attribute>> {
    let mut attributes: Vec<_> =
        header.all(kind::ATTRIBUTE).map(|message| Attribute::read(message?)).collect::<Known<_>>()?;
    if let Some(info) = header.one(kind::ATTRIBUTE_INFO)?
        && let Some(dense) = Dense::read(info, Listed::Attributes)?
    {
        attributes.extend(dense.each(source, Listed::Attributes, Attribute::read)?);
    }
    Ok(attributes)
}

/// Those that NetCDF shows.
pub(super) fn shown(source: &Source, attributes: &[Attribute]) -> Known<Attributes> {
    let shown = attributes.iter().filter(|attribute| !HIDDEN.contains(&attribute.name.as_str()));
    shown.map(|attribute| Ok((attribute.name.clone(), attribute.value(source)?))).collect()
}

impl Attribute {
    fn read(message: &[u8]) -> Known<Self> {
        let mut cursor = Cursor::new(message);
        let (version, flags) = (cursor.u8()?, cursor.u8()?);
        let sizes = [cursor.u16()?, cursor.u16()?, cursor.u16()?].map(usize::from);
        // the first version pads its parts to 8 bytes, and has no flags
        let align = match version {
            1 => 8,
            2 => 1,
            3 => {
                let _characters = cursor.u8()?;
                1
            }
            _ => return Err(Unknown),
        };
        let mut part = |size: usize| {
            let bytes = cursor.take(size.next_multiple_of(align))?;
            bytes.get(..size).ok_or(Unknown)
        };
        let [name, kind, space] = sizes.map(&mut part);
        let (name, space) = (until_nul(name?), Space::read(space?)?);
        if name.len() > LONGEST_NAME {
            return Err(Unknown);
        }
        if version > 1 && flags != 0 {
            // its type has a name, and is elsewhere
            return Ok(Self { name, kind: Datatype::Other(0), space, bytes: Vec::new() });
        }
        let kind = Datatype::read(kind?)?;
        let size = space.values()?.checked_mul(kind.bytes()).ok_or(Unknown)?;
        let bytes = cursor.take(size)?.to_vec();
        Ok(Self { name, kind, space, bytes })
    }

    /// Its text, if it is one.
    pub(super) fn text(&self) -> Option<String> {
        (matches!(self.kind, Datatype::Text(_) | Datatype::Filled(_)) && self.space.lengths.is_empty())
            .then(|| until_nul(&self.bytes))
    }

    fn value(&self, source: &Source) -> Known<Value> {
        match self.kind {
            Datatype::Numbers(kind, order) if self.space.lengths.len() < 2 => {
                let values =
                    with_raw!(kind, T => self.numbers::<T>(order)?.into_iter().map(T::to_number).collect());
                Ok(Value::Numbers { kind, values })
            }
            Datatype::Text(_) | Datatype::Filled(_) => self.text().map(Value::Text).ok_or(Unknown),
            Datatype::Strings => self.strings(source).map(Value::Text),
            _ => Err(Unknown),
        }
    }

    /// Its values where they are whole numbers.
    pub(super) fn integers(&self) -> Known<Vec<i32>> {
        let Datatype::Numbers(NumberType::I32, order) = self.kind else { return Err(Unknown) };
        self.numbers(order)
    }

    fn numbers<T: Element>(&self, order: ByteOrder) -> Known<Vec<T>> {
        let values = self.space.values()?;
        Bytes { bytes: &self.bytes, values, shuffled: false, order }.first(values).ok_or(Unknown)
    }

    /// Texts that are elsewhere, joined by blanks.
    fn strings(&self, source: &Source) -> Known<String> {
        let mut cursor = Cursor::new(&self.bytes);
        let (mut texts, mut length) = (Vec::new(), 0);
        for _ in 0..self.space.values()? {
            if let Some(text) = Item::read(&mut cursor)?.bytes(source, 1)? {
                length += text.len();
                texts.push(until_nul(&text));
            }
            if texts.len() > MOST_TEXTS || length > LONGEST_TEXTS {
                return Err(Unknown);
            }
        }
        Ok(texts.join(" "))
    }
}

fn until_nul(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
