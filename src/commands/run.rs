//! `dayfold run`: plan, run, collate; the same command resumes.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use dayfold_supervisor::batch::job::{batch_job, is_interactive};
use dayfold_supervisor::interrupt::Interrupt;
use dayfold_supervisor::meter::Host;
use dayfold_supervisor::run::order::Report;
use dayfold_supervisor::run_event::{Listener, RunEvent};
use dayfold_supervisor::verdict::Verdict;

use super::interrupt;
use crate::cli::{MessageFormat, RunArgs};
use crate::config::{self, Config, OutputStyle};
use crate::error::CliError;
use crate::exit::Exit;
use crate::prepare::order::order;
use crate::prepare::prepare;
use crate::show::{self, failure, stderr, stdout, summary::Closing, words};

/// On a screen where nobody reads, results are tried for so long.
const PATIENCE: Duration = Duration::from_millis(500);

/// Does the run.
pub fn run(args: &RunArgs) -> Result<Exit, CliError> {
    let began = Instant::now();
    let interrupt = interrupt::listen(args.flags.message_format.unwrap_or_default())?;
    let config = config::load(&args.config, args.flags.clone())?;
    // from here on it is known how to tell an error
    let style = config.run().style;
    let ended = carry_out(args, config, &interrupt, began);
    Ok(ended.unwrap_or_else(|error| failure::tell(&error, style.format)))
}

fn carry_out(
    args: &RunArgs,
    config: Config,
    interrupt: &Interrupt,
    began: Instant,
) -> Result<Exit, CliError> {
    let style = config.run().style;
    let (order, warnings) = order(prepare(config)?, &Host::here(), began);
    let mut listener = show::listener(style);
    tell(&mut *listener, began, warnings);
    let report = dayfold_supervisor::run::run(order, interrupt, &mut *listener)?;
    drop(listener);
    let command = &again(&Host::here(), io::stderr().is_terminal(), || command(args, &report));
    close(&Closing { report: &report, elapsed: began.elapsed(), command }, style)
}

/// What goes on with what is left: in a batch job its script, which knows modules and folders, where nobody
/// is at a terminal to give the command.
fn again(host: &Host, is_terminal: bool, command: impl FnOnce() -> String) -> String {
    match batch_job(host).filter(|_| !is_interactive(host, is_terminal)) {
        Some(job) => format!("submit the script of this job again ({} {})", job.system, job.id),
        None => command(),
    }
}

fn tell(listener: &mut dyn Listener, began: Instant, warnings: Vec<String>) {
    for message in warnings {
        listener.hear(began.elapsed(), &RunEvent::Warning { message });
    }
}

/// Says how it ended, prints the final file's path, and turns the end into an exit code.
pub fn close(closing: &Closing<'_>, style: OutputStyle) -> Result<Exit, CliError> {
    if style.format == MessageFormat::Human {
        closing.lines(style.verbosity).iter().for_each(|line| stderr::say(line));
    }
    if let Some(output) = &closing.report.output {
        print(format!("{}\n", output.display()))?;
    }
    Ok(exit(&closing.report.verdict))
}

/// Prints results after all that was said. Where nobody reads that, both may be on one terminal, and the
/// results do not keep the program from ending, either.
fn print(results: String) -> io::Result<()> {
    if stderr::drain() { stdout::print(&results) } else { stdout::print_within(results, PATIENCE) }
}

/// The exit code of a run that was begun.
fn exit(verdict: &Verdict) -> Exit {
    match verdict {
        Verdict::Complete | Verdict::PartDone | Verdict::OthersLeft(_) => Exit::Done,
        Verdict::Failed | Verdict::Contradiction(_) => Exit::Failed,
        Verdict::PartlyRun | Verdict::Interrupted(_) => Exit::Interrupted,
    }
}

/// The command that does what is left of this part; of groups that were asked for and failed, these first.
fn command(args: &RunArgs, report: &Report) -> String {
    let mut arguments = vec![args.config.display().to_string()];
    arguments.extend(args.again.iter().cloned());
    if report.verdict == Verdict::Failed && report.tally.excluded > 0 {
        arguments.extend(args.part.iter().cloned());
    }
    if !report.part.is_whole() {
        arguments.extend(["--shard".to_owned(), report.part.to_string()]);
    }
    let quoted = arguments.iter().map(|argument| format!(" {}", words::argument(argument)));
    format!("dayfold run{}", quoted.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_batch_job_its_script_goes_on_and_elsewhere_the_command() {
        let next = |variables: &[(&str, &str)], is_terminal| {
            let env = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
            let host = Host { root: "/nowhere".into(), env, affinity: None };
            again(&host, is_terminal, || "dayfold run c.toml".to_owned())
        };
        let pbs = ("PBS_JOBID", "12.gadi-pbs");
        assert_eq!(next(&[pbs], false), "submit the script of this job again (PBS 12.gadi-pbs)");
        assert_eq!(next(&[("SLURM_JOB_ID", "77")], false), "submit the script of this job again (Slurm 77)");
        assert_eq!(next(&[], false), "dayfold run c.toml");
        assert_eq!(next(&[pbs], true), "dayfold run c.toml");
        assert_eq!(next(&[pbs, ("PBS_ENVIRONMENT", "PBS_INTERACTIVE")], false), "dayfold run c.toml");
    }
}
