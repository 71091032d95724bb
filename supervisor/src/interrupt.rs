//! Whether somebody wants the run to end, at any time of it: the pool hears of signals as events,
//! everything before and after asks here.
//!
//! What comes before the pool can hang in the file system, for ever, and starts nothing that would
//! have to be ended: there a signal that is not followed soon ends the process, and so does a second.
//! The orderly end of the pool, and what comes after it, can hang there as well: then a second signal
//! that is not followed soon ends the process. All that it leaves is what a killed one would.

use std::fs;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

/// A process that is asked to end, and is not in order, has so long to follow by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a process that hangs is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// A signal came before anything was begun.
    Before,
    /// A second signal came, and the orderly end of what was begun does not.
    Within,
}

/// Remembers that a signal asked for the end.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stand: Mutex<Stand>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Stand {
    asked: bool,
    /// Somebody sees to it that an orderly end follows when it is asked for.
    in_order: bool,
}

impl Interrupt {
    /// Listens from now on. `give_up` is to end the process, and is called where it was asked to
    /// end, once or, if it is [in order](Self::in_order), twice, and does not end by itself.
    ///
    /// # Errors
    /// If the system does not let us listen.
    pub fn listen(give_up: impl Fn(GivenUp) + Send + Clone + 'static) -> io::Result<Self> {
        let interrupt = Self::default();
        let mut signals = Signals::new(ends().into_iter().map(Signal::as_raw))?;
        let known = interrupt.clone();
        let is_news = move |signal: &i32| !(is_warning_number(*signal) && known.is_asked());
        let heard = interrupt.clone();
        let listen = move || signals.forever().filter(is_news).for_each(|_| heard.ask(&give_up));
        thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        Ok(interrupt)
    }

    /// Whether a signal has come.
    pub fn is_asked(&self) -> bool {
        self.stand().asked
    }

    /// From now on an orderly end follows when it is asked for, however long that takes.
    pub fn in_order(&self) {
        self.stand().in_order = true;
    }

    /// Sleeps for so long, or until a signal comes: whether one has come.
    pub fn sleep(&self, duration: Duration) -> bool {
        let waited = self.shared.changed.wait_timeout_while(self.stand(), duration, |stand| !stand.asked);
        waited.unwrap_or_else(PoisonError::into_inner).0.asked
    }

    fn ask(&self, give_up: &(impl Fn(GivenUp) + Send + Clone + 'static)) {
        let Stand { asked: before, in_order } = self.now_asked();
        self.shared.changed.notify_all();
        if before && !in_order {
            return give_up(GivenUp::Before);
        }
        let (interrupt, give_up) = (self.clone(), give_up.clone());
        let later = move || {
            thread::sleep(PATIENCE);
            match interrupt.stand().in_order {
                false => give_up(GivenUp::Before),
                true if before => give_up(GivenUp::Within),
                true => {}
            }
        };
        // without a thread one more signal is needed
        let _none = thread::Builder::new().spawn(later);
    }

    /// Remembers it; how it stood before.
    fn now_asked(&self) -> Stand {
        let mut stand = self.stand();
        let before = *stand;
        stand.asked = true;
        before
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        self.shared.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends this process, whatever any thread of it is in: nothing is run that could wait for that, as what
/// libraries have registered for the end of a program does.
pub fn end_now(code: u8) -> ! {
    low_level::exit(code.into())
}

/// What batch systems send as an early warning, as they are told to: that the end is near. SIGXCPU comes every
/// second when the processor time that is allowed is used up.
const WARNINGS: [Signal; 3] = [Signal::USR1, Signal::USR2, Signal::XCPU];

/// The signals that ask for the end. A hang-up or a warning is none where it was ignored when we were started,
/// which is what `nohup` does.
pub fn ends() -> Vec<Signal> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let others = std::iter::once(Signal::HUP).chain(WARNINGS);
    let heeded = others.filter(|&signal| !is_ignored(&status, signal));
    [Signal::TERM, Signal::INT].into_iter().chain(heeded).collect()
}

/// Whether a signal only warns: then a second one is no reason to hurry.
pub fn is_warning(signal: Signal) -> bool {
    WARNINGS.contains(&signal)
}

fn is_warning_number(signal: i32) -> bool {
    WARNINGS.iter().any(|warning| warning.as_raw() == signal)
}

/// From now on a file that grows over what is allowed is an error of whoever writes it, and not the end of
/// this process. Programs that are started do not inherit that.
///
/// # Errors
/// If the system does not let us.
pub fn survive_size_limits() -> io::Result<()> {
    flag::register(Signal::XFSZ.as_raw(), Arc::default()).map(drop)
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
    use std::sync::mpsc::{RecvTimeoutError, channel};

    use super::*;

    /// Far more than [`PATIENCE`], and never waited for to its end where all is well.
    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn an_ignored_hang_up_is_seen() {
        assert!(is_ignored("Name:\tx\nSigIgn:\t0000000000001001\n", Signal::HUP));
        assert!(!is_ignored("SigIgn:\t0000000000001000\n", Signal::HUP));
        assert!(is_ignored("SigIgn:\t0000000000001000\n", Signal::PIPE), "13 is bit 12");
        assert!(!is_ignored("", Signal::HUP));
    }

    #[test]
    fn who_sleeps_is_woken() {
        let interrupt = Interrupt::default();
        assert!(!interrupt.sleep(Duration::ZERO));
        thread::scope(|scope| {
            let sleeper = scope.spawn(|| interrupt.sleep(LONG));
            interrupt.ask(&|_| {});
            assert!(sleeper.join().unwrap());
        });
        assert!(interrupt.is_asked() && interrupt.sleep(LONG), "and does not fall asleep again");
    }

    /// What is said after so many signals.
    fn given_up(signals: usize, in_order: bool) -> Result<GivenUp, RecvTimeoutError> {
        let (tell, told) = channel();
        let give_up = move |why| {
            let _heard_before = tell.send(why);
        };
        let interrupt = Interrupt::default();
        if in_order {
            interrupt.in_order();
        }
        (0..signals).for_each(|_| interrupt.ask(&give_up));
        drop(give_up);
        told.recv_timeout(LONG)
    }

    #[test]
    fn what_does_not_end_by_itself_is_given_up_and_what_is_in_order_at_the_second_signal() {
        assert_eq!(given_up(1, false), Ok(GivenUp::Before));
        assert_eq!(given_up(2, false), Ok(GivenUp::Before));
        assert_eq!(given_up(1, true), Err(RecvTimeoutError::Disconnected));
        assert_eq!(given_up(2, true), Ok(GivenUp::Within));
    }
}
