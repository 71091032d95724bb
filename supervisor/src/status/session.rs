//! One start of the program, as its journal tells it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use dayfold_contract::GroupName;
use dayfold_contract::form::FormId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::journal::{self, Counts, Earlier, Entry, Record};
use crate::run_event::{RunEvent, WorkerId, seconds};
use crate::rundir::failed_table::FailedGroup;
use crate::rundir::shard::Shard;

/// A start of the program and what came after it, as far as the journal was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Session {
    /// Whose journal it is in.
    pub shard: Shard,
    /// How it was started; `None` where that line is damaged, or too far back to be read.
    pub start: Option<journal::Session>,
    /// When, by its own clock.
    pub began: Timestamp,
    /// The last that was written.
    pub last: Timestamp,
    /// Whether it goes on: its process holds the lock.
    pub is_at_work: bool,
    /// Groups that it was to do, where that was read.
    pub to_do: Option<usize>,
    /// Groups that it ended well.
    pub done: usize,
    /// Groups that it gave up.
    pub failed: usize,
    /// Attempts that failed, of groups that are tried again.
    pub retried: usize,
    /// Whether it is collating results, or was when it was killed.
    #[serde(rename = "is_folding")]
    pub is_collating: bool,
    /// What memory it used when it was last read.
    pub memory: Option<Memory>,
    /// The group that needed most memory.
    pub peak: Option<Peak>,
    /// How it ended: `None` if it goes on or was killed.
    pub end: Option<RunEvent>,
    /// Groups at work, as far as is known.
    #[serde(skip)]
    pub running: Vec<AtWork>,
    /// Groups that it gave up.
    #[serde(skip)]
    pub given_up: Vec<FailedGroup>,
    /// Of the groups and attempts that ended, those of which no more was read than that they did.
    #[serde(skip)]
    pub counted: Counts,
    /// What it told of results that deviate, by their forms.
    #[serde(skip)]
    pub deviates: BTreeMap<FormId, String>,
    /// What the groups that ended took together, each from its start to its end.
    #[serde(skip)]
    pub spent: Duration,
    /// From the first event that was read to now or, if it has ended, to the last.
    #[serde(skip)]
    pub span: Duration,
}

/// What memory was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Bytes.
    pub used: u64,
    /// Bytes that may be used, where a limit is known.
    pub limit: Option<u64>,
}

/// The largest resident memory of a worker in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Peak {
    /// Which.
    pub group: GroupName,
    /// How much.
    pub bytes: u64,
}

/// A group at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AtWork {
    /// Which.
    pub group: GroupName,
    /// From 1.
    pub attempt: u32,
    /// The supervisor's shard.
    pub shard: Shard,
    /// Its worker.
    pub worker: WorkerId,
    /// For how long.
    #[serde(rename = "seconds", with = "seconds")]
    pub age: Duration,
}

/// The groups of all sessions that go on, without those that are done by now; what takes longest
/// comes first.
pub fn at_work(sessions: &[Session], is_undone: impl Fn(&GroupName) -> bool) -> Vec<AtWork> {
    let running = sessions.iter().filter(|session| session.is_at_work).flat_map(|session| &session.running);
    let mut groups: Vec<AtWork> = running.filter(|at_work| is_undone(&at_work.group)).cloned().collect();
    groups.sort_by(|a, b| b.age.cmp(&a.age).then_with(|| a.group.cmp(&b.group)));
    groups
}

/// Takes in the entries of one session.
struct Replay {
    session: Session,
    /// Since the session's run began.
    first: Option<Duration>,
    now: Duration,
    /// Groups that were started and have not ended.
    working: HashMap<GroupName, Working>,
}

/// Who works on a group.
struct Working {
    worker: WorkerId,
    attempt: u32,
    started: Duration,
}

/// The sessions that a journal tells of, in order.
pub fn sessions(shard: Shard, earlier: Vec<Earlier>, entries: Vec<Entry>) -> Vec<Session> {
    let mut replays: Vec<Replay> = Vec::new();
    // of a session whose first line is not known, until there is another line of it
    let mut homeless = Counts::default();
    let of_entry = |entry| Earlier { entry: Some(entry), ended: Counts::default() };
    for Earlier { entry, ended } in earlier.into_iter().chain(entries.into_iter().map(of_entry)) {
        if let Some(entry) = entry {
            let begins = matches!(entry.record, Record::Session(_));
            if begins || replays.is_empty() {
                replays.push(Replay::new(shard, &entry));
            }
            if let Some(replay) = replays.last_mut() {
                replay.hear(entry);
            }
        }
        match replays.last_mut() {
            Some(replay) => {
                replay.count(std::mem::take(&mut homeless));
                replay.count(ended);
            }
            None => homeless = ended,
        }
    }
    replays.into_iter().map(Replay::into_session).collect()
}

