//! What can go wrong with a command, and what that means for the group and the run.

use std::io;
use std::path::{Path, PathBuf};

use dayfold_contract::command::BadArgument;
use dayfold_contract::error::{in_one_line, is_no_space, limit_named};
use dayfold_contract::message::{Failure, FailureKind, ProgramEnd};
use dayfold_ncio::NcError;
use dayfold_ncio::raw::{RawError, begins_as_netcdf};
use rustix::io::Errno;

use super::ended;
use super::program::ProgramError;
use crate::task::doubt;

/// What programs say when a disk or a quota is full: the C library's own words.
const FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];

/// What to do where a group without values is none that failed.
const MAY_BE_EMPTY: &str =
    "if a group may be without values, set empty = \"allow\" in [task]: such groups are counted and named";

/// Why a program failed is said in so many of its last bytes.
const END: usize = 16 << 10;

/// Why a command gives no result. Its [`CommandError::into_failure`] names the program where a text begins with "it".
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The configuration is checked before: another version's, perhaps.
    #[error(transparent)]
    Argument(#[from] BadArgument),
    /// A variable of the environment.
    #[error("the environment variable {0} is not set")]
    Unset(String),
    /// The program.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// More arguments than the system allows.
    #[error(
        "the paths of {files} input files are more than fits on a command line: use {{list}}, the path of a text \
         file with one input file a line, instead of {{files}}, or make the groups smaller"
    )]
    TooLong {
        /// How many input files there are.
        files: usize,
    },
    /// A name that is two lines of a list.
    #[error(
        "{:?} has a line break in its name, and {{list}} has one file a line: use {{list0}}, in which a NUL ends \
         each name, or {{files}}",
        .0.display().to_string()
    )]
    LineBreak(PathBuf),
    /// The system does not start it.
    #[error("{} cannot be started", program.display())]
    NotStarted {
        /// Which.
        program: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Somebody ended it, or the kernel did.
    #[error("the process that starts the programs of this worker was ended, and this program with it")]
    StarterGone,
    /// A file or folder of ours.
    #[error("failed to use {}", path.display())]
    System {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Not 0.
    #[error("it ended with exit code {code}{hint}")]
    Code {
        /// The code.
        code: i32,
        /// What it may mean.
        hint: String,
    },
    /// A signal ended it.
    #[error("it was ended by {}", ended::named(*.0))]
    Signal(i32),
    /// Neither code nor signal.
    #[error("it ended with {0}")]
    Ended(String),
    /// No values, which is not allowed: to read on after "it".
    #[error("it {0}")]
    NoValues(&'static str),
    /// Somebody has removed it, with what was in it.
    #[error("{} was removed while the program ran, and its result with it", .0.display())]
    FolderGone(PathBuf),
    /// Something else than a NetCDF file.
    #[error("it wrote something else than a NetCDF file to {{output}}")]
    NotNetcdf(#[source] NcError),
    /// What begins as a NetCDF file and cannot be read.
    #[error("it wrote a NetCDF file to {{output}} that is cut off, damaged, or of no kind that is read here")]
    Unreadable(#[source] NcError),
    /// The result cannot be read, and perhaps another time.
    #[error("the result, {}, cannot be read", path.display())]
    Refused {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A NetCDF file with something in it that cannot be carried over.
    #[error("it wrote a NetCDF file to {{output}} that cannot be used")]
    Unusable(#[source] NcError),
    /// A file that cannot be collated: to read on after "wrote".
    #[error("it wrote {0} (to {{output}})")]
    Wrong(String),
}

impl CommandError {
    /// For `map_err`: a file or folder of ours.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::System { path, source }
    }

    /// A file that was written and cannot be opened or read, or has a group or a type of its own.
    pub fn unusable(error: NcError) -> Self {
        let path = error.path().to_owned();
        if let NcError::Raw(raw) = &error
            && let Some(source) = raw.refused()
        {
            return Self::Refused { path, source };
        }
        match doubt::settled(error) {
            NcError::Open { source, .. } => Self::Refused { path, source },
            error @ NcError::Raw(RawError::Group { .. } | RawError::UserDefined { .. }) => {
                Self::Unusable(error)
            }
            error if begins_as_netcdf(&path) => Self::Unreadable(error),
            error => Self::NotNetcdf(error),
        }
    }

    /// A program that was found, for so many files, and not started.
    pub fn not_started(source: io::Error, program: PathBuf, files: usize) -> Self {
        match source.kind() {
            io::ErrorKind::ArgumentListTooLong => Self::TooLong { files },
            _ => Self::NotStarted { program, source },
        }
    }

    /// As an answer to an assignment, with the output of `program`.
    pub fn into_failure(self, program: &str, output: Vec<u8>) -> Failure {
        let reason = match in_one_line(&self).strip_prefix("it ") {
            Some(rest) => format!("{program} {rest}"),
            None => in_one_line(&self),
        };
        let reason = match self.limit() {
            Some(limit) => format!("{reason}: {limit}"),
            None => reason,
        };
        let (kind, program) = (self.kind(&output), self.program_end());
        let failure = Failure { program, ..Failure::new(kind, reason) };
        match self {
            Self::Code { .. } => failure.with_output(output, true),
            Self::Signal(_) | Self::Ended(_) => failure.with_output(output, false),
            // a script that goes on after an error ends well all the same
            Self::NoValues(_) => {
                let failure = failure.with_output(output, false);
                Failure { reason: format!("{}; {MAY_BE_EMPTY}", failure.reason), ..failure }
            }
            // what is wrong with its result it does not know
            _ => Failure { output, ..failure },
        }
    }

    /// How the program ended, where that is what went wrong.
    fn program_end(&self) -> Option<ProgramEnd> {
        match self {
            Self::Code { code, .. } => Some(ended::meaning(*code)),
            Self::Signal(signal) => Some(ProgramEnd::Signal(*signal)),
            _ => None,
        }
    }

    /// The limit of the system that is the cause.
    fn limit(&self) -> Option<String> {
        match self {
            Self::NotStarted { source, .. } | Self::System { source, .. } | Self::Refused { source, .. } => {
                limit_named(source)
            }
            _ => None,
        }
    }

    fn kind(&self, output: &[u8]) -> FailureKind {
        match self {
            Self::NotStarted { source, .. } | Self::System { source, .. } | Self::Refused { source, .. } => {
                system_kind(source)
            }
            Self::Program(ProgramError::Unknown { .. }) => FailureKind::Passing,
            Self::Code { .. } if speaks_of_no_space(output) => FailureKind::NoSpace,
            Self::Code { .. }
            | Self::Signal(_)
            | Self::Ended(_)
            | Self::StarterGone
            | Self::FolderGone(_) => FailureKind::Passing,
            _ => FailureKind::Input,
        }
    }
}

/// By its end: of what it could not write earlier it may have made room.
fn speaks_of_no_space(output: &[u8]) -> bool {
    let end = &output[output.len().saturating_sub(END)..];
    let end = String::from_utf8_lossy(end);
    FULL.iter().any(|full| end.contains(full))
}

/// What the system refuses may pass, but not what it does not know or allow.
fn system_kind(error: &io::Error) -> FailureKind {
    use io::ErrorKind::{NotFound, PermissionDenied};
    match error.kind() {
        _ if is_no_space(error) => FailureKind::NoSpace,
        NotFound | PermissionDenied => FailureKind::Input,
        _ if Errno::from_io_error(error) == Some(Errno::NOEXEC) => FailureKind::Input,
        _ => FailureKind::Passing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(output: &str) -> Failure {
        CommandError::Code { code: 1, hint: String::new() }.into_failure("./day.sh", output.into())
    }

    #[test]
    fn the_program_is_named_where_it_is_its_doing() {
        assert_eq!(code("").reason, "./day.sh ended with exit code 1");
        let unset = CommandError::Unset("SHORE".into()).into_failure("./day.sh", Vec::new());
        assert_eq!(unset.reason, "the environment variable SHORE is not set");
    }

    #[test]
    fn what_a_script_that_went_on_after_an_error_wrote_is_told() {
        let nothing = |output: &str| {
            CommandError::NoValues("wrote no file to {output}").into_failure("./day.sh", output.into()).reason
        };
        let advice = "if a group may be without values";
        assert!(nothing("a line").starts_with(&format!("./day.sh wrote no file to {{output}}; {advice}")));
        let traceback = "Traceback (most recent call last):\n  File \"day.py\"\nValueError: bad day\n";
        let told = format!("./day.sh wrote no file to {{output}}: ValueError: bad day; {advice}");
        assert!(nothing(traceback).starts_with(&told), "{}", nothing(traceback));
    }

    #[test]
    fn a_full_disk_is_told_by_the_last_lines() {
        let full = code("day.py: OSError: [Errno 28] No space left on device: 'output.nc'");
        assert_eq!((full.kind, code("no values").kind), (FailureKind::NoSpace, FailureKind::Passing));
        assert!(full.reason.contains("No space left on device"), "{}", full.reason);
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        let start =
            |errno: Errno| CommandError::not_started(errno.into(), "/x".into(), 7).into_failure("x", vec![]);
        let limit = start(Errno::AGAIN);
        assert!(limit.kind == FailureKind::Passing && limit.reason.contains("`ulimit -u`"), "{limit:?}");
        assert_eq!(start(Errno::NOEXEC).kind, FailureKind::Input);
        assert_eq!(start(Errno::NOSPC).kind, FailureKind::NoSpace);
        let long = start(Errno::TOOBIG);
        assert!(long.kind == FailureKind::Input && long.reason.contains("{list}"), "{long:?}");
    }
}
