//! Values from and to a file, of any atomic type, as they are stored.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::null_mut;

use netcdf_sys as nc;

use super::{Failed, File, call, text};
use crate::dataset::{DataType, Values};

/// A part of a variable: where it starts and how long it is along each dimension.
#[derive(Clone, Debug)]
pub struct Slab {
    pub start: Vec<usize>,
    pub count: Vec<usize>,
}

impl Slab {
    /// How many values it has.
    pub fn len(&self) -> Result<usize, Failed> {
        let product = |product: usize, &count: &usize| product.checked_mul(count);
        self.count.iter().try_fold(1, product).ok_or(Failed::TooLarge(usize::MAX))
    }
}

impl File {
    /// Reads a part of a variable that has this type and as many dimensions as the slab.
    pub fn get(&self, variable: c_int, data_type: DataType, slab: &Slab) -> Result<Values, Failed> {
        let length = slab.len()?;
        if length == 0 {
            return Ok(Values::empty(data_type));
        }
        let (start, count) = (slab.start.as_ptr(), slab.count.as_ptr());
        // SAFETY: the id is open; `received` gives room for as many values as the slab has, of the
        // variable's own type; the library checks the slab against the dimensions.
        received(data_type, length, |place| unsafe {
            nc::nc_get_vara(self.id, variable, start, count, place)
        })
    }

    /// Writes a part of a variable of the same type.
    pub fn put(&self, variable: c_int, slab: &Slab, values: &Values) -> Result<(), Failed> {
        let (expected, found) = (slab.len()?, values.len());
        if expected != found {
            return Err(Failed::WrongLength { expected, found });
        }
        if found == 0 {
            return Ok(());
        }
        let (start, count) = (slab.start.as_ptr(), slab.count.as_ptr());
        // SAFETY: the id is open; `sent` gives as many values as the slab has, of the variable's
        // own type; the library checks the slab against the dimensions.
        sent(values, |place| unsafe { nc::nc_put_vara(self.id, variable, start, count, place) })
    }
}

/// The library's code for a type.
pub(super) fn code(data_type: DataType) -> nc::nc_type {
    match data_type {
        DataType::F64 => nc::NC_DOUBLE,
        DataType::F32 => nc::NC_FLOAT,
        DataType::I64 => nc::NC_INT64,
        DataType::I32 => nc::NC_INT,
        DataType::I16 => nc::NC_SHORT,
        DataType::I8 => nc::NC_BYTE,
        DataType::U64 => nc::NC_UINT64,
        DataType::U32 => nc::NC_UINT,
        DataType::U16 => nc::NC_USHORT,
        DataType::U8 => nc::NC_UBYTE,
        DataType::Char => nc::NC_CHAR,
        DataType::String => nc::NC_STRING,
    }
}

/// `length` values of a type, which `get` writes to the place that it is given.
pub(super) fn received(
    data_type: DataType,
    length: usize,
    get: impl FnOnce(*mut c_void) -> c_int,
) -> Result<Values, Failed> {
    Ok(match data_type {
        DataType::F64 => Values::F64(numbers(length, get)?),
        DataType::F32 => Values::F32(numbers(length, get)?),
        DataType::I64 => Values::I64(numbers(length, get)?),
        DataType::I32 => Values::I32(numbers(length, get)?),
        DataType::I16 => Values::I16(numbers(length, get)?),
        DataType::I8 => Values::I8(numbers(length, get)?),
        DataType::U64 => Values::U64(numbers(length, get)?),
        DataType::U32 => Values::U32(numbers(length, get)?),
        DataType::U16 => Values::U16(numbers(length, get)?),
        DataType::U8 => Values::U8(numbers(length, get)?),
        DataType::Char => Values::Chars(numbers(length, get)?),
        DataType::String => Values::Strings(strings(length, get)?),
    })
}

fn numbers<T: Copy + Default>(
    length: usize,
    get: impl FnOnce(*mut c_void) -> c_int,
) -> Result<Vec<T>, Failed> {
    let mut numbers = room_for(length, T::default())?;
    call(|| get(numbers.as_mut_ptr().cast()))?;
    Ok(numbers)
}

/// A vector of that length; a damaged file may ask for any.
fn room_for<T: Copy>(length: usize, value: T) -> Result<Vec<T>, Failed> {
    let mut room = Vec::new();
    room.try_reserve_exact(length).map_err(|_| Failed::TooLarge(length))?;
    room.resize(length, value);
    Ok(room)
}

fn strings(length: usize, get: impl FnOnce(*mut c_void) -> c_int) -> Result<Vec<String>, Failed> {
    let mut pointers: Vec<*mut c_char> = room_for(length, null_mut())?;
    call(|| get(pointers.as_mut_ptr().cast()))?;
    let strings = pointers.iter().map(|&pointer| owned(pointer)).collect();
    // SAFETY: the library gave these pointers, and nothing points there any more.
    call(|| unsafe { nc::nc_free_string(length, pointers.as_mut_ptr()) })?;
    strings
}

/// A copy of a string of the library's; one that was never written is empty.
fn owned(pointer: *mut c_char) -> Result<String, Failed> {
    if pointer.is_null() {
        return Ok(String::new());
    }
    // SAFETY: not null, so it is a text that ends in NUL.
    let text = unsafe { CStr::from_ptr(pointer) };
    Ok(text.to_str().map_err(|_| Failed::NotUtf8)?.to_owned())
}

/// Lets `put` read the values from the place that it is given.
pub(super) fn sent(values: &Values, put: impl FnOnce(*const c_void) -> c_int) -> Result<(), Failed> {
    match values {
        Values::F64(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::F32(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::I64(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::I32(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::I16(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::I8(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::U64(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::U32(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::U16(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::U8(numbers) => call(|| put(numbers.as_ptr().cast())),
        Values::Chars(bytes) => call(|| put(bytes.as_ptr().cast())),
        Values::Strings(strings) => {
            let owned =
                strings.iter().map(|string| text(string.as_bytes())).collect::<Result<Vec<_>, _>>()?;
            let pointers: Vec<*const c_char> = owned.iter().map(|string: &CString| string.as_ptr()).collect();
            call(|| put(pointers.as_ptr().cast()))
        }
    }
}
