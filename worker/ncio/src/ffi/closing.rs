//! Closing files below HDF5, which does not survive that it fails.
//!
//! On a network file system `close` is where a full quota or a lost server is told. HDF5 then stops half-way, and
//! netcdf-c, which is told, asks it what is still open: that is read from memory which has been given back, and the
//! process ends by a signal (seen with netcdf-c 4.10.1 and HDF5 1.14.6, `dumpopenobjects`). So while a library is
//! called here, `close` closes, says that all is well, and leaves what the system said to who called. A file that
//! was only read has lost nothing by it; of one that was written it is an error like any other.
#![expect(unsafe_code, reason = "takes the place of a function of C")]

/// Calls a library; what the system said of the first file that it closed in vain.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn within<T>(call: impl FnOnce() -> T) -> (T, Option<std::io::Error>) {
    (call(), None)
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use kept::within;

/// To be called before there is a second thread.
pub(crate) fn init() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    kept::find();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod kept {
    use std::cell::Cell;
    use std::ffi::{c_int, c_void};
    use std::io;
    use std::ptr::null_mut;
    use std::sync::atomic::{AtomicPtr, Ordering};

    type Close = unsafe extern "C" fn(c_int) -> c_int;

    thread_local! {
        /// How many calls of a library this thread is in.
        static CALLS: Cell<usize> = const { Cell::new(0) };
        /// The first error of a `close` in them; 0 is none.
        static FIRST: Cell<c_int> = const { Cell::new(0) };
    }

    /// The C library's own, or that of a tool that was put before it to watch.
    static NEXT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

    /// Looks for the function that is next in line.
    pub(super) fn find() -> *mut c_void {
        // SAFETY: a name that ends in NUL.
        let next = unsafe { libc::dlsym(libc::RTLD_NEXT, c"close".as_ptr()) };
        NEXT.store(next, Ordering::Relaxed);
        next
    }

    /// Calls a library; what the system said of the first file that it closed in vain.
    pub(crate) fn within<T>(call: impl FnOnce() -> T) -> (T, Option<io::Error>) {
        let outer = CALLS.replace(CALLS.get() + 1);
        let before = FIRST.replace(0);
        let result = call();
        let failed = FIRST.replace(before);
        CALLS.set(outer);
        (result, (failed != 0).then(|| io::Error::from_raw_os_error(failed)))
    }

    /// Closes a file as the C library does, but for the answer within a library's calls.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn close(file: c_int) -> c_int {
        let next = match NEXT.load(Ordering::Relaxed) {
            unknown if unknown.is_null() => find(),
            known => known,
        };
        let closed = if next.is_null() {
            // SAFETY: as the caller of this function has it.
            unsafe { libc::syscall(libc::SYS_close, file) as c_int }
        } else {
            // SAFETY: the C library's `close` has this form; the rest is as the caller has it.
            unsafe { std::mem::transmute::<*mut c_void, Close>(next)(file) }
        };
        if closed == 0 || CALLS.try_with(Cell::get).unwrap_or(0) == 0 {
            return closed;
        }
        let error = io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO);
        let _no_thread_any_more = FIRST.try_with(|first| {
            if first.get() == 0 {
                first.set(error);
            }
        });
        0
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_close_that_fails_is_told_outside_and_kept_within() {
            // no process has so many open files
            let nothing = c_int::MAX;
            // SAFETY: there is no such file to be closed.
            let close = || unsafe { libc::close(nothing) };
            assert_eq!(close(), -1);
            let ((), told) = within(|| {
                assert_eq!(close(), 0);
                let (inner, told) = within(close);
                assert_eq!((inner, told.and_then(|error| error.raw_os_error())), (0, Some(libc::EBADF)));
            });
            assert_eq!(told.and_then(|error| error.raw_os_error()), Some(libc::EBADF));
            assert!(within(|| ()).1.is_none());
            assert_eq!(close(), -1);
        }
    }
}
