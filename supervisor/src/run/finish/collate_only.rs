//! `dayfold collate`: the last step alone, from the run directory and nothing else.

use std::path::Path;

use super::final_step::{CollateOptions, FinalStep};
use super::replaceable::Others;
use super::target;
use crate::interrupt::Interrupt;
use crate::run::RunError;
use crate::run::context::Run;
use crate::run::events::session;
use crate::run::order::Report;
use crate::run_event::Listener;
use crate::rundir::finished::Finished;
use crate::rundir::plan_file::{self, Found, Frozen};
use crate::rundir::shard::Shard;
use crate::rundir::{RunDir, RunDirError};

/// Collates what is there, if no group is left to do but those that failed. Partials stay.
///
/// # Errors
/// If this is no run directory, somebody is at work in it, or partials cannot be collated.
pub fn collate_only(
    run_dir: &Path,
    allow_failed: bool,
    overwrite: bool,
    interrupt: &Interrupt,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    let (dir, others) = (RunDir::at(run_dir), Others::of(overwrite));
    let wishes = CollateOptions { allow_failed, keep_partials: true };
    // before anything is written into a folder that may be none of ours
    let Frozen { output, plan, .. } = read_plan(&dir)?;
    dir.check_kinds()?;
    target::prove(&output, &[], &plan, &dir, others)?;
    let (mut run, entrance) = Run::begin(dir, Shard::WHOLE, others, interrupt, listener)?;
    let report = read_plan(&run.dir).map_err(RunError::from).and_then(|frozen| {
        run.prove_result(&frozen)?;
        // one of a newer dayfold is refused before anything is begun
        Finished::by_name(&run.dir, &mut Vec::new())?;
        run.begin_journal(frozen.run, session::of_collation(&run.client));
        run.is_underway = true;
        FinalStep::look(&mut run, &frozen, frozen.empty)?.conclude(&mut run, wishes)
    });
    drop(entrance);
    run.end(report)
}

fn read_plan(dir: &RunDir) -> Result<Frozen, RunDirError> {
    match plan_file::read(dir)? {
        Found::Whole(frozen) => Ok(frozen),
        Found::None | Found::Damaged => Err(RunDirError::NoRun { path: dir.path().to_owned() }),
    }
}
