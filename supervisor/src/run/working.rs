//! The work itself: the archive is probed, the plan is frozen, the pool does what is left.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use dayfold_contract::error::in_one_line;
use dayfold_contract::frame::FrameError;
use dayfold_contract::{GroupId, GroupName, Job};
use tokio::runtime::{Builder, Runtime};

use super::RunError;
use super::begin::entrance::Entrance;
use super::begin::past_peaks;
use super::begin::resume_state::{Freeze, ResumeState};
use super::context::{Run, teller};
use super::order::Order;
use crate::batch::job::{BatchSystem, batch_job};
use crate::batch::walltime;
use crate::decide::groups::InitialState;
use crate::decide::{Settings, State};
use crate::lock::ask::until_answered;
use crate::lock::heartbeat::Heartbeat;
use crate::meter::Host;
use crate::pool::committer::CommitConfig;
use crate::pool::launch::Launcher;
use crate::pool::probe::probe;
use crate::pool::surroundings::Surroundings;
use crate::pool::vote::candidates;
use crate::pool::{self, Pool, PoolError};
use crate::run_event::RunEvent;
use crate::rundir::{done_marker, failed_table, plan_file};
use crate::{limits, orphans};

/// Files that a beginning has open later than the check before it: the journal, folders, a child's pipes.
const A_BEGINNING: usize = 4;

/// Probes the archive where that has not been done, and freezes the plan. Nobody else begins
/// meanwhile.
///
/// # Errors
/// If the archive is not what the task needs, or the plan cannot be written.
pub fn settle(
    run: &mut Run<'_>,
    order: &Order,
    known: &mut ResumeState,
    entrance: &Entrance,
) -> Result<(), RunError> {
    if known.to_do() > 0 {
        runtime()?.block_on(look_at_archive(run, order, known))?;
        done_marker::remove(&run.dir, run.shard)?;
    }
    entrance.check()?;
    // before the plan says that they are being done again
    known.withdrawn.remove()?;
    match known.freeze {
        Freeze::Keep => {}
        Freeze::Create => plan_file::create(&run.dir, &known.frozen)?,
        Freeze::Replace => plan_file::replace(&run.dir, &known.frozen)?,
    }
    Ok(())
}

/// Finds out, before anything is begun, whether the journal and the pool can open their files.
///
/// # Errors
/// If they cannot.
pub fn require_files() -> Result<(), RunError> {
    limits::require_files(A_BEGINNING).map_err(RunError::Descriptors)
}

/// Does what is to be done; the state when no more is to come.
///
/// # Errors
/// If the pool cannot work.
pub fn work(run: &mut Run<'_>, order: &Order, known: &ResumeState) -> Result<State, RunError> {
    let (workers, few) = limits::room_for(order.settings.workers.get());
    let workers = NonZeroU32::new(workers).unwrap_or(NonZeroU32::MIN);
    run.hear(&begun(order, known, workers));
    run.warn(&few);
    let groups = &known.frozen.plan.groups;
    let name =
        |id: GroupId| groups.get(id.index()).map_or_else(|| GroupName::new(""), |group| group.name.clone());
    for (group, form, reason) in known.forms.deviating(name) {
        run.hear(&RunEvent::Deviates { group: name(group), form, reason });
    }
    let names = known.frozen.plan.groups.iter().map(|group| group.name.clone());
    let settings = Settings { workers, ..order.settings };
    let mut state = State::new(settings, names.zip(known.before.iter().copied()));
    let failed: HashSet<GroupName> =
        failed_table::read(&run.dir)?.into_iter().map(|failed| failed.group).collect();
    state.begin_with_untried(|group| failed.contains(group));
    let peak = past_peaks::largest_peak(&run.dir, known.frozen.run);
    let state = state.expecting(known.frozen.layout.clone()).comparing_with(known.forms.clone());
    let mut state = state.remembering(peak);
    if order.job.task.kind().runs_programs {
        // Slurm signals all processes of a job, whatever session they are in
        let job = batch_job(&Host::here());
        state = state.running_programs(job.is_some_and(|job| job.system == BatchSystem::Slurm));
    }
    if known.to_do() > 0 {
        let worked = runtime()?.block_on(fill_pool(run, order, known, &mut state));
        pool::signals::stop_by_default().map_err(PoolError::Signals)?;
        worked?;
    }
    Ok(state)
}

