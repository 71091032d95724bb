//! Signals, as events: the supervisor alone listens to them, on behalf of its workers.
//!
//! Workers have process groups of their own, so Ctrl-C and Ctrl-Z reach only the supervisor; a
//! batch system's SIGTERM reaches the workers, too, and they leave it to us. Their programs have sessions
//! of their own, which only some batch systems reach. When we are told to stop
//! for a while (Ctrl-Z), the workers are stopped first and go on after us. Without a pool there is
//! nobody to be stopped first: then [`stop_by_default`].

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{getpid, kill_process};
use signal_hook::flag;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Sender;

use super::child::Heard;
use crate::decide::event::Event;
use crate::decide::stop::Stop;
use crate::interrupt;

/// `SIGTSTP`, which Ctrl-Z sends: tokio has no name for it.
const TERMINAL_STOP: i32 = rustix::process::Signal::TSTP.as_raw();

/// Tells each signal that asks for the end or for a pause, until the pool is gone.
///
/// # Errors
/// If the system does not let us listen.
pub fn listen(heard: &Sender<Heard>) -> io::Result<Asked> {
    let asked = listen_to_ends(heard)?;
    tokio::spawn(tell(signal(SignalKind::from_raw(TERMINAL_STOP))?, || Heard::Pause, heard.clone()));
    Ok(asked)
}

/// The signals that have come and that nobody has dealt with. Handlers note them before this process does
/// anything else, however late it comes to hear of them otherwise.
#[derive(Debug, Default)]
pub struct Asked {
    ends: Arc<AtomicBool>,
    warnings: Arc<AtomicBool>,
}

impl Asked {
    /// What has come, once.
    pub fn take(&self) -> Option<Event> {
        let end = || self.ends.swap(false, Ordering::SeqCst).then_some(Event::Asked(Stop::Signal));
        end().or_else(|| self.warnings.swap(false, Ordering::SeqCst).then_some(Event::Warned))
    }
}

/// Wakes whoever hears at each signal that asks for the end.
///
/// # Errors
/// If the system does not let us listen.
pub fn listen_to_ends(heard: &Sender<Heard>) -> io::Result<Asked> {
    let asked = Asked::default();
    for end in interrupt::ends() {
        let flag = if interrupt::is_warning(end) { &asked.warnings } else { &asked.ends };
        flag::register(end.as_raw(), Arc::clone(flag))?;
        tokio::spawn(tell(signal(SignalKind::from_raw(end.as_raw()))?, || Heard::Signal, heard.clone()));
    }
    Ok(asked)
}

/// From now on the terminal's stop signal stops this process, as it does where nobody listens: a runtime
/// that is gone has stopped listening, and has not told the system.
///
/// # Errors
/// If the system does not let us.
pub fn stop_by_default() -> io::Result<()> {
    flag::register_conditional_default(TERMINAL_STOP, Arc::new(AtomicBool::new(true))).map(drop)
}

async fn tell(mut signals: Signal, what: impl Fn() -> Heard, heard: Sender<Heard>) {
    while signals.recv().await.is_some() {
        if heard.send(what()).await.is_err() {
            return;
        }
    }
}

/// Stops this process as the terminal's stop signal would have; returns when it is continued.
pub fn pause() {
    let _cannot_fail = kill_process(getpid(), rustix::process::Signal::STOP);
}
