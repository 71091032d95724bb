//! The section `[run]` and the command line's options over it.
//!
//! A new option is a field of [`RunFlags`], a line in [`read_run`], a line in [`over`], and what
//! becomes of both in [`RunOptions`].

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use dayfold_contract::job::BadFiles;
use dayfold_supervisor::rundir::shard::Shard;

use super::archive::read_date;
use super::document::{Table, Value};
use super::paths::Paths;
use super::quantity::{Size, parse_duration};
use crate::cli::{MessageFormat, RetryKind, RunFlags};

/// How often a group is tried that crashes.
const DEFAULT_ATTEMPTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
/// How long running groups may go on after a signal: a real PBS killed 9 s after its first one.
const DEFAULT_GRACE: Duration = Duration::from_secs(5);

/// How a run is to be done; nothing here changes a value of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// Where what is done so far is kept.
    pub run_dir: PathBuf,
    /// Worker processes, where they are not one a core.
    pub workers: Option<NonZeroU32>,
    /// Memory to use at most, where the node's is not to be used.
    pub memory: Option<Size>,
    /// Memory that a group needs, where that is known beforehand.
    pub memory_per_group: Option<Size>,
    /// Time until the batch system ends the job, where it is not to be asked.
    pub walltime: Option<Duration>,
    /// How long running groups may go on after a reason to stop.
    pub grace: Duration,
    /// How long a group may take.
    pub timeout: Option<Duration>,
    /// How often a group is tried at most.
    pub attempts: NonZeroU32,
    /// Which failures are tried again.
    pub retry: RetryKind,
    /// Which part of the groups.
    pub shard: Shard,
    /// Do only so many groups.
    pub limit: Option<NonZeroU32>,
    /// Do only these groups; all, if it is empty.
    pub only: Vec<String>,
    /// Write the final file without the groups that failed.
    pub allow_failed: bool,
    /// Keep partials when the final file is in place.
    pub keep_partials: bool,
    /// Do these groups again though they have results; `all` is all.
    pub redo: Vec<String>,
    /// Keep results though the program, or a file that it depends on, has changed since.
    pub accept_change: bool,
    /// Replace what is in the final file's place and is no earlier result of this run.
    pub overwrite: bool,
    /// How to tell what happens.
    pub style: OutputStyle,
}

/// How a run tells what happens, and how much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputStyle {
    /// To whom.
    pub format: MessageFormat,
    /// How much.
    pub verbosity: Verbosity,
}

/// How much a run says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// What went wrong, and the result.
    Quiet,
    /// Progress too.
    #[default]
    Normal,
    /// Each group and the workers' logs too.
    Verbose,
}

impl RunOptions {
    /// What the options come to, those that nobody gave at their defaults.
    pub fn new(flags: RunFlags, keys: &OnlyKeys, default_run_dir: PathBuf) -> Self {
        Self {
            run_dir: flags.run_dir.unwrap_or(default_run_dir),
            workers: flags.workers,
            memory: flags.memory,
            memory_per_group: keys.memory_per_group,
            walltime: flags.walltime,
            grace: flags.grace.unwrap_or(DEFAULT_GRACE),
            timeout: flags.timeout,
            attempts: flags.attempts.unwrap_or(DEFAULT_ATTEMPTS),
            retry: flags.retry.unwrap_or_default(),
            shard: flags.shard.unwrap_or_default(),
            limit: flags.limit,
            only: flags.only,
            allow_failed: flags.allow_failed,
            keep_partials: flags.keep_partials,
            redo: flags.redo,
            accept_change: flags.accept_change,
            overwrite: flags.overwrite,
            style: OutputStyle {
                format: flags.message_format.unwrap_or_default(),
                verbosity: Verbosity::new(flags.quiet, flags.verbose),
            },
        }
    }
}

impl Verbosity {
    /// Of two flags that exclude each other.
    fn new(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Verbose,
            (false, false) => Self::Normal,
        }
    }
}

/// The keys of `[run]` that are no options of the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnlyKeys {
    /// What happens to unreadable files; it can change values.
    pub bad_files: BadFiles,
    /// Memory that a group needs.
    pub memory_per_group: Option<Size>,
}

