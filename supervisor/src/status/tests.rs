//! Run directories in all states, and what is told of them.

use std::path::PathBuf;

use dayfold_contract::job::Empty;
use dayfold_contract::message::FailureKind;
use dayfold_contract::{Fingerprint, Group, PartialName};
use serde_json::{Map, json};

use super::holders::{Presence, Purpose};
use super::*;
use crate::decide::stop::Stop;
use crate::durable;
use crate::journal::{self, Entry, Journal, Record};
use crate::lock::fixture::taken;
use crate::lock::{Holder, Lock};
use crate::run_event::{RunEvent, WorkerId};
use crate::rundir::finished::Finished;
use crate::rundir::shard::Shard;
use crate::rundir::{done_marker, failed_table, fixture};
use crate::verdict::Verdict;

/// A run directory with a plan of four groups, 1 to 4, and one that is missing.
struct Room {
    folder: tempfile::TempDir,
    dir: RunDir,
    frozen: Frozen,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir::at(&folder.path().join("pv.nc.run"));
        dir.prepare().unwrap();
        let groups = ["1", "2", "3", "4"].map(|name| fixture::group(name, &["a"])).to_vec();
        let plan = fixture::plan(groups, &["5"]);
        let output = folder.path().join("pv.nc");
        let frozen = Frozen { plan, output, ..fixture::frozen(Vec::new()) };
        plan_file::create(&dir, &frozen).unwrap();
        Self { folder, dir, frozen }
    }

    fn group(&self, name: &str) -> &Group {
        self.frozen.plan.groups.iter().find(|group| group.name.as_str() == name).unwrap()
    }

    fn done(&self, names: &[&str]) -> &Self {
        for name in names {
            self.put(name, b"values");
        }
        self
    }

    fn put(&self, group: &str, content: &[u8]) {
        let name = PartialName::new(self.frozen.run, self.group(group), Fingerprint::of(content));
        durable::replace(&self.dir.partials().join(name.to_string()), content).unwrap();
    }

    /// The final file, made of these groups.
    fn collated(&self, names: &[&str]) -> &Self {
        let output = &self.frozen.output;
        durable::replace(output, b"content").unwrap();
        let groups = names.iter().map(|name| self.group(name).clone()).collect();
        let missing = self.frozen.plan.missing.clone();
        let finished =
            Finished::describe(output, output, self.frozen.run, groups, missing, Vec::new()).unwrap();
        finished.write(&self.dir).unwrap();
        self
    }

    fn lock(&self, path: PathBuf) -> Lock {
        let host = Host::here();
        let me = Holder::here(&host, Some("77".into()));
        taken(&path, &me, &host)
    }

    /// A session of this process that begins now.
    fn session(&self, shard: Shard, happenings: &[(u64, RunEvent)]) -> &Self {
        let host = Host::here().node().unwrap();
        let start = journal::Session {
            command: "run".into(),
            host,
            process: std::process::id(),
            job: None,
            is_interactive: false,
            version: "0.1.0".into(),
            shard,
            workers: 2,
            memory_limit: Some(1000),
            options: Map::new(),
        };
        let began = Timestamp::now();
        let (mut journal, _) = Journal::open(&self.dir.journal_file(shard), self.frozen.run).unwrap();
        journal.append(&Entry { at: began, record: Record::Session(start) }).unwrap();
        for (seconds, happening) in happenings {
            let after = Duration::from_secs(*seconds);
            let record = Record::Happened { after, happening: happening.clone() };
            journal.append(&Entry { at: began + after, record }).unwrap();
        }
        self
    }

    fn look(&self) -> Status {
        look(&self.dir, &Host::here()).unwrap()
    }

    fn failed(&self, shard: Shard, names: &[&str]) -> &Self {
        let row = |name: &&str| FailedGroup {
            group: GroupName::new(*name),
            attempts: 3,
            reason: "torn".into(),
            file: None,
            cause: None,
            log_file: None,
        };
        failed_table::write(&self.dir, shard, &names.iter().map(row).collect::<Vec<_>>()).unwrap();
        self
    }
}

fn begun(to_do: usize) -> RunEvent {
    RunEvent::Begun {
        groups: 4,
        done_before: 0,
        to_do,
        missing: 1,
        workers: 2,
        memory_limit: None,
        memory_source: None,
    }
}

