//! What a worker's messages and its end mean for its groups.
//!
//! An answer must fit what the worker has in hand: anything else is rubbish, and a worker that
//! talks rubbish is ended and replaced. Answers of a worker that is to end are not counted.

use dayfold_contract::GroupId;
use dayfold_contract::job::Layout;
use dayfold_contract::message::{Attempt, Described, Failure, FailureKind, FromWorker, Output, ProgramEnd};

use super::State;
use super::crew::{Ending, Hand, Running, Slot};
use super::event::{Action, Exit, How, KeepFailure, KeptPartial, Moment};
use super::holding::Answer;
use super::patience::PATIENCE;
use super::stop::Stop;
use crate::run_event::{RunEvent, WorkerId};
use crate::rundir::logs;

/// How the kernel ends what it kills.
const KILL: i32 = rustix::process::Signal::KILL.as_raw();

const UNASKED: &str = "an answer to something that it was not asked";

impl State {
    /// A worker said something.
    pub(super) fn said(&mut self, now: Moment, worker: WorkerId, message: FromWorker) {
        if message == FromWorker::Signalled {
            return self.programs_signalled(now);
        }
        if matches!(self.crew.slot(worker), Slot::Ending(..)) {
            return self.said_while_ending(message);
        }
        let makes_sense = match message {
            FromWorker::Ready { .. } => self.crew.ready(worker),
            FromWorker::Started(attempt) => self.started(now, worker, attempt),
            FromWorker::Progress { attempt, file, .. } => self.progressed(now, worker, attempt, file),
            FromWorker::Done { attempt, output } => self.ended_well(now, worker, attempt, output),
            FromWorker::Failed { attempt, mut failure } => {
                self.hint_at_memory(worker, &mut failure);
                self.ended_badly(now, worker, attempt, failure, Chance::AsUsual)
            }
            FromWorker::TakenBack(attempt) => self.taken_back(worker, attempt),
            FromWorker::Probed(_) | FromWorker::Signalled => false,
        };
        if !makes_sense {
            self.end_worker(now, worker, Ending::Rubbish(UNASKED.to_owned()));
        }
    }

    /// What it had is dealt with when it is gone; a result that comes too late must not stay.
    fn said_while_ending(&mut self, message: FromWorker) {
        if let FromWorker::Done { output, .. } = message {
            self.actions.push(Action::Discard(output));
        }
    }

    fn started(&mut self, now: Moment, worker: WorkerId, attempt: Attempt) -> bool {
        let Some(hand) = self.crew.hand_mut(worker) else { return false };
        let Some(next) = hand.next.take_if(|next| next.attempt == attempt) else { return false };
        if hand.running.is_some() {
            hand.next = Some(next);
            return false;
        }
        hand.running = Some(Running::new(attempt, now));
        self.crew.note_company();
        self.crew.proven(worker);
        self.groups.start(attempt, worker);
        self.memory.group_began(worker);
        self.tell(RunEvent::Started {
            group: self.groups.name(attempt.group),
            attempt: attempt.number,
            worker,
        });
        true
    }

    fn progressed(&mut self, now: Moment, worker: WorkerId, attempt: Attempt, file: String) -> bool {
        let running = self.crew.hand_mut(worker).and_then(|hand| hand.running.as_mut());
        let Some(running) = running.filter(|running| running.attempt == attempt) else { return false };
        (running.file, running.heard) = (Some(file), now);
        true
    }

    fn ended_well(&mut self, now: Moment, worker: WorkerId, attempt: Attempt, mut output: Output) -> bool {
        let Some(running) = self.take_running(now, worker, attempt) else { return false };
        self.clock.group_took(now.saturating_sub(running.since));
        // a worker's clock counts pauses
        output.elapsed = output.elapsed.saturating_sub(running.paused);
        output.peak_memory = self.memory.group_ended(worker, output.peak_memory);
        if let Some(described) = output.form.clone() {
            self.compare(attempt.group, described, output.layout.as_ref());
        }
        for warning in std::mem::take(&mut output.warnings) {
            let group = self.groups.name(attempt.group);
            self.tell(RunEvent::Warning { message: format!("{group}: {warning}") });
        }
        self.answered(now, worker, running, Answer::Done(output));
        true
    }

