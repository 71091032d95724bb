//! Journals that were cut, damaged, interrupted and continued.

use std::io::Write;
use std::time::Duration;

use super::*;
use crate::run_event::{RunEvent, WorkerId};
use dayfold_contract::GroupName;
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

fn run() -> Fingerprint {
    Fingerprint::of(b"run")
}

fn entry(number: u32) -> Entry {
    let group = GroupName::new(format!("2022-02-{number:02}"));
    let happening = RunEvent::Started { group, attempt: 1, worker: WorkerId(number) };
    let at = Timestamp::from_second(1_643_673_600 + i64::from(number)).unwrap();
    Entry { at, record: Record::Happened { after: Duration::from_secs(number.into()), happening } }
}

/// A journal with entries 0 to 5.
struct Room {
    folder: TempDir,
    whole: Vec<u8>,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut room = Self { folder, whole: Vec::new() };
        let (mut journal, history) = Journal::open(&room.path(), run()).unwrap();
        assert_eq!(history, History { run: Some(run()), ..History::default() });
        (0..6).for_each(|number| journal.append(&entry(number)).unwrap());
        journal.sync().unwrap();
        room.whole = fs::read(room.path()).unwrap();
        room
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    fn with(&self, content: &[u8]) -> &Self {
        // without a sync: this is done very often
        File::create(self.path()).unwrap().write_all(content).unwrap();
        self
    }

    /// Goes on with entry 9, and gives back all that is then in the journal.
    fn go_on(&self) -> Vec<Entry> {
        let (mut journal, before) = Journal::open(&self.path(), run()).unwrap();
        journal.append(&entry(9)).unwrap();
        journal.sync().unwrap();
        let after = read(&self.path()).unwrap();
        let expected: Vec<Entry> = before.entries.into_iter().chain([entry(9)]).collect();
        assert_eq!(after.entries, expected);
        expected
    }

    /// Where each line ends.
    fn ends(&self) -> Vec<usize> {
        let newlines = self.whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        newlines.map(|(at, _)| at + 1).collect()
    }
}

#[test]
fn what_is_written_is_read_and_gone_on_with() {
    let room = Room::new();
    let history = read(&room.path()).unwrap();
    assert_eq!(history.entries, (0..6).map(entry).collect::<Vec<_>>());
    assert!(history.warnings.is_empty());
    assert_eq!(room.go_on().len(), 7);
}

#[test]
fn cut_anywhere_it_tells_what_was_whole_and_goes_on() {
    let room = Room::new();
    for cut in 0..room.whole.len() {
        room.with(&room.whole[..cut]);
        let lines = room.ends().iter().filter(|&&end| end <= cut).count();
        let expected: Vec<Entry> = (0..6).map(entry).take(lines.saturating_sub(1)).collect();
        let history = read(&room.path()).unwrap();
        assert_eq!(history.entries, expected, "cut at {cut}");
        assert!(history.warnings.is_empty(), "it may be in the making: {:?}", history.warnings);
        let torn = cut > 0 && !room.ends().contains(&cut);
        let (_, history) = Journal::open(&room.path(), run()).unwrap();
        assert_eq!(history.warnings.len(), usize::from(torn), "cut at {cut}: {:?}", history.warnings);
        assert_eq!(room.go_on().len(), expected.len() + 1, "cut at {cut}");
    }
}

#[test]
fn a_changed_byte_costs_its_line_and_no_other() {
    let room = Room::new();
    for at in 0..room.whole.len() {
        for change in [0x01, 0x20, 0x80, room.whole[at] ^ b'\n'] {
            let mut damaged = room.whole.clone();
            damaged[at] ^= change;
            if damaged == room.whole {
                continue;
            }
            room.with(&damaged);
            let history = read(&room.path()).unwrap();
            let looks_unfinished = at + 1 == room.whole.len();
            assert!(!history.warnings.is_empty() || looks_unfinished, "byte {at} by {change}");
            let lost = 6 - history.entries.len();
            let newline = room.ends().contains(&(at + 1));
            let expected = if newline { 2 } else { usize::from(at >= room.ends()[0]) };
            assert!(lost <= expected, "byte {at} by {change}: {lost} lost");
            assert!(history.entries.iter().all(|found| (0..6).any(|number| *found == entry(number))));
        }
    }
}