fn started(group: &str, worker: u32) -> RunEvent {
    RunEvent::Started { group: GroupName::new(group), attempt: 1, worker: WorkerId(worker) }
}

fn finished(group: &str, worker: u32, seconds: u64, peak_memory: u64) -> RunEvent {
    RunEvent::Finished {
        group: GroupName::new(group),
        attempt: 1,
        worker: WorkerId(worker),
        partial: None,
        elapsed: Duration::from_secs(seconds),
        peak_memory,
    }
}

fn gave_up(group: &str, worker: u32, again: bool) -> RunEvent {
    RunEvent::AttemptFailed {
        group: GroupName::new(group),
        attempt: 2,
        worker: WorkerId(worker),
        kind: FailureKind::Passing,
        reason: "killed".into(),
        cause: None,
        file: Some("a".into()),
        log: Vec::new(),
        log_file: Some(format!("logs/{group}.2.log")),
        again,
    }
}

fn ended(verdict: Verdict, failed: usize) -> RunEvent {
    RunEvent::Ended { verdict, done: 0, failed, left: 0, empty: 0, output: None }
}

fn counts(all: usize, done: usize, failed: usize, left: usize) -> Option<Counts> {
    Some(Counts { all, done, empty: 0, failed, left })
}

fn names(failed: &[FailedGroup]) -> Vec<&str> {
    failed.iter().map(|failed| failed.group.as_str()).collect()
}

fn shard(text: &str) -> Shard {
    text.parse().unwrap()
}

#[test]
fn what_is_done_is_known_by_partials_and_final_file() {
    let room = Room::new();
    assert_eq!(room.look().groups, counts(4, 0, 0, 4));
    room.done(&["2"]);
    let stray = PartialName::new(room.frozen.run, &fixture::group("9", &["a"]), Fingerprint::of(b""));
    durable::replace(&room.dir.partials().join(stray.to_string()), b"").unwrap();
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Unfinished, counts(4, 1, 0, 3)));
    assert_eq!(status.partials, PartialCounts { listed: 2, of_no_group: Some(1) });
    assert_eq!(status.missing, [GroupName::new("5")]);
    room.collated(&["1", "3"]);
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Unfinished, counts(4, 3, 0, 1)));
    let output = status.output.unwrap();
    assert_eq!((output.bytes, output.groups, output.is_complete), (Some(7), Some(2), Some(false)));
    assert_eq!(status.warnings, Vec::<String>::new());
}

#[test]
fn a_run_is_finished_when_the_final_file_holds_all_whatever_lock_was_left() {
    let room = Room::new();
    room.done(&["1", "2", "3", "4"]);
    assert_eq!(room.look().state, State::Uncollated);
    room.collated(&["1", "2", "3", "4"]);
    assert_eq!(room.look().state, State::Finished);
    durable::replace(&room.dir.lock_file(Shard::WHOLE), b"").unwrap();
    assert_eq!(room.look().state, State::Running, "a lock that changed just now");
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    let lock = std::fs::File::options().write(true).open(room.dir.lock_file(Shard::WHOLE)).unwrap();
    lock.set_modified(long_ago).unwrap();
    let status = room.look();
    assert_eq!((status.state, status.holders[0].presence), (State::Finished, Presence::Silent));
    assert!(status.warnings[0].contains("lock is damaged"), "{:?}", status.warnings);
}

/// A rename that failed, or a kill, between what is written down and the name.
#[test]
fn a_run_whose_new_final_file_is_not_in_place_is_not_finished() {
    let room = Room::new();
    room.collated(&["1", "2"]).done(&["3", "4"]);
    let old = Finished::by_name(&room.dir, &mut Vec::new()).unwrap().unwrap();
    let new = Finished {
        output_checksum: Fingerprint::of(b"c0ntent"),
        groups: room.frozen.plan.groups.clone(),
        ..old.clone()
    };
    Finished::write_either(&room.dir, Some(&old), &new).unwrap();
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Uncollated, counts(4, 4, 0, 0)));
    let output = status.output.unwrap();
    assert_eq!((output.groups, output.is_complete, status.warnings.len()), (Some(2), Some(false), 0));
    durable::replace(&room.frozen.output, b"c0ntent").unwrap();
    let status = room.look();
    assert_eq!((status.state, status.output.unwrap().groups), (State::Finished, Some(4)));
    durable::replace(&room.frozen.output, b"another").unwrap();
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Unfinished, counts(4, 2, 0, 2)));
    assert!(status.warnings[0].contains("pv.nc is not as it was written"), "{:?}", status.warnings);
}

