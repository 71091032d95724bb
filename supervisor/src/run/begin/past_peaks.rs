//! What earlier sessions of the run learned of its task: how much memory a group needs, so that a
//! resumed run need not start slowly. Nothing is decided by it that a wrong number could spoil, and
//! a journal that cannot be read costs a slow start.

use dayfold_contract::Fingerprint;

use crate::journal::{Entry, Record, Tail, read_end};
use crate::run_event::RunEvent;
use crate::rundir::RunDir;

/// So many bytes of a journal are read, from its end: the history of some 4,000 groups.
const READ: u64 = 2 << 20;

/// The largest memory that a group of this run took, bytes, as far as the journals of all shards
/// tell.
pub fn largest_peak(dir: &RunDir, run: Fingerprint) -> Option<u64> {
    let shards = dir.journaled_shards().unwrap_or_default();
    let journals = shards.into_iter().map(|shard| dir.journal_file(shard));
    let endings = journals.filter_map(|path| read_end(&path, READ, Tail::MayBeInTheMaking).ok()?);
    let histories = endings.map(|ending| ending.history).filter(|history| history.run == Some(run));
    histories.flat_map(|history| history.entries).filter_map(|entry| peak(&entry)).max()
}

fn peak(entry: &Entry) -> Option<u64> {
    match &entry.record {
        Record::Happened { happening: RunEvent::Finished { peak_memory, .. }, .. } => Some(*peak_memory),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dayfold_contract::GroupName;
    use jiff::Timestamp;

    use super::*;
    use crate::journal::Journal;
    use crate::run_event::WorkerId;

    fn finished(peak_memory: u64) -> Entry {
        let happening = RunEvent::Finished {
            group: GroupName::new("2022-02-01"),
            attempt: 1,
            worker: WorkerId(0),
            partial: None,
            elapsed: Duration::from_secs(1),
            peak_memory,
        };
        Entry { at: Timestamp::now(), record: Record::Happened { after: Duration::ZERO, happening } }
    }

    #[test]
    fn the_largest_of_all_shards_of_this_run_counts() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RunDir::at(folder.path());
        let (this, other) = (Fingerprint::of(b"this"), Fingerprint::of(b"other"));
        assert_eq!(largest_peak(&dir, this), None);
        for (shard, run, peaks) in
            [("1/3", this, [20, 70]), ("2/3", this, [50, 30]), ("3/3", other, [90, 90])]
        {
            let path = dir.journal_file(shard.parse().unwrap());
            let (mut journal, _) = Journal::open(&path, run).unwrap();
            peaks.iter().for_each(|&peak| journal.append(&finished(peak)).unwrap());
        }
        assert_eq!(largest_peak(&dir, this), Some(70));
    }
}
