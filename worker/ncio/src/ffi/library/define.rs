//! Definitions in a file that is being written.

use std::ffi::c_int;
use std::ptr::null_mut;

use netcdf_sys as nc;

use super::transfer::{code, sent};
use super::{CACHE_PREEMPTION, CACHE_SLOTS, Failed, File, call, text};
use crate::dataset::{Attribute, DataType, Values};

impl File {
    /// A dimension of fixed length; one of length 0 becomes unlimited, as the format has no other.
    pub fn define_dimension(&self, name: &str, length: usize) -> Result<c_int, Failed> {
        let name = text(name.as_bytes())?;
        let mut number = 0;
        // SAFETY: the id is open, the name ends in NUL, the number has a place.
        call(|| unsafe { nc::nc_def_dim(self.id, name.as_ptr(), length, &mut number) })?;
        Ok(number)
    }

    pub fn define_variable(
        &self,
        name: &str,
        data_type: DataType,
        dimensions: &[c_int],
    ) -> Result<c_int, Failed> {
        let name = text(name.as_bytes())?;
        let rank = c_int::try_from(dimensions.len()).map_err(|_| Failed::TooLarge(dimensions.len()))?;
        let (code, mut number) = (code(data_type), 0);
        let dimensions = dimensions.as_ptr();
        // SAFETY: the id is open, the name ends in NUL, `rank` dimensions are there, the number has a place.
        call(|| unsafe { nc::nc_def_var(self.id, name.as_ptr(), code, rank, dimensions, &mut number) })?;
        Ok(number)
    }

    /// Leaves what is not written of a variable undefined, so that nothing is written twice.
    pub fn define_unfilled(&self, variable: c_int) -> Result<(), Failed> {
        // SAFETY: the id is open; without filling no fill value is looked at.
        call(|| unsafe { nc::nc_def_var_fill(self.id, variable, nc::NC_NOFILL, null_mut()) })
    }

    /// Stores a variable in chunks of this shape, which has as many lengths as the variable has
    /// dimensions and at least one. No more than one chunk is kept in memory.
    pub fn define_chunks(&self, variable: c_int, shape: &[usize], bytes: usize) -> Result<(), Failed> {
        // SAFETY: the id is open; the caller gives a length a dimension.
        call(|| unsafe { nc::nc_def_var_chunking(self.id, variable, nc::NC_CHUNKED, shape.as_ptr()) })?;
        // SAFETY: the id is open; plain numbers.
        call(|| unsafe {
            nc::nc_set_var_chunk_cache(self.id, variable, bytes, CACHE_SLOTS, CACHE_PREEMPTION)
        })
    }

    /// Deflates a chunked variable, shuffled.
    pub fn define_deflate(&self, variable: c_int, level: u8) -> Result<(), Failed> {
        // SAFETY: the id is open; plain numbers.
        call(|| unsafe { nc::nc_def_var_deflate(self.id, variable, 1, 1, c_int::from(level)) })
    }

    /// Sets an attribute of a variable, or of the file.
    pub fn put_attribute(&self, variable: c_int, name: &str, value: &Attribute) -> Result<(), Failed> {
        let name = text(name.as_bytes())?;
        let put = |values: &Values| {
            let (code, length) = (code(values.data_type()), values.len());
            // SAFETY: the id is open, the name ends in NUL, and `sent` gives `length` values of that type.
            sent(values, |place| unsafe {
                nc::nc_put_att(self.id, variable, name.as_ptr(), code, length, place)
            })
        };
        match value {
            Attribute::Text(text) => put(&Values::Chars(text.as_bytes().to_vec())),
            Attribute::Values(values) => put(values),
        }
    }

    pub fn end_definitions(&self) -> Result<(), Failed> {
        // SAFETY: the id is open.
        call(|| unsafe { nc::nc_enddef(self.id) })
    }
}