#[test]
fn results_without_values_count_where_they_are_allowed() {
    let room = Room::new();
    room.done(&["1"]).put("2", b"");
    assert_eq!(room.look().groups, counts(4, 1, 0, 3));
    let frozen = Frozen { empty: Empty::Allow, ..room.frozen.clone() };
    plan_file::replace(&room.dir, &frozen).unwrap();
    assert_eq!(room.look().groups, Some(Counts { all: 4, done: 2, empty: 1, failed: 0, left: 2 }));
    ["1", "3", "4"].iter().for_each(|group| room.put(group, b""));
    let paths = std::fs::read_dir(room.dir.partials()).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.metadata().unwrap().len() > 0)
        .for_each(|path| std::fs::remove_file(path).unwrap());
    assert_eq!(room.look().state, State::Finished);
}

#[test]
fn a_run_that_goes_on_shows_who_and_what_is_at_work() {
    let room = Room::new();
    let lock = room.lock(room.dir.lock_file(Shard::WHOLE));
    assert_eq!(room.look().state, State::Running, "its journal is not there yet, perhaps lost");
    let start = room.lock(room.dir.start_lock_file());
    assert_eq!(room.look().state, State::Beginning);
    drop(start);
    let memory = RunEvent::Memory { used: 600, limit: Some(1000), running: 2 };
    let events = [
        (0, begun(4)),
        (0, started("1", 0)),
        (0, started("2", 1)),
        (7, finished("1", 0, 7, 300)),
        (7, started("3", 0)),
        (8, memory),
        (9, gave_up("2", 1, false)),
        (9, started("4", 1)),
    ];
    room.done(&["1"]).failed(Shard::WHOLE, &["4"]).session(Shard::WHOLE, &events);
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Running, counts(4, 1, 1, 2)));
    assert_eq!(names(&status.failed), ["2"], "4 is tried again");
    let at_work: Vec<_> = status.at_work.iter().map(|at_work| at_work.group.as_str()).collect();
    assert_eq!(at_work, ["3", "4"]);
    assert!(status.at_work[0].age >= Duration::from_secs(2));
    let holder = &status.holders[0];
    assert_eq!((holder.purpose, holder.presence), (Purpose::Work, Presence::Alive));
    assert_eq!(holder.holder.as_ref().unwrap().job.as_deref(), Some("77"));
    let session = &status.sessions[0];
    assert!(session.is_at_work && session.span >= Duration::from_secs(9));
    assert_eq!((session.done, session.failed, session.spent), (1, 1, Duration::from_secs(16)));
    assert_eq!((session.memory.unwrap().used, session.peak.as_ref().unwrap().bytes), (600, 300));
    room.session(Shard::WHOLE, &[(0, begun(0)), (1, RunEvent::Collating { partials: 4 })]);
    assert_eq!(room.look().state, State::Collating);
    drop(lock);
}

#[test]
fn a_killed_run_has_nothing_at_work_and_its_failures_are_known_by_the_journal() {
    let room = Room::new();
    let events = [(0, begun(4)), (0, started("1", 0)), (0, started("2", 1)), (3, gave_up("1", 0, false))];
    room.session(Shard::WHOLE, &events);
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Unfinished, counts(4, 0, 1, 3)));
    assert_eq!((names(&status.failed), status.at_work.len()), (vec!["1"], 0));
    assert_eq!((status.sessions[0].is_at_work, &status.sessions[0].end), (false, &None));
    assert_eq!(status.warnings, Vec::<String>::new());
}

#[test]
fn a_failure_that_the_list_has_lost_is_told() {
    let room = Room::new();
    let end = (4, ended(Verdict::Failed, 1));
    room.done(&["2", "3", "4"]).failed(Shard::WHOLE, &["1"]);
    room.session(Shard::WHOLE, &[(0, begun(4)), (0, started("1", 0)), (3, gave_up("1", 0, false)), end]);
    let status = room.look();
    assert_eq!((status.state, status.groups), (State::Failed, counts(4, 3, 1, 0)));
    assert_eq!(status.warnings, Vec::<String>::new());
    std::fs::remove_file(room.dir.failed_file(Shard::WHOLE)).unwrap();
    let status = room.look();
    assert_eq!((status.state, names(&status.failed)), (State::Failed, vec!["1"]));
    assert!(status.warnings[0].starts_with("failed.tsv does not list 1, which failed by the journal"));
}

