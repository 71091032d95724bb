//! Why partials cannot be collated into one file.

use std::io;
use std::path::PathBuf;

use dayfold_contract::GroupName;
use dayfold_contract::error::{in_one_line, is_no_space};
use dayfold_contract::partial::SHARED_DIMENSION;
use dayfold_ncio::dataset::{ConvertError, TypesDiffer};
use dayfold_ncio::error::NcError;
use dayfold_ncio::form::UnpackError;
use dayfold_ncio::raw::CannotCarry;
use dayfold_ncio::time::TimeError;

use super::misfit::Misfit;

/// Partials that cannot be collated into one file.
#[derive(Debug, thiserror::Error)]
pub enum CollateError {
    /// There is nothing to collate: no group has a value at any time.
    #[error("none of {groups} groups has any values: there is nothing to put into {output}", output = .output.display())]
    NoValues {
        /// How many partials there are.
        groups: usize,
        /// The file that was to be written.
        output: PathBuf,
    },
    /// Who watches it broke it off; nothing was changed.
    #[error("the collation was broken off")]
    BrokenOff,
    /// The configuration wants a variable stored as it cannot be.
    #[error("variable {variable:?} cannot be stored as [output.variables.{variable}] says: {why}")]
    Stored {
        /// The variable.
        variable: String,
        /// Why not.
        why: String,
    },
    /// A value has no place in the type that the configuration gives its variable.
    #[error(
        "variable {variable:?} of {path}, the partial of group {group}, cannot be stored as \
         [output.variables.{variable}] says: choose another dtype",
        path = .path.display()
    )]
    Convert {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// The value.
        #[source]
        source: ConvertError,
    },
    /// A source is not there any more.
    #[error("the result of group {group}, {path}, is gone", path = .path.display())]
    Gone {
        /// The group.
        group: GroupName,
        /// Where it was.
        path: PathBuf,
    },
    /// A source has another content than was kept.
    #[error(
        "the result of group {group}, {path}, is damaged: its content is not as it was kept",
        path = .path.display()
    )]
    Damaged {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
    },
    /// The system gives no content of a source.
    #[error("cannot read the result of group {group}, {path}", path = .path.display())]
    Unreadable {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A partial makes no sense to the library.
    #[error("cannot use the partial of group {group}")]
    Partial {
        /// The group.
        group: GroupName,
        /// Why not, with the path.
        #[source]
        source: Box<NcError>,
    },
    /// A partial has no usable time coordinate.
    #[error(
        "the partial of group {group}, {path}, has no time coordinate: {found}; \
         expected a variable {SHARED_DIMENSION:?} of numbers over the dimension {SHARED_DIMENSION:?}",
        path = .path.display()
    )]
    NoTime {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
        /// What is there instead.
        found: String,
    },
    /// The times of a partial mean nothing.
    #[error(
        "cannot decode variable {variable:?} of {path}, the partial of group {group}",
        path = .path.display()
    )]
    Time {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Why not.
        #[source]
        source: TimeError,
    },
    /// A partial has something that the final file cannot hold.
    #[error("cannot use {path}, the partial of group {group}", path = .path.display())]
    CannotCarry {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
        /// What, and why not.
        #[source]
        source: Box<CannotCarry>,
    },
    /// A variable that has the shared dimension more than once.
    #[error(
        "variable {variable:?} of group {group} has the dimension {SHARED_DIMENSION:?} more than once: \
         it cannot be concatenated"
    )]
    Twice {
        /// The group.
        group: GroupName,
        /// The variable.
        variable: String,
    },
    /// Results that do not fit the others, or are wrong by themselves.
    #[error("{}", misfits(.0))]
    Misfits(Vec<Misfit>),
    /// Numbers that cannot be put into one coding with the others'.
    #[error("cannot decode variable {variable:?} of {path}, the partial of group {group}", path = .path.display())]
    Numbers {
        /// The group.
        group: GroupName,
        /// Its partial.
        path: PathBuf,
        /// The variable.
        variable: String,
        /// Why not.
        #[source]
        source: Box<UnpackError>,
    },
    /// One time, two values. `first` and `second` may be one group.
    #[error("{}", contradiction(first, second, time, variable, results))]
    Contradiction {
        /// One group.
        first: GroupName,
        /// The other.
        second: GroupName,
        /// The time that both have, as it is shown to people.
        time: String,
        /// The first variable that differs.
        variable: String,
        /// The files that hold their values.
        results: Box<[PathBuf; 2]>,
    },
    /// A partial is not what it was at the first look.
    #[error("variable {variable:?} of the partial of group {group} changed while it was read")]
    Changed {
        /// The group.
        group: GroupName,
        /// The variable.
        variable: String,
        /// Its types then and now.
        #[source]
        source: TypesDiffer,
    },
    /// The final file cannot be written.
    #[error("cannot write the collated file")]
    Output(#[source] Box<NcError>),
    /// A thread that packs chunks of the final file is gone.
    #[error("cannot pack the collated file's values: a thread of this program failed; run again")]
    Packing,
    /// The system refuses something around the final file or a partial.
    #[error("cannot {action} {path}", path = .path.display())]
    System {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

fn misfits(misfits: &[Misfit]) -> String {
    let told: Vec<String> =
        misfits.iter().take(3).map(|Misfit { group, reason }| format!("{group}: {reason}")).collect();
    let more = match misfits.len().saturating_sub(told.len()) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("results cannot be collated with the others: {}{more}", told.join("; "))
}

/// What contradicts what, and what to do about it.
fn contradiction(
    first: &GroupName,
    second: &GroupName,
    time: &str,
    variable: &str,
    results: &[PathBuf; 2],
) -> String {
    let [one, other] = results.each_ref().map(|path| path.display());
    if first == second {
        return format!(
            "group {first} contradicts itself: at {time} it has two values of {variable:?}; correct the \
             archive, and run the same command with --redo {first} (its result is {one})"
        );
    }
    format!(
        "groups {first} and {second} contradict each other: at {time} they have other values of {variable:?}; \
         correct the archive, and run the same command with --redo and the name of the group that was wrong \
         (the results are {one} of {first}, {other} of {second})"
    )
}

impl From<NcError> for CollateError {
    /// Of the final file; what is wrong with a partial names its group.
    fn from(error: NcError) -> Self {
        Self::Output(Box::new(error))
    }
}

impl CollateError {
    /// Whether one result is wrong by itself: the others can be collated without it.
    pub fn is_of_one_result(&self) -> bool {
        matches!(
            self,
            Self::NoTime { .. }
                | Self::Time { .. }
                | Self::Twice { .. }
                | Self::CannotCarry { .. }
                | Self::Numbers { .. }
                | Self::Convert { .. }
        ) || self.is_unreadable_by_itself()
    }

    /// The results that cannot be collated with the others, where that is why; else the error.
    ///
    /// # Errors
    /// Any other error, as it is.
    pub fn into_misfits(self) -> Result<Vec<Misfit>, Self> {
        match &self {
            Self::Partial { group, .. } if self.is_unreadable_by_itself() => {
                Ok(vec![Misfit { group: group.clone(), reason: in_one_line(&self) }])
            }
            Self::NoTime { group, .. }
            | Self::CannotCarry { group, .. }
            | Self::Time { group, .. }
            | Self::Twice { group, .. }
            | Self::Numbers { group, .. }
            | Self::Convert { group, .. } => {
                Ok(vec![Misfit { group: group.clone(), reason: in_one_line(&self) }])
            }
            _ => match self {
                Self::Misfits(misfits) => Ok(misfits),
                other => Err(other),
            },
        }
    }

    /// Whether a result makes no sense to the library, and the system has refused nothing: as it was kept, it stays so.
    fn is_unreadable_by_itself(&self) -> bool {
        match self {
            Self::Partial { source, .. } => match &**source {
                NcError::Open { .. } => false,
                NcError::Raw(error) => error.refused().is_none(),
                _ => true,
            },
            _ => false,
        }
    }

    /// Whether results contradict each other: exit code 3.
    pub fn is_contradiction(&self) -> bool {
        self.contradicting().is_some()
    }

    /// The groups whose results contradict each other.
    pub fn contradicting(&self) -> Option<[&GroupName; 2]> {
        match self {
            Self::Contradiction { first, second, .. } => Some([first, second]),
            _ => None,
        }
    }

    /// The group whose result is gone, is not what it was, or cannot be read: exit code 75, done again it
    /// may be there.
    pub fn lost(&self) -> Option<&GroupName> {
        match self {
            Self::Gone { group, .. }
            | Self::Damaged { group, .. }
            | Self::Unreadable { group, .. }
            | Self::Partial { group, .. }
            | Self::Changed { group, .. } => Some(group),
            _ => None,
        }
    }

    /// Whether the system refused to write the final file: exit code 75, the same command tries it again.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Output(_) | Self::System { .. } | Self::Packing)
    }

    /// Whether the disk or a quota is full: exit code 75, the same may succeed once there is room.
    pub fn is_no_space(&self) -> bool {
        match self {
            Self::Output(error) => error.is_no_space(),
            Self::System { source, .. } => is_no_space(source),
            _ => false,
        }
    }
}
