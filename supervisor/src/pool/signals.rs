//! Signals, as events: the supervisor alone listens to them, on behalf of its workers.
//!
//! Workers have process groups of their own, so Ctrl-C and Ctrl-Z reach only the supervisor; a
//! batch system's SIGTERM reaches everybody, and workers leave it to us.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Sender;

use super::child::Heard;
use crate::decide::event::Event;
use crate::decide::stop::Stop;

/// The signals that ask for the end.
const ENDS: [SignalKind; 3] = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];

/// Tells each signal that asks for the end, until the pool is gone.
///
/// # Errors
/// If the system does not let us listen.
pub fn listen(heard: &Sender<Heard>) -> io::Result<()> {
    for kind in ENDS {
        tokio::spawn(tell(signal(kind)?, heard.clone()));
    }
    Ok(())
}

async fn tell(mut signals: Signal, heard: Sender<Heard>) {
    while signals.recv().await.is_some() {
        if heard.send(Heard::Event(Event::Asked(Stop::Signal))).await.is_err() {
            return;
        }
    }
}
