//! This process's largest resident memory, as the kernel counts it.

use std::fs;
use std::io::Write;

/// Forgets the largest so far, where the kernel lets us.
pub fn reset_peak() {
    // 5: reset the peak resident set size (proc(5)). Without the right to, peaks are the process's, not the group's.
    let _ = fs::OpenOptions::new()
        .write(true)
        .open("/proc/self/clear_refs")
        .and_then(|mut file| file.write_all(b"5"));
}

/// The largest since the start or the last reset, bytes; 0 where it is unknown.
pub fn peak() -> u64 {
    fs::read_to_string("/proc/self/status").ok().and_then(|status| peak_in(&status)).unwrap_or(0)
}

fn peak_in(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_kernels_text() {
        assert_eq!(
            peak_in("Name:\tx\nVmPeak:\t  99 kB\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n"),
            Some(5120 * 1024)
        );
        assert_eq!(peak_in("Name:\tkernel thread\n"), None);
        assert_eq!(peak_in("VmHWM:\t99999999999999999999 kB\n"), None);
    }

    #[test]
    fn this_process_has_one() {
        assert!(peak() > 0);
    }
}
