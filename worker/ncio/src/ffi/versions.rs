//! Which libraries are built in.
#![expect(unsafe_code, reason = "the libraries are asked")]

use std::ffi::{CStr, c_uint};

use hdf5_metno_sys as hdf5;
use netcdf_sys as nc;

/// `netCDF 4.10.1, HDF5 1.14.6`.
pub fn library_versions() -> String {
    let _guard = hdf5::LOCK.lock();
    // SAFETY: it gives a text that stays, whatever else is done.
    let netcdf = unsafe { CStr::from_ptr(nc::nc_inq_libvers()) }.to_string_lossy();
    // what follows the number is when it was built
    let netcdf = netcdf.split_whitespace().next().unwrap_or_default();
    let (mut major, mut minor, mut release): (c_uint, c_uint, c_uint) = (0, 0, 0);
    // SAFETY: three numbers that live until it returns; where it fails they stay as they are.
    unsafe { hdf5::h5::H5get_libversion(&mut major, &mut minor, &mut release) };
    format!("netCDF {netcdf}, HDF5 {major}.{minor}.{release}")
}
