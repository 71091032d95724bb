//! `dayfold sample`: a synthetic archive with regions and a configuration, ready to run.

use super::interrupt;
use crate::cli::{MessageFormat, SampleArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::sample::{CONFIGURATION, Sample};
use crate::show::{stderr, words};

/// Writes the sample and says how to go on.
pub fn run(args: &SampleArgs) -> Result<Exit, CliError> {
    let sample = Sample { from: args.from, days: args.days, coarsen: args.coarsen, temperature: args.tas };
    let interrupt = interrupt::listen(MessageFormat::Human)?;
    sample.write(&args.dir, &|| interrupt.is_asked(), |day| stderr::say(&format!("wrote {day}")))?;
    let configuration = words::argument(&args.dir.join(CONFIGURATION).display().to_string());
    stderr::say(&format!("\nNow try:\n  dayfold run {configuration}"));
    Ok(Exit::Done)
}
