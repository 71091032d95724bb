//! How the program ends: exit codes, and the errors that call for them.

use std::error::Error;
use std::process::ExitCode;

use dayfold_contract::error::{causes, is_no_space};
use dayfold_supervisor::lock::LockError;
use dayfold_supervisor::run::RunError;
use dayfold_supervisor::rundir::RunDirError;

use crate::commands::CliError;
use crate::plot::PlotError;
use crate::sample::SampleError;

/// The meaning of an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// Something that nobody foresaw.
    Unexpected = 1,
    /// Command line, configuration or archive are wrong: nothing was started.
    Refused = 2,
    /// Groups failed, or results contradict each other; what succeeded is kept.
    Failed = 3,
    /// Interrupted: the same command goes on.
    Interrupted = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The exit code that an error calls for.
pub fn of(error: &CliError) -> Exit {
    match error {
        CliError::Config(_) | CliError::Prepare(_) | CliError::NoSuchPage { .. } => Exit::Refused,
        CliError::Sample(error) => of_sample(error),
        CliError::Plot(error) => of_plot(error),
        CliError::Run(error) => of_run(error),
        CliError::Program(_) | CliError::Output(_) | CliError::Json(_) => Exit::Unexpected,
    }
}

fn of_sample(error: &SampleError) -> Exit {
    match error {
        SampleError::NotEmpty { .. } | SampleError::Days { .. } | SampleError::Coarse { .. } => Exit::Refused,
        SampleError::Folder { .. } | SampleError::File(_) => Exit::Unexpected,
    }
}

fn of_plot(error: &PlotError) -> Exit {
    match error {
        PlotError::Draw(_) | PlotError::Encode(_) | PlotError::Write(_) => Exit::Unexpected,
        _ => Exit::Refused,
    }
}

/// Of a run that could not be begun, or not be ended.
fn of_run(error: &RunError) -> Exit {
    match error {
        full if is_full(full) => Exit::Interrupted,
        RunError::Lock(LockError::Lost(_)) => Exit::Interrupted,
        RunError::RunDir(RunDirError::Write(_) | RunDirError::Identity(_)) => Exit::Unexpected,
        RunError::RunDir(_) | RunError::Lock(_) | RunError::OtherDivision { .. } | RunError::Layout(_) => {
            Exit::Refused
        }
        _ => Exit::Unexpected,
    }
}

/// Whether a disk or a quota is full, anywhere among the causes.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.downcast_ref().is_some_and(is_no_space))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read {file}")]
    struct Outer {
        file: &'static str,
        #[source]
        source: io::Error,
    }

    #[test]
    fn a_full_disk_is_found_among_the_causes() {
        let outer = |kind| Outer { file: "a.nc", source: kind };
        assert!(is_full(&outer(io::Error::from_raw_os_error(28))), "ENOSPC");
        assert!(is_full(&outer(io::Error::from_raw_os_error(122))), "EDQUOT");
        assert!(!is_full(&outer(io::Error::other("the disk is on fire"))));
    }
}