impl Replay {
    fn new(shard: Shard, entry: &Entry) -> Self {
        let after = match entry.record {
            Record::Happened { after, .. } => after,
            _ => Duration::ZERO,
        };
        let session = Session {
            shard,
            start: None,
            began: entry
                .at
                .saturating_sub(SignedDuration::try_from(after).unwrap_or_default())
                .unwrap_or(entry.at),
            last: entry.at,
            is_at_work: false,
            to_do: None,
            done: 0,
            failed: 0,
            retried: 0,
            is_collating: false,
            memory: None,
            peak: None,
            end: None,
            running: Vec::new(),
            given_up: Vec::new(),
            counted: Counts::default(),
            deviates: BTreeMap::new(),
            spent: Duration::ZERO,
            span: Duration::ZERO,
        };
        Self { session, first: None, now: Duration::ZERO, working: HashMap::new() }
    }

    fn count(&mut self, ended: Counts) {
        let Session { done, failed, retried, counted, .. } = &mut self.session;
        for (all, unread, more) in [
            (done, &mut counted.done, ended.done),
            (failed, &mut counted.failed, ended.failed),
            (retried, &mut counted.retried, ended.retried),
        ] {
            *all += more;
            *unread += more;
        }
        if ended != Counts::default() {
            // what is read begins after these
            self.first = None;
        }
    }

    fn hear(&mut self, entry: Entry) {
        self.session.last = entry.at;
        match entry.record {
            Record::Session(start) => self.session.start = Some(start),
            Record::Happened { after, happening } => {
                self.first.get_or_insert(after);
                self.now = after;
                self.happened(happening);
            }
            Record::Unknown(_) => {}
        }
    }

    fn happened(&mut self, happening: RunEvent) {
        match happening {
            RunEvent::Begun { to_do, .. } => self.session.to_do = Some(to_do),
            RunEvent::Started { group, attempt, worker } => {
                self.working.insert(group, Working { worker, attempt, started: self.now });
            }
            RunEvent::Finished { group, elapsed, peak_memory, .. } => {
                self.working.remove(&group);
                self.session.done += 1;
                self.session.spent += elapsed;
                if self.session.peak.as_ref().is_none_or(|peak| peak.bytes < peak_memory) {
                    self.session.peak = Some(Peak { group, bytes: peak_memory });
                }
            }
            RunEvent::AttemptFailed { ref group, again, .. } => {
                let started = self.working.remove(group).map(|working| working.started);
                if again {
                    self.session.retried += 1;
                } else {
                    self.session.failed += 1;
                    self.session.spent += self.now.saturating_sub(started.unwrap_or(self.now));
                    self.session.given_up.extend(FailedGroup::of(&happening));
                }
            }
            RunEvent::Deviates { form, reason, .. } => {
                self.session.deviates.insert(form, reason);
            }
            RunEvent::Evicted { group, .. } => {
                self.working.remove(&group);
            }
            RunEvent::WorkerLost { worker, .. } => self.working.retain(|_, working| working.worker != worker),
            RunEvent::Memory { used, limit, .. } => self.session.memory = Some(Memory { used, limit }),
            RunEvent::Collating { .. } => self.session.is_collating = true,
            end @ (RunEvent::Ended { .. } | RunEvent::Broken { .. }) => {
                self.session.is_collating = false;
                self.session.end = Some(end);
            }
            RunEvent::NotStarted { .. }
            | RunEvent::Tried { .. }
            | RunEvent::WorkerLog { .. }
            | RunEvent::Stopping { .. }
            | RunEvent::Warning { .. } => {}
        }
    }

    fn into_session(self) -> Session {
        let running = self.running();
        let Self { mut session, first, now, .. } = self;
        session.span = now.saturating_sub(first.unwrap_or(now));
        session.running = running;
        session
    }

    /// The last group that each worker started. Its next can be told before the end of the one
    /// before, whose result is being made safe.
    fn running(&self) -> Vec<AtWork> {
        let mut last: BTreeMap<WorkerId, (&GroupName, &Working)> = BTreeMap::new();
        for (group, working) in &self.working {
            let latest = last.entry(working.worker).or_insert((group, working));
            if latest.1.started < working.started {
                *latest = (group, working);
            }
        }
        let at_work = |(group, working): (&GroupName, &Working)| AtWork {
            group: group.clone(),
            attempt: working.attempt,
            shard: self.session.shard,
            worker: working.worker,
            age: self.now.saturating_sub(working.started),
        };
        last.into_values().map(at_work).collect()
    }
}

