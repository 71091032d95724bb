//! What all steps of a run share: its locks, its journal and who listens.

use std::path::Path;
use std::time::{Duration, Instant};

use dayfold_contract::Fingerprint;
use dayfold_contract::error::in_one_line;

use super::RunError;
use super::begin::entrance::{self, Entrance};
use super::events::chronicle::Chronicle;
use super::events::ears::Ears;
use super::finish::replaceable::Others;
use super::order::Report;
use crate::decide::groups::Tally;
use crate::happening::{Happening, Listener};
use crate::interrupt::Interrupt;
use crate::journal::Session;
use crate::lock::LockError;
use crate::lock::ask::until_answered;
use crate::lock::guard::Guard;
use crate::lock::taker::Taker;
use crate::rundir::RunDir;
use crate::rundir::shard::Shard;

/// What all steps of a run share.
pub struct Run<'a> {
    pub dir: RunDir,
    pub shard: Shard,
    pub interrupt: Interrupt,
    pub taker: Taker,
    pub began: Instant,
    /// What becomes of another's file in the final file's place.
    pub others: Others,
    /// Somebody is about to end this process, or something of the run hangs.
    pub is_hurry: bool,
    /// Groups or results are being worked on.
    pub is_underway: bool,
    pub ears: Ears<'a>,
    /// After the ears, so that the journal is closed while the lock is held.
    pub guards: Vec<Guard>,
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
        let taker = Taker::here(interrupt.clone());
        let mut ears = Ears::new(listener);
        let (entrance, own) = entrance::enter(&dir, shard, &taker, &mut teller(&mut ears, began))?;
        let guards = vec![own];
        let (is_hurry, is_underway) = (false, false);
        let run = Self { dir, shard, interrupt, taker, began, others, is_hurry, is_underway, ears, guards };
        Ok((run, entrance))
    }

    /// Writes down from now on what happens.
    pub fn begin_journal(&mut self, run: Fingerprint, session: Session) {
        let asker = self.guards.first().map(Guard::asker);
        let still_ours = move || asker.as_ref().map_or(Ok(()), |ask| ask());
        let path = self.dir.journal_file(self.shard);
        let (chronicle, warnings) = Chronicle::open(&path, run, Box::new(still_ours));
        self.ears.begin_journal(chronicle, session);
        self.warn(&warnings);
    }

    /// The end, told to all who hear.
    pub fn end(mut self, outcome: Result<Report, RunError>) -> Result<Report, RunError> {
        let is_underway = self.is_underway;
        let outcome =
            outcome.map_err(|error| if is_underway { RunError::Underway(Box::new(error)) } else { error });
        self.hear(&match &outcome {
            Ok(report) => ended(report),
            Err(error) => Happening::Broken { reason: in_one_line(error) },
        });
        let is_hurry = || self.is_hurry || self.interrupt.is_asked();
        self.ears.end_journal(self.began.elapsed(), &is_hurry);
        outcome
    }

    /// Takes one more lock, after others, and keeps it to the end; false if a signal came first.
    pub fn also_take(&mut self, path: &Path) -> Result<bool, RunError> {
        let Self { taker, ears, began, .. } = self;
        let lock = match taker.take_in_turn(path, Duration::MAX, &mut teller(ears, *began)) {
            Ok(taken) => taken.map_err(|held| LockError::Held(Box::new(held)))?,
            Err(LockError::Interrupted(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.guards.push(Guard::new(lock).map_err(RunError::Thread)?);
        Ok(true)
    }

    /// Goes on, unless a signal has come.
    pub fn unless_asked(&self) -> Result<(), RunError> {
        if self.interrupt.is_asked() { Err(RunError::Interrupted) } else { Ok(()) }
    }

    /// Whether nobody has taken a lock over: to be asked before anything is renamed.
    pub fn still_ours(&mut self) -> Result<(), LockError> {
        let Self { guards, ears, began, .. } = self;
        let ask = || guards.iter().try_for_each(|guard| (guard.asker())());
        until_answered(&ask, teller(ears, *began))
    }

    /// Tells all who hear.
    pub fn hear(&mut self, happening: &Happening) {
        self.ears.hear(self.began.elapsed(), happening);
    }

    /// Tells warnings.
    pub fn warn(&mut self, warnings: &[String]) {
        for message in warnings {
            self.hear(&Happening::Warning { message: message.clone() });
        }
    }
}

/// Tells warnings while others wait.
pub fn teller<'b>(ears: &'b mut Ears<'_>, began: Instant) -> impl FnMut(String) + 'b {
    move |message| ears.hear(began.elapsed(), &Happening::Warning { message })
}

fn ended(report: &Report) -> Happening {
    let Tally { done, failed, left, not_now } = report.tally;
    let (verdict, output) = (report.verdict.clone(), report.output.clone());
    Happening::Ended { verdict, done, failed, left: left + not_now, empty: report.empty.len(), output }
}