#[test]
fn shards_are_counted_by_the_division_that_is_worked_by() {
    let room = Room::new();
    let interrupted = ended(Verdict::Interrupted(Stop::Signal), 0);
    room.session(shard("1/2"), &[(0, begun(2)), (1, interrupted)]).done(&["1", "2"]);
    done_marker::write(&room.dir, shard("2/2"), &room.frozen).unwrap();
    let lock = room.lock(room.dir.lock_file(shard("1/2")));
    room.failed(shard("2/2"), &["4"]);
    let status = room.look();
    let part = |text, [all, done, failed, left]: [usize; 4], is_at_work, has_ended| Part {
        shard: shard(text),
        counts: Counts { all, done, empty: 0, failed, left },
        is_at_work,
        has_ended,
    };
    assert_eq!(
        status.shards,
        [part("1/2", [2, 1, 0, 1], true, false), part("2/2", [2, 1, 1, 0], false, true)]
    );
    assert!(!status.sessions[0].is_at_work, "that one has ended; the holder has not written yet");
    durable::replace(&done_marker::path(&room.dir, shard("2/2")), b"").unwrap();
    let status = room.look();
    assert!(!status.shards[1].has_ended && status.warnings[0].contains("done.2-of-2 is damaged"));
    drop(lock);
}

#[test]
fn without_a_plan_the_rest_is_known() {
    let room = Room::new();
    room.done(&["1", "2"]).session(Shard::WHOLE, &[(0, begun(4))]).failed(Shard::WHOLE, &["3"]);
    durable::replace(&room.dir.plan_file(), b"{").unwrap();
    let status = room.look();
    assert_eq!((status.state, status.groups, status.partials.listed), (State::Unknown, None, 2));
    assert_eq!((names(&status.failed), status.sessions.len(), status.output), (vec!["3"], 1, None));
    assert!(status.warnings[0].contains("plan.json is damaged: `dayfold run`"), "{:?}", status.warnings);
    room.collated(&["1", "2"]);
    assert_eq!(room.look().output.unwrap().is_complete, None);
    std::fs::remove_file(room.dir.plan_file()).unwrap();
    assert!(room.look().warnings[0].contains("plan.json is not there"));
    let lock = room.lock(room.dir.start_lock_file());
    let status = room.look();
    assert_eq!((status.state, status.warnings), (State::Beginning, Vec::new()));
    drop(lock);
}

#[test]
fn damage_is_told_and_no_obstacle() {
    let room = Room::new();
    room.done(&["1"]).collated(&["1", "2", "3", "4"]).session(Shard::WHOLE, &[(0, begun(4))]);
    let told = |what: &str| {
        let warnings = room.look().warnings;
        assert!(warnings.iter().any(|warning| warning.contains(what)), "{what}: {warnings:?}");
    };
    durable::replace(&room.dir.finished_file(), b"{}").unwrap();
    told("finished.json is damaged: groups whose partials are gone run again");
    durable::replace(&room.dir.finished_file(), b"{\"format\": 9}").unwrap();
    told("finished.json has format 9");
    room.collated(&["1"]);
    std::fs::remove_file(&room.frozen.output).unwrap();
    told("pv.nc is gone: groups whose partials are gone run again");
    assert_eq!(room.look().groups, counts(4, 1, 0, 3));
    durable::replace(&room.dir.journal_file(Shard::WHOLE), b"").unwrap();
    told("journal.jsonl is damaged: its head");
    let mut other = Vec::new();
    journal::line::push(&mut other, &json!({"journal": 1, "run": Fingerprint::of(b"other")})).unwrap();
    durable::replace(&room.dir.journal_file(Shard::WHOLE), &other).unwrap();
    told("journal.jsonl is of another run");
    std::fs::remove_dir_all(room.dir.partials()).unwrap();
    told("partials is not there");
    std::fs::remove_dir_all(room.folder.path().join("pv.nc.run")).unwrap();
    assert!(matches!(look(&room.dir, &Host::here()), Err(StatusError::NotARunDir { .. })));
}
