//! What users see of a run. Everything here listens, and nothing decides.
//!
//! [`tally`] counts, [`eta`] estimates, [`narrate`] and [`summary`] put into words, [`screen`] is a
//! progress bar or plain lines, [`json`] is for programs, [`failure`] for both. [`stdout`] is where results
//! go; everything else goes to [`stderr`], through a [`queue`] that nobody waits for.

pub mod doctor;
mod eta;
pub mod failure;
pub mod forecast;
mod human_reporter;
mod json;
mod narrate;
mod painter;
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

use dayfold_supervisor::run_event::Listener;

use self::human_reporter::HumanReporter;
use self::json::Json;
use self::screen::{Bar, Lines};
use self::stderr::Stderr;
use crate::cli::MessageFormat;
use crate::config::OutputStyle;

/// The listener that speaks so, on standard error.
pub fn listener(style: OutputStyle) -> Box<dyn Listener> {
    let stderr = Stderr(style.format);
    match (style.format, Bar::where_possible()) {
        (MessageFormat::Json, _) => Box::new(Json(stderr)),
        (MessageFormat::Human, Some(bar)) => Box::new(HumanReporter::new(bar, style.verbosity)),
        (MessageFormat::Human, None) => Box::new(HumanReporter::new(Lines::new(stderr), style.verbosity)),
    }
}
