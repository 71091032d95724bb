//! What a whole run costs where groups cost nothing: workers answer at once, in this program too.
//!
//! `cargo run --release -p dayfold-supervisor --example stand_in -- FOLDER GROUPS WORKERS [FILES]` runs
//! so many groups of so many files each (1) in a new folder, journal and all, and prints the time, the
//! supervisor's own processor time, and its memory. Nothing else is in it: no task, no program, no
//! collating, no line on a terminal. `scripts/bench` shows it beside real tasks.
#![allow(clippy::unwrap_used, reason = "a measurement that fails may panic")]

use std::io::{self, BufReader};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dayfold_contract::frame::{read_frame, write_frame};
use dayfold_contract::job::{BadFiles, Empty, Probe};
use dayfold_contract::message::{Assignment, Attempt, FromWorker, Output, PROTOCOL, ToWorker};
use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::CommandSpec;
use dayfold_contract::{Group, GroupName, Identity, Job, Plan, TaskSpec, partial};
use dayfold_supervisor::decide::Settings;
use dayfold_supervisor::decide::clock::TimeSettings;
use dayfold_supervisor::decide::memory::MemorySettings;
use dayfold_supervisor::decide::retry::Retry;
use dayfold_supervisor::interrupt::Interrupt;
use dayfold_supervisor::run::order::{Order, Selection};
use dayfold_supervisor::run_event::{Listener, RunEvent};
use dayfold_supervisor::rundir::shard::Shard;
use rustix::time::{ClockId, clock_gettime};

/// What makes this program a worker.
const WORKER: &str = "worker";

struct Nobody;

impl Listener for Nobody {
    fn hear(&mut self, _: Duration, _: &RunEvent) {}
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [WORKER] => serve().unwrap(),
        [folder, groups, workers] => measure(folder, groups, workers, "1"),
        [folder, groups, workers, files] => measure(folder, groups, workers, files),
        _ => eprintln!("stand_in: expected FOLDER GROUPS WORKERS [FILES]"),
    }
}

fn measure(folder: &str, groups: &str, workers: &str, files: &str) {
    std::fs::create_dir(folder).unwrap();
    let groups: u32 = groups.parse().unwrap();
    let order = order(Path::new(folder), groups, workers.parse().unwrap(), files.parse().unwrap());
    let (begun, before) = (Instant::now(), processor());
    let report = dayfold_supervisor::run::run(order, &Interrupt::default(), &mut Nobody).unwrap();
    let (wall, processor) = (begun.elapsed(), processor() - before);
    assert_eq!(report.tally.done, groups as usize);
    let each = processor.as_secs_f64() * 1e6 / f64::from(groups);
    println!("wall {:.3} s, processor {each:.1} us a group, memory {} kB", wall.as_secs_f64(), peak_memory());
}

/// Of this process, all of its threads.
fn processor() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").to_owned()
}

fn order(folder: &Path, groups: u32, workers: NonZeroU32, files: u32) -> Order {
    let run_dir = folder.join("run");
    let task = TaskSpec::Command(CommandSpec { command: vec!["none".into()] });
    let job = Job {
        root: folder.to_owned(),
        folder: folder.to_owned(),
        partials: run_dir.join("partials"),
        task: task.clone(),
        regions: None,
        bad_files: BadFiles::Fail,
        empty: Empty::Fail,
        layout: None,
        stored: Default::default(),
    };
    let identity = Identity {
        pattern: "*".into(),
        versions: Vec::new(),
        group: GroupBy::Day,
        regions: None,
        task,
        bad_files: BadFiles::Fail,
        partial_format: partial::FORMAT,
    };
    let groups = (0..groups).map(|number| group(number, files)).collect();
    let time = TimeSettings {
        timeout: None,
        grace: Duration::from_secs(5),
        walltime: None,
        collation: Duration::ZERO,
    };
    let memory = MemorySettings { limit: Some(1 << 50), ..MemorySettings::default() };
    Order {
        job,
        identity,
        plan: Plan { root: folder.to_owned(), groups, missing: Vec::new() },
        regions: None,
        run_dir,
        output: folder.join("out.nc"),
        output_settings: Default::default(),
        given: Vec::new(),
        settings: Settings {
            workers,
            attempts: NonZeroU32::MIN,
            retry: Retry::None,
            allow_failed: false,
            memory,
            time,
        },
        walltime_given: false,
        memory_source: None,
        shard: Shard::WHOLE,
        selection: Selection::default(),
        allow_failed: false,
        keep_partials: false,
        overwrite: false,
        dependencies: Vec::new(),
        accept_change: false,
        redo: None,
        worker: (PathBuf::from("/proc/self/exe"), vec![WORKER.into()]),
        environment: Vec::new(),
    }
}

/// Files as long as a real archive names them.
fn group(number: u32, files: u32) -> Group {
    let name = format!("{:04}-{:02}-{:02}", 1900 + number / 372, number / 31 % 12 + 1, number % 31 + 1);
    let day = name.replace('-', "/");
    let file = |step| format!("v1.1/{day}/IDE02327.{number:08}{step:04}.nc");
    Group { name: GroupName::new(name), files: (0..files).map(file).collect() }
}

/// A worker whose task takes no time and gives no values.
fn serve() -> io::Result<()> {
    let (mut input, mut output) = (BufReader::new(io::stdin()), io::stdout());
    let mut say = |message: FromWorker| write_frame(&mut output, &message).unwrap();
    let mut missing = 0;
    loop {
        match read_frame::<ToWorker>(&mut input).unwrap() {
            Some(ToWorker::Hello { job_bytes, .. }) => missing = job_bytes,
            Some(ToWorker::JobPart(part)) => {
                missing -= part.len() as u64;
                if missing == 0 {
                    say(FromWorker::Ready { protocol: PROTOCOL });
                }
            }
            Some(ToWorker::Probe(_)) => {
                say(FromWorker::Probed(Ok(Probe { layout: None, warnings: Vec::new() })));
            }
            Some(ToWorker::Assign(Assignment { attempt, .. })) => done(attempt, &mut say),
            // what was assigned has been done by then
            Some(ToWorker::TakeBack(_)) => {}
            Some(ToWorker::Shutdown) | None => return Ok(()),
        }
    }
}

fn done(attempt: Attempt, say: &mut impl FnMut(FromWorker)) {
    say(FromWorker::Started(attempt));
    let output = Output {
        partial: None,
        elapsed: Duration::ZERO,
        peak_memory: 1 << 20,
        layout: None,
        warnings: Vec::new(),
        form: None,
    };
    say(FromWorker::Done { attempt, output });
}