#[test]
fn after_a_changed_byte_the_run_goes_on() {
    let room = Room::new();
    let header = room.ends()[0];
    for at in (header..room.whole.len()).step_by(7) {
        let mut damaged = room.whole.clone();
        damaged[at] ^= 0x10;
        assert!(room.with(&damaged).go_on().len() >= 5, "byte {at}");
    }
}

#[test]
fn a_journal_without_a_good_header_is_put_aside() {
    let room = Room::new();
    let mut damaged = room.whole.clone();
    damaged[5] ^= 1;
    room.with(&damaged);
    let (_, history) = Journal::open(&room.path(), run()).unwrap();
    assert!(history.entries.is_empty() && history.warnings[0].contains("damaged"), "{history:?}");
    assert_eq!(fs::read(room.folder.path().join("journal.jsonl.damaged")).unwrap(), damaged);
    assert_eq!(room.go_on().len(), 1);
}

#[test]
fn a_block_of_zeros_after_a_power_cut_is_dropped() {
    let room = Room::new();
    let mut zeros = room.whole.clone();
    zeros.extend([0; 4096]);
    zeros.push(b'\n');
    assert_eq!(room.with(&zeros).go_on().len(), 7);
}

#[test]
fn the_journal_of_another_run_is_put_aside() {
    let room = Room::new();
    let (_, history) = Journal::open(&room.path(), Fingerprint::of(b"other")).unwrap();
    assert!(history.entries.is_empty() && history.warnings[0].contains("of another run"), "{history:?}");
    assert_eq!(fs::read(room.folder.path().join("journal.jsonl.other")).unwrap(), room.whole);
    assert_eq!(read(&room.path()).unwrap().run, Some(Fingerprint::of(b"other")));
}

#[test]
fn another_format_is_refused_with_both_versions() {
    let room = Room::new();
    let mut header = Vec::new();
    line::push(&mut header, &Header { journal: 7, run: run() }).unwrap();
    room.with(&header);
    let text = Journal::open(&room.path(), run()).unwrap_err().to_string();
    assert!(text.contains("version 7") && text.contains("version 1"), "{text}");
    assert!(read(&room.path()).is_err());
}

#[test]
fn a_line_in_the_making_does_not_disturb_who_reads() {
    let room = Room::new();
    let mut longer = room.whole.clone();
    longer.extend_from_slice(b"{\"at\":\"2022");
    room.with(&longer);
    let history = read(&room.path()).unwrap();
    assert_eq!((history.entries.len(), history.warnings.len()), (6, 0));
}

#[test]
fn nothing_is_in_the_file_before_it_is_flushed_and_all_is_when_dropped() {
    let room = Room::new();
    let (mut journal, _) = Journal::open(&room.path(), run()).unwrap();
    journal.append(&entry(6)).unwrap();
    assert_eq!(fs::read(room.path()).unwrap(), room.whole);
    journal.flush().unwrap();
    assert_eq!(read(&room.path()).unwrap().entries.len(), 7);
    journal.append(&entry(7)).unwrap();
    drop(journal);
    assert_eq!(read(&room.path()).unwrap().entries.len(), 8);
}

#[test]
fn a_full_disk_is_told_and_what_could_not_be_written_is_kept() {
    let room = Room::new();
    let (mut journal, _) = Journal::open(&room.path(), run()).unwrap();
    let file = std::mem::replace(&mut journal.file, File::options().write(true).open("/dev/full").unwrap());
    journal.append(&entry(6)).unwrap();
    assert!(journal.sync().unwrap_err().is_no_space());
    journal.file = file;
    journal.sync().unwrap();
    assert_eq!(read(&room.path()).unwrap().entries.len(), 7);
}

#[test]
fn what_is_abandoned_is_not_written() {
    let room = Room::new();
    let (mut journal, _) = Journal::open(&room.path(), run()).unwrap();
    journal.append(&entry(6)).unwrap();
    journal.abandon();
    assert_eq!(fs::read(room.path()).unwrap(), room.whole);
}

#[test]
fn no_journal_is_an_empty_history() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read(&folder.path().join("journal.jsonl")).unwrap(), History::default());
}

