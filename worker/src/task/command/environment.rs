//! The environment of programs: this process's own, but for what dayfold has set for itself.

use std::ffi::OsString;

use dayfold_ncio::{FILE_LOCKING, file_locking_of_the_user};

/// Each variable once.
pub fn of_programs() -> impl Iterator<Item = (OsString, OsString)> {
    let others = std::env::vars_os().filter(|(name, _)| name != FILE_LOCKING);
    others.chain(file_locking_of_the_user().map(|locking| (FILE_LOCKING.into(), locking)))
}
