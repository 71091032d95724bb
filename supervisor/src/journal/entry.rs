//! What a journal holds: entries, and the header before them.

use std::time::Duration;

use dayfold_contract::Fingerprint;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::run_event::{RunEvent, seconds};
use crate::rundir::shard::Shard;

/// The version of the journal's format. The header's own form never changes.
pub const FORMAT: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// [`FORMAT`] of who wrote it.
    pub journal: u32,
    /// Of the run that it belongs to.
    pub run: Fingerprint,
}

/// One event, with the time on the wall.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, UTC, by the clock of the node that wrote it.
    pub at: Timestamp,
    /// What.
    pub record: Record,
}

/// What an entry tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A supervisor begins to work on the run: what comes after is its.
    Session(Session),
    /// Something happened.
    Happened {
        /// Since the session's run began.
        after: Duration,
        /// What.
        happening: RunEvent,
    },
    /// Written by a newer version, and kept as it is.
    Unknown(Map<String, Value>),
}

/// Who works on the run, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// `run` or `collate`.
    pub command: String,
    /// The node.
    pub host: String,
    /// The supervisor's process.
    pub process: u32,
    /// The batch job it runs in.
    pub job: Option<String>,
    /// Whether somebody is at its terminal, in a batch job too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_interactive: bool,
    /// The program's version.
    pub version: String,
    /// Which part.
    pub shard: Shard,
    /// Worker processes at most; 0 where none are started.
    pub workers: u32,
    /// Bytes that may be used, where a limit is known.
    pub memory_limit: Option<u64>,
    /// Options by their keys in `[run]`: durations in seconds, sizes in bytes, null where not given.
    pub options: Map<String, Value>,
}

/// An entry as it is written: tagged by `event`, as [`RunEvent`] is.
#[derive(Serialize)]
struct Written<'a> {
    at: Timestamp,
    #[serde(flatten)]
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Session {
        event: &'static str,
        #[serde(flatten)]
        session: &'a Session,
    },
    Happened {
        #[serde(with = "seconds")]
        after: Duration,
        #[serde(flatten)]
        happening: &'a RunEvent,
    },
    Unknown(&'a Map<String, Value>),
}

const SESSION: &str = "session";

impl Entry {
    /// In the form of a line, without its checksum.
    pub(super) fn to_write(&self) -> impl Serialize + '_ {
        let content = match &self.record {
            Record::Session(session) => Content::Session { event: SESSION, session },
            Record::Happened { after, happening } => Content::Happened { after: *after, happening },
            Record::Unknown(fields) => Content::Unknown(fields),
        };
        Written { at: self.at, content }
    }

    /// Of a whole line. `None` where it has no time or is no object: nothing that any version writes.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let mut fields: Map<String, Value> = serde_json::from_slice(line).ok()?;
        fields.remove("sum");
        let at = serde_json::from_value(fields.remove("at")?).ok()?;
        let record = known(&fields).unwrap_or(Record::Unknown(fields));
        Some(Self { at, record })
    }
}

fn known(fields: &Map<String, Value>) -> Option<Record> {
    if fields.get("event")? == SESSION {
        return Session::deserialize(fields).ok().map(Record::Session);
    }
    let after = seconds::deserialize(fields.get("after")?).ok()?;
    Some(Record::Happened { after, happening: RunEvent::deserialize(fields).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::line;
    use crate::run_event::WorkerId;
    use dayfold_contract::GroupName;
    use dayfold_contract::message::FailureKind;
    use serde_json::json;

    fn back(entry: &Entry) -> Option<Entry> {
        let mut lines = Vec::new();
        line::push(&mut lines, &entry.to_write()).unwrap();
        Entry::parse(&lines)
    }

    fn entry(record: Record) -> Entry {
        Entry { at: "2022-02-01T03:04:05.678Z".parse().unwrap(), record }
    }

    fn happened(happening: RunEvent) -> Record {
        Record::Happened { after: Duration::from_millis(1500), happening }
    }

    #[test]
    fn entries_come_back() {
        let (group, worker) = (GroupName::new("2022-02-01"), WorkerId(3));
        let session = Session {
            command: "run".into(),
            host: "n".into(),
            process: 7,
            job: None,
            is_interactive: false,
            version: "0.1.0".into(),
            shard: "2/4".parse().unwrap(),
            workers: 104,
            memory_limit: Some(u64::MAX),
            options: json!({"grace": 5.0, "limit": null}).as_object().unwrap().clone(),
        };
        let finished = RunEvent::Finished {
            group: group.clone(),
            attempt: 2,
            worker,
            partial: Some("a.nc".into()),
            elapsed: Duration::from_nanos(1_234_567_891),
            peak_memory: u64::MAX,
        };
        let failed = RunEvent::AttemptFailed {
            group,
            attempt: 1,
            worker,
            kind: FailureKind::Passing,
            reason: "\"torn\"\n\u{0}".into(),
            cause: Some("torn".into()),
            file: None,
            log: vec!["é".into()],
            log_file: None,
            again: true,
        };
        for record in [Record::Session(session), happened(finished), happened(failed)] {
            let entry = entry(record);
            assert_eq!(back(&entry), Some(entry));
        }
    }

    #[test]
    fn a_kind_from_the_future_is_kept() {
        let fields = json!({"event": "moved", "after": 5, "to": {"node": 7}});
        let entry = entry(Record::Unknown(fields.as_object().unwrap().clone()));
        assert_eq!(back(&entry), Some(entry));
    }

    #[test]
    fn a_known_kind_with_other_fields_is_kept_too() {
        let line = br#"{"at":"2022-02-01T00:00:00Z","after":1,"event":"started","shape":"new"}"#;
        assert!(matches!(Entry::parse(line).unwrap().record, Record::Unknown(_)));
        assert_eq!(Entry::parse(b"{\"event\":\"started\"}"), None);
    }

    #[test]
    fn the_line_reads_plainly() {
        let line =
            serde_json::to_string(&entry(happened(RunEvent::Collating { partials: 3 })).to_write()).unwrap();
        let expected = r#"{"at":"2022-02-01T03:04:05.678Z","after":1.5,"event":"collating","partials":3}"#;
        assert_eq!(line, expected);
    }
}
