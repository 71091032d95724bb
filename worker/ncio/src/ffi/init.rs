//! What must be said to HDF5 and to the allocator before the first file.
#![expect(unsafe_code, reason = "HDF5 is told of file locking only by an environment variable")]

use std::ffi::OsString;
use std::sync::OnceLock;

use crate::ffi::closing;

/// The variable by which HDF5 is told.
pub const FILE_LOCKING: &str = "HDF5_USE_FILE_LOCKING";

static OF_THE_USER: OnceLock<Option<OsString>> = OnceLock::new();

/// [`FILE_LOCKING`] as it was when this program was started: what programs that it starts should find.
pub fn file_locking_of_the_user() -> Option<OsString> {
    OF_THE_USER.get().cloned().unwrap_or_else(|| std::env::var_os(FILE_LOCKING))
}

/// To be called first in `main`, before there is a second thread.
///
/// Turns HDF5's file locking off: inputs are only read, outputs have one writer and another name
/// until they are whole, and parallel file systems often refuse locks. netcdf-c by itself keeps
/// HDF5 from printing its stack of errors.
pub fn init() {
    OF_THE_USER.get_or_init(|| std::env::var_os(FILE_LOCKING));
    // SAFETY: no other thread runs yet that could read the environment at the same time.
    unsafe { std::env::set_var(FILE_LOCKING, "FALSE") };
    keep_memory();
    closing::init();
}

/// Lets the process keep what it frees, up to some megabytes.
///
/// To look at the first 8 bytes of a file, netcdf-c 4.10.1 takes two blocks of 4 MiB and gives them
/// back. Fresh pages for these cost more than all else that opening a file does (8 ms instead of 3).
#[cfg(target_env = "gnu")]
fn keep_memory() {
    // SAFETY: plain numbers; where they are refused nothing changes.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 16 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 16 << 20);
    }
}

#[cfg(not(target_env = "gnu"))]
fn keep_memory() {}
