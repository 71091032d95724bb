//! A copy of this process, without anything of it that is open.
#![expect(unsafe_code, reason = "calls of the system that copy a process and close what it has open")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rustix::process::Pid;

/// Makes a copy of this process that does this and ends; nothing else of this process is run in it.
///
/// # Errors
/// If the system gives no process.
pub fn fork(does: impl FnOnce()) -> io::Result<Pid> {
    // SAFETY: the copy has this thread only. What it calls takes no locks of this program's that another thread
    // could have held; the C library keeps its own in order.
    match unsafe { libc::fork() } {
        0 => {
            let _ended_either_way = catch_unwind(AssertUnwindSafe(does));
            // SAFETY: ends the copy alone, and runs nothing that was registered for this process's end.
            unsafe { libc::_exit(0) }
        }
        pid => Pid::from_raw(pid.max(0)).ok_or_else(io::Error::last_os_error),
    }
}

/// In the copy: closes everything but the standard descriptors and this one. What others wait for the end of must
/// not be held open by it.
pub fn close_all_but(kept: BorrowedFd<'_>) {
    let open = dayfold_files::names(Path::new("/proc/self/fd")).unwrap_or_default();
    let numbers = open.into_iter().filter_map(|name| name.to_str()?.parse::<i32>().ok());
    for number in numbers.filter(|&number| number > 2 && number != kept.as_raw_fd()) {
        // SAFETY: whatever owns it in this copy is never used again, nor dropped: the copy ends by `_exit`.
        unsafe { libc::close(number) };
    }
}
