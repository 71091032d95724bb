//! The few calls to netcdf-c that reading needs, made safe.
//!
//! Not through the `netcdf` crate, which hides the handles that chunk caches and filters are asked
//! by, and panics on names and attributes that a damaged file can hold.
#![expect(unsafe_code, reason = "calls into the C library")]

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_int, c_uint};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use netcdf::Error;
use netcdf_sys as nc;

use super::{closing, opening};
use crate::cf::{Attribute, Attributes, NumberType, Raw, with_raw};
use crate::variable::{Dimension, Stored, Variable};

/// No name is longer, by netcdf.h.
const NAME_BYTES: usize = nc::NC_MAX_NAME as usize + 1;

/// The longest attribute that is looked at: far above any in use, so that a damaged length does not
/// claim all memory.
const LONGEST_ATTRIBUTE: usize = 1 << 20;

/// An open file; closed when dropped.
#[derive(Debug)]
pub(crate) struct Dataset {
    id: c_int,
    /// The library could not read an attribute. It then keeps pointers that it never set, and would
    /// free them on closing (seen with netcdf-c 4.10.1): such a file is left open.
    broken_attributes: Cell<bool>,
}

fn call(function: impl FnOnce() -> c_int) -> Result<(), Error> {
    let _guard = nc::libnetcdf_lock.lock();
    // files are only read here: of a close that fails nobody has to hear
    match closing::within(function).0 {
        nc::NC_NOERR => Ok(()),
        status => Err(status.into()),
    }
}

/// A name that the library writes into a buffer of sufficient size.
fn name_from(function: impl FnOnce(*mut c_char) -> c_int) -> Result<String, Error> {
    let mut name = [0_u8; NAME_BYTES];
    call(|| function(name.as_mut_ptr().cast()))?;
    let length = name.iter().position(|&byte| byte == 0).unwrap_or(NAME_BYTES);
    Ok(String::from_utf8_lossy(&name[..length]).into_owned())
}

impl Drop for Dataset {
    fn drop(&mut self) {
        if !self.broken_attributes.get() {
            // SAFETY: the handle is open and ours. There is nobody to tell of a failed close.
            let _ = call(|| unsafe { nc::nc_close(self.id) });
        }
    }
}

