//! Tasks: what is done with the files of one group.
//!
//! A task reads a group's files and leaves at most one partial, a NetCDF file at a given path. A new kind
//! is a folder here, an arm in [`build`], and a variant of the contract's `TaskSpec`. Sending,
//! checksums, names and clearing up are not a task's business.

mod command;
mod doubt;
mod fault;
mod pv;

use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::job::{Layout, Probe, ProbeFailure};
use dayfold_contract::message::{Assignment, Failure};
use dayfold_contract::{Job, TaskSpec};

/// What a task left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Produced {
    /// A whole file at the given path.
    Partial,
    /// No file: a result without values, where that is allowed.
    Nothing,
}

/// Who is told how far a task has come.
pub trait Progress {
    /// `files_done` files of the group are done, and `file` is in hand.
    fn reading(&mut self, files_done: u32, file: &str);

    /// A signal that asks for the end came to a program of the task's, as it did to all processes of the job, and
    /// the program goes on.
    fn signalled(&mut self) {}

    /// The same, and the program has ended.
    fn was_signalled(&mut self) {}
}

/// Tells processes that a task has made to end, from whatever thread.
pub type Ender = Box<dyn FnOnce() + Send>;

/// One kind of work, set up for one job.
pub trait Task {
    /// Makes processes that the task needs, and says what makes them end. Called while this process has a single
    /// thread.
    ///
    /// # Errors
    /// If the system gives none.
    fn prepare(&mut self) -> io::Result<Option<Ender>> {
        Ok(None)
    }

    /// Whether more can be done: not where the task has lost something that this process needs.
    fn is_usable(&self) -> bool {
        true
    }

    /// Looks at one file, relative to the job's root, before any work.
    fn probe(&mut self, file: &str) -> Result<Probe, ProbeFailure>;

    /// Does one group; the partial goes to the path `partial`, where no file is yet. After a failure it does
    /// not matter what is there.
    fn run(
        &mut self,
        assignment: &Assignment,
        partial: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Produced, Failure>;

    /// What people should know of the group that was done last, though it went well; told once.
    fn warnings(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// What the files read so far look like, for tasks to which that matters.
    fn layout(&self) -> Option<Layout> {
        None
    }
}

/// The folder beside a partial in which a task may keep files while it makes it. The task makes and removes
/// it; what a task that was cut short leaves is removed with the partial.
pub fn workshop(partial: &Path) -> PathBuf {
    partial.with_extension("d")
}

/// The task that `job` asks for.
pub fn build(job: Job) -> Box<dyn Task> {
    match job.task.clone() {
        TaskSpec::Pv(spec) => Box::new(pv::PvTask::new(spec, job)),
        TaskSpec::Command(spec) => Box::new(command::CommandTask::new(spec, job)),
    }
}
