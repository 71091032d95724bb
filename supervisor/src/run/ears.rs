//! Who hears what happens: the user's listener, and the list of what failed.

use std::time::Duration;

use dayfold_contract::GroupName;

use crate::happening::{Happening, Listener};
use crate::rundir::failed_table::FailedGroup;

/// Passes on what happens, and keeps what the closing needs.
pub struct Ears<'a> {
    user: &'a mut dyn Listener,
    failed: Vec<FailedGroup>,
    lost: Option<String>,
}

impl<'a> Ears<'a> {
    /// Passes on to this listener.
    pub fn new(user: &'a mut dyn Listener) -> Self {
        Self { user, failed: Vec::new(), lost: None }
    }

    /// The groups that were given up.
    pub fn failed(&self) -> &[FailedGroup] {
        &self.failed
    }

    /// How the last worker that was lost ended.
    pub fn last_lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    fn note(&mut self, happening: &Happening) {
        match happening {
            Happening::AttemptFailed { group, attempt, reason, file, again: false, .. } => {
                self.failed.push(failed(group, *attempt, reason, file.as_ref()));
            }
            Happening::WorkerLost { reason, .. } => self.lost = Some(reason.clone()),
            _ => {}
        }
    }
}

fn failed(group: &GroupName, attempts: u32, reason: &str, file: Option<&String>) -> FailedGroup {
    FailedGroup { group: group.clone(), attempts, reason: reason.to_owned(), file: file.cloned() }
}

impl Listener for Ears<'_> {
    fn hear(&mut self, at: Duration, happening: &Happening) {
        self.note(happening);
        self.user.hear(at, happening);
    }
}