impl Session {
    /// Says that it goes on: time has passed since the last that was written.
    pub fn goes_on(&mut self, now: Timestamp) {
        let silent = now.duration_since(self.last).try_into().unwrap_or(Duration::ZERO);
        self.is_at_work = true;
        self.span += silent;
        self.running.iter_mut().for_each(|at_work| at_work.age += silent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::Fingerprint;
    use dayfold_contract::message::FailureKind;

    fn entry(after: u64, happening: RunEvent) -> Entry {
        let after = Duration::from_secs(after);
        let at = Timestamp::from_second(1_643_673_600).unwrap() + after;
        Entry { at, record: Record::Happened { after, happening } }
    }

    fn started(group: &str, worker: u32) -> RunEvent {
        RunEvent::Started { group: GroupName::new(group), attempt: 1, worker: WorkerId(worker) }
    }

    fn finished(group: &str, worker: u32) -> RunEvent {
        RunEvent::Finished {
            group: GroupName::new(group),
            attempt: 1,
            worker: WorkerId(worker),
            partial: None,
            elapsed: Duration::from_secs(1),
            peak_memory: 1,
        }
    }

    fn evicted(group: &str, worker: u32) -> RunEvent {
        RunEvent::Evicted { group: GroupName::new(group), worker: WorkerId(worker), used: 9, limit: 10 }
    }

    fn running(session: &Session) -> Vec<(&str, u32, u64)> {
        let running = session.running.iter();
        running.map(|group| (group.group.as_str(), group.worker.0, group.age.as_secs())).collect()
    }

    /// However little of a journal is read, all groups are counted, and its sessions are told.
    #[test]
    fn groups_that_ended_before_what_is_read_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let (mut journal, _) = journal::Journal::open(&path, Fingerprint::of(b"run")).unwrap();
        let mut note = |entry: &Entry| journal.append(entry).unwrap();
        let start = |process| journal::Session {
            command: "run".into(),
            host: "node".into(),
            process,
            job: None,
            is_interactive: false,
            version: "0.1.0".into(),
            shard: Shard::WHOLE,
            workers: 2,
            memory_limit: None,
            options: serde_json::Map::new(),
        };
        let failed = |again| RunEvent::AttemptFailed {
            group: GroupName::new("f"),
            attempt: 1,
            worker: WorkerId(0),
            kind: FailureKind::Passing,
            reason: "says \"event\":\"finished\"".into(),
            file: None,
            cause: None,
            log_file: None,
            log: Vec::new(),
            again,
        };
        for process in [1, 2] {
            let at = entry(0, started("x", 0)).at;
            note(&Entry { at, record: Record::Session(start(process)) });
            (0..200).for_each(|group| {
                note(&entry(group, started(&group.to_string(), 0)));
                note(&entry(group, finished(&group.to_string(), 0)));
            });
            note(&entry(201, failed(true)));
            note(&entry(202, failed(false)));
        }
        journal.sync().unwrap();
        let length = path.metadata().unwrap().len();
        let told = |most| {
            let end = journal::read_end(&path, most, journal::Tail::IsTorn).unwrap().unwrap();
            let told = sessions(Shard::WHOLE, end.earlier, end.history.entries);
            let counts = |session: &Session| {
                let process = session.start.as_ref().map(|start| start.process);
                (process, session.done, session.failed, session.retried)
            };
            told.iter().map(counts).collect::<Vec<_>>()
        };
        let expected = [(Some(1), 200, 1, 1), (Some(2), 200, 1, 1)];
        assert_eq!(told(length), expected);
        for most in (10..length - 5000).step_by(37) {
            assert_eq!(told(most), expected, "the last {most} bytes of {length}");
        }
    }

    #[test]
    fn a_session_whose_beginning_is_too_far_back_is_told_from_where_it_is_read() {
        let lost = RunEvent::WorkerLost { worker: WorkerId(1), reason: "killed".into() };
        let entries = vec![
            entry(100, started("a", 0)),
            entry(101, started("b", 1)),
            entry(102, started("d", 2)),
            entry(103, lost),
            entry(105, evicted("a", 0)),
            entry(110, started("c", 0)),
            entry(112, started("g", 5)),
            entry(113, evicted("g", 5)),
            entry(120, started("a", 1)),
            entry(130, started("d", 3)),
            // the next of a worker can be told first
            entry(130, started("e", 4)),
            entry(130, started("f", 4)),
            entry(130, finished("e", 4)),
        ];
        let sessions = sessions(Shard::WHOLE, Vec::new(), entries);
        let [session] = &sessions[..] else { panic!("{sessions:?}") };
        assert_eq!((session.start.as_ref(), session.to_do), (None, None));
        assert_eq!(session.began, Timestamp::from_second(1_643_673_600).unwrap());
        assert_eq!(session.span, Duration::from_secs(30));
        assert_eq!(running(session), [("c", 0, 20), ("a", 1, 10), ("d", 3, 0), ("f", 4, 0)]);
        let mut session = session.clone();
        session.goes_on(session.last + Duration::from_secs(5));
        assert_eq!(session.span, Duration::from_secs(35));
        assert_eq!(running(&session), [("c", 0, 25), ("a", 1, 15), ("d", 3, 5), ("f", 4, 5)]);
        session.goes_on(session.last - Duration::from_secs(5));
        assert_eq!(session.span, Duration::from_secs(35), "that clock is behind");
        let shown = at_work(&[session], |group| group.as_str() != "a");
        assert_eq!(shown.iter().map(|group| group.group.as_str()).collect::<Vec<_>>(), ["c", "d", "f"]);
    }
}
