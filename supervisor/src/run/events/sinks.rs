//! Who hears what happens: the journal, the list of what failed, and the user's listener.

use std::time::Duration;

use dayfold_contract::GroupName;

use super::journal_writer::JournalWriter;
use crate::journal::{Record, Session};
use crate::run_event::{Listener, RunEvent};
use crate::rundir::failed_table::FailedGroup;

/// Passes on what happens, and keeps what the closing needs.
pub struct EventSinks<'a> {
    user: &'a mut dyn Listener,
    journal_writer: Option<JournalWriter>,
    /// What happened before there was a journal; `None` from then on.
    early: Option<Vec<Record>>,
    failed: Vec<FailedGroup>,
    empty: Vec<GroupName>,
    lost: Option<String>,
}

impl<'a> EventSinks<'a> {
    /// Passes on to this listener.
    pub fn new(user: &'a mut dyn Listener) -> Self {
        Self {
            user,
            journal_writer: None,
            early: Some(Vec::new()),
            failed: Vec::new(),
            empty: Vec::new(),
            lost: None,
        }
    }

    /// From now on all is noted in this journal, too, and so is what has happened already.
    pub fn begin_journal(&mut self, journal_writer: Option<JournalWriter>, session: Session) {
        let early = self.early.take().unwrap_or_default();
        if let Some(journal_writer) = &journal_writer {
            std::iter::once(Record::Session(session))
                .chain(early)
                .for_each(|record| journal_writer.note(record));
        }
        self.journal_writer = journal_writer;
    }

    /// Closes the journal: it is safe then, or that it is not has been told. In a hurry that is not waited
    /// for long.
    pub fn end_journal(&mut self, at: Duration, is_urgent: &dyn Fn() -> bool) {
        let close = |journal_writer: JournalWriter| journal_writer.close(is_urgent);
        if let Some(message) = self.journal_writer.take().and_then(close) {
            self.user.hear(at, &RunEvent::Warning { message });
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

    fn keep(&mut self, happening: &RunEvent) {
        match happening {
            RunEvent::AttemptFailed { .. } => self.failed.extend(FailedGroup::of(happening)),
            RunEvent::Finished { group, partial: None, .. } => self.empty.push(group.clone()),
            RunEvent::WorkerLost { reason, .. } | RunEvent::NotStarted { reason, .. } => {
                self.lost = Some(reason.clone());
            }
            _ => {}
        }
    }

    /// All but the workers' logs, of which failures hold the last lines.
    fn note(&mut self, at: Duration, happening: &RunEvent) {
        if matches!(happening, RunEvent::WorkerLog { .. }) {
            return;
        }
        let record = || Record::Happened { after: at, happening: happening.clone() };
        match (&self.journal_writer, &mut self.early) {
            (Some(journal_writer), _) => journal_writer.note(record()),
            (None, Some(early)) => early.push(record()),
            (None, None) => {}
        }
    }
}

impl Listener for EventSinks<'_> {
    fn hear(&mut self, at: Duration, happening: &RunEvent) {
        self.note(at, happening);
        self.keep(happening);
        self.user.hear(at, happening);
        if let Some(message) = self.journal_writer.as_ref().and_then(JournalWriter::trouble) {
            self.user.hear(at, &RunEvent::Warning { message });
        }
    }
}
