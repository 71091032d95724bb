//! The command line, as clap reads it. Nothing is decided here: what options mean together with
//! the configuration is `config`'s, what commands do is `commands`'.

pub mod line;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;

use dayfold_supervisor::rundir::shard::Shard;

use crate::config::quantity::{Size, parse_count, parse_date, parse_duration};
use crate::plot::Zone;

const EXAMPLES: &str = "\
Try it without any data:
  dayfold sample try
  dayfold run try/dayfold.toml

The usual way:
  dayfold plan config.toml             look at what would run
  dayfold run config.toml --limit 2    try two groups of it
  dayfold run config.toml              all the rest; the same command resumes it

Exit codes: 0 done, 1 unexpected error, 2 nothing was started (command line,
configuration or archive are wrong), 3 some groups failed, 75 interrupted: run
the same command again.";

const RUN_EXAMPLES: &str = "\
Examples:
  dayfold run config.toml
  dayfold run config.toml --limit 2 --keep-partials
  dayfold run config.toml --only 2022-02-01 --only 2022-02-07
  dayfold run config.toml --from 2022-02-01 --to 2022-02-28 --workers 13
  dayfold run config.toml --redo 2022-02-01
  dayfold run config.toml --shard 2/4    on the second of four nodes
  dayfold run config.toml --message-format json 2> events.jsonl

Every option is also a key of the configuration's [run], with _ for -; the
command line wins.";

const PLAN_EXAMPLES: &str = "\
Examples:
  dayfold plan config.toml
  dayfold plan config.toml --json | jq -r '.missing[]'";

const STATUS_EXAMPLES: &str = "\
Examples:
  dayfold status pv_nem.nc.run
  dayfold status pv_nem.nc.run --watch
  dayfold status pv_nem.nc.run --json | jq .groups

Reads only, and may be called from any node that sees the folder.

Exit codes: 0 shown; 2 it is no run directory, or its plan cannot be read.";

const COLLATE_EXAMPLES: &str = "\
Examples:
  dayfold collate pv_nem.nc.run
  dayfold collate pv_nem.nc.run --allow-failed   without the groups that failed";

const SAMPLE_EXAMPLES: &str = "\
Examples:
  dayfold sample try
  dayfold sample try --from 2022-02-01 --days 28 --coarsen 10
  dayfold sample try --tas --days 1 --coarsen 1   a day of the full size, some minutes and 2 GB

Writes only into a new or empty folder.";

const PLOT_EXAMPLES: &str = "\
Examples:
  dayfold plot pv_nem.nc
  dayfold plot pv_nem.nc --table
  dayfold plot pv_nem.nc -o ratio.png --variable ratio --region 'South East' --region Basin";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  dayfold completions bash > ~/.local/share/bash-completion/completions/dayfold
  dayfold completions fish > ~/.config/fish/completions/dayfold.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  dayfold man | man -l -
  dayfold man run > dayfold-run.1";

/// Runs one task over every day of a weather or climate archive, in as many
/// processes as this node allows, and collates the results into one NetCDF file.
#[derive(Debug, Parser)]
#[command(name = "dayfold", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plan, run in worker processes, and collate the results into one file
    ///
    /// Resumes by itself: groups whose results are already in the run directory are not done again.
    #[command(after_long_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Show what would run: groups found and missing, files, about how much data
    ///
    /// Starts nothing and opens no input file.
    #[command(after_long_help = PLAN_EXAMPLES)]
    Plan(PlanArgs),
    /// Show how a run stands: progress, rate, time left, memory, failures, who is at work
    #[command(after_long_help = STATUS_EXAMPLES)]
    Status(StatusArgs),
    /// Only the last step of a run: collate the results that are there into the final file
    #[command(after_long_help = COLLATE_EXAMPLES)]
    Collate(CollateArgs),
    /// Write a small synthetic archive with regions and a configuration, ready to run
    #[command(after_long_help = SAMPLE_EXAMPLES)]
    Sample(SampleArgs),
    /// Draw a result as a picture
    ///
    /// Prints the picture's path. Long series are drawn as daily means.
    #[command(after_long_help = PLOT_EXAMPLES)]
    Plot(PlotArgs),
    /// Show what this node offers: cores, memory and where each was read, batch system
    Doctor(DoctorArgs),
    /// Print a completion script for a shell
    #[command(after_long_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Print a manual page
    #[command(after_long_help = MAN_EXAMPLES)]
    Man(ManArgs),
    /// Work for a supervisor, over standard input and output
    #[command(hide = true)]
    Worker,
}

