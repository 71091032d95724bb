//! What is asked of the system that Rust cannot check: memory given back.
#![expect(unsafe_code, reason = "a call of the C library")]

/// Gives memory that is not used any more back to the system, where the C library keeps it.
pub fn give_memory_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes the allocator's own locks and moves nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