impl Dataset {
    /// Opens a file to read it.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let path = CString::new(path.as_os_str().as_bytes())?;
        let mut id = 0;
        // SAFETY: the path ends with a NUL, `id` outlives the call.
        call(|| opening::briefly(|| unsafe { nc::nc_open(path.as_ptr(), nc::NC_NOWRITE, &mut id) }))?;
        Ok(Self { id, broken_attributes: Cell::new(false) })
    }

    /// Whether the library reads the file through HDF5.
    pub(crate) fn is_hdf5(&self) -> bool {
        let (mut format, mut mode) = (0, 0);
        // SAFETY: both outlive the call.
        let told = call(|| unsafe { nc::nc_inq_format_extended(self.id, &mut format, &mut mode) });
        told.is_ok() && format == nc::NC_FORMATX_NC_HDF5
    }

    /// Remembers an error after which the file must not be closed.
    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if matches!(result, Err(Error::Netcdf(nc::NC_EATTMETA))) {
            self.broken_attributes.set(true);
        }
        result
    }

    /// The names of the root group's variables.
    pub(crate) fn names(&self) -> Result<Vec<String>, Error> {
        let names = || self.variable_ids()?.into_iter().map(|id| self.variable_name(id)).collect();
        self.note(names())
    }

    fn variable_ids(&self) -> Result<Vec<c_int>, Error> {
        let mut count = 0;
        // SAFETY: the handle is open; a null pointer asks for the count only.
        call(|| unsafe { nc::nc_inq_varids(self.id, &mut count, null_mut()) })?;
        let mut ids = vec![0; usize::try_from(count)?];
        // SAFETY: `ids` has room for as many as the library has just counted.
        call(|| unsafe { nc::nc_inq_varids(self.id, &mut count, ids.as_mut_ptr()) })?;
        Ok(ids)
    }

    fn variable_name(&self, id: c_int) -> Result<String, Error> {
        // SAFETY: the buffer holds the longest name.
        name_from(|name| unsafe { nc::nc_inq_varname(self.id, id, name) })
    }

    /// All about the variable of this name; `None` where there is none.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<Variable>, Error> {
        match self.number_of(name) {
            Err(Error::Netcdf(nc::NC_ENOTVAR)) => Ok(None),
            found => self.note(found.and_then(|id| self.inspect(id, name))).map(Some),
        }
    }

    /// The library's number for the variable of this name.
    fn number_of(&self, name: &str) -> Result<c_int, Error> {
        let name = CString::new(name).ok().filter(|name| name.count_bytes() < NAME_BYTES);
        let name = name.ok_or(nc::NC_ENOTVAR)?;
        let mut id = 0;
        // SAFETY: the name ends with a NUL, `id` outlives the call.
        call(|| unsafe { nc::nc_inq_varid(self.id, name.as_ptr(), &mut id) })?;
        Ok(id)
    }

    /// The rank of a variable of numbers, and how many bytes one has.
    fn size_of(&self, id: c_int) -> Result<(usize, usize), Error> {
        let (mut kind, mut rank) = (0, 0);
        // SAFETY: both outlive the call, null pointers are not written to.
        call(|| unsafe {
            nc::nc_inq_var(self.id, id, null_mut(), &mut kind, &mut rank, null_mut(), null_mut())
        })?;
        match stored(kind) {
            Stored::Numbers(kind) => Ok((usize::try_from(rank)?, kind.bytes())),
            Stored::Other(_) => Err(Error::TypeMismatch),
        }
    }

    fn inspect(&self, id: c_int, name: &str) -> Result<Variable, Error> {
        let (mut kind, mut rank, mut attributes) = (0, 0, 0);
        // SAFETY: the three outlive the call, null pointers are not written to.
        call(|| unsafe {
            nc::nc_inq_var(self.id, id, null_mut(), &mut kind, &mut rank, null_mut(), &mut attributes)
        })?;
        let mut dimensions = vec![0; usize::try_from(rank)?];
        // SAFETY: `dimensions` has room for the rank that the library has just told.
        call(|| unsafe { nc::nc_inq_vardimid(self.id, id, dimensions.as_mut_ptr()) })?;
        Ok(Variable {
            name: name.to_owned(),
            stored: stored(kind),
            dimensions: dimensions.into_iter().map(|id| self.dimension(id)).collect::<Result<_, _>>()?,
            attributes: self.attributes(id, attributes)?,
            missing_filter: self.missing_filter(id)?,
        })
    }

    fn dimension(&self, id: c_int) -> Result<Dimension, Error> {
        let mut length = 0;
        // SAFETY: the buffer holds the longest name, `length` outlives the call.
        let name = name_from(|name| unsafe { nc::nc_inq_dim(self.id, id, name, &mut length) })?;
        Ok(Dimension { name, length })
    }

    fn attributes(&self, variable: c_int, count: c_int) -> Result<Attributes, Error> {
        let mut attributes = Vec::new();
        for number in 0..count {
            let mut name = [0 as c_char; NAME_BYTES];
            // SAFETY: the buffer holds the longest name.
            call(|| unsafe { nc::nc_inq_attname(self.id, variable, number, name.as_mut_ptr()) })?;
            // the last byte stays zero whatever the library wrote
            name[NAME_BYTES - 1] = 0;
            // SAFETY: the buffer ends with a NUL.
            let name = unsafe { CStr::from_ptr(name.as_ptr()) };
            if let Some(value) = self.attribute(variable, name)? {
                attributes.push((name.to_string_lossy().into_owned(), value));
            }
        }
        Ok(attributes.into_iter().collect())
    }

    /// An attribute; `None` for types that are neither text nor numbers.
    fn attribute(&self, variable: c_int, name: &CStr) -> Result<Option<Attribute>, Error> {
        let (mut kind, mut length) = (0, 0);
        // SAFETY: both outlive the call, the name ends with a NUL.
        call(|| unsafe { nc::nc_inq_att(self.id, variable, name.as_ptr(), &mut kind, &mut length) })?;
        if length > LONGEST_ATTRIBUTE {
            return Err(nc::NC_EATTMETA.into());
        }
        Ok(match (kind, stored(kind)) {
            (nc::NC_CHAR, _) => Some(Attribute::Text(self.characters(variable, name, length)?)),
            (nc::NC_STRING, _) => Some(Attribute::Text(self.strings(variable, name, length)?)),
            (_, Stored::Other(_)) => None,
            (_, Stored::Numbers(kind)) => {
                let values = with_raw!(kind, T => {
                    let values: Vec<T> = self.values(variable, name, length)?;
                    values.into_iter().map(T::to_number).collect()
                });
                Some(Attribute::Numbers { kind, values })
            }
        })
    }

    /// The values of an attribute, whose type in the file must be of the size of `T`.
    fn values<T: Raw>(&self, variable: c_int, name: &CStr, length: usize) -> Result<Vec<T>, Error> {
        let mut values = vec![T::default(); length];
        // SAFETY: room for the length that the library told, in a type in which all bits are valid.
        call(|| unsafe { nc::nc_get_att(self.id, variable, name.as_ptr(), values.as_mut_ptr().cast()) })?;
        Ok(values)
    }

    fn characters(&self, variable: c_int, name: &CStr, length: usize) -> Result<String, Error> {
        let bytes: Vec<u8> = self.values(variable, name, length)?;
        let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn strings(&self, variable: c_int, name: &CStr, length: usize) -> Result<String, Error> {
        let mut pointers: Vec<*mut c_char> = vec![null_mut(); length];
        // SAFETY: room for as many pointers as the library told.
        call(|| unsafe { nc::nc_get_att_string(self.id, variable, name.as_ptr(), pointers.as_mut_ptr()) })?;
        let present = pointers.iter().filter(|pointer| !pointer.is_null());
        // SAFETY: what is not null is a string of the library's that ends with a NUL.
        let texts: Vec<_> =
            present.map(|&pointer| unsafe { CStr::from_ptr(pointer) }.to_string_lossy()).collect();
        let joined = texts.join(" ");
        // SAFETY: the pointers are the library's and are not used after this.
        call(|| unsafe { nc::nc_free_string(length, pointers.as_mut_ptr()) })?;
        Ok(joined)
    }

    /// The shape of a variable's chunks; `None` where it is stored in one piece.
    pub(crate) fn chunks(&self, variable: &str) -> Result<Option<Vec<usize>>, Error> {
        let id = self.number_of(variable)?;
        let mut storage = 0;
        let mut shape = vec![0; self.size_of(id)?.0];
        // SAFETY: `shape` has room for the rank of the variable.
        call(|| unsafe { nc::nc_inq_var_chunking(self.id, id, &mut storage, shape.as_mut_ptr()) })?;
        Ok((storage == nc::NC_CHUNKED && !shape.is_empty()).then_some(shape))
    }

    /// Lets the library keep `bytes` of a variable's chunks, found through a table of `slots`.
    pub(crate) fn set_cache(&self, variable: &str, bytes: usize, slots: usize) -> Result<(), Error> {
        let id = self.number_of(variable)?;
        // SAFETY: plain numbers, on an open handle.
        call(|| unsafe { nc::nc_set_var_chunk_cache(self.id, id, bytes, slots, 0.75) })
    }

    /// The number of the first filter of a variable that the library was built without.
    fn missing_filter(&self, id: c_int) -> Result<Option<u32>, Error> {
        let mut count = 0;
        // SAFETY: a null pointer asks for the count only.
        call(|| unsafe { nc::nc_inq_var_filter_ids(self.id, id, &mut count, null_mut()) })?;
        let mut filters: Vec<c_uint> = vec![0; count];
        // SAFETY: room for as many as the library has just counted.
        call(|| unsafe { nc::nc_inq_var_filter_ids(self.id, id, &mut count, filters.as_mut_ptr()) })?;
        // SAFETY: a plain number, on an open handle.
        let is_missing =
            |filter: &c_uint| call(|| unsafe { nc::nc_inq_filter_avail(self.id, *filter) }).is_err();
        Ok(filters.into_iter().find(is_missing))
    }

    /// Reads a block of a variable: `count` values from `start` on along each dimension, in the
    /// file's order of dimensions. `T` must be of the size of the stored type.
    pub(crate) fn read<T: Raw>(
        &self,
        variable: &str,
        start: &[usize],
        count: &[usize],
    ) -> Result<Vec<T>, Error> {
        let id = self.number_of(variable)?;
        let (rank, bytes) = self.size_of(id)?;
        if bytes != T::TYPE.bytes() {
            return Err(Error::TypeMismatch);
        }
        if start.len() != rank || count.len() != rank {
            return Err(Error::SliceLen);
        }
        let length = count.iter().try_fold(1_usize, |product, &count| product.checked_mul(count));
        let mut values = vec![T::default(); length.ok_or(Error::Overflow)?];
        // SAFETY: `start` and `count` have the variable's rank, there is room for their product in
        // values of the stored size, and all bits are valid in `T`.
        call(|| unsafe {
            nc::nc_get_vara(self.id, id, start.as_ptr(), count.as_ptr(), values.as_mut_ptr().cast())
        })?;
        Ok(values)
    }
}

fn stored(kind: nc::nc_type) -> Stored {
    match kind {
        nc::NC_BYTE => Stored::Numbers(NumberType::I8),
        nc::NC_UBYTE => Stored::Numbers(NumberType::U8),
        nc::NC_SHORT => Stored::Numbers(NumberType::I16),
        nc::NC_USHORT => Stored::Numbers(NumberType::U16),
        nc::NC_INT => Stored::Numbers(NumberType::I32),
        nc::NC_UINT => Stored::Numbers(NumberType::U32),
        nc::NC_INT64 => Stored::Numbers(NumberType::I64),
        nc::NC_UINT64 => Stored::Numbers(NumberType::U64),
        nc::NC_FLOAT => Stored::Numbers(NumberType::F32),
        nc::NC_DOUBLE => Stored::Numbers(NumberType::F64),
        nc::NC_CHAR => Stored::Other("characters"),
        nc::NC_STRING => Stored::Other("strings"),
        _ => Stored::Other("values of a type of the file's own"),
    }
}
