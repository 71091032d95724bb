//! netcdf-c itself, for what the netcdf crate lacks: characters and strings of any shape, text
//! that is no UTF-8 and odd types as errors instead of panics, dimensions of length 0, small
//! chunk caches, and the system's error number, by which a full disk is told.
//!
//! Safe calls on one open file that give back plain values; what they mean is the callers'. Every
//! call holds the lock that all users of HDF5 in this process share.
#![expect(unsafe_code, reason = "netcdf-c is called directly; every call is in this folder")]

use std::ffi::{CStr, CString, c_int};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use netcdf_sys as nc;

use crate::ffi::closing;

mod define;
mod hdf5;
mod inquire;
mod transfer;

pub use hdf5::{ChunkSink, Elsewhere, NOT_A_COORDINATE, Places, hdf5_name};
pub use inquire::{Definition, FileType};
pub use transfer::Slab;

/// Stands for the file itself where a variable's number is asked for.
pub const GLOBAL: c_int = nc::NC_GLOBAL;

/// Chunks that a dataset of an open file may keep decoded, bytes. The library's own 16 MiB a
/// variable would add up over the files that collation holds open.
const READ_CACHE: usize = 1 << 20;

/// Slots of a chunk cache's table, and how readily whole chunks are dropped: HDF5's own.
const CACHE_SLOTS: usize = 521;
const CACHE_PREEMPTION: f32 = 0.75;

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The library said so.
    #[error("{}", in_words(*code, *errno))]
    Library {
        /// Its code.
        code: c_int,
        /// What the system said during the call; 0 for nothing.
        errno: i32,
    },
    /// A name or string in the file is no UTF-8.
    #[error("it holds text that is not UTF-8")]
    NotUtf8,
    /// A name or string to be written holds a NUL.
    #[error("it holds text with a NUL in it")]
    NulInText,
    /// More values than fit into memory.
    #[error("{0} values do not fit into memory")]
    TooLarge(usize),
    /// Values that are not as many as the shape they are written to.
    #[error("{found} values for {expected} places")]
    WrongLength {
        /// What the shape holds.
        expected: usize,
        /// What was given.
        found: usize,
    },
}

impl Failed {
    /// What the system said where the library was not asked.
    pub(crate) fn system(error: io::Error) -> Self {
        // a file that is shorter than it was has no number
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        Self::Library { code: errno, errno }
    }

    /// Whether the disk or a quota is full. HDF5 forgets the reason when a write or the closing
    /// fails; but the system's own error number outlives its cleaning up, and each call clears
    /// it first.
    pub fn is_no_space(self) -> bool {
        let Self::Library { errno, .. } = self else { return false };
        errno == libc::ENOSPC || errno == libc::EDQUOT
    }

    /// What the system refused and may grant another time. Other numbers are left over from what the library tries by
    /// itself, such as looking for filters.
    pub fn refused(self) -> Option<io::Error> {
        const PASSING: [i32; 12] = [
            libc::EIO,
            libc::ESTALE,
            libc::ENOMEM,
            libc::EMFILE,
            libc::ENFILE,
            libc::ENOSPC,
            libc::EDQUOT,
            libc::EINTR,
            libc::EAGAIN,
            libc::ETIMEDOUT,
            libc::EREMOTEIO,
            libc::ENOTCONN,
        ];
        let Self::Library { errno, .. } = self else { return None };
        PASSING.contains(&errno).then(|| io::Error::from_raw_os_error(errno))
    }

    /// Whether the file that was to be made is there already.
    pub fn is_there_already(self) -> bool {
        matches!(self, Self::Library { code: nc::NC_EEXIST, .. })
    }
}

fn in_words(code: c_int, errno: i32) -> String {
    if code > 0 {
        // the library's guess at the system's reason, often "permission denied" for anything
        return io::Error::from_raw_os_error(if errno != 0 { errno } else { code }).to_string();
    }
    // SAFETY: the library gives a static text for any code.
    let words = unsafe { CStr::from_ptr(nc::nc_strerror(code)) }.to_string_lossy();
    match errno {
        0 => words.into_owned(),
        errno => format!("{words} ({})", io::Error::from_raw_os_error(errno)),
    }
}

/// Makes one call under the lock. That a file could not be closed well matters to [`File::close`] alone.
fn call(function: impl FnOnce() -> c_int) -> Result<(), Failed> {
    closing_call(function).0
}

/// The same; with what the system said of a file that could not be closed well.
fn closing_call(function: impl FnOnce() -> c_int) -> (Result<(), Failed>, Option<io::Error>) {
    let _guard = nc::libnetcdf_lock.lock();
    // SAFETY: this thread's own error number, which is always there.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    unsafe { *errno = 0 };
    let (code, unclosed) = closing::within(function);
    // SAFETY: as above.
    let errno = unsafe { *errno };
    let result = if code == nc::NC_NOERR { Ok(()) } else { Err(Failed::Library { code, errno }) };
    (result, unclosed)
}

/// An open file; closed when dropped.
#[derive(Debug)]
pub struct File {
    id: c_int,
}

impl Drop for File {
    fn drop(&mut self) {
        let id = self.id;
        // a reader loses nothing by it, and a writer that matters calls `close`
        // SAFETY: the id is open, and given away nowhere.
        let _ = call(|| unsafe { nc::nc_close(id) });
    }
}

impl File {
    /// Opens a file of any of the NetCDF formats for reading.
    pub fn open(path: &Path) -> Result<Self, Failed> {
        let path = text(path.as_os_str().as_bytes())?;
        let mut id = 0;
        let _guard = nc::libnetcdf_lock.lock();
        let (mut size, mut slots, mut preemption) = (0, 0, 0.0);
        // SAFETY: three places to write to.
        call(|| unsafe { nc::nc_get_chunk_cache(&mut size, &mut slots, &mut preemption) })?;
        // SAFETY: plain numbers. The setting is the process's own: it is put back under the same lock.
        call(|| unsafe { nc::nc_set_chunk_cache(READ_CACHE, CACHE_SLOTS, CACHE_PREEMPTION) })?;
        // SAFETY: a text that ends in NUL, and a place for the id.
        let opened = call(|| unsafe { nc::nc_open(path.as_ptr(), nc::NC_NOWRITE, &mut id) });
        // SAFETY: as above.
        call(|| unsafe { nc::nc_set_chunk_cache(size, slots, preemption) })?;
        opened.map(|()| Self { id })
    }

    /// Creates a NetCDF-4 file that must not be there yet.
    pub fn create(path: &Path) -> Result<Self, Failed> {
        let path = text(path.as_os_str().as_bytes())?;
        let mut id = 0;
        let flags = nc::NC_NETCDF4 | nc::NC_NOCLOBBER;
        // SAFETY: a text that ends in NUL, and a place for the id.
        call(|| unsafe { nc::nc_create(path.as_ptr(), flags, &mut id) })?;
        Ok(Self { id })
    }

    /// Closes it, which is when much of what was written reaches the system.
    pub fn close(self) -> Result<(), Failed> {
        let id = self.id;
        std::mem::forget(self);
        // SAFETY: the id is open and was forgotten: nobody closes it again.
        let (closed, unclosed) = closing_call(|| unsafe { nc::nc_close(id) });
        closed.and(unclosed.map_or(Ok(()), |error| Err(Failed::system(error))))
    }
}

/// A text as C has it.
fn text(bytes: &[u8]) -> Result<CString, Failed> {
    CString::new(bytes).map_err(|_| Failed::NulInText)
}
