//! What all steps of a run share: its locks, its journal and who listens.

use std::path::Path;
use std::time::{Duration, Instant};

use dayfold_contract::Fingerprint;
use dayfold_contract::error::in_one_line;

use super::RunError;
use super::begin::entrance::{self, Entrance};
use super::events::journal_writer::JournalWriter;
use super::events::sinks::EventSinks;
use super::finish::replaceable::Others;
use super::finish::target;
use super::order::Report;
use crate::decide::groups::Tally;
use crate::interrupt::Interrupt;
use crate::journal::Session;
use crate::lock::LockError;
use crate::lock::ask::until_answered;
use crate::lock::client::LockClient;
use crate::lock::heartbeat::Heartbeat;
use crate::run_event::{Listener, RunEvent};
use crate::rundir::plan_file::Frozen;
use crate::rundir::shard::Shard;
use crate::rundir::{RunDir, RunDirError};

/// What all steps of a run share.
pub struct Run<'a> {
    pub dir: RunDir,
    pub shard: Shard,
    pub interrupt: Interrupt,
    pub client: LockClient,
    pub began: Instant,
    /// What becomes of another's file in the final file's place.
    pub others: Others,
    /// What was said of a result in that place that another run directory made: said once.
    replaces: Option<String>,
    /// Somebody is about to end this process, or something of the run hangs.
    pub is_urgent: bool,
    /// Groups or results are being worked on.
    pub is_underway: bool,
    pub sinks: EventSinks<'a>,
    /// After the sinks, so that the journal is closed while the lock is held.
    pub heartbeats: Vec<Heartbeat>,
}

impl<'a> Run<'a> {
    /// Takes the locks of a run directory that is there; others begin when the entrance is dropped.
    pub fn begin(
        dir: RunDir,
        shard: Shard,
        others: Others,
        interrupt: &Interrupt,
        listener: &'a mut dyn Listener,
    ) -> Result<(Self, Entrance), RunError> {
        let (began, interrupt) = (Instant::now(), interrupt.clone());
        let client = LockClient::here(interrupt.clone());
        let mut sinks = EventSinks::new(listener);
        let (entrance, own) = entrance::enter(&dir, shard, &client, &mut teller(&mut sinks, began))?;
        let heartbeats = vec![own];
        let (is_urgent, is_underway) = (false, false);
        let run = Self {
            dir,
            shard,
            interrupt,
            client,
            began,
            others,
            replaces: None,
            is_urgent,
            is_underway,
            sinks,
            heartbeats,
        };
        Ok((run, entrance))
    }

    /// Writes down from now on what happens.
    pub fn begin_journal(&mut self, run: Fingerprint, session: Session) {
        let asker = self.heartbeats.first().map(Heartbeat::asker);
        let still_ours = move || asker.as_ref().map_or(Ok(()), |ask| ask());
        let path = self.dir.journal_file(self.shard);
        let (journal_writer, warnings) = JournalWriter::open(&path, run, Box::new(still_ours));
        self.sinks.begin_journal(journal_writer, session);
        self.warn(&warnings);
    }

    /// The end, told to all who hear.
    pub fn end(mut self, outcome: Result<Report, RunError>) -> Result<Report, RunError> {
        let is_underway = self.is_underway;
        let outcome =
            outcome.map_err(|error| if is_underway { RunError::Underway(Box::new(error)) } else { error });
        self.hear(&match &outcome {
            Ok(report) => ended(report),
            Err(error) => RunEvent::Broken { reason: in_one_line(error) },
        });
        let is_urgent = || self.is_urgent || self.interrupt.is_asked();
        self.sinks.end_journal(self.began.elapsed(), &is_urgent);
        outcome
    }

    /// Takes one more lock, after others, and keeps it to the end; false if a signal came first.
    pub fn also_take(&mut self, path: &Path) -> Result<bool, RunError> {
        let Self { client, sinks, began, .. } = self;
        let lock = match client.take_in_turn(path, Duration::MAX, &mut teller(sinks, *began)) {
            Ok(taken) => taken.map_err(|held| LockError::Held(Box::new(held)))?,
            Err(LockError::Interrupted(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.heartbeats.push(Heartbeat::new(lock).map_err(RunError::Thread)?);
        Ok(true)
    }

    /// Goes on, unless a signal has come.
    pub fn unless_asked(&self) -> Result<(), RunError> {
        if self.interrupt.is_asked() { Err(RunError::Interrupted) } else { Ok(()) }
    }

    /// Whether nobody has taken a lock over: to be asked before anything is renamed.
    pub fn still_ours(&mut self) -> Result<(), LockError> {
        let Self { heartbeats, sinks, began, .. } = self;
        let ask = || heartbeats.iter().try_for_each(|heartbeat| (heartbeat.asker())());
        until_answered(&ask, teller(sinks, *began))
    }

    /// Proves that what is in the final file's place by now may be replaced by the result of this plan, and tells of it
    /// where it was made elsewhere.
    pub fn prove_result(&mut self, frozen: &Frozen) -> Result<(), RunDirError> {
        let note = target::prove_result(frozen, &self.dir, self.others)?;
        if note != self.replaces {
            self.warn(note.as_slice());
            self.replaces = note;
        }
        Ok(())
    }

    /// Tells all who hear.
    pub fn hear(&mut self, happening: &RunEvent) {
        self.sinks.hear(self.began.elapsed(), happening);
    }

    /// Tells warnings.
    pub fn warn(&mut self, warnings: &[String]) {
        for message in warnings {
            self.hear(&RunEvent::Warning { message: message.clone() });
        }
    }
}

/// Tells warnings while others wait.
pub fn teller<'b>(sinks: &'b mut EventSinks<'_>, began: Instant) -> impl FnMut(String) + 'b {
    move |message| sinks.hear(began.elapsed(), &RunEvent::Warning { message })
}

fn ended(report: &Report) -> RunEvent {
    let Tally { done, failed, left, excluded } = report.tally;
    let (verdict, output) = (report.verdict.clone(), report.output.clone());
    RunEvent::Ended { verdict, done, failed, left: left + excluded, empty: report.empty.len(), output }
}
