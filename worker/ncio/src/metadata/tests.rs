//! What is read without the library, against the library: over all fixtures, and in damaged files.
//!
//! `tests/fixtures/make_metadata.py` writes those that are for this alone.
#![allow(clippy::disallowed_methods, reason = "a test may be cut off")]

use std::path::Path;

use proptest::prelude::*;

use super::chunk_tree::Part;
use super::*;
use crate::ffi::read::Dataset;
use crate::fixture::{Copies, fixture};

/// Everything that is told of a variable.
fn about(variable: &Variable) -> String {
    format!("{variable:?}")
}

/// Whether the file says itself that a variable can be known; `None` where it does not say.
fn should_be_known(variable: &Variable) -> Option<bool> {
    let (_, known) = variable.attributes.number("known").unwrap()?;
    Some(known.to_f64() == 1.0)
}

/// How many variables of a file are known, of how many; what is known must be what the library reads.
fn known(path: &Path) -> (usize, usize) {
    let source = Source::open(path).unwrap();
    let library = Dataset::open(path).unwrap();
    let names = library.names().unwrap();
    let Ok(metadata) = Metadata::open(&source) else { return (0, names.len()) };
    let mut count = 0;
    for name in &names {
        let found = metadata.variable(&source, name).map(|found| found.expect(name).0);
        let told = library.variable(name).map(|found| found.expect(name));
        if let Some(wanted) = told.as_ref().ok().and_then(should_be_known) {
            assert_eq!(found.is_ok(), wanted, "{name} of {path:?}");
        }
        if let Ok(found) = found {
            assert_eq!(about(&found), about(&told.expect(name)), "{path:?}");
            count += 1;
        }
    }
    let is_known = |name: &str| matches!(metadata.variable(&source, name), Ok(Some(_)));
    let others = metadata.0.iter().map(|entry| entry.name.as_str()).chain(["nothing", NOT_A_COORDINATE, ""]);
    for other in others.filter(|other| !names.iter().any(|name| name == other)) {
        assert!(!is_known(other), "{other} of {path:?}");
    }
    (count, names.len())
}

/// Files and how many of their variables are known, of how many. What no writer of NetCDF-4 makes, or only a few
/// do, is left to the library: another block before the file, the newest format, ways to say the same twice.
const KNOWN: [(&str, (usize, usize)); 18] = [
    ("archive.nc", (12, 12)),
    ("axes.nc", (36, 36)),
    ("packing.nc", (71, 71)),
    ("storage.nc", (35, 35)),
    ("times.nc", (14, 14)),
    ("chunks.nc", (99, 102)),
    ("chunks_h5.nc", (0, 13)),
    ("chunks_plain.nc", (11, 13)),
    ("chunks_latest.nc", (0, 8)),
    ("metadata.nc", (77, 81)),
    ("metadata_growing.nc", (3, 3)),
    ("metadata_unequal.nc", (0, 3)),
    ("metadata_h5.nc", (7, 15)),
    ("metadata_odd_by_hand.nc", (0, 1)),
    ("metadata_odd_contradicting.nc", (2, 3)),
    ("metadata_odd_copied_growing.nc", (0, 3)),
    ("metadata_odd_copied_scale.nc", (0, 4)),
    ("metadata_odd_by_number_alone.nc", (0, 3)),
];

#[test]
fn what_is_known_is_what_the_library_reads() {
    let files = std::fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "nc")) {
        let found = known(&path);
        let expected = KNOWN.iter().find(|(file, _)| path.ends_with(file));
        assert!(expected.is_none_or(|(_, expected)| found == *expected), "{found:?} of {path:?}");
    }
}

/// Where the chunks of a variable begin that are come by on the way to those of a part of it.
fn origins(path: &Path, part: &Part) -> Known<Vec<Vec<u64>>> {
    let source = Source::open(path).unwrap();
    let (_, storage) = Metadata::open(&source)?.variable(&source, "fine")?.unwrap();
    let Layout::Chunks { tree, .. } = storage.layout else { panic!() };
    let mut origins = Vec::new();
    chunk_tree::walk(&source, tree, part, &mut |chunk| {
        origins.push(chunk.origin.to_vec());
        true
    })?;
    Ok(origins)
}

#[test]
fn only_the_nodes_on_the_way_to_a_part_are_read() {
    let path = fixture("metadata.nc");
    let all = origins(&path, &Part(vec![0..3, 0..5, 0..700])).unwrap();
    let expected = (0..3 * 5 * 28).map(|chunk| vec![chunk / 140, chunk / 28 % 5, chunk % 28 * 25]);
    assert!(all.iter().cloned().eq(expected));
    for (part, most) in
        [(vec![1..2, 3..4, 0..700], 128), (vec![2..3, 4..5, 675..676], 64), (vec![0..3, 2..2, 0..1], 0)]
    {
        let found = origins(&path, &Part(part.clone())).unwrap();
        let is_in = |origin: &&Vec<u64>| origin.iter().zip(&part).all(|(start, range)| range.contains(start));
        assert!(all.iter().filter(is_in).all(|origin| found.contains(origin)), "{part:?}");
        assert!(found.len() <= most, "{} for {part:?}", found.len());
    }
}

