//! What users see of a run. Everything here listens, and nothing decides.
//!
//! [`tally`] counts, [`eta`] estimates, [`narrate`] and [`summary`] put into words, [`screen`] is a
//! progress bar or plain lines, [`json`] is for programs, [`failure`] for both. [`stdout`] is where results
//! go; everything else goes to [`stderr`], through a [`queue`] that nobody waits for.

pub mod doctor;
mod eta;
pub mod failure;
pub mod forecast;
mod json;
mod narrate;
mod painter;
mod people;
pub mod plan;
mod queue;
#[cfg(test)]
mod samples;
mod screen;
pub mod status;
pub mod stderr;
pub mod stdout;
pub mod summary;
mod table;
mod tally;
pub mod words;

use dayfold_supervisor::happening::Listener;

use self::json::Json;
use self::people::People;
use self::screen::{Bar, Lines};
use self::stderr::Stderr;
use crate::cli::MessageFormat;
use crate::config::Voice;

/// The listener that speaks so, on standard error.
pub fn listener(voice: Voice) -> Box<dyn Listener> {
    let stderr = Stderr(voice.format);
    match (voice.format, Bar::where_possible()) {
        (MessageFormat::Json, _) => Box::new(Json(stderr)),
        (MessageFormat::Human, Some(bar)) => Box::new(People::new(bar, voice.verbosity)),
        (MessageFormat::Human, None) => Box::new(People::new(Lines::new(stderr), voice.verbosity)),
    }
}
