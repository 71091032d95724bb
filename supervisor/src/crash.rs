//! Where a test can end everything, as a power cut would: every process of the run, at once, at a
//! step between two writes. For debug builds only; in others nothing of it is left.
//!
//! With `DAYFOLD_CRASH_AT="3 keep"` in the environment, the third passage of the step "keep" is the
//! end: workers with their programs, and this process, are killed before anything else is done.
//! With which file it was is told on standard error.

/// Passes a step that has just been done to `path`.
#[cfg(not(debug_assertions))]
#[inline]
pub fn after(_step: &str, _path: &std::path::Path) {}

#[cfg(debug_assertions)]
pub use debug::after;

#[cfg(debug_assertions)]
mod debug {
    use std::fs;
    use std::io::{self, Write};
    use std::path::Path;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use rustix::process::{Pid, Signal, getpid, kill_process, kill_process_group};

    static PASSED: AtomicU64 = AtomicU64::new(0);

    /// Which passage of which step is the end.
    static END: LazyLock<Option<(u64, String)>> = LazyLock::new(|| {
        let end = std::env::var("DAYFOLD_CRASH_AT").ok()?;
        let (number, step) = end.split_once(' ')?;
        Some((number.parse().ok()?, step.to_owned()))
    });

    /// Passes a step that has just been done to `path`.
    pub fn after(step: &str, path: &Path) {
        let Some((number, last)) = &*END else { return };
        if last == step && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *number {
            let name = path.file_name().unwrap_or_default().display();
            let _nobody_reads = writeln!(io::stderr(), "crash after {step}: {name}");
            end_everything();
        }
    }

    /// Each child has a process group of its own, in which its programs are, too.
    fn end_everything() {
        for thread in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let list = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let children = list.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
            for child in children {
                let _gone = kill_process_group(child, Signal::KILL);
            }
        }
        let _we_are_gone = kill_process(getpid(), Signal::KILL);
    }
}
