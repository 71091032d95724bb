//! What can go wrong in the PV task, and what that means for the file, the group and the run.

use std::io::ErrorKind;
use std::path::PathBuf;

use dayfold_contract::error::in_one_line;
use dayfold_contract::job::ProbeFailure;
use dayfold_contract::message::{Failure, FailureKind};
use dayfold_ncio::NcError;

use super::place::OtherGrid;
use super::series::Contradiction;
use super::temperature::TemperatureError;
use super::units;
use crate::regions::UnusableAxis;
use crate::task::doubt;
use crate::task::fault::{Fault, fault_of};

/// What to do about a file that may not be read.
const ALLOW: &str = "; make it readable (chmod), or ask its owner";

/// Why a file or a group gives no result.
#[derive(Debug, thiserror::Error)]
pub enum PvError {
    /// An input file.
    #[error(transparent)]
    Input(#[from] NcError),
    /// A variable is not called as configured.
    #[error("{source}; task.variables.{key} in the configuration says what it is called")]
    NoVariable {
        /// The key that names it.
        key: &'static str,
        /// The file, the name, and the names that are there.
        #[source]
        source: Box<NcError>,
    },
    /// A variable that is no irradiance.
    #[error(
        "variable {variable:?} of {path} has the units {found:?}: expected {expected}; name another variable in \
         task.variables of the configuration",
        path = .path.display(),
        expected = units::EXPECTED
    )]
    Units {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Its units.
        found: String,
    },
    /// The three variables of one file differ.
    #[error(transparent)]
    VariablesDiffer(Box<VariablesDiffer>),
    /// Values without times.
    #[error(
        "variable {variable:?} of {path} has no times: expected a coordinate variable, such as \"time\", with \
         units such as \"seconds since 1970-01-01 00:00:00\"",
        path = .path.display()
    )]
    NoTimes {
        /// The file.
        path: PathBuf,
        /// The variable.
        variable: String,
    },
    /// Another grid than the run's.
    #[error(transparent)]
    OtherGrid(#[from] OtherGrid),
    /// Coordinates that make no grid.
    #[error("{path} has no usable grid", path = .path.display())]
    NoGrid {
        /// The file.
        path: PathBuf,
        /// Which axis.
        #[source]
        source: UnusableAxis,
    },
    /// All files of a group were left out.
    #[error("{}: {first}", none_read(*files))]
    NoneRead {
        /// How many there are.
        files: usize,
        /// Why the first of them could not.
        first: String,
    },
    /// No file of a group holds a time.
    #[error("{}", no_steps(*files, *skipped))]
    NoSteps {
        /// How many there are.
        files: usize,
        /// How many more could not be read.
        skipped: usize,
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
    /// Of the variable that the key `key` names.
    pub fn of_variable(error: NcError, key: &'static str) -> Self {
        match error {
            NcError::NoVariable { .. } => Self::NoVariable { key, source: Box::new(error) },
            other => Self::Input(other),
        }
    }

    /// What the system says, where only the library has spoken yet.
    pub fn settled(self) -> Self {
        match self {
            Self::Input(error) => Self::Input(doubt::settled(error)),
            Self::Temperature(TemperatureError::File(error)) => {
                Self::Temperature(TemperatureError::File(doubt::settled(error)))
            }
            other => other,
        }
    }

    /// Whether the input file itself cannot be read, whatever it should hold, in this attempt (from 1) at
    /// its group. What the library alone complains of is looked at once more, in the next attempt.
    pub fn is_unreadable(&self, attempt: u32) -> bool {
        match self {
            Self::Input(error) => match fault_of(error) {
                Fault::Unreadable => true,
                Fault::InDoubt => attempt > 1,
                Fault::Passing | Fault::Content => false,
            },
            _ => false,
        }
    }

    /// As an answer to an assignment, with the input file concerned.
    pub fn into_failure(self, file: Option<String>) -> Failure {
        Failure::new(self.kind(), self.told()).at_file(file)
    }

    /// As an answer to a probe.
    pub fn into_probe_failure(self) -> ProbeFailure {
        if self.is_unreadable(1) || self.kind() == FailureKind::Passing {
            ProbeFailure::Unreadable(self.told())
        } else {
            ProbeFailure::Wrong(self.told())
        }
    }

    /// For people: what is wrong, and what to do about it.
    pub fn told(&self) -> String {
        let told = in_one_line(self);
        if self.is_forbidden() { told + ALLOW } else { told }
    }

    fn kind(&self) -> FailureKind {
        let may_pass = match self {
            Self::Write(error) if error.is_no_space() => return FailureKind::NoSpace,
            Self::Write(_) => true,
            Self::Input(error) => fault_of(error).may_pass(),
            Self::Temperature(error) => error.may_pass(),
            _ => false,
        };
        if may_pass { FailureKind::Passing } else { FailureKind::Input }
    }

    fn is_forbidden(&self) -> bool {
        match self {
            Self::Input(NcError::Open { source, .. })
            | Self::Temperature(TemperatureError::File(NcError::Open { source, .. })) => {
                source.kind() == ErrorKind::PermissionDenied
            }
            _ => false,
        }
    }
}

fn no_steps(files: usize, skipped: usize) -> String {
    let what = match (files, skipped) {
        (1, 0) => "its only file holds no time step".to_owned(),
        (many, 0) => format!("none of its {many} files holds a time step"),
        (files, skipped) => {
            format!(
                "{skipped} of its {} files could not be read, and the others hold no time step",
                files + skipped
            )
        }
    };
    format!(
        "{what}: most likely they are not written to their end; if a group may be without values, set \
         empty = \"allow\" in [task]"
    )
}

fn none_read(files: usize) -> String {
    match files {
        1 => "its only file could not be read".to_owned(),
        many => format!("none of its {many} files could be read, the first"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn open(kind: ErrorKind) -> PvError {
        NcError::Open { path: "a.nc".into(), source: kind.into() }.into()
    }

    fn no_variable() -> NcError {
        NcError::NoVariable { path: "a.nc".into(), variable: "x".into(), present: vec!["y".into()] }
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        assert_eq!(open(ErrorKind::NotFound).kind(), FailureKind::Input);
        assert_eq!(open(ErrorKind::StaleNetworkFileHandle).kind(), FailureKind::Passing);
        assert_eq!(PvError::from(no_variable()).kind(), FailureKind::Input);
        assert_eq!(PvError::Write(no_variable()).kind(), FailureKind::Passing);
    }

    #[test]
    fn a_file_is_left_out_for_what_it_is_and_not_for_what_the_system_lacks() {
        assert!(open(ErrorKind::NotFound).is_unreadable(1));
        assert!(!PvError::from(no_variable()).is_unreadable(2));
        for code in [libc::ESTALE, libc::EIO, libc::EMFILE, libc::ENOMEM] {
            let source = io::Error::from_raw_os_error(code);
            let error = PvError::Input(NcError::Open { path: "a.nc".into(), source });
            assert!(!error.is_unreadable(2), "{error:?}");
            assert!(matches!(error.into_probe_failure(), ProbeFailure::Unreadable(_)));
        }
    }

    #[test]
    fn people_are_told_what_to_do() {
        let forbidden = open(ErrorKind::PermissionDenied).told();
        assert!(forbidden.ends_with("; make it readable (chmod), or ask its owner"), "{forbidden}");
        let missing = PvError::of_variable(no_variable(), "dni").told();
        let expected = "a.nc has no variable \"x\"; it has: y; task.variables.dni in the configuration says what it is called";
        assert_eq!(missing, expected);
    }

    #[test]
    fn a_group_of_one_file_is_not_told_as_one_of_many() {
        let told = |files| PvError::NoneRead { files, first: "it is empty".into() }.to_string();
        assert_eq!(told(103), "none of its 103 files could be read, the first: it is empty");
        assert_eq!(told(1), "its only file could not be read: it is empty");
    }
}
