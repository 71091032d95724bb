//! What can go wrong in the PV task, and what that means for the group and the run.

use std::io;
use std::path::PathBuf;

use dayfold_contract::error::in_one_line;
use dayfold_contract::job::ProbeFailure;
use dayfold_contract::message::{Failure, FailureKind};
use dayfold_ncio::NcError;
use dayfold_ncio::chunks::ChunkError;

use super::series::Contradiction;
use super::temperature::TemperatureError;
use crate::regions::UnusableAxis;

/// Why a file or a group gives no result.
#[derive(Debug, thiserror::Error)]
pub enum PvError {
    /// An input file.
    #[error(transparent)]
    Input(#[from] NcError),
    /// The three variables of one file differ.
    #[error(transparent)]
    VariablesDiffer(Box<VariablesDiffer>),
    /// Values without times.
    #[error("variable {variable:?} of {path} has {steps} time steps and {times} times: each step needs one", path = .path.display())]
    NoTimes {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// How many steps.
        steps: usize,
        /// How many times.
        times: usize,
    },
    /// Another grid than the run's.
    #[error(
        "{path} has another grid than the run's first file: {found}, expected {expected}{hint}; run files of different grids apart",
        path = .path.display(),
        hint = if found == expected { " (they differ in between, or in digits not shown)" } else { "" }
    )]
    OtherGrid {
        /// The file.
        path: PathBuf,
        /// Its grid.
        found: String,
        /// The run's.
        expected: String,
    },
    /// Coordinates that make no grid.
    #[error("{path} has no usable grid", path = .path.display())]
    NoGrid {
        /// The file.
        path: PathBuf,
        /// Which axis.
        #[source]
        source: UnusableAxis,
    },
    /// Cell temperature.
    #[error(transparent)]
    Temperature(#[from] TemperatureError),
    /// Files of one group that differ on the same time.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The partial.
    #[error("the partial could not be written")]
    Write(#[source] NcError),
}

/// Two variables of one file that must have the same grid and times, and have not.
#[derive(Debug, thiserror::Error)]
#[error(
    "variable {variable:?} of {path} has another {what} ({found}) than {first:?} ({expected}): they must be the same",
    path = .path.display()
)]
pub struct VariablesDiffer {
    /// The file.
    pub path: PathBuf,
    /// Grid or time axis.
    pub what: &'static str,
    /// The variable that deviates.
    pub variable: String,
    /// What it has.
    pub found: String,
    /// The one that it should be like.
    pub first: String,
    /// What that has.
    pub expected: String,
}

impl PvError {
    /// Whether the file itself cannot be read, whatever it should hold.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Input(error) if is_unreadable(error))
    }

    /// As an answer to an assignment, with the input file concerned.
    pub fn into_failure(self, file: Option<String>) -> Failure {
        Failure { kind: self.kind(), reason: in_one_line(&self), file, log: Vec::new() }
    }

    /// As an answer to a probe.
    pub fn into_probe_failure(self) -> ProbeFailure {
        if self.is_unreadable() {
            ProbeFailure::Unreadable(in_one_line(&self))
        } else {
            ProbeFailure::Wrong(in_one_line(&self))
        }
    }

    fn kind(&self) -> FailureKind {
        match self {
            Self::Input(error) | Self::Temperature(TemperatureError::File(error)) => input_kind(error),
            Self::Write(error) if error.is_no_space() => FailureKind::NoSpace,
            Self::Write(_) => FailureKind::Passing,
            _ => FailureKind::Input,
        }
    }
}

fn is_unreadable(error: &NcError) -> bool {
    matches!(
        error,
        NcError::Open { .. }
            | NcError::NotNetcdf { .. }
            | NcError::Damaged { .. }
            | NcError::Read { .. }
            | NcError::Chunk { .. }
            | NcError::ChunkIndex { .. }
    )
}

/// What the system refuses may pass; what a file holds stays.
fn input_kind(error: &NcError) -> FailureKind {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
    match error {
        NcError::Open { source, .. } => match source.kind() {
            NotFound | PermissionDenied | IsADirectory | NotADirectory => FailureKind::Input,
            _ => FailureKind::Passing,
        },
        // The library does not tell a damaged chunk from a file system that failed.
        NcError::Read { .. } | NcError::Chunk { source: ChunkError::Read { .. }, .. } => FailureKind::Passing,
        _ => FailureKind::Input,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(kind: io::ErrorKind) -> PvError {
        NcError::Open { path: "a.nc".into(), source: kind.into() }.into()
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        let kinds =
            [io::ErrorKind::NotFound, io::ErrorKind::StaleNetworkFileHandle].map(|kind| open(kind).kind());
        assert_eq!(kinds, [FailureKind::Input, FailureKind::Passing]);
        let missing =
            || NcError::NoVariable { path: "a.nc".into(), variable: "x".into(), present: Vec::new() };
        assert_eq!(PvError::from(missing()).kind(), FailureKind::Input);
        assert!(open(io::ErrorKind::NotFound).is_unreadable() && !PvError::from(missing()).is_unreadable());
        assert_eq!(PvError::Write(missing()).kind(), FailureKind::Passing);
    }

    #[test]
    fn grids_that_read_the_same_are_told_to_differ_elsewhere() {
        let grid = || "2 x 2 cells".to_owned();
        let error = PvError::OtherGrid { path: "a.nc".into(), found: grid(), expected: grid() };
        assert!(error.to_string().contains("differ in between"), "{error}");
    }
}