    /// A result that deviates from most is kept, and told at once.
    fn compare(&mut self, group: GroupId, described: Described, layout: Option<&Layout>) {
        let form = described.id;
        let name = |group| self.groups.name(group);
        if let Some(reason) = self.forms.note(group, described, layout, name) {
            let group = self.groups.name(group);
            self.tell(RunEvent::Deviates { group, form, reason });
        }
    }

    fn ended_badly(
        &mut self,
        now: Moment,
        worker: WorkerId,
        attempt: Attempt,
        failure: Failure,
        chance: Chance,
    ) -> bool {
        let Some(running) = self.take_running(now, worker, attempt) else { return false };
        self.memory.group_failed(worker);
        // the signal may have come to the program, too: what fails then is done again by the next run
        let may_be_the_signals = match failure.kind {
            FailureKind::Passing => true,
            FailureKind::Input => self.programs.is_some(),
            FailureKind::NoSpace => false,
        };
        if may_be_the_signals && self.stops_for_a_signal() {
            self.groups.requeue(attempt.group);
        } else {
            self.answered(now, worker, running, Answer::Failed(failure, chance));
        }
        true
    }

    fn taken_back(&mut self, worker: WorkerId, attempt: Attempt) -> bool {
        let Some(hand) = self.crew.hand_mut(worker) else { return false };
        let taken = hand.next.take_if(|next| next.attempt == attempt && next.asked_back);
        if taken.is_some() {
            self.groups.requeue(attempt.group);
        }
        taken.is_some()
    }

    /// It has ended: the worker goes on with what is in its pipe.
    fn take_running(&mut self, now: Moment, worker: WorkerId, attempt: Attempt) -> Option<Running> {
        let hand = self.crew.hand_mut(worker)?;
        let running = hand.running.take_if(|running| running.attempt == attempt)?;
        if let Some(next) = &mut hand.next {
            next.owed.get_or_insert(now);
        }
        Some(running)
    }

    /// A result has its place, or not.
    pub(super) fn kept(
        &mut self,
        now: Moment,
        worker: WorkerId,
        attempt: Attempt,
        result: Result<KeptPartial, KeepFailure>,
    ) {
        let (kind, reason) = match result {
            Ok(kept) => return self.is_done(worker, attempt, kept),
            Err(KeepFailure::NoSpace(reason)) => (FailureKind::NoSpace, reason),
            Err(KeepFailure::Other(reason)) => (FailureKind::Passing, reason),
            Err(KeepFailure::LockLost(reason)) => {
                self.groups.requeue(attempt.group);
                self.tell(RunEvent::Warning { message: reason });
                return self.stop(now, Stop::LockLost);
            }
        };
        let failure = Failure::new(kind, reason);
        self.failed_attempt(now, worker, Running::new(attempt, now), failure, Chance::AsUsual);
    }

    fn is_done(&mut self, worker: WorkerId, attempt: Attempt, kept: KeptPartial) {
        self.groups.finish(attempt.group);
        self.causes.close();
        self.tell(RunEvent::Finished {
            group: self.groups.name(attempt.group),
            attempt: attempt.number,
            worker,
            partial: kept.partial,
            elapsed: kept.output.elapsed,
            peak_memory: kept.output.peak_memory,
        });
    }

    /// A worker's group failed since the kernel killed something of it for want of memory.
    pub(super) fn program_killed(
        &mut self,
        now: Moment,
        worker: WorkerId,
        attempt: Attempt,
        mut failure: Failure,
    ) {
        let (more, chance) = self.killed_for_memory(worker);
        if matches!(self.crew.slot(worker), Slot::Ending(..)) {
            return; // what it had is dealt with when it is gone
        }
        failure.reason +=
            &format!(" (the kernel has just killed a process of this job for want of memory{more})");
        // whatever the program made of it, that came from outside
        failure.program = Some(ProgramEnd::Signal(KILL));
        if !self.ended_badly(now, worker, attempt, failure, chance) {
            self.end_worker(now, worker, Ending::Rubbish(UNASKED.to_owned()));
        }
    }

