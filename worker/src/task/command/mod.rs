//! The command task: any program, started once for each group.
//!
//! [`program`] is looked for, [`arguments`] are filled in, a [`starter`] [`start`]s it, [`child`] keeps its output
//! in a [`log`], and what it [`written`] becomes the partial. It works in a folder of its own beside the partial, so
//! that files that it leaves there are removed, whatever becomes of it. The largest memory of the program and
//! all that it starts is what the supervisor samples of the worker's tree: the kernel's own figure of a child
//! begins with what this process had when the child was made, and knows single processes only.

mod arguments;
mod child;
mod ended;
mod environment;
mod error;
mod log;
mod program;
mod start;
mod starter;
mod storable;
mod written;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::Job;
use dayfold_contract::error::in_one_line;
use dayfold_contract::job::{Probe, ProbeFailure};
use dayfold_contract::message::{Assignment, Failure};
use dayfold_contract::task::CommandSpec;

use super::{Ender, Produced, Progress, Task, workshop};
use crate::descendants;
use arguments::{Arguments, Filling};
use child::Ended;
use error::CommandError;
use log::Follower;
use start::Launch;
use starter::{NotRun, Starter};

/// The task.
pub struct CommandTask {
    job: Job,
    spec: CommandSpec,
    /// The program's path and the other arguments, once they were found.
    found: Option<(PathBuf, Arguments)>,
    follower: Follower,
    /// Made at the first need, or before.
    starter: Option<Starter>,
    is_usable: bool,
}

impl CommandTask {
    /// Looks at nothing yet.
    pub fn new(spec: CommandSpec, job: Job) -> Self {
        Self { job, spec, found: None, follower: Follower::default(), starter: None, is_usable: true }
    }

    /// The program's path, and the other arguments.
    fn read(&self) -> Result<(PathBuf, Arguments), CommandError> {
        let (program, arguments) = arguments::read(&self.spec.command)?;
        Ok((program::find(&program, &self.job.folder)?, arguments))
    }

    /// Runs the program; a `workshop` is there. It is looked for once, and again where it cannot be started
    /// any more: then that says what is wrong.
    fn launch(
        &mut self,
        assignment: &Assignment,
        workshop: &Workshop,
        progress: &mut dyn Progress,
    ) -> Result<Ended, CommandError> {
        let (program, arguments) = match self.found.take() {
            Some(found) => found,
            None => self.read()?,
        };
        let ended = self.launch_this(&program, &arguments, assignment, workshop, progress)?;
        match ended {
            Ok(ended) => {
                self.found = Some((program, arguments));
                Ok(ended)
            }
            Err(NotRun::StarterGone) => {
                self.is_usable = false;
                descendants::end_mine();
                Err(CommandError::StarterGone)
            }
            Err(NotRun::NotStarted(error)) => {
                self.read()?;
                Err(CommandError::not_started(error, program, assignment.files.len()))
            }
        }
    }

    fn launch_this(
        &mut self,
        program: &Path,
        arguments: &Arguments,
        assignment: &Assignment,
        workshop: &Workshop,
        progress: &mut dyn Progress,
    ) -> Result<Result<Ended, NotRun>, CommandError> {
        let filling = Filling {
            group: assignment.name.as_str(),
            files: assignment.files.iter().map(|file| self.job.root.join(file)).collect(),
            list: workshop.list("files.txt"),
            list0: workshop.list("files.0"),
            output: workshop.output(),
            root: &self.job.root,
        };
        arguments.write_lists(&filling)?;
        let launch = Launch { program, arguments: arguments.fill(&filling)?, folder: &self.job.folder };
        let starter = match &mut self.starter {
            Some(starter) => starter,
            none => match Starter::begin() {
                Ok(starter) => none.insert(starter),
                Err(error) => return Ok(Err(NotRun::NotStarted(error))),
            },
        };
        Ok(child::run(launch, starter, &mut self.follower, progress))
    }

    /// Turns what went wrong into an answer.
    fn failure(&self, error: CommandError, output: Vec<u8>) -> Failure {
        let program = self.spec.command.first().map_or("", String::as_str);
        error.into_failure(program, output)
    }
}

impl Task for CommandTask {
    fn prepare(&mut self) -> io::Result<Option<Ender>> {
        let starter = self.starter.insert(Starter::begin()?);
        starter.ender().map(Some)
    }

    fn is_usable(&self) -> bool {
        self.is_usable
    }

    /// Whether the program can be started; the file is its own business.
    fn probe(&mut self, _: &str) -> Result<Probe, ProbeFailure> {
        match self.read() {
            Ok(_) => Ok(Probe { layout: None, warnings: Vec::new() }),
            Err(error) => Err(ProbeFailure::Wrong(in_one_line(&error))),
        }
    }

    fn run(
        &mut self,
        assignment: &Assignment,
        partial: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Produced, Failure> {
        let workshop = Workshop::new(partial).map_err(|error| self.failure(error, Vec::new()))?;
        let Ended { status, output } =
            self.launch(assignment, &workshop, progress).map_err(|error| self.failure(error, Vec::new()))?;
        let produced =
            ended::check(status).and_then(|()| written::take(&workshop.output(), partial, &self.job));
        produced.map_err(|error| self.failure(error, output))
    }
}

/// The folder in which a program works on one group; it goes with the value.
struct Workshop(PathBuf);

impl Workshop {
    fn new(partial: &Path) -> Result<Self, CommandError> {
        let path = workshop(partial);
        fs::create_dir(&path).map_err(CommandError::at(&path))?;
        Ok(Self(path))
    }

    fn output(&self) -> PathBuf {
        self.0.join("output.nc")
    }

    fn list(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What cannot be removed is cleared away by the next run. Most are empty.
        let _ = fs::remove_dir(&self.0).or_else(|_| dayfold_files::remove_tree(&self.0));
    }
}