/// Keeps what the groups' files turned out to look like, where no file could be read beforehand.
///
/// # Errors
/// If the plan cannot be written.
pub fn remember_layout(run: &mut Run<'_>, known: &mut ResumeState, state: &State) -> Result<(), RunError> {
    if known.frozen.layout.is_none() && state.layout().is_some() && run.shard.is_whole() {
        known.frozen.layout = state.layout().cloned();
        run.still_ours()?;
        plan_file::replace(&run.dir, &known.frozen)?;
    }
    Ok(())
}

/// It takes some descriptors for itself, and panics where it gets none.
fn runtime() -> Result<Runtime, RunError> {
    limits::require_files(0).map_err(RunError::Descriptors)?;
    Builder::new_current_thread().enable_all().build().map_err(RunError::Thread)
}

async fn fill_pool(
    run: &mut Run<'_>,
    order: &Order,
    known: &ResumeState,
    state: &mut State,
) -> Result<(), RunError> {
    let askers: Vec<_> = run.heartbeats.iter().map(Heartbeat::asker).collect();
    let keeping = CommitConfig {
        run_dir: run.dir.path().to_owned(),
        partials: run.dir.partials(),
        run: known.frozen.run,
        still_ours: Box::new(move || askers.iter().try_for_each(|ask| ask())),
    };
    let job = Job { layout: known.frozen.layout.clone(), ..order.job.clone() };
    let launcher = launcher(order, &job)?;
    orphans::adopt().map_err(RunError::Adopt)?;
    let surroundings = surroundings(run, order);
    let groups = &known.frozen.plan.groups;
    let pool = Pool::new(&launcher, groups, keeping, surroundings, &mut run.sinks, run.began)?;
    run.interrupt.in_order();
    if run.interrupt.is_asked() {
        return Err(RunError::Interrupted);
    }
    run.began += pool.run(state).await?;
    Ok(())
}

/// Who is asked after a pause.
fn surroundings(run: &Run<'_>, order: &Order) -> Surroundings {
    let askers: Vec<_> = run.heartbeats.iter().map(Heartbeat::asker).collect();
    let watches: Vec<_> = run.heartbeats.iter().map(Heartbeat::watch).collect();
    let lock = move || match until_answered(&|| askers.iter().try_for_each(|ask| ask()), |_passes| {}) {
        Err(lost) if lost.is_lost() => Err(format!("failed to {}", in_one_line(&lost))),
        // whoever gives a result its name asks again
        _ => Ok(()),
    };
    let (given, known) = (order.walltime_given, order.settings.time.walltime.is_some());
    let time = move || walltime::after_a_pause(&Host::here(), given, known);
    let watch = move || watches.iter().find_map(|watch| watch());
    Surroundings::new(Box::new(lock), Arc::new(time), Box::new(watch))
}

fn launcher(order: &Order, job: &Job) -> Result<Launcher, FrameError> {
    let (program, arguments) = order.worker.clone();
    Ok(Launcher::new(program, arguments, job)?.with_environment(order.environment.clone()))
}

/// What most of some files look like is what all must look like; it is looked for once in
/// the life of a run directory.
async fn look_at_archive(run: &mut Run<'_>, order: &Order, known: &mut ResumeState) -> Result<(), RunError> {
    if known.frozen.layout.is_none() {
        let files = candidates(&known.frozen.plan.groups);
        let launcher = launcher(order, &order.job)?;
        let probed = {
            let mut tell = teller(&mut run.sinks, run.began);
            probe(&launcher, &files, &mut tell).await?
        };
        if let Some(probe) = probed {
            run.warn(&probe.warnings);
            if probe.layout.is_some() {
                known.freeze = known.freeze.changed();
            }
            known.frozen.layout = probe.layout;
        }
    }
    Ok(())
}

fn begun(order: &Order, known: &ResumeState, workers: NonZeroU32) -> RunEvent {
    let shard = order.shard;
    let (done_before, to_do) =
        (known.count(shard, InitialState::Done), known.count(shard, InitialState::ToDo));
    RunEvent::Begun {
        groups: done_before + to_do + known.count(shard, InitialState::Excluded),
        done_before,
        to_do,
        missing: known.frozen.plan.missing.len(),
        workers: workers.get() as usize,
        memory_limit: order.settings.memory.limit,
        memory_source: order.memory_source.clone(),
    }
}
