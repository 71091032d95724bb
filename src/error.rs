//! Why a command failed, what to do about it, and the exit code that it calls for. How it is told
//! is `show`'s.

use std::error::Error;
use std::io;

use dayfold_contract::error::{causes, is_no_space};
use dayfold_supervisor::collate::CollateError;
use dayfold_supervisor::lock::LockError;
use dayfold_supervisor::pool::PoolError;
use dayfold_supervisor::run::RunError;
use dayfold_supervisor::rundir::RunDirError;
use dayfold_supervisor::status::StatusError;

use crate::config::ConfigError;
use crate::exit::Exit;
use crate::plot::PlotError;
use crate::prepare::PrepareError;
use crate::sample::SampleError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The archive, the regions, or where to write.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// `dayfold sample`.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// `dayfold plot`.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// `dayfold status`.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// `dayfold run`.
    #[error(transparent)]
    Run(Box<RunError>),
    /// `dayfold man` of something else than a command.
    #[error("there is no command \"{name}\": {hint}")]
    NoSuchPage {
        /// As given.
        name: String,
        /// What it may have been.
        hint: String,
    },
    /// Results as JSON.
    #[error("the result cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// Standard output.
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        Self::Run(Box::new(error))
    }
}

impl CliError {
    /// What to do, where the error does not say it.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Config(ConfigError::Unreadable { .. }) => {
                Some("`dayfold sample DIR` writes a complete configuration to start from")
            }
            _ => None,
        }
    }

    /// The exit code that it calls for.
    pub fn exit(&self) -> Exit {
        match self {
            full if full.is_full() => Exit::Interrupted,
            Self::Config(_) | Self::Prepare(_) | Self::Status(_) | Self::NoSuchPage { .. } => Exit::Refused,
            Self::Sample(error) => of_sample(error),
            Self::Plot(error) => of_plot(error),
            Self::Run(error) => of_run(error),
            Self::Output(_) | Self::Json(_) => Exit::Unexpected,
        }
    }

    /// Whether a disk or a quota is full, anywhere among the causes: with room the same may succeed.
    fn is_full(&self) -> bool {
        match self {
            Self::Sample(SampleError::File(error)) => error.is_no_space(),
            error => names_no_space(error),
        }
    }
}

fn names_no_space(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.downcast_ref().is_some_and(is_no_space))
}

fn of_sample(error: &SampleError) -> Exit {
    match error {
        SampleError::NotEmpty { .. }
        | SampleError::NotAFolder { .. }
        | SampleError::Days { .. }
        | SampleError::Coarse { .. }
        | SampleError::AtWork { .. } => Exit::Refused,
        SampleError::Interrupted => Exit::Interrupted,
        SampleError::Folder { .. } | SampleError::File(_) => Exit::Unexpected,
    }
}

fn of_plot(error: &PlotError) -> Exit {
    match error {
        PlotError::Draw(_) | PlotError::Write(_) => Exit::Unexpected,
        _ => Exit::Refused,
    }
}

/// Of a run that could not be begun, or not be ended.
fn of_run(error: &RunError) -> Exit {
    match error {
        RunError::Interrupted
        | RunError::GivenUp
        | RunError::Lock(LockError::Lost(_) | LockError::Gone(_) | LockError::Interrupted(_)) => {
            Exit::Interrupted
        }
        RunError::Underway(error) => of_underway(error),
        RunError::RunDir(RunDirError::Identity(_)) => Exit::Unexpected,
        RunError::RunDir(_)
        | RunError::Lock(_)
        | RunError::OtherDivision { .. }
        | RunError::Layout(_)
        | RunError::Descriptors(_) => Exit::Refused,
        // [output] asks for what the results cannot be stored as
        RunError::Collate(CollateError::Stored { .. } | CollateError::Convert { .. }) => Exit::Refused,
        _ => Exit::Unexpected,
    }
}

/// Of a run that had begun: it cannot be said any more that nothing was started. Where the system refused
/// something, the same command goes on with what is done.
fn of_underway(error: &RunError) -> Exit {
    match error {
        RunError::Interrupted
        | RunError::GivenUp
        | RunError::Lock(_)
        | RunError::Thread(_)
        | RunError::RunDir(
            RunDirError::NotWritable { .. }
            | RunDirError::Unreadable { .. }
            | RunDirError::Write(_)
            | RunDirError::NotAFile { .. },
        )
        | RunError::Pool(PoolError::Thread(_) | PoolError::Signals(_)) => Exit::Interrupted,
        RunError::Collate(error) if error.is_refusal() => Exit::Interrupted,
        // with another [output] the same command goes on
        RunError::Taken(_)
        | RunError::Collate(CollateError::Stored { .. } | CollateError::Convert { .. }) => Exit::Failed,
        _ => Exit::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::error::in_one_line;
    use dayfold_ncio::raw::RawError;
    use dayfold_supervisor::durable::DurableError;

    fn durable(number: i32) -> DurableError {
        DurableError { action: "write", path: "a/b".into(), source: io::Error::from_raw_os_error(number) }
    }

    /// Every command that writes, failing with this number of the system.
    fn failing(number: i32) -> [CliError; 4] {
        let source = || io::Error::from_raw_os_error(number);
        [
            RunError::RunDir(RunDirError::Write(durable(number))).into(),
            PlotError::Write(durable(number)).into(),
            SampleError::Folder { path: "a".into(), source: source() }.into(),
            SampleError::File(RawError::Sync { path: "a".into(), source: source() }.into()).into(),
        ]
    }

    #[test]
    fn a_full_disk_asks_for_the_same_command_again() {
        for error in failing(28).into_iter().chain(failing(122)) {
            assert_eq!(error.exit(), Exit::Interrupted, "{error}");
        }
        let [run, others @ ..] = failing(5);
        assert_eq!(run.exit(), Exit::Refused, "nothing was started");
        for error in others {
            assert_eq!(error.exit(), Exit::Unexpected, "{error}");
        }
    }

    #[test]
    fn only_what_ended_before_any_work_says_that_nothing_was_started() {
        let source = || io::Error::from_raw_os_error(116);
        let unreadable = || RunError::from(RunDirError::Unreadable { path: "a".into(), source: source() });
        let newer = || RunError::from(RunDirError::NewerFormat { path: "a".into(), found: 9, known: 1 });
        let underway = |error| CliError::from(RunError::Underway(Box::new(error)));
        assert_eq!(CliError::from(unreadable()).exit(), Exit::Refused);
        assert_eq!(underway(unreadable()).exit(), Exit::Interrupted);
        assert_eq!(underway(RunDirError::Write(durable(5)).into()).exit(), Exit::Interrupted);
        assert_eq!(underway(RunDirError::Write(durable(28)).into()).exit(), Exit::Interrupted);
        assert_eq!(underway(newer()).exit(), Exit::Unexpected);
        let system = || CollateError::System { action: "write", path: "a".into(), source: source() };
        assert_eq!(underway(system().into()).exit(), Exit::Interrupted);
        assert_eq!(underway(CollateError::BrokenOff.into()).exit(), Exit::Unexpected);
        assert_eq!(in_one_line(&underway(unreadable())), in_one_line(&CliError::from(unreadable())));
    }

    #[test]
    fn what_cannot_be_written_is_said_in_a_sentence() {
        let [run, plot, ..] = failing(28);
        let said = "failed to write a/b: No space left on device";
        assert_eq!((in_one_line(&run).as_str(), in_one_line(&plot).as_str()), (said, said));
    }
}