impl Command {
    /// To whom to tell an error, as far as the command line says.
    pub fn message_format(&self) -> MessageFormat {
        match self {
            Self::Run(run) => run.flags.message_format.unwrap_or_default(),
            _ => MessageFormat::default(),
        }
    }
}

/// Of `dayfold run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The configuration, a TOML file
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,
    /// Laid over the configuration's `[run]`.
    #[command(flatten)]
    pub flags: RunFlags,
    /// The options that are said again to go on, as they were written.
    #[arg(skip)]
    pub again: Vec<String>,
    /// The options that say which part to do for now, as they were written.
    #[arg(skip)]
    pub part: Vec<String>,
}

/// The options of a run: what the command line gives, or the configuration's `[run]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct RunFlags {
    /// Where to keep what is done so far [default: the output file's name and `.run`]
    #[arg(long, value_name = "DIR")]
    pub run_dir: Option<PathBuf>,
    /// Worker processes [default: one for each core that this process may use]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_hyphen_values = true)]
    pub workers: Option<NonZeroU32>,
    /// Memory to use at most, such as `190GB` or `8GiB` [default: what the node or the job allows]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub memory: Option<Size>,
    /// Time until the batch system ends the job, such as `48:00:00` [default: what it says itself]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub walltime: Option<Duration>,
    /// How long running groups may go on after a signal [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub grace: Option<Duration>,
    /// How long a group may take before it is ended and tried again [default: any time]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub timeout: Option<Duration>,
    /// How often a group is tried at most [default: 3]
    #[arg(long, value_name = "N", value_parser = parse_count, allow_hyphen_values = true)]
    pub attempts: Option<NonZeroU32>,
    /// Which failures are tried again [default: signals]
    #[arg(long, value_name = "WHICH")]
    pub retry: Option<RetryKind>,
    /// Do only this part of the groups, such as `2/4`; whichever of `1/4` to `4/4` ends last collates
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// The first day, such as `2022-02-01` [default: the configuration's, or the archive's]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub from: Option<Date>,
    /// The last day, inclusive
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub to: Option<Date>,
    /// Do only the first N groups that are not done: try it before the whole
    #[arg(long, value_name = "N", value_parser = parse_count, allow_hyphen_values = true)]
    pub limit: Option<NonZeroU32>,
    /// Do only this group, such as `2022-02-01`; may be given several times
    #[arg(long, value_name = "GROUP")]
    pub only: Vec<String>,
    /// Write the final file even if groups failed, without them
    #[arg(long)]
    pub allow_failed: bool,
    /// Keep the temporary results when the final file is in place
    #[arg(long)]
    pub keep_partials: bool,
    /// Do this group again though it has a result, or `all`; may be given several times
    #[arg(long, value_name = "GROUP")]
    pub redo: Vec<String>,
    /// Keep results though the program, or a file that it depends on, has changed since
    #[arg(long)]
    pub accept_change: bool,
    /// Replace what is in the final file's place, even if it is no earlier result of this run
    #[arg(long)]
    pub overwrite: bool,
    /// How to tell what happens, on standard error [default: human]
    #[arg(long, value_name = "FORMAT")]
    pub message_format: Option<MessageFormat>,
    /// Say only what went wrong, and the result
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say also when each group starts and ends, and what workers log
    #[arg(short, long)]
    pub verbose: bool,
}