    /// A group is done, and perhaps without a process that the kernel has killed meanwhile. A program may have gone on
    /// without it, as shell scripts do, with half a result; a worker by itself cannot.
    pub(super) fn done_beside_kill(
        &mut self,
        now: Moment,
        worker: WorkerId,
        attempt: Attempt,
        output: Output,
    ) {
        if self.programs.is_none() {
            return self.said(now, worker, FromWorker::Done { attempt, output });
        }
        self.actions.push(Action::Discard(output));
        let reason = "its program ended with exit code 0, but its result may lack what a process that was killed \
                      meanwhile would have written";
        self.program_killed(now, worker, attempt, Failure::new(FailureKind::Passing, reason.to_owned()));
    }

    /// The kernel killed something of a worker's group for want of memory: what more is to be said, and
    /// whether the same again could go better. One that had all of the memory to itself needs more.
    fn killed_for_memory(&mut self, worker: WorkerId) -> (String, Chance) {
        let running = self.crew.slot(worker).hand().and_then(|hand| hand.running.as_ref());
        if running.is_some_and(|running| !running.was_joined) && !self.memory.is_shared() {
            let more = format!("; {}", self.memory.killed_alone(worker));
            self.memory.disregard(worker);
            return (more, Chance::Last);
        }
        self.memory.killed_by_kernel(self.busy().len());
        (String::new(), Chance::AsUsual)
    }

    /// Nobody here sends SIGKILL to a program whose worker still answers.
    fn hint_at_memory(&self, worker: WorkerId, failure: &mut Failure) {
        if failure.program != Some(ProgramEnd::Signal(KILL)) {
            return;
        }
        let others = self.busy().iter().any(|busy| *busy != worker);
        let fewer = if others { "use fewer workers, or " } else { "" };
        failure.reason += &format!(
            "; if nobody sent it, the kernel was out of memory: {fewer}give the job more memory, or make the \
             groups smaller"
        );
    }

    /// A worker's process is gone.
    pub(super) fn exited(&mut self, now: Moment, worker: WorkerId, mut exit: Exit) {
        let mut chance = Chance::AsUsual;
        if exit.out_of_memory {
            let more;
            (more, chance) = self.killed_for_memory(worker);
            exit.how = How::OutOfMemory(more);
        }
        let was = self.crew.exited(worker);
        self.memory.worker_gone(worker);
        let (why, hand) = match was {
            Slot::Ending(why, hand, _) => (Some(why), hand),
            Slot::Serving(hand) => (None, hand),
            _ => (None, Hand::default()),
        };
        let is_planned = |why: &Ending| {
            matches!(why, Ending::Finished | Ending::Stopped | Ending::Pressure | Ending::CrowdedOut(_))
        };
        match (&why, &exit.how) {
            (_, How::NotStarted(_)) => self.is_not_started(worker, exit.how.to_string()),
            (Some(why), _) if is_planned(why) => {}
            _ => self.tell(RunEvent::WorkerLost { worker, reason: lost(why.as_ref(), &exit) }),
        }
        self.put_down(now, worker, hand, why, exit, chance);
        if self.crew.is_hopeless() {
            self.stop(now, Stop::NoWorkers);
        }
    }

    /// The system gives no process. It gave others one: the run goes on with these, and that is told once.
    fn is_not_started(&mut self, worker: WorkerId, reason: String) {
        if !self.crew.those(Slot::is_alive).is_empty() {
            self.crew.give_up(worker);
        }
        if !std::mem::replace(&mut self.told_not_started, true) || self.crew.is_hopeless() {
            self.tell(RunEvent::NotStarted { worker, reason });
        }
    }

    /// Takes from a worker what it cannot do any more.
    pub(super) fn put_down(
        &mut self,
        now: Moment,
        worker: WorkerId,
        hand: Hand,
        why: Option<Ending>,
        exit: Exit,
        chance: Chance,
    ) {
        if let Some(next) = hand.next {
            self.groups.requeue(next.attempt.group);
        }
        if let Some(running) = hand.running {
            self.interrupted(now, worker, running, why, exit, chance);
        }
    }

