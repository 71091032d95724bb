//! Tasks: what is done with the files of one group.
//!
//! A task reads a group's files and leaves at most one partial, a NetCDF file at a given path. A new kind
//! is a folder here, an arm in [`build`], and a variant of the contract's `TaskSpec`. Sending,
//! checksums, names and clearing up are not a task's business.

mod pv;

use std::path::Path;

use dayfold_contract::job::{Probe, ProbeFailure};
use dayfold_contract::message::{Assignment, Failure};
use dayfold_contract::{Job, TaskSpec};

/// What a task left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Produced {
    /// A whole file at the given path.
    Partial,
    /// No file: a result without values.
    Nothing,
}

/// Who is told how far a task has come.
pub trait Progress {
    /// `files_done` files of the group are done, and `file` is in hand.
    fn reading(&mut self, files_done: u32, file: &str);
}

/// One kind of work, set up for one job.
pub trait Task {
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
}

/// The task that `job` asks for.
pub fn build(job: Job) -> Box<dyn Task> {
    match job.task.clone() {
        TaskSpec::Pv(spec) => Box::new(pv::PvTask::new(spec, job)),
    }
}