/// Which failures are tried again, up to `--attempts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RetryKind {
    /// Signals, crashes, time-outs and passing errors of the file system, but no program's own exit code
    #[default]
    Signals,
    /// Exit codes, too
    All,
    /// Nothing
    None,
}

/// Who reads what a run says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people: lines, and a progress bar on a terminal
    #[default]
    Human,
    /// Programs: one JSON object a line
    Json,
}

/// Of `dayfold plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The configuration, a TOML file
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,
    /// Print the whole plan as JSON
    #[arg(long)]
    pub json: bool,
}

/// Of `dayfold status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The run's directory, usually the output file's name and `.run`; or the output file, or the configuration
    #[arg(value_name = "RUN_DIR")]
    pub run_dir: PathBuf,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
    /// Show it again every few seconds, until nobody is at work any more
    #[arg(long)]
    pub watch: bool,
}

/// Of `dayfold collate`.
#[derive(Debug, Args)]
pub struct CollateArgs {
    /// The run's directory, usually the output file's name and `.run`; or the output file, or the configuration
    #[arg(value_name = "RUN_DIR")]
    pub run_dir: PathBuf,
    /// Write the final file even if groups failed, without them
    #[arg(long)]
    pub allow_failed: bool,
    /// Replace what is in the final file's place, even if it is no earlier result of this run
    #[arg(long)]
    pub overwrite: bool,
}

/// Of `dayfold sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// The directory to write into; made if it is not there
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The first day
    #[arg(long, value_name = "DATE", value_parser = parse_date, default_value = "2022-02-01")]
    pub from: Date,
    /// How many days
    #[arg(long, value_name = "N", value_parser = parse_count, default_value = "3")]
    pub days: NonZeroU32,
    /// Take only every Nth row and column of the grid: 1 is the full size of the real archive
    #[arg(long, value_name = "N", value_parser = parse_count, default_value = "20")]
    pub coarsen: NonZeroU32,
    /// Write monthly files of air temperature, too, and a configuration that uses them
    #[arg(long)]
    pub tas: bool,
}

/// Of `dayfold plot`.
#[derive(Debug, Args)]
pub struct PlotArgs {
    /// A final file
    #[arg(value_name = "RESULT.nc")]
    pub result: PathBuf,
    /// The picture, .png or .svg [default: beside the result, named by it and what is drawn]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What to draw: any variable of numbers over time [default: `actual`, or else the first there is]
    #[arg(long, value_name = "NAME")]
    pub variable: Option<String>,
    /// Whose days and hours: a time zone such as Australia/Brisbane, or an offset such as +10:00
    #[arg(long, value_name = "ZONE", default_value = "UTC", allow_hyphen_values = true)]
    pub timezone: Zone,
    /// Draw only this region; may be given several times [default: the first ten]
    #[arg(long, value_name = "NAME")]
    pub region: Vec<String>,
    /// Print a table, too: mean and highest value of each line, and what the means are of
    #[arg(long)]
    pub table: bool,
}

/// Of `dayfold doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// Of `dayfold completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    pub shell: Shell,
}

/// Of `dayfold man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The page of this command instead of the program's
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_of_run_are_read() {
        let line =
            "dayfold run c.toml --workers 4 --memory 8GiB --only a --only b --from 2022-02-01 --shard 2/4 -v";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Command::Run(run) = cli.command else { panic!("{:?}", cli.command) };
        assert_eq!(run.flags.workers, NonZeroU32::new(4));
        assert_eq!(run.flags.memory.map(Size::bytes), Some(8 << 30));
        assert_eq!(run.flags.only, ["a", "b"]);
        assert_eq!(run.flags.from, Some(jiff::civil::date(2022, 2, 1)));
        assert_eq!(run.flags.shard.unwrap().to_string(), "2/4");
        assert!(run.flags.verbose && !run.flags.quiet);
    }
}
