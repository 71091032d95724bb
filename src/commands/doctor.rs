//! `dayfold doctor`: what this node offers to a run, and where each figure was read.

use dayfold_supervisor::batch::job::{BatchJob, batch_job};
use dayfold_supervisor::batch::{question, walltime};
use dayfold_supervisor::meter::{Host, Reading, Readings, cores, memory_limit};
use jiff::Timestamp;

use crate::cli::DoctorArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::doctor::{Checkup, Job, Limit, Read};
use crate::show::{doctor, stdout};

/// Prints what this node offers.
pub fn run(args: &DoctorArgs) -> Result<Exit, CliError> {
    let checkup = examine(&Host::here());
    if args.json {
        stdout::print(&(serde_json::to_string_pretty(&checkup)? + "\n"))?;
    } else {
        stdout::print(&doctor::text(&checkup))?;
    }
    Ok(Exit::Done)
}

fn examine(host: &Host) -> Checkup {
    let cores = cores::cores(host);
    let ask = |question: &question::Question| question::ask(question, walltime::PATIENCE);
    let time = walltime::time_left(host, None, Timestamp::now(), ask);
    let memory = memory_limit::memory_limit(host, None, time.memory);
    let warnings =
        [&cores.warnings, &memory.warnings, &time.warnings].into_iter().flatten().cloned().collect();
    Checkup {
        cores: limit(&cores),
        memory: limit(&memory),
        job: batch_job(host).map(job),
        seconds_left: time.left.map(|left| Read { value: left.value.as_secs(), source: left.source }),
        warnings,
    }
}

fn limit<T: Copy + Ord>(readings: &Readings<T>) -> Limit<T> {
    let read = |reading: &Reading<T>| Read { value: reading.value, source: reading.source.clone() };
    Limit { deciding: readings.deciding().map(read), read: readings.all.iter().map(read).collect() }
}

fn job(job: BatchJob) -> Job {
    Job { system: job.system.to_string(), id: job.id, queue: job.queue, node: job.node }
}
