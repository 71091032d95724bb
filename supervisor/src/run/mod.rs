//! A whole run, from the run directory as it was found to the final file: [`run`] reads from top to bottom.
//!
//! Locks are taken, what is known is looked at, the archive is probed, the plan is frozen; the pool
//! does what is left; results are collated. Each step leaves the run directory such that the same
//! command can go on.
//!
//! - [`order`]: what is asked for, and what came of it · [`context`]: what all steps share · [`error`]
//! - [`begin`]: who may begin, and what earlier runs left
//! - [`working`]: the archive is probed, the pool works
//! - [`finish`]: collation, the final file and what it says of itself
//! - [`events`]: the journal and others who hear of it all

mod begin;
mod context;
mod error;
mod events;
mod finish;
pub mod order;
mod working;

use std::path::Path;

use crate::decide::stop::Stop;
use crate::interrupt::Interrupt;
use crate::run_event::Listener;
use crate::rundir::RunDir;
use begin::entrance::Entrance;
use begin::resume_state::{self, ResumeState};
use context::{Run, teller};
use events::session;
use finish::replaceable::Others;
use finish::{closing, target};
use order::{Order, Report};

pub use error::RunError;
pub use finish::collate_only::collate_only;
pub use finish::provenance::is_own as is_own_attribute;
pub use finish::trial;

/// Does a run, until it is done or a signal comes.
///
/// # Errors
/// If it cannot be begun, or something unexpected happens; groups that fail are not an error.
pub fn run(order: Order, interrupt: &Interrupt, listener: &mut dyn Listener) -> Result<Report, RunError> {
    if interrupt.is_asked() {
        return Err(RunError::Interrupted);
    }
    let dir = RunDir::at(&order.run_dir);
    target::prove(&order.output, &order.given, &order.plan, &dir, Others::of(order.overwrite))?;
    let is_new = !dir.path().exists();
    dir.prepare()?;
    let outcome = in_run_dir(dir.clone(), &order, interrupt, listener);
    if is_new && outcome.is_err() {
        dir.remove_unused();
    }
    outcome
}

fn in_run_dir(
    dir: RunDir,
    order: &Order,
    interrupt: &Interrupt,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    let others = Others::of(order.overwrite);
    let (mut run, entrance) = Run::begin(dir, order.shard, others, interrupt, listener)?;
    let outcome = whole_run(&mut run, order, entrance);
    run.end(outcome)
}

fn whole_run(run: &mut Run<'_>, order: &Order, entrance: Entrance) -> Result<Report, RunError> {
    let mut known = look(run, order, &entrance)?;
    run.prove_result(&known.frozen)?;
    run.unless_asked()?;
    working::settle(run, order, &mut known, &entrance)?;
    if known.to_do() > 0 {
        working::require_files()?;
    }
    // of what was refused before nothing is left
    run.begin_journal(known.frozen.run, session::of_run(&run.client, order));
    drop(entrance);
    run.unless_asked()?;
    run.is_underway = true;
    let state = working::work(run, order, &known)?;
    run.is_urgent = state.leaves_behind() || state.stopped() == Some(Stop::Walltime);
    working::remember_layout(run, &mut known, &state)?;
    closing::close(run, order, &known, &state)
}

/// What is known, after what crashed writers left has been removed.
fn look(run: &mut Run<'_>, order: &Order, entrance: &Entrance) -> Result<ResumeState, RunError> {
    if entrance.is_alone(&run.client)? {
        let is_abandoned = |claim: &Path| matches!(run.client.holder_of(claim), Ok(None));
        let stays = run.dir.sweep(target::folder(&order.output).as_path(), is_abandoned)?;
        run.warn(&stays);
    }
    let Run { dir, client, sinks, began, .. } = run;
    let known =
        resume_state::look(dir, order, &mut || entrance.neighbour(client, &mut teller(sinks, *began)))?;
    run.warn(&known.warnings);
    Ok(known)
}
