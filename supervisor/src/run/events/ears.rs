//! Who hears what happens: the journal, the list of what failed, and the user's listener.

use std::time::Duration;

use dayfold_contract::GroupName;

use super::chronicle::Chronicle;
use crate::happening::{Happening, Listener};
use crate::journal::{Record, Session};
use crate::rundir::failed_table::FailedGroup;

/// Passes on what happens, and keeps what the closing needs.
pub struct Ears<'a> {
    user: &'a mut dyn Listener,
    chronicle: Option<Chronicle>,
    /// What happened before there was a journal; `None` from then on.
    early: Option<Vec<Record>>,
    failed: Vec<FailedGroup>,
    empty: Vec<GroupName>,
    lost: Option<String>,
}

impl<'a> Ears<'a> {
    /// Passes on to this listener.
    pub fn new(user: &'a mut dyn Listener) -> Self {
        Self {
            user,
            chronicle: None,
            early: Some(Vec::new()),
            failed: Vec::new(),
            empty: Vec::new(),
            lost: None,
        }
    }

    /// From now on all is noted in this journal, too, and so is what has happened already.
    pub fn begin_journal(&mut self, chronicle: Option<Chronicle>, session: Session) {
        let early = self.early.take().unwrap_or_default();
        if let Some(chronicle) = &chronicle {
            std::iter::once(Record::Session(session)).chain(early).for_each(|record| chronicle.note(record));
        }
        self.chronicle = chronicle;
    }

    /// Closes the journal: it is safe then, or that it is not has been told. In a hurry that is not waited
    /// for long.
    pub fn end_journal(&mut self, at: Duration, is_hurry: &dyn Fn() -> bool) {
        let close = |chronicle: Chronicle| chronicle.close(is_hurry);
        if let Some(message) = self.chronicle.take().and_then(close) {
            self.user.hear(at, &Happening::Warning { message });
        }
    }

    /// The groups that were given up.
    pub fn failed(&self) -> &[FailedGroup] {
        &self.failed
    }

    /// The groups that ended well and without values.
    pub fn empty(&self) -> &[GroupName] {
        &self.empty
    }

    /// How the last worker that was lost ended.
    pub fn last_lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    fn keep(&mut self, happening: &Happening) {
        match happening {
            Happening::AttemptFailed { .. } => self.failed.extend(FailedGroup::of(happening)),
            Happening::Finished { group, partial: None, .. } => self.empty.push(group.clone()),
            Happening::WorkerLost { reason, .. } | Happening::NotStarted { reason, .. } => {
                self.lost = Some(reason.clone());
            }
            _ => {}
        }
    }

    /// All but the workers' logs, of which failures hold the last lines.
    fn note(&mut self, at: Duration, happening: &Happening) {
        if matches!(happening, Happening::WorkerLog { .. }) {
            return;
        }
        let record = || Record::Happened { after: at, happening: happening.clone() };
        match (&self.chronicle, &mut self.early) {
            (Some(chronicle), _) => chronicle.note(record()),
            (None, Some(early)) => early.push(record()),
            (None, None) => {}
        }
    }
}

impl Listener for Ears<'_> {
    fn hear(&mut self, at: Duration, happening: &Happening) {
        self.note(at, happening);
        self.keep(happening);
        self.user.hear(at, happening);
        if let Some(message) = self.chronicle.as_ref().and_then(Chronicle::trouble) {
            self.user.hear(at, &Happening::Warning { message });
        }
    }
}