    /// A group was at work when its worker went.
    fn interrupted(
        &mut self,
        now: Moment,
        worker: WorkerId,
        running: Running,
        why: Option<Ending>,
        exit: Exit,
        chance: Chance,
    ) {
        let is_its_own_end = why.is_none();
        let chance = match &why {
            // the next worker would hang on the same file
            Some(Ending::TimedOut(_)) if exit.how == How::Stuck => Chance::Last,
            _ => chance,
        };
        let (kind, reason) = match why {
            Some(Ending::Stopped | Ending::Pressure | Ending::Finished) => {
                return self.groups.requeue(running.attempt.group);
            }
            // killed together with us, and before us
            None if self.stops_for_a_signal() => return self.groups.requeue(running.attempt.group),
            Some(Ending::CrowdedOut(used)) => return self.groups.postpone(running.attempt.group, used),
            Some(Ending::TooLarge(reason)) => (FailureKind::Input, reason),
            why => (FailureKind::Passing, lost(why.as_ref(), &exit)),
        };
        let failure = Failure::new(kind, reason).at_file(running.file.clone());
        let failure = match exit.how {
            // what ended by itself can have said why
            How::Signal(_) | How::Code(_) => failure.with_output(exit.output, false),
            _ => Failure { output: exit.output, ..failure },
        };
        if is_its_own_end {
            self.answered(now, worker, running, Answer::Failed(failure, chance));
        } else {
            self.failed_attempt(now, worker, running, failure, chance);
        }
    }

    pub(super) fn failed_attempt(
        &mut self,
        now: Moment,
        worker: WorkerId,
        running: Running,
        failure: Failure,
        chance: Chance,
    ) {
        let Attempt { group, number } = running.attempt;
        let again = match failure.kind {
            FailureKind::Input => false,
            FailureKind::Passing => {
                let is_last = chance == Chance::Last || number >= self.settings.attempts.get();
                !is_last && self.settings.retry.covers(failure.program)
            }
            FailureKind::NoSpace => true,
        };
        if failure.kind != FailureKind::NoSpace {
            self.causes.failed(group, &self.groups.name(group), &failure, !again);
        }
        match failure.kind {
            FailureKind::NoSpace => self.groups.requeue(group),
            _ if again && self.causes.are_suspicious() => self.groups.try_again_next(group),
            _ if again => self.groups.try_again(group),
            _ => self.groups.give_up(group),
        }
        let name = self.groups.name(group);
        let log_file = (!failure.output.is_empty()).then(|| logs::name(&name, number));
        self.tell(RunEvent::AttemptFailed {
            group: name,
            attempt: number,
            worker,
            kind: failure.kind,
            log: failure.last_lines(),
            reason: failure.reason,
            cause: failure.cause,
            file: failure.file.or(running.file),
            log_file,
            again,
        });
        if !failure.output.is_empty() {
            self.actions.push(Action::KeepOutput(running.attempt, failure.output));
        }
        if failure.kind == FailureKind::NoSpace {
            self.has_no_space(now);
        }
    }

    /// What is missing is told once, whatever else stops the run.
    fn has_no_space(&mut self, now: Moment) {
        self.stop(now, Stop::NoSpace);
        if !std::mem::replace(&mut self.told_room, true) {
            self.actions.push(Action::TellRoom);
        }
    }

    pub(super) fn tell(&mut self, happening: RunEvent) {
        self.actions.push(Action::Tell(happening));
    }
}

/// Whether a group may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chance {
    /// As often as the settings say.
    AsUsual,
    /// That was the last attempt.
    Last,
}

/// Why a worker is gone, in words.
fn lost(why: Option<&Ending>, exit: &Exit) -> String {
    match why {
        Some(Ending::TimedOut(limit)) => {
            let taken =
                format!("the group took longer than the {} s that --timeout allows", limit.as_secs_f64());
            if exit.how == How::Stuck { format!("{taken}, and {}", exit.how) } else { taken }
        }
        Some(Ending::Rubbish(what)) => How::Rubbish(what.clone()).to_string(),
        Some(Ending::Silent) => {
            format!("the worker did not answer for {} s: it was stopped, or is stuck", PATIENCE.as_secs())
        }
        Some(Ending::TooLarge(reason)) => reason.clone(),
        _ => exit.how.to_string(),
    }
}
