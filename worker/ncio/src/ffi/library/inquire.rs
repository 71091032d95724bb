//! What there is in a file: dimensions, variables, attributes, groups.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

use netcdf_sys as nc;

use super::transfer::received;
use super::{Failed, File, call, text};
use crate::dataset::{Attribute, DataType, Values};

/// The type of values in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileType {
    /// One that [`Values`] can hold.
    Atomic(DataType),
    /// Another, in words with its name.
    UserDefined(String),
}

/// How much there is in the root group.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub dimensions: c_int,
    pub variables: c_int,
    pub attributes: c_int,
}

/// A variable's definition.
#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    pub file_type: FileType,
    /// The dimensions' numbers.
    pub dimensions: Vec<c_int>,
    pub attributes: c_int,
}

/// A buffer for any name.
type Name = [u8; nc::NC_MAX_NAME as usize + 1];
const NO_NAME: Name = [0; nc::NC_MAX_NAME as usize + 1];

impl File {
    pub fn counts(&self) -> Result<Counts, Failed> {
        let mut counts = Counts { dimensions: 0, variables: 0, attributes: 0 };
        let (dimensions, variables, attributes) =
            (&mut counts.dimensions, &mut counts.variables, &mut counts.attributes);
        // SAFETY: the id is open; each count has a place, and no place means that it is not wanted.
        call(|| unsafe { nc::nc_inq(self.id, dimensions, variables, attributes, null_mut()) })?;
        Ok(counts)
    }

    /// The name of a group within the root, where there is one.
    pub fn a_group(&self) -> Result<Option<String>, Failed> {
        let mut count = 0;
        // SAFETY: the id is open; without a place for them only the number of groups is written.
        call(|| unsafe { nc::nc_inq_grps(self.id, &mut count, null_mut()) })?;
        if count == 0 {
            return Ok(None);
        }
        let mut groups = vec![0; count.unsigned_abs() as usize];
        // SAFETY: as many places as there are groups.
        call(|| unsafe { nc::nc_inq_grps(self.id, null_mut(), groups.as_mut_ptr()) })?;
        let Some(&first) = groups.first() else { return Ok(None) };
        // SAFETY: the group's id was just given; the buffer holds any name.
        named(|buffer| unsafe { nc::nc_inq_grpname(first, buffer) }).map(Some)
    }

    /// Name and present length.
    pub fn dimension(&self, number: c_int) -> Result<(String, usize), Failed> {
        let mut length = 0;
        // SAFETY: the id is open; the buffer holds any name, the length has a place.
        let name = named(|buffer| unsafe { nc::nc_inq_dim(self.id, number, buffer, &mut length) })?;
        Ok((name, length))
    }

    pub fn variable(&self, number: c_int) -> Result<Definition, Failed> {
        let (mut code, mut rank, mut attributes) = (0, 0, 0);
        // SAFETY: the id is open, the buffer holds any name, each number has a place; no place
        // for dimensions means that they are not wanted yet.
        let name = named(|buffer| unsafe {
            nc::nc_inq_var(self.id, number, buffer, &mut code, &mut rank, null_mut(), &mut attributes)
        })?;
        let mut dimensions = vec![0; rank.unsigned_abs() as usize];
        // SAFETY: as many places as the variable has dimensions.
        call(|| unsafe { nc::nc_inq_vardimid(self.id, number, dimensions.as_mut_ptr()) })?;
        Ok(Definition { name, file_type: self.file_type(code)?, dimensions, attributes })
    }

    pub fn attribute_name(&self, variable: c_int, number: c_int) -> Result<String, Failed> {
        // SAFETY: the id is open, the buffer holds any name.
        named(|buffer| unsafe { nc::nc_inq_attname(self.id, variable, number, buffer) })
    }

    /// The value, or the user-defined type that it is of.
    pub fn attribute(&self, variable: c_int, name: &str) -> Result<Result<Attribute, String>, Failed> {
        let name = text(name.as_bytes())?;
        let (mut code, mut length) = (0, 0);
        // SAFETY: the id is open, the name ends in NUL, both numbers have a place.
        call(|| unsafe { nc::nc_inq_att(self.id, variable, name.as_ptr(), &mut code, &mut length) })?;
        let data_type = match self.file_type(code)? {
            FileType::Atomic(data_type) => data_type,
            FileType::UserDefined(words) => return Ok(Err(words)),
        };
        // SAFETY: the id is open, the name ends in NUL, and `received` gives room for `length` values
        // of the attribute's own type.
        let get = |place| unsafe { nc::nc_get_att(self.id, variable, name.as_ptr(), place) };
        Ok(Ok(match received(data_type, length, get)? {
            Values::Chars(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Attribute::Text(text),
                Err(odd) => Attribute::Values(Values::Chars(odd.into_bytes())),
            },
            values => Attribute::Values(values),
        }))
    }

    fn file_type(&self, code: nc::nc_type) -> Result<FileType, Failed> {
        Ok(match atomic(code) {
            Some(data_type) => FileType::Atomic(data_type),
            None => FileType::UserDefined(self.user_defined(code)?),
        })
    }

    fn user_defined(&self, code: nc::nc_type) -> Result<String, Failed> {
        let mut class = 0;
        // SAFETY: the id is open, the buffer holds any name; no place means not wanted.
        let name = named(|buffer| unsafe {
            nc::nc_inq_user_type(self.id, code, buffer, null_mut(), null_mut(), null_mut(), &mut class)
        })?;
        let class = match class {
            nc::NC_VLEN => "variable-length",
            nc::NC_OPAQUE => "opaque",
            nc::NC_ENUM => "enum",
            nc::NC_COMPOUND => "compound",
            _ => "user-defined",
        };
        Ok(format!("the {class} type {name:?}"))
    }
}

/// A name that the library writes into a buffer.
fn named(get: impl FnOnce(*mut c_char) -> c_int) -> Result<String, Failed> {
    let mut buffer = NO_NAME;
    call(|| get(buffer.as_mut_ptr().cast()))?;
    let name = CStr::from_bytes_until_nul(&buffer).map_err(|_| Failed::NotUtf8)?;
    Ok(name.to_str().map_err(|_| Failed::NotUtf8)?.to_owned())
}

/// The type that a code of netcdf-c stands for, where it is an atomic one.
fn atomic(code: nc::nc_type) -> Option<DataType> {
    Some(match code {
        nc::NC_DOUBLE => DataType::F64,
        nc::NC_FLOAT => DataType::F32,
        nc::NC_INT64 => DataType::I64,
        nc::NC_INT => DataType::I32,
        nc::NC_SHORT => DataType::I16,
        nc::NC_BYTE => DataType::I8,
        nc::NC_UINT64 => DataType::U64,
        nc::NC_UINT => DataType::U32,
        nc::NC_USHORT => DataType::U16,
        nc::NC_UBYTE => DataType::U8,
        nc::NC_CHAR => DataType::Char,
        nc::NC_STRING => DataType::String,
        _ => return None,
    })
}