/// A change to bytes: some from `at` on are replaced by others.
fn changed(mut bytes: Vec<u8>, (at, removed, inserted): (prop::sample::Index, usize, Vec<u8>)) -> Vec<u8> {
    let at = at.index(bytes.len() + 1);
    let end = (at + removed).min(bytes.len());
    bytes.splice(at..end, inserted);
    bytes
}

proptest! {
    #[test]
    fn whatever_befalls_it_no_wrong_entry_is_believed(
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..300_usize, prop::collection::vec(any::<u8>(), 0..20)),
            1..5,
        )
    ) {
        let room = Room::new();
        let damaged = changes.into_iter().fold(room.whole.clone(), changed);
        room.with(&damaged);
        let right: Vec<Entry> = (0..6).map(entry).collect();
        let entries = read(&room.path()).unwrap().entries;
        prop_assert!(entries.iter().all(|found| right.contains(found)), "{:?}", entries);
        prop_assert!(entries.is_sorted_by_key(|found| found.at), "{:?}", entries);
        prop_assert!(!room.go_on().is_empty());
    }
}

#[test]
fn the_end_of_a_journal_is_its_head_and_its_last_entries() {
    let room = Room::new();
    let (mut journal, _) = Journal::open(&room.path(), run()).unwrap();
    (6..200).for_each(|number| journal.append(&entry(number)).unwrap());
    journal.sync().unwrap();
    let (whole, length) = (read(&room.path()).unwrap(), fs::metadata(room.path()).unwrap().len());
    for most in (0..length + 10).step_by(97) {
        let end = read_end(&room.path(), most, Tail::IsTorn).unwrap().unwrap();
        let History { entries, run, warnings } = end.history;
        assert_eq!((run, warnings), (whole.run, vec![]), "{most}");
        assert!(whole.entries.ends_with(&entries), "{most}: {} entries", entries.len());
        assert_eq!(end.is_whole, entries.len() == whole.entries.len(), "{most}");
        // no line is half as long as this
        assert!(entries.len() as u64 + 2 > most.min(length) / 400, "{most}: {} entries", entries.len());
    }
    assert_eq!(read_end(&room.path().with_extension("gone"), 10, Tail::IsTorn).unwrap(), None);
}

#[test]
fn damage_in_the_end_is_told_and_costs_its_line() {
    let room = Room::new();
    let (mut journal, _) = Journal::open(&room.path(), run()).unwrap();
    (6..200).for_each(|number| journal.append(&entry(number)).unwrap());
    journal.sync().unwrap();
    let mut bytes = fs::read(room.path()).unwrap();
    let at = bytes.len() - 1000;
    bytes[at] ^= 1;
    bytes.truncate(bytes.len() - 10);
    room.with(&bytes);
    let end = read_end(&room.path(), 2000, Tail::IsTorn).unwrap().unwrap().history;
    assert_eq!(end.warnings.len(), 2, "{:?}", end.warnings);
    assert!(end.warnings[0].contains("a line of the last ") && end.warnings[1].contains("no whole line"));
    let quiet = read_end(&room.path(), 2000, Tail::MayBeInTheMaking).unwrap().unwrap().history;
    assert_eq!((quiet.warnings.len(), quiet.entries), (1, end.entries));
}

/// As on a disk that is full for a while; far more than one write's worth of entries.
#[test]
fn what_could_not_be_written_is_written_when_there_is_room() {
    let room = Room::new();
    let (mut journal, _) = Journal::open(&room.path(), run()).unwrap();
    let writable = std::mem::replace(&mut journal.file, File::open(room.path()).unwrap());
    let added: Vec<Entry> = (10..2000).map(entry).collect();
    for (place, entry) in added.iter().enumerate() {
        journal.append(entry).unwrap();
        if place % 500 == 0 {
            assert!(matches!(journal.sync(), Err(JournalError::Write { .. })));
        }
    }
    assert!(journal.is_behind());
    journal.file = writable;
    journal.sync().unwrap();
    assert!(!journal.is_behind());
    let expected: Vec<Entry> = (0..6).map(entry).chain(added).collect();
    assert_eq!(read(&room.path()).unwrap().entries, expected);
}
