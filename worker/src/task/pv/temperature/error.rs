//! Why there is no temperature, and whether that is so for every group.

use std::path::PathBuf;

use dayfold_ncio::NcError;
use dayfold_ncio::time::UtcTime;

use super::nodes::NodeError;
use super::pattern::PatternError;
use crate::task::fault::{Fault, fault_of};

/// Why there is no temperature.
#[derive(Debug, thiserror::Error)]
pub enum TemperatureError {
    /// The pattern, or the folders that it names.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A file of the other archive.
    #[error("the temperature is not to be had")]
    File(#[source] NcError),
    /// The variable is not called as configured.
    #[error("{0}; correct task.temperature.variable in the configuration")]
    NoVariable(#[source] NcError),
    /// No file for a time.
    #[error("no file with the temperature of {time}: {pattern:?} matches none, such as {tried}", tried = .tried.display())]
    NoFile {
        /// When.
        time: UtcTime,
        /// As configured.
        pattern: String,
        /// What was looked for at that time.
        tried: PathBuf,
    },
    /// No file for any time.
    #[error(
        "the temperature's pattern {pattern:?} matches no file of any date: the first that was looked for is {tried}; \
         correct task.temperature.pattern in the configuration",
        tried = .tried.display()
    )]
    NoFiles {
        /// As configured.
        pattern: String,
        /// What was looked for at the first time.
        tried: PathBuf,
    },
    /// Files, but too far away in time.
    #[error(
        "the temperature nearest to {time} is in {path}, and that is more than one step outside its times ({first} to {last})",
        path = .path.display()
    )]
    Time {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        time: UtcTime,
        /// The file's first time.
        first: UtcTime,
        /// The file's last time.
        last: UtcTime,
    },
    /// A cell that the other grid does not reach.
    #[error("the temperature in {path} does not cover all regions", path = .path.display())]
    Node {
        /// The file.
        path: PathBuf,
        /// Which cell.
        #[source]
        source: NodeError,
    },
    /// A unit that is none of temperature.
    #[error(
        "variable {variable:?} of {path} has the units {units:?}: expected K or degC; correct \
         task.temperature.variable in the configuration",
        path = .path.display()
    )]
    Units {
        /// The file.
        path: PathBuf,
        /// The temperature's variable.
        variable: String,
        /// What is there; empty where nothing is.
        units: String,
    },
}

impl From<NcError> for TemperatureError {
    fn from(error: NcError) -> Self {
        match error {
            NcError::NoVariable { .. } => Self::NoVariable(error),
            other => Self::File(other),
        }
    }
}

impl TemperatureError {
    /// Whether the same again may go well.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Pattern(error) => error.may_pass(),
            Self::File(error) => fault_of(error).may_pass(),
            _ => false,
        }
    }

    /// Whether every group would fail of it, so that none need begin. A time that has no file or is too far
    /// from one, a file that is damaged and what may pass concern some groups alone.
    pub fn is_everybodys(&self) -> bool {
        match self {
            Self::NoFile { .. } | Self::Time { .. } => false,
            Self::Pattern(_) => !self.may_pass(),
            Self::File(error) => match fault_of(error) {
                Fault::Content => true,
                // a folder, another kind of file, a file of others: what the pattern should not match
                Fault::Unreadable => matches!(error, NcError::NotNetcdf { .. } | NcError::Open { .. }),
                Fault::Passing | Fault::InDoubt => false,
            },
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_damaged_file_is_not_everybodys_and_another_kind_of_file_is() {
        let path = || PathBuf::from("tas.nc");
        let of = |error| TemperatureError::from(error).is_everybodys();
        assert!(!of(NcError::Damaged { path: path(), found: String::new() }));
        assert!(of(NcError::NotNetcdf { path: path(), found: String::new() }));
        let open = |code| {
            let source = std::io::Error::from_raw_os_error(code);
            of(NcError::Open { path: path(), source })
        };
        assert_eq!([libc::EISDIR, libc::EACCES, libc::EIO].map(open), [true, true, false]);
    }
}
