//! Whole texts for runs in several states.

use std::collections::BTreeMap;
use std::time::Duration;

use dayfold_supervisor::decide::stop::Stop;
use dayfold_supervisor::run_event::{RunEvent, WorkerId};
use dayfold_supervisor::rundir::failed_table::FailedGroup;
use dayfold_supervisor::rundir::shard::Shard;
use dayfold_supervisor::status::PartialCounts;
use dayfold_supervisor::status::holders::{Holding, Presence, Purpose, Who};
use dayfold_supervisor::status::session::{Memory, Peak, Session};
use dayfold_supervisor::verdict::Verdict;
use jiff::Timestamp;

use super::*;
use crate::show::forecast::forecast;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Four of ten groups were done 100 s after the start, by two workers.
fn running() -> Session {
    let at_work = |group: &str, worker, age| AtWork {
        group: GroupName::new(group),
        attempt: worker + 1,
        shard: Shard::WHOLE,
        worker: WorkerId(worker),
        age: seconds(age),
    };
    Session {
        shard: Shard::WHOLE,
        start: None,
        began: Timestamp::from_second(1_643_673_600).unwrap(),
        last: Timestamp::from_second(1_643_673_700).unwrap(),
        is_at_work: true,
        to_do: Some(10),
        done: 4,
        failed: 0,
        retried: 1,
        is_collating: false,
        memory: Some(Memory { used: 600_000_000, limit: Some(8_000_000_000) }),
        peak: Some(Peak { group: GroupName::new("2022-02-02"), bytes: 250_000_000 }),
        end: None,
        running: vec![at_work("2022-02-05", 0, 20), at_work("2022-02-06", 1, 20)],
        given_up: Vec::new(),
        counted: dayfold_supervisor::journal::Counts::default(),
        deviates: BTreeMap::new(),
        spent: seconds(160),
        span: seconds(100),
    }
}

fn holding(presence: Presence) -> Holding {
    let since = Timestamp::from_second(1_643_673_600).unwrap();
    Holding {
        file: "pv.nc.run/lock".into(),
        purpose: Purpose::Work,
        shard: Some(Shard::WHOLE),
        presence,
        holder: Some(Who { host: "n17".into(), process: 4711, job: Some("12.gadi".into()), since }),
        held_for: Some(seconds(100)),
        silent_for: Some(seconds(7)),
    }
}

fn status(state: State, sessions: Vec<Session>) -> Status {
    Status {
        run_dir: "pv.nc.run".into(),
        looked_at: Timestamp::from_second(1_643_673_700).unwrap(),
        state,
        groups: Some(Counts { all: 10, done: 4, empty: 0, failed: 0, left: 6 }),
        shards: Vec::new(),
        partials: PartialCounts { listed: 4, of_no_group: Some(0) },
        forms: Vec::new(),
        missing: Vec::new(),
        mixed_source: Vec::new(),
        redo: None,
        failed: Vec::new(),
        at_work: sessions.iter().flat_map(|session| session.running.clone()).collect(),
        holders: Vec::new(),
        sessions,
        output: Some(Output { path: "pv.nc".into(), bytes: None, groups: None, is_complete: Some(false) }),
        warnings: Vec::new(),
    }
}

fn shown(status: &Status) -> String {
    text(status, forecast(status))
}

