//! The configuration: a TOML file and the command line's options become one validated value.
//!
//! Each section has its reader; [`document`] knows lines and unknown keys, [`mistakes`] gathers
//! what is wrong. A [`Config`] cannot be built but by [`load`], so whoever has one need not doubt
//! it. What needs a look at the archive is `planning`'s.

mod archive;
mod command;
mod document;
mod mistakes;
pub mod nearest;
mod output;
mod paths;
pub mod quantity;
mod run;
mod task;
mod text;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use dayfold_contract::TaskSpec;
use dayfold_contract::error::in_one_line;
use dayfold_contract::job::{BadFiles, Empty};
use dayfold_supervisor::planning::{self, ArchiveSpec, RegionsSpec};
use dayfold_supervisor::rundir::output_settings::OutputSettings;

use self::document::Table;
pub use self::mistakes::ConfigError;
use self::mistakes::Mistakes;
use self::paths::{Paths, without_detours};
pub use self::run::{OutputStyle, RunOptions, Verbosity};
use self::task::TaskKeys;
use crate::cli::RunFlags;

/// A configuration in which everything holds that can be known without the archive.
#[derive(Clone, Debug)]
pub struct Config {
    archive: ArchiveSpec,
    regions: Option<RegionsSpec>,
    task: TaskSpec,
    empty: Empty,
    bad_files: BadFiles,
    output: PathBuf,
    output_settings: OutputSettings,
    file: PathBuf,
    program: Option<PathBuf>,
    threads: NonZeroU32,
    dependencies: Vec<(String, PathBuf)>,
    run: RunOptions,
}

impl Config {
    /// Where the input is.
    pub fn archive(&self) -> &ArchiveSpec {
        &self.archive
    }

    /// Where the regions are; `None` is the whole grid.
    pub fn regions(&self) -> Option<&RegionsSpec> {
        self.regions.as_ref()
    }

    /// What to do.
    pub fn task(&self) -> &TaskSpec {
        &self.task
    }

    /// What a group without values is.
    pub fn empty(&self) -> Empty {
        self.empty
    }

    /// What happens to unreadable files.
    pub fn bad_files(&self) -> BadFiles {
        self.bad_files
    }

    /// The final file, absolute.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// How the final file is stored, and what it says besides.
    pub fn output_settings(&self) -> &OutputSettings {
        &self.output_settings
    }

    /// The configuration itself, absolute.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("/"))
    }

    /// The task's program, where it is named by a path.
    pub fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// How many threads a program may use.
    pub fn threads(&self) -> NonZeroU32 {
        self.threads
    }

    /// The files that decide what a command does, as they are written and where they are.
    pub fn dependencies(&self) -> &[(String, PathBuf)] {
        &self.dependencies
    }

    /// How to do it.
    pub fn run(&self) -> &RunOptions {
        &self.run
    }
}

/// Reads the configuration at `path` with the command line's `flags` over it.
pub fn load(path: &Path, flags: RunFlags) -> Result<Config, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let text = text::read(path)?;
    let file = without_detours(&std::path::absolute(path).map_err(unreadable)?);
    let variable = |name: &str| std::env::var(name).ok();
    let config =
        parse(&text, &path.display().to_string(), &Paths { file: &file, variable: &variable }, flags)?;
    let odd = [config.file(), &config.run().run_dir].into_iter().find(|path| path.to_str().is_none());
    match odd.map(Path::to_owned) {
        Some(path) => Err(ConfigError::NotUtf8 { path }),
        None => Ok(config),
    }
}

/// As [`load`], of `text` that was read from `file`.
fn parse(text: &str, file: &str, paths: &Paths<'_>, flags: RunFlags) -> Result<Config, ConfigError> {
    let mistakes = Mistakes::default();
    match document::read(text, &mistakes, |root| read_all(root, paths, flags)) {
        Some(config) if mistakes.is_empty() => Ok(config),
        _ => Err(mistakes.into_error(file.to_owned())),
    }
}

/// Reads every section, also when one of them is wrong, so that all mistakes are found.
fn read_all(root: &Table<'_>, paths: &Paths<'_>, flags: RunFlags) -> Option<Config> {
    let archive = archive::read_archive(&root.table("archive"), paths);
    let regions = archive::read_regions(&root.table("regions"), paths);
    let depends = command::read_depends(&root.table("task"), paths);
    let task = task::read_task(&root.table("task"), paths);
    let threads = command::read_threads(&root.table("task"));
    let output_table = root.table("output");
    let (output, output_settings) = output::read_output(&output_table, paths);
    let (file, keys) = run::read_run(&root.table("run"), paths);
    let flags = run::over(flags, file);
    if let Some(task) = &task {
        command::check_others(&task.spec, regions.as_ref(), keys.bad_files, root.mistakes());
        output::check(&output_settings, &task.spec, &output_table);
    }
    let (mut archive, output) = (archive?, output?);
    archive.from = flags.from.or(archive.from);
    archive.to = flags.to.or(archive.to);
    check_archive(&archive, root.mistakes());
    let run = RunOptions::new(flags, &keys, default_run_dir(&output));
    let TaskKeys { spec: task, empty } = task?;
    let (bad_files, file) = (keys.bad_files, paths.file.to_owned());
    let program = command::program(&task, paths);
    let dependencies = command::dependencies(&task, depends, paths, &output);
    Some(Config {
        archive,
        regions,
        task,
        empty,
        bad_files,
        output,
        output_settings,
        file,
        program,
        threads,
        dependencies,
        run,
    })
}

/// What planning can say without a look at the disk; of an archive that is wrong already, nothing.
fn check_archive(archive: &ArchiveSpec, mistakes: &Mistakes) {
    if mistakes.is_empty()
        && let Err(error) = planning::check(archive)
    {
        mistakes.anywhere(in_one_line(&error));
    }
}

/// `<output file>.run`, beside the output.
fn default_run_dir(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".run");
    name.into()
}

#[cfg(test)]
mod tests;
