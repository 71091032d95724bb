//! Where a test can end everything, as a power cut would: every process of the run, at once, at a
//! step between two writes. Or hold it, as a file system does that hangs. For debug builds only; in
//! others nothing of it is left.
//!
//! With `DAYFOLD_CRASH_AT="3 keep"` in the environment, the third passage of the step "keep" is the
//! end: workers with their programs, and this process, are killed before anything else is done.
//! With which file it was is told on standard error.
//!
//! With `DAYFOLD_HOLD_AT="3 keep"`, the thread that passes there waits, until the file that
//! `DAYFOLD_HOLD_UNTIL` names is there, or for ever.

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
    use std::thread;
    use std::time::Duration;

    use rustix::process::{Pid, Signal, getpid, kill_process, kill_process_group};

    /// A passage of a step.
    struct Mark {
        step: String,
        number: u64,
        passed: AtomicU64,
    }

    static CRASH: LazyLock<Option<Mark>> = LazyLock::new(|| Mark::named_by("DAYFOLD_CRASH_AT"));
    static HOLD: LazyLock<Option<Mark>> = LazyLock::new(|| Mark::named_by("DAYFOLD_HOLD_AT"));

    impl Mark {
        fn named_by(variable: &str) -> Option<Self> {
            let mark = std::env::var(variable).ok()?;
            let (number, step) = mark.split_once(' ')?;
            Some(Self { step: step.to_owned(), number: number.parse().ok()?, passed: AtomicU64::new(0) })
        }

        /// Whether this passage of `step` is the one.
        fn is_passed(&self, step: &str) -> bool {
            self.step == step && self.passed.fetch_add(1, Ordering::SeqCst) + 1 == self.number
        }
    }

    /// Passes a step that has just been done to `path`.
    pub fn after(step: &str, path: &Path) {
        let is_at = |mark: &Option<Mark>| mark.as_ref().is_some_and(|mark| mark.is_passed(step));
        if is_at(&CRASH) {
            tell("crash", step, path);
            end_everything();
        }
        if is_at(&HOLD) {
            tell("hold", step, path);
            hold();
        }
    }

    fn tell(what: &str, step: &str, path: &Path) {
        let name = path.file_name().unwrap_or_default().display();
        let _nobody_reads = writeln!(io::stderr(), "{what} after {step}: {name}");
    }

    fn hold() {
        let until = std::env::var_os("DAYFOLD_HOLD_UNTIL");
        while !until.as_ref().is_some_and(|path| Path::new(path).exists()) {
            thread::sleep(Duration::from_millis(10));
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
