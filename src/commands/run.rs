//! `dayfold run`: plan, run, collate; the same command resumes.

use std::path::Path;
use std::time::Instant;

use dayfold_supervisor::happening::{Happening, Listener};
use dayfold_supervisor::meter::Host;
use dayfold_supervisor::run::order::Verdict;
use dayfold_supervisor::rundir::shard::Shard;

use super::CliError;
use super::order::order;
use super::prepare::prepare;
use crate::cli::{MessageFormat, RunArgs};
use crate::config::{self, Voice};
use crate::exit::Exit;
use crate::show::{self, stderr, stdout, summary::Closing, words};

/// Does the run.
pub fn run(args: &RunArgs) -> Result<Exit, CliError> {
    let began = Instant::now();
    let prepared = prepare(config::load(&args.config, args.flags.clone())?)?;
    let options = prepared.config.run().clone();
    let (order, warnings) = order(prepared, &Host::here()).map_err(CliError::Program)?;
    let mut listener = show::listener(options.voice);
    tell(&mut *listener, began, warnings);
    let report = dayfold_supervisor::run::run(order, &mut *listener)?;
    drop(listener);
    let command = &command(&args.config, report.part);
    close(&Closing { report: &report, elapsed: began.elapsed(), command }, options.voice)
}

fn tell(listener: &mut dyn Listener, began: Instant, warnings: Vec<String>) {
    for message in warnings {
        listener.hear(began.elapsed(), &Happening::Warning { message });
    }
}

/// Says how it ended, prints the final file's path, and turns the end into an exit code.
pub fn close(closing: &Closing<'_>, voice: Voice) -> Result<Exit, CliError> {
    if voice.format == MessageFormat::Human {
        closing.lines(voice.verbosity).iter().for_each(|line| stderr::say(line));
    }
    if let Some(output) = &closing.report.output {
        stdout::print(&format!("{}\n", output.display()))?;
    }
    Ok(exit(&closing.report.verdict))
}

/// The exit code of a run that was begun.
fn exit(verdict: &Verdict) -> Exit {
    match verdict {
        Verdict::Complete | Verdict::PartDone | Verdict::OthersLeft(_) => Exit::Done,
        Verdict::Failed | Verdict::Contradiction(_) => Exit::Failed,
        Verdict::PartlyRun | Verdict::Interrupted(_) => Exit::Interrupted,
    }
}

/// The command that does what is left of this part.
fn command(config: &Path, part: Shard) -> String {
    let config = words::argument(&config.display().to_string());
    let shard = if part.is_whole() { String::new() } else { format!(" --shard {part}") };
    format!("dayfold run {config}{shard}")
}