/// The first bytes of the only node above the leaves of the tree of `fine`.
fn root() -> usize {
    let source = Source::open(&fixture("metadata.nc")).unwrap();
    let (_, storage) = Metadata::open(&source).unwrap().variable(&source, "fine").unwrap().unwrap();
    let Layout::Chunks { tree: Some(root), .. } = storage.layout else { panic!() };
    assert_eq!(source.get(root, 6).as_deref(), Some(&b"TREE\x01\x01"[..]));
    root as usize
}

/// Keys of a node above others decide which of these are read.
#[test]
fn a_damaged_node_above_others_loses_no_chunk() {
    let path = fixture("metadata.nc");
    let parts = [vec![0..3, 0..5, 0..700], vec![1..2, 3..4, 0..700], vec![0..1, 2..3, 75..76]].map(Part);
    let expected = parts.each_ref().map(|part| origins(&path, part).unwrap());
    let mut copies = Copies::of("metadata.nc");
    let (mut noticed, root) = (0, root());
    for at in root..root + 24 + 8 * 48 {
        let copy = copies.changed(|bytes| bytes[at] ^= 1 << (at % 8));
        for (part, expected) in parts.iter().zip(&expected) {
            let is_in =
                |origin: &&Vec<u64>| origin.iter().zip(&part.0).all(|(start, range)| range.contains(start));
            match origins(&copy, part) {
                Ok(found) => assert!(
                    expected.iter().filter(is_in).all(|origin| found.contains(origin)),
                    "{at} {part:?}"
                ),
                Err(Unknown) => noticed += 1,
            }
        }
        std::fs::remove_file(copy).unwrap();
    }
    assert!(noticed > 500, "{noticed}");
}

/// What is known of a variable.
type Told = Known<Option<String>>;

/// What is known of each of some variables.
fn all_known(path: &Path, names: &[String]) -> Vec<Told> {
    let source = Source::open(path).unwrap();
    let metadata = Metadata::open(&source);
    let variable = |name: &String| {
        let found = metadata.as_ref().map_err(|_| Unknown)?.variable(&source, name)?;
        Ok(found.map(|(variable, storage)| format!("{} {storage:?}", about(&variable))))
    };
    names.iter().map(variable).collect()
}

/// A file, with damaged copies, and what is known of it.
struct Victim {
    copies: Copies,
    names: Vec<String>,
    known: Vec<Told>,
}

impl Victim {
    fn new(file: &str) -> Self {
        let path = fixture(file);
        let names = Dataset::open(&path).unwrap().names().unwrap();
        let known = all_known(&path, &names);
        assert!(known.iter().any(Result::is_ok), "{file}");
        Self { copies: Copies::of(file), names, known }
    }

    /// How many variables are not known any more in a copy with a change. One that is told otherwise must be as the
    /// library reads it there.
    fn lost(&mut self, change: impl FnOnce(&mut Vec<u8>)) -> usize {
        let path = self.copies.changed(change);
        let now = all_known(&path, &self.names);
        for ((name, was), now) in self.names.iter().zip(&self.known).zip(&now) {
            if let (Ok(Some(told)), false) = (now, was == now) {
                let library = Dataset::open(&path).unwrap().variable(name).unwrap().unwrap();
                assert!(told.starts_with(&about(&library)), "{told}, and by the library {library:?}");
            }
        }
        std::fs::remove_file(path).unwrap();
        now.iter().zip(&self.known).filter(|(now, was)| was.is_ok() && now.is_err()).count()
    }
}

#[test]
fn every_changed_byte_is_noticed_or_read_as_the_library_reads_it() {
    for (file, sample) in [
        ("scalar_time.nc", 1),
        ("text.nc", 1),
        ("metadata_growing.nc", 3),
        ("metadata_h5.nc", 11),
        ("metadata.nc", 97),
    ] {
        let mut victim = Victim::new(file);
        let places = (0..victim.copies.whole.len()).step_by(sample);
        let lost = places.map(|at| victim.lost(|bytes| bytes[at] ^= 1 << (at % 8)).min(1)).sum::<usize>();
        assert!(lost * 20 > victim.copies.whole.len() / sample, "{lost} of {file}");
    }
}

#[test]
fn a_file_that_is_cut_off_is_not_known() {
    let mut victim = Victim::new("metadata_growing.nc");
    let (length, known) = (victim.copies.whole.len(), victim.known.len());
    for end in (0..length).step_by(19) {
        assert_eq!(victim.lost(|bytes| bytes.truncate(end)), known, "{end}");
    }
    assert_eq!(victim.lost(|bytes| bytes.push(0)), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// The library is not asked: it can hang on such files.
    #[test]
    fn rubbish_in_a_file_ends_in_an_answer(
        file in prop::sample::select(vec!["text.nc", "metadata_growing.nc", "metadata_h5.nc", "metadata.nc"]),
        places in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..24)), 1..9),
        (high, trusting) in any::<(bool, bool)>(),
    ) {
        let names = ["time", "latitude", "one", "several", "x", "crowded", "texts", "field_07"].map(str::to_owned);
        let mut copies = Copies::of(file);
        let copy = copies.changed(|bytes| for (place, rubbish) in places {
            let at = place.index(bytes.len());
            let room = bytes[at..].iter_mut().zip(rubbish);
            room.for_each(|(byte, rubbish)| *byte = if high { 0xff } else { rubbish });
        });
        // by chance no checksum is right
        checksum::trust::ANY.set(trusting);
        let told = all_known(&copy, &names);
        checksum::trust::ANY.set(false);
        prop_assert_eq!(told.len(), names.len());
    }
}
