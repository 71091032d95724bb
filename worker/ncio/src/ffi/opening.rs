//! Opening a file without reading 4 MiB of it.
//!
//! netcdf-c looks at the first 8 bytes of a file by `fread` with a buffer of 4 MiB, which it fills and copies
//! (`NC_readfileF`, seen in 4.10.1): a quarter of what opening a file costs in a warm cache, and more where the
//! file is on a network. It takes less, too, and then asks again if that was not enough. So while a file is opened
//! here, `fread` gives it no more than a page. That function is this crate's: it is linked before the C
//! library's, does the same, and is the one that C code in this program calls.
#![expect(unsafe_code, reason = "takes the place of a function of C")]

/// Opens something, with short reads by `fread` in this thread.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn briefly<T>(open: impl FnOnce() -> T) -> T {
    open()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) use short::briefly;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod short {
    use std::cell::Cell;
    use std::ffi::c_void;

    use libc::FILE;

    /// What one read gives while a file is opened.
    const MOST: usize = 4096;

    thread_local! {
        static OPENING: Cell<bool> = const { Cell::new(false) };
    }

    // of which the C library makes its own `fread`
    unsafe extern "C" {
        fn flockfile(stream: *mut FILE);
        fn funlockfile(stream: *mut FILE);
        fn fread_unlocked(buffer: *mut c_void, size: usize, count: usize, stream: *mut FILE) -> usize;
    }

    /// Opens something, with short reads by `fread` in this thread.
    pub(in crate::ffi) fn briefly<T>(open: impl FnOnce() -> T) -> T {
        OPENING.set(true);
        let opened = open();
        OPENING.set(false);
        opened
    }

    /// As C has it, but for short reads of bytes while a file is opened.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn fread(buffer: *mut c_void, size: usize, count: usize, stream: *mut FILE) -> usize {
        let is_short = size == 1 && OPENING.try_with(Cell::get).unwrap_or(false);
        let count = if is_short { count.min(MOST) } else { count };
        // SAFETY: the caller gives what `fread` asks for: an open stream, and room for so many bytes or more.
        unsafe {
            flockfile(stream);
            let read = fread_unlocked(buffer, size, count, stream);
            funlockfile(stream);
            read
        }
    }
}
