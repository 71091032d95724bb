//! The journal of a run that goes on: a thread of its own writes it, so that a slow disk keeps
//! nobody waiting.
//!
//! Lines of about a second are written and synced together. Trouble, such as a full disk, stops
//! nothing: it is told once, and what could not be written is tried again with the next lines. Only
//! the history is at stake, since what is done is known by the partials.

use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dayfold_contract::Fingerprint;
use dayfold_contract::error::in_one_line;
use jiff::Timestamp;

use crate::helper::Helper;
use crate::journal::{Entry, Journal, Record};
use crate::lock::ask::{StillOurs, until_answered};

/// Lines of so long are written together.
const GATHERED: Duration = Duration::from_secs(1);

/// A run that somebody is about to end waits so long for its journal.
const LEFT_AFTER: Duration = Duration::from_secs(1);

/// A journal that is being written.
#[derive(Debug)]
pub struct JournalWriter {
    queue: Arc<Queue>,
    thread: Helper,
    trouble: Trouble,
}

/// What waits to be written: who hears puts it here, and wakes nobody but for the first.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    entries: Vec<Entry>,
    closed: bool,
}

/// What went wrong first, until it is told.
#[derive(Clone, Debug, Default)]
struct Trouble(Arc<Mutex<Reported>>);

#[derive(Debug, Default)]
enum Reported {
    #[default]
    Nothing,
    NotYet(String),
    Already,
}

impl JournalWriter {
    /// Goes on with the journal of this run, or begins one; with what people should know of it. If
    /// there can be none, that is told and the run goes on without.
    pub fn open(path: &Path, run: Fingerprint, still_ours: StillOurs) -> (Option<Self>, Vec<String>) {
        let without = |why: String| (None, vec![format!("{why}: this run is not in the journal")]);
        let (journal, history) = match Journal::open(path, run) {
            Ok(opened) => opened,
            Err(error) => return without(format!("failed to {}", in_one_line(&error))),
        };
        let (queue, trouble) = (Arc::<Queue>::default(), Trouble::default());
        let (from, noted) = (Arc::clone(&queue), trouble.clone());
        let keep = move || keep(journal, &from, &still_ours, &noted);
        match Helper::start("journal", keep) {
            Ok(thread) => (Some(Self { queue, thread, trouble }), history.warnings),
            Err(error) => without(format!("failed to start a thread: {}", in_one_line(&error))),
        }
    }

    /// Writes this down, soon.
    pub fn note(&self, record: Record) {
        self.queue.put(Entry { at: Timestamp::now(), record });
    }

    /// What went wrong, once.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.take()
    }

    /// Writes all that is left, and waits until it is safe; in a hurry not for long. What went wrong.
    pub fn close(mut self, is_urgent: &dyn Fn() -> bool) -> Option<String> {
        if self.end(is_urgent) {
            return self.trouble();
        }
        let what = "the journal is not written in time: its file system does not answer, and its last lines \
                    may be missing";
        Some(what.to_owned())
    }

    fn end(&mut self, is_urgent: &dyn Fn() -> bool) -> bool {
        self.queue.close();
        self.thread.wait(LEFT_AFTER, is_urgent)
    }
}

impl Drop for JournalWriter {
    fn drop(&mut self) {
        self.end(&|| false);
    }
}

impl Queue {
    /// To be written, unless nothing is written any more.
    fn put(&self, entry: Entry) {
        let mut waiting = self.lock();
        if waiting.closed {
            return;
        }
        waiting.entries.push(entry);
        if waiting.entries.len() == 1 {
            self.changed.notify_one();
        }
    }

    /// Nothing more will come, or be written.
    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// What comes within a second of the first; at once, if nothing more can come. `None` at the end.
    fn take(&self) -> Option<Vec<Entry>> {
        let nothing = |waiting: &mut Waiting| waiting.entries.is_empty() && !waiting.closed;
        let waiting = self.changed.wait_while(self.lock(), nothing).unwrap_or_else(PoisonError::into_inner);
        let open = |waiting: &mut Waiting| !waiting.closed;
        let (mut waiting, _) =
            self.changed.wait_timeout_while(waiting, GATHERED, open).unwrap_or_else(PoisonError::into_inner);
        Some(std::mem::take(&mut waiting.entries)).filter(|entries| !entries.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trouble {
    fn note_error(&self, result: Result<(), impl Error + 'static>) {
        if let Err(error) = result {
            self.note(format!("failed to {}: the run goes on", in_one_line(&error)));
        }
    }

    fn note(&self, what: String) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*told, Reported::Nothing) {
            *told = Reported::NotYet(what);
        }
    }

    fn take(&self) -> Option<String> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *told {
            Reported::NotYet(what) => {
                let what = std::mem::take(what);
                *told = Reported::Already;
                Some(what)
            }
            Reported::Nothing | Reported::Already => None,
        }
    }
}

