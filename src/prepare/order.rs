//! From a prepared run to what the supervisor is asked to do: the configuration's wishes and this
//! node's limits come together here.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dayfold_contract::{GroupName, Job, Plan, RegionSet};
use dayfold_supervisor::batch::{question, queues, walltime};
use dayfold_supervisor::decide::Settings;
use dayfold_supervisor::decide::clock::TimeSettings;
use dayfold_supervisor::decide::memory::MemorySettings;
use dayfold_supervisor::decide::retry::Retry;
use dayfold_supervisor::meter::{Host, Reading, memory_limit};
use dayfold_supervisor::run::order::{Given, Order, Selection};
use dayfold_supervisor::rundir::RunDir;
use dayfold_supervisor::rundir::learnt::Redo;
use dayfold_supervisor::rundir::plan_file::RegionsNote;
use jiff::Timestamp;

use super::workers::workers;
use super::{Prepared, collation, threads};
use crate::cli::RetryKind;
use crate::config::quantity::Size;
use crate::config::{Config, RunOptions};

/// What `--redo` takes for all groups.
const ALL: &str = "all";

/// What a worker is: this program, also when its file has been replaced meanwhile.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Asks the node for its limits, and says what the supervisor is to do; with what people should
/// know of either. This program has begun at `began`.
pub fn order(prepared: Prepared, host: &Host, began: Instant) -> (Order, Vec<String>) {
    let Prepared { config, found, regions, identity, dependencies, mut warnings } = prepared;
    let options = config.run();
    // without regions the whole grid is one
    let count = regions.as_ref().map_or(1, |regions| regions.regions.len() as u64);
    let collation = collation::expected(
        &found.plan,
        config.task().kind().numbers_by_region.map(|numbers| numbers.saturating_mul(count)),
    );
    let (walltime, asked_for, more) = time_left(options.walltime, host, began);
    let time = TimeSettings { timeout: options.timeout, grace: options.grace, walltime, collation };
    let memory = memory_limit::memory_limit(host, options.memory.map(Size::bytes), asked_for);
    let limit = memory.deciding();
    warnings.extend(memory.warnings.iter().cloned().chain(more));
    let order = Order {
        identity,
        regions: regions.as_ref().and_then(|regions| regions_note(&config, regions)),
        job: job(&config, &found.plan, regions),
        plan: found.plan,
        run_dir: options.run_dir.clone(),
        output: config.output().to_owned(),
        output_settings: config.output_settings().clone(),
        given: given(&config),
        settings: settings(options, limit, time, host),
        walltime_given: options.walltime.is_some(),
        memory_source: limit.map(|limit| limit.source.clone()),
        shard: options.shard,
        selection: selection(options),
        allow_failed: options.allow_failed,
        keep_partials: options.keep_partials,
        dependencies,
        accept_change: options.accept_change,
        redo: redo(&options.redo),
        overwrite: options.overwrite,
        worker: (worker_program(), vec!["worker".into()]),
        environment: threads::environment(config.threads(), |name| std::env::var(name).ok()),
    };
    (order, warnings)
}

/// What workers are told.
fn job(config: &Config, plan: &Plan, regions: Option<RegionSet>) -> Job {
    Job {
        root: plan.root.clone(),
        folder: config.folder().to_owned(),
        partials: RunDir::at(&config.run().run_dir).partials(),
        task: config.task().clone(),
        regions,
        bad_files: config.bad_files(),
        empty: config.empty(),
        layout: None,
        stored: config.output_settings().variables.clone(),
    }
}

fn settings(options: &RunOptions, limit: Option<&Reading<u64>>, time: TimeSettings, host: &Host) -> Settings {
    let memory = MemorySettings {
        limit: limit.map(|limit| limit.value),
        origin: limit.map(memory_limit::origin).unwrap_or_default(),
        per_group: options.memory_per_group.map(Size::bytes),
        gadi: queues::gadi(host),
    };
    Settings {
        workers: workers(options.workers, host).count,
        attempts: options.attempts,
        retry: match options.retry {
            RetryKind::Signals => Retry::Signals,
            RetryKind::All => Retry::All,
            RetryKind::None => Retry::None,
        },
        allow_failed: options.allow_failed,
        memory,
        time,
    }
}

/// What people named in the configuration, and that itself.
fn given(config: &Config) -> Vec<Given> {
    let regions = config.regions().map(|regions| regions.file.as_path());
    let named = [
        ("the configuration", Some(config.file())),
        ("the regions' file", regions),
        ("the task's program", config.program()),
    ];
    let given = named.into_iter().filter_map(|(what, path)| Some(Given { what, path: path?.to_owned() }));
    given.collect()
}

/// In debug builds `DAYFOLD_WORKER` names another program: tests put workers there that misbehave.
fn worker_program() -> PathBuf {
    let other = if cfg!(debug_assertions) { std::env::var_os("DAYFOLD_WORKER") } else { None };
    other.map_or_else(|| THIS_PROGRAM.into(), PathBuf::from)
}

/// The time left, and the memory that the job asked for; the batch system is asked once, here. What the user gives is counted from the program's
/// start: the plan of a large archive takes a while. A batch system tells when it ends the job, and its
/// answer can be late.
fn time_left(
    given: Option<Duration>,
    host: &Host,
    began: Instant,
) -> (Option<Duration>, Option<Reading<u64>>, Vec<String>) {
    let ask = |question: &question::Question| question::ask(question, walltime::PATIENCE);
    let asked = Instant::now();
    let given = given.map(|given| given.saturating_sub(asked.saturating_duration_since(began)));
    let left = walltime::time_left(host, given, Timestamp::now(), ask);
    (left.left.map(|left| left.value.saturating_sub(asked.elapsed())), left.memory, left.warnings)
}

fn regions_note(config: &Config, regions: &RegionSet) -> Option<RegionsNote> {
    let file = config.regions()?.file.file_name().map(Path::new)?;
    Some(RegionsNote::new(file.display().to_string(), regions))
}

/// What `--redo` asks for; `None` where it is not given.
fn redo(wishes: &[String]) -> Option<Redo> {
    let mut groups: Vec<GroupName> = match wishes.iter().any(|wish| wish == ALL) {
        true => Vec::new(),
        false => wishes.iter().map(GroupName::new).collect(),
    };
    groups.sort();
    groups.dedup();
    (!wishes.is_empty()).then_some(Redo { groups, outdated: None })
}

fn selection(options: &RunOptions) -> Selection {
    Selection {
        limit: options.limit.and_then(|limit| usize::try_from(limit.get()).ok()),
        only: options.only.iter().map(GroupName::new).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_walltime_is_counted_from_the_programs_start() {
        let left = |since: Instant| time_left(Some(2 * HOUR), &Host::here(), since).0.unwrap();
        let now = Instant::now();
        assert!(left(now) <= 2 * HOUR && left(now) > HOUR);
        assert!(left(now.checked_sub(HOUR).unwrap()) <= HOUR, "planning took an hour");
        assert_eq!(left(now.checked_sub(3 * HOUR).unwrap()), Duration::ZERO);
    }
}
