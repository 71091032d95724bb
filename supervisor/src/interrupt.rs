//! Whether somebody wants the run to end, at any time of it: the pool hears of signals as events,
//! everything before and after asks here.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;

/// Remembers that a signal asked for the end.
#[derive(Clone, Debug)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens from now on; a second signal does not end the process by itself either.
    ///
    /// # Errors
    /// If the system does not let us listen.
    pub fn listen() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in ends() {
            signal_hook::flag::register(signal.as_raw(), Arc::clone(&asked))?;
        }
        Ok(Self { asked })
    }

    /// Whether a signal has come.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

/// The signals that ask for the end. A hang-up is none where it was ignored when we were started,
/// which is what `nohup` does.
pub fn ends() -> Vec<Signal> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let hang_up = (!is_ignored(&status, Signal::HUP)).then_some(Signal::HUP);
    [Signal::TERM, Signal::INT].into_iter().chain(hang_up).collect()
}

/// Whether a process with this `/proc/<pid>/status` ignores a signal.
fn is_ignored(status: &str, signal: Signal) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let place = signal.as_raw() - 1;
    mask >> place & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hang_up_is_seen() {
        assert!(is_ignored("Name:\tx\nSigIgn:\t0000000000001001\n", Signal::HUP));
        assert!(!is_ignored("SigIgn:\t0000000000001000\n", Signal::HUP));
        assert!(is_ignored("SigIgn:\t0000000000001000\n", Signal::PIPE), "13 is bit 12");
        assert!(!is_ignored("", Signal::HUP));
    }
}