/// What `[run]` says.
pub fn read_run(run: &Table<'_>, paths: &Paths<'_>) -> (RunFlags, OnlyKeys) {
    let flag = |key| run.get(key).and_then(|value| value.flag()).unwrap_or_default();
    let count = |key| run.get(key).and_then(|value| NonZeroU32::new(value.count()?));
    let size = |key| run.get(key).and_then(|value| read_size(&value));
    let duration = |key| run.get(key).and_then(|value| value.parse(parse_duration));
    let retries = [("signals", RetryKind::Signals), ("all", RetryKind::All), ("none", RetryKind::None)];
    let formats = [("human", MessageFormat::Human), ("json", MessageFormat::Json)];
    let flags = RunFlags {
        run_dir: run.get("run_dir").and_then(|dir| dir.parse(|text| paths.resolve(text))),
        workers: count("workers"),
        memory: size("memory"),
        walltime: duration("walltime"),
        grace: duration("grace"),
        timeout: duration("timeout"),
        attempts: count("attempts"),
        retry: run.get("retry").and_then(|retry| retry.choice(&retries)),
        from: run.get("from").and_then(|from| read_date(&from)),
        to: run.get("to").and_then(|to| read_date(&to)),
        shard: run.get("shard").and_then(|shard| shard.parse(str::parse)),
        limit: count("limit"),
        only: run.get("only").and_then(|only| read_groups(&only)).unwrap_or_default(),
        allow_failed: flag("allow_failed"),
        keep_partials: flag("keep_partials"),
        redo: run.get("redo").and_then(|redo| read_groups(&redo)).unwrap_or_default(),
        accept_change: flag("accept_change"),
        overwrite: flag("overwrite"),
        message_format: run.get("message_format").and_then(|format| format.choice(&formats)),
        quiet: flag("quiet"),
        verbose: flag("verbose"),
    };
    let bad_files = [("fail", BadFiles::Fail), ("skip", BadFiles::Skip)];
    let bad_files = run.get("bad_files").and_then(|value| value.choice(&bad_files)).unwrap_or_default();
    let keys = OnlyKeys { bad_files, memory_per_group: size("memory_per_group") };
    if flags.quiet && flags.verbose {
        run.mistakes().anywhere("run.quiet and run.verbose cannot both be true");
    }
    run.finish();
    (flags, keys)
}

/// The command line's options, and below them those of the configuration.
pub fn over(line: RunFlags, file: RunFlags) -> RunFlags {
    // the command line's wish for much or little replaces the configuration's whole
    let loudness = if line.quiet || line.verbose { &line } else { &file };
    let (quiet, verbose) = (loudness.quiet, loudness.verbose);
    RunFlags {
        // programs run in the configuration's folder, and are told of files in it
        run_dir: line.run_dir.map(|path| std::path::absolute(&path).unwrap_or(path)).or(file.run_dir),
        workers: line.workers.or(file.workers),
        memory: line.memory.or(file.memory),
        walltime: line.walltime.or(file.walltime),
        grace: line.grace.or(file.grace),
        timeout: line.timeout.or(file.timeout),
        attempts: line.attempts.or(file.attempts),
        retry: line.retry.or(file.retry),
        from: line.from.or(file.from),
        to: line.to.or(file.to),
        shard: line.shard.or(file.shard),
        limit: line.limit.or(file.limit),
        only: if line.only.is_empty() { file.only } else { line.only },
        allow_failed: line.allow_failed || file.allow_failed,
        keep_partials: line.keep_partials || file.keep_partials,
        redo: if line.redo.is_empty() { file.redo } else { line.redo },
        accept_change: line.accept_change || file.accept_change,
        overwrite: line.overwrite || file.overwrite,
        message_format: line.message_format.or(file.message_format),
        quiet,
        verbose,
    }
}

/// A size: a text with its unit. A number without one is told what it lacks.
fn read_size(value: &Value<'_>) -> Option<Size> {
    match value.if_text() {
        Some(text) => value.understood(text.parse()),
        None => value.understood(value.count::<u64>()?.to_string().parse()),
    }
}

/// One group's name, or a list of them.
fn read_groups(value: &Value<'_>) -> Option<Vec<String>> {
    match value.if_text() {
        Some(name) => Some(vec![name.to_owned()]),
        None => value.texts(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_command_line_wins_and_the_rest_stays() {
        let line = RunFlags { workers: NonZeroU32::new(2), quiet: true, ..RunFlags::default() };
        let file = RunFlags {
            workers: NonZeroU32::new(8),
            from: Some(date(2022, 2, 1)),
            only: vec!["2022-02-03".into()],
            allow_failed: true,
            verbose: true,
            ..RunFlags::default()
        };
        let both = over(line, file);
        assert_eq!(both.workers, NonZeroU32::new(2));
        assert_eq!(both.from, Some(date(2022, 2, 1)));
        assert_eq!(both.only, ["2022-02-03"]);
        assert!(both.allow_failed && both.quiet && !both.verbose);
    }

    #[test]
    fn what_nobody_gives_has_its_default() {
        let options = RunOptions::new(RunFlags::default(), &OnlyKeys::default(), "out.nc.run".into());
        assert_eq!((options.attempts.get(), options.style.verbosity), (3, Verbosity::Normal));
        assert_eq!(options.run_dir, PathBuf::from("out.nc.run"));
        assert_eq!((options.grace.as_secs(), options.timeout, options.walltime), (5, None, None));
        assert_eq!((options.workers, options.memory, options.limit), (None, None, None));
        assert!(options.shard.is_whole());
    }
}
