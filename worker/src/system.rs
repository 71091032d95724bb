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

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() << 10
    }

    #[test]
    #[cfg_attr(not(target_env = "gnu"), ignore = "only the GNU C library is asked")]
    fn what_the_allocator_keeps_goes_back_to_the_system() {
        const BLOCK: usize = 4 << 10;
        // small blocks are no mappings of their own; one that stays keeps the end of the heap from shrinking
        let mut blocks: Vec<Vec<u8>> = (0..(128 << 20) / BLOCK).map(|_| vec![1; BLOCK]).collect();
        let last = blocks.pop();
        drop(blocks);
        let before = resident();
        give_memory_back();
        assert!(resident() + (64 << 20) < before, "{before} bytes before, {} after", resident());
        drop(last);
    }
}
