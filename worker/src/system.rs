//! What is asked of the system that Rust cannot check: the end of a child with its parent, and memory
//! given back.
#![expect(unsafe_code, reason = "code between fork and exec, and a call of the C library")]

use std::io;
use std::process::Command;

use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

/// Has the program killed when the thread that starts it ends, however that comes.
pub fn ends_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let parent = getpid();
    let arrange = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // gone in between: nobody would be left to tell the kernel
        if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::Interrupted.into()) }
    };
    // SAFETY: between fork and exec only two system calls are made: no memory is taken, no lock held.
    unsafe { command.pre_exec(arrange) };
}

/// Gives memory that is not used any more back to the system, where the C library keeps it.
pub fn give_memory_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes the allocator's own locks and moves nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
