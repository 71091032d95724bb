//! How long a look at a very large run takes. Run by hand, the figures are printed:
//! `cargo test -p dayfold-supervisor --test status_speed -- --ignored --nocapture`
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::collections::BTreeMap;
use std::fs::File;
use std::time::{Duration, Instant};

use dayfold_contract::job::{BadFiles, Empty};
use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::CommandSpec;
use dayfold_contract::{Fingerprint, Group, GroupName, Identity, PartialName, Plan, TaskSpec, partial};
use dayfold_supervisor::journal::{Entry, Journal, Record};
use dayfold_supervisor::meter::Host;
use dayfold_supervisor::run_event::{RunEvent, WorkerId};
use dayfold_supervisor::rundir::RunDir;
use dayfold_supervisor::rundir::learnt::Learnt;
use dayfold_supervisor::rundir::output_settings::OutputSettings;
use dayfold_supervisor::rundir::plan_file::{self, Frozen};
use dayfold_supervisor::rundir::shard::Shard;
use dayfold_supervisor::status::look;
use jiff::Timestamp;

const GROUPS: usize = 400_000;

fn frozen(folder: &std::path::Path) -> Frozen {
    let group = |number: usize| {
        let name = format!("v1.1/2022/02/{:02}/IDE00326.{number:012}.nc", number % 28);
        Group { name: GroupName::new(&name), files: vec![name] }
    };
    let identity = Identity {
        pattern: "{version}/%Y/%m/%d/IDE00326.*.nc".into(),
        versions: Vec::new(),
        group: GroupBy::File,
        regions: None,
        task: TaskSpec::Command(CommandSpec { command: vec!["true".into()] }),
        bad_files: BadFiles::Fail,
        partial_format: partial::FORMAT,
    };
    let plan =
        Plan { root: "/archive".into(), groups: (0..GROUPS).map(group).collect(), missing: Vec::new() };
    let run = identity.fingerprint().unwrap();
    let (region_contents, output) = (BTreeMap::new(), folder.join("out.nc"));
    Frozen {
        run,
        identity,
        regions: None,
        region_contents,
        layout: None,
        learnt: Learnt::default(),
        empty: Empty::Fail,
        output,
        output_settings: OutputSettings::default(),
        plan,
    }
}

/// Half of the groups are done.
fn lay_out(dir: &RunDir, frozen: &Frozen) {
    dir.prepare().unwrap();
    plan_file::create(dir, frozen).unwrap();
    let (mut journal, _) = Journal::open(&dir.journal_file(Shard::WHOLE), frozen.run).unwrap();
    let mut note = |happening| {
        let record = Record::Happened { after: Duration::from_secs(1), happening };
        journal.append(&Entry { at: Timestamp::now(), record }).unwrap();
    };
    for group in frozen.plan.groups.iter().take(GROUPS / 2) {
        let partial = PartialName::new(frozen.run, group, Fingerprint::of(b"")).to_string();
        File::create(dir.partials().join(&partial)).unwrap();
        let (group, attempt, worker) = (group.name.clone(), 1, WorkerId(0));
        note(RunEvent::Started { group: group.clone(), attempt, worker });
        let elapsed = Duration::from_millis(123);
        let partial = Some(partial);
        note(RunEvent::Finished { group, attempt, worker, partial, elapsed, peak_memory: 64 << 20 });
    }
}

#[test]
#[ignore = "takes a minute, and prints figures"]
fn four_hundred_thousand_groups() {
    let folder = tempfile::tempdir().unwrap();
    let dir = RunDir::at(&folder.path().join("out.nc.run"));
    lay_out(&dir, &frozen(folder.path()));
    let began = Instant::now();
    let status = look(&dir, &Host::here()).unwrap();
    let took = began.elapsed();
    let counts = status.groups.unwrap();
    assert_eq!((counts.all, counts.done), (GROUPS, GROUPS / 2));
    println!("a look at {GROUPS} groups, half of them done: {took:.2?}");
}
