//! What must be said to HDF5 before it starts.
#![expect(unsafe_code, reason = "HDF5 is told of file locking only by an environment variable")]

/// To be called first in `main`, before there is a second thread.
///
/// Turns HDF5's file locking off: inputs are only read, outputs have one writer and another name
/// until they are whole, and parallel file systems often refuse locks. netcdf-c by itself keeps
/// HDF5 from printing its stack of errors.
pub fn init() {
    // SAFETY: no other thread runs yet that could read the environment at the same time.
    unsafe { std::env::set_var("HDF5_USE_FILE_LOCKING", "FALSE") };
}