#[test]
fn a_run_that_goes_on() {
    let status = Status {
        holders: vec![holding(Presence::Heard)],
        missing: vec![GroupName::new("2022-02-11")],
        ..status(State::Running, vec![running()])
    };
    // two groups of 40 s are half done: 5 in 100 s, and 5 are left
    assert_eq!(
        shown(&status),
        "\
run dir      pv.nc.run
state        running
held by      process 4711 on n17 in batch job 12.gadi for 1 min 40 s, last sign of life 7.0 s ago
groups       4 of 10 done, 2 at work, 4 left
             (counted by the results' names: `dayfold run` and `collate` check their contents)
rate         3.0 groups/min, about 1 min 40 s left
memory       600.0 MB of 8.0 GB used
             250.0 MB at most in a group so far, in 2022-02-02
at work      2022-02-05 for 20 s, worker 0
             2022-02-06 for 20 s, worker 1, attempt 2
retried      1 attempt that failed
missing      1 without input files: 2022-02-11
final file   pv.nc: not there yet
"
    );
}

#[test]
fn a_run_that_was_killed_and_has_failures() {
    let ended = Verdict::Interrupted(Stop::Walltime);
    let ended = RunEvent::Ended { verdict: ended, done: 4, failed: 0, left: 6, empty: 0, output: None };
    let first = Session { is_at_work: false, end: Some(ended), ..running() };
    let killed = Session { is_at_work: false, ..running() };
    let failed = |n: usize| FailedGroup {
        group: GroupName::new(format!("day {n}")),
        attempts: 3,
        reason: "it is torn".into(),
        file: Some("a.nc".into()),
        cause: None,
        log_file: None,
    };
    let status = Status {
        holders: vec![holding(Presence::Gone)],
        failed: (0..10).map(failed).collect(),
        at_work: Vec::new(),
        ..status(State::Unfinished, vec![first, killed])
    };
    let shown = shown(&status);
    for line in [
        "state        not finished, and nobody is at work\n",
        "held by      process 4711 on n17 in batch job 12.gadi: it was killed\n",
        "failed       day 0 (3 attempts): it is torn (a.nc)\n",
        "             and 2 more\n",
        "before       2022-02-01 00:00 UTC: did 4 groups in 1 min 40 s, then killed, or unable to write its end\n",
        "             2022-02-01 00:00 UTC: did 4 groups in 1 min 40 s, ended early: the walltime is near\n",
        "next         `dayfold run` with the configuration of this run goes on\n",
    ] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
    assert!(!shown.contains("rate") && !shown.contains("at work  "), "{shown}");
}

#[test]
fn a_batch_jobs_script_goes_on_and_no_command_for_the_login_node() {
    let start = dayfold_supervisor::journal::Session {
        command: "run".into(),
        host: "n17".into(),
        process: 4711,
        job: Some("12.gadi".into()),
        is_interactive: false,
        version: "0.1.0".into(),
        shard: Shard::WHOLE,
        workers: 2,
        memory_limit: None,
        options: serde_json::Map::new(),
    };
    let interactive = dayfold_supervisor::journal::Session { is_interactive: true, ..start.clone() };
    let told = shown(&status(State::Unfinished, vec![Session { start: Some(interactive), ..running() }]));
    assert!(told.contains("next         `dayfold run` with"), "{told}");
    let killed = Session { is_at_work: false, start: Some(start), ..running() };
    for (state, what) in [(State::Unfinished, "goes on"), (State::Failed, "tries what failed again")] {
        let shown = shown(&status(state, vec![running(), killed.clone()]));
        let next = format!("next         the script of batch job 12.gadi, submitted again, {what}\n");
        assert!(shown.contains(&next) && !shown.contains("`dayfold run` with"), "{shown}");
    }
}

#[test]
fn results_of_an_earlier_program_and_those_asked_for_again_are_told() {
    let redo = |names: &[&str]| {
        Some(Redo { groups: names.iter().map(|name| GroupName::new(*name)).collect(), outdated: None })
    };
    let mixed_source = vec![GroupName::new("2022-02-01")];
    let status =
        Status { mixed_source, redo: redo(&["2022-02-02"]), ..status(State::Unfinished, Vec::new()) };
    for line in [
        "mixed        1 result by earlier contents of the files that the command depends on \
         (`--accept-change`): 2022-02-01\n",
        "again        2022-02-02, as `--redo` asked for: the final file does not have their new results yet\n",
    ] {
        assert!(shown(&status).contains(line), "{line:?} in {}", shown(&status));
    }
    let all = Status { redo: redo(&[]), ..status };
    assert!(shown(&all).contains("again        all groups, as"), "{}", shown(&all));
}

/// Collating again would end the same way.
#[test]
fn what_kept_results_from_being_collated_is_to_be_mended_first() {
    let ended = |verdict| RunEvent::Ended { verdict, done: 4, failed: 0, left: 0, empty: 0, output: None };
    let next = |end| {
        let session = Session { is_at_work: false, end: Some(end), ..running() };
        shown(&status(State::Uncollated, vec![session])).split_once("next         ").unwrap().1.to_owned()
    };
    let first = "what kept the last session from collating comes first (see before); then `dayfold run` with the \
                 configuration of this run goes on\n";
    assert_eq!(next(ended(Verdict::Contradiction("two groups hold one time".into()))), first);
    assert_eq!(next(RunEvent::Broken { reason: "pv.nc is not a result of this run".into() }), first);
    let early = next(ended(Verdict::Interrupted(Stop::Signal)));
    assert_eq!(early, "`dayfold collate pv.nc.run` collates them\n");
}

#[test]
fn without_a_plan_and_with_strays() {
    let unknown = Status { groups: None, output: None, ..status(State::Unknown, Vec::new()) };
    assert!(shown(&unknown).contains("groups       not known; 4 results by their names\n"));
    let partials = PartialCounts { listed: 5, of_no_group: Some(1) };
    let strays = Status { partials, ..status(State::Uncollated, Vec::new()) };
    let shown = shown(&strays);
    assert!(shown.contains("1 result in partials/ of no planned group"), "{shown}");
    assert!(shown.ends_with("next         `dayfold collate pv.nc.run` collates them\n"), "{shown}");
}

#[test]
fn a_final_file_that_is_not_of_all_says_so() {
    let of = |groups, is_complete| {
        output(&Output { path: "pv.nc".into(), bytes: Some(1000), groups, is_complete })
    };
    assert_eq!(of(Some(9), Some(true)), "pv.nc: 1.0 kB");
    assert_eq!(of(Some(9), Some(false)), "pv.nc: 1.0 kB, of 9 groups and not of all");
    assert_eq!(of(Some(9), None), "pv.nc: 1.0 kB, of 9 groups");
    assert_eq!(of(None, Some(false)), "pv.nc: 1.0 kB, not of this run as it stands");
}

#[test]
fn shards_at_work_are_as_fast_together_and_as_late_as_the_last() {
    let shard = |text: &str| text.parse::<Shard>().unwrap();
    let part = |text, is_at_work| Part {
        shard: shard(text),
        counts: Counts { all: 10, done: 4, empty: 0, failed: 0, left: 6 },
        is_at_work,
        has_ended: !is_at_work,
    };
    let session = |text, to_do| Session { shard: shard(text), to_do, running: Vec::new(), ..running() };
    // 4 of 14 in 100 s, and 4 with 6 left, the first line of which was not read
    let sessions = vec![session("1/3", Some(14)), session("2/3", None)];
    let shards = vec![part("1/3", true), part("2/3", true), part("3/3", false)];
    let status = Status { shards, ..status(State::Running, sessions) };
    let shown = shown(&status);
    for line in [
        "shards       1/3: 4 of 10 done, 6 left: at work\n",
        "             3/3: 4 of 10 done, 6 left: ended\n",
        "rate         4.8 groups/min, about 4 min 10 s left\n",
        "memory       1/3: 600.0 MB of 8.0 GB used\n",
    ] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
}