/// Whoever has taken the shard over goes on with the journal: then nothing more is written here.
fn keep(mut journal: Journal, queue: &Queue, still_ours: &StillOurs, trouble: &Trouble) {
    while let Some(batch) = queue.take() {
        // all of it before anything is written: what cannot be written now is written with the next lines
        batch.iter().for_each(|entry| trouble.note_error(journal.append(entry)));
        if save(&mut journal, still_ours, trouble).is_break() {
            queue.close();
            return journal.abandon();
        }
    }
    if journal.is_behind() {
        let _whether_or_not = save(&mut journal, still_ours, trouble);
        // nothing is written where it may be somebody else's
        journal.abandon();
    }
}

/// Writes what is there, if the journal is ours; not where that cannot be known.
fn save(journal: &mut Journal, still_ours: &StillOurs, trouble: &Trouble) -> ControlFlow<()> {
    match until_answered(&**still_ours, |_passes| {}) {
        Ok(()) => trouble.note_error(journal.sync()),
        Err(lost) if lost.is_lost() => return ControlFlow::Break(()),
        unknown => trouble.note_error(unknown),
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal;
    use crate::lock::LockError;
    use crate::run_event::RunEvent;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn happened(partials: usize) -> Record {
        Record::Happened { after: Duration::ZERO, happening: RunEvent::Collating { partials } }
    }

    fn open(path: &Path, still_ours: impl Fn() -> Result<(), LockError> + Send + 'static) -> JournalWriter {
        let (journal_writer, warnings) =
            JournalWriter::open(path, Fingerprint::of(b"run"), Box::new(still_ours));
        assert_eq!(warnings, Vec::<String>::new());
        journal_writer.unwrap()
    }

    fn records(path: &Path) -> Vec<Record> {
        journal::read(path).unwrap().entries.into_iter().map(|entry| entry.record).collect()
    }

    #[test]
    fn all_that_was_noted_is_there_when_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        for session in 0..2 {
            let journal_writer = open(&path, || Ok(()));
            (0..50).for_each(|number| journal_writer.note(happened(session * 50 + number)));
            assert_eq!(journal_writer.close(&|| false), None);
        }
        assert_eq!(records(&path), (0..100).map(happened).collect::<Vec<_>>());
    }

    #[test]
    fn what_another_has_taken_over_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let journal_writer = open(&path, || Err(LockError::Lost("lock".into())));
        journal_writer.note(happened(1));
        assert_eq!(journal_writer.close(&|| false), None);
        assert_eq!(records(&path), []);
    }

    #[test]
    fn a_lock_that_cannot_be_read_for_a_moment_costs_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let asked = AtomicBool::default();
        let journal_writer = open(&path, move || match asked.swap(true, Ordering::SeqCst) {
            true => Ok(()),
            false => {
                let source = std::io::Error::from_raw_os_error(24);
                Err(LockError::Read { path: "lock".into(), source })
            }
        });
        journal_writer.note(happened(1));
        assert_eq!(journal_writer.close(&|| false), None);
        assert_eq!(records(&path), [happened(1)]);
    }

    #[test]
    fn trouble_is_told_once_and_a_run_goes_on_without_a_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gone").join("journal.jsonl");
        let (journal_writer, warnings) =
            JournalWriter::open(&path, Fingerprint::of(b"run"), Box::new(|| Ok(())));
        assert!(journal_writer.is_none() && warnings.len() == 1, "{warnings:?}");
        assert!(warnings[0].contains("gone/journal.jsonl"), "{warnings:?}");
        let trouble = Trouble::default();
        trouble.note("first".into());
        trouble.note("second".into());
        assert_eq!((trouble.take(), trouble.take()), (Some("first".into()), None));
        trouble.note("third".into());
        assert_eq!(trouble.take(), None);
    }
}
