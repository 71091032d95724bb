//! What damage to a file's chunks and to their index does: an error, or the same values.

use std::path::Path;

use super::run::RunReader;
use super::wanted::Wanted;
use crate::decode::ChunkError;
use crate::error::NcError;
use crate::ffi::chunk_index::Dataset;
use crate::fixture::{Copies, fixture};
use crate::reader::Reader;

/// A stored chunk of a fixture.
struct Chunk {
    origin: Vec<usize>,
    address: usize,
    bytes: usize,
}

fn chunks(path: &Path, variable: &str) -> Vec<Chunk> {
    let dataset = Dataset::open(path, variable).unwrap();
    let mut chunks = Vec::new();
    assert!(dataset.each_chunk(3, &mut |chunk| {
        let origin = chunk.origin.iter().map(|&start| start as usize).collect();
        chunks.push(Chunk { origin, address: chunk.address as usize, bytes: chunk.bytes as usize });
        true
    }));
    assert!(chunks.len() > 1);
    chunks
}

/// All values of a variable through its chunks.
fn read(path: &Path, variable: &str) -> Result<Vec<u64>, NcError> {
    let reader = Reader::open(path)?;
    let field = reader.field(variable)?;
    let wanted = Wanted::window(0..field.grid().latitudes.len(), 0..field.grid().longitudes.len());
    let mut runs = RunReader::open(&reader, [&field], &wanted)?;
    let mut found = Vec::new();
    for time in 0..field.steps() {
        let mut step = runs.step(time)?;
        while let Some(run) = step.read_next()? {
            found.extend(run.values[0].iter().map(|value| value.to_bits()));
        }
    }
    Ok(found)
}

#[test]
fn every_changed_byte_of_a_chunk_is_an_error_that_names_it_or_means_nothing() {
    let (mut changes, mut errors) = (0, 0);
    for (file, variables, sample) in [
        ("chunks_latest.nc", &["fixed_array", "btree2"][..], 5),
        ("chunks_h5.nc", &["usual", "inner_sum", "sum_first", "sum_shuffled"], 9),
        ("chunks_plain.nc", &["usual", "sum_shuffled"], 9),
    ] {
        let mut copies = Copies::of(file);
        for variable in variables {
            let wanted = read(&fixture(file), variable).unwrap();
            for chunk in chunks(&fixture(file), variable) {
                for at in (chunk.address..chunk.address + chunk.bytes).step_by(sample) {
                    let path = copies.changed(|bytes| bytes[at] ^= 1 << (at % 8));
                    changes += 1;
                    match read(&path, variable) {
                        Err(NcError::Chunk { path: told, variable: name, chunk: origin, .. }) => {
                            assert_eq!((&told, name.as_str(), &origin), (&path, *variable, &chunk.origin));
                            errors += 1;
                        }
                        // some bits of the format only fill up a byte
                        other => assert_eq!(other.unwrap(), wanted, "byte {at} of {variable}"),
                    }
                    std::fs::remove_file(path).unwrap();
                }
            }
        }
    }
    assert!(errors * 100 > changes * 95, "{errors} of {changes}");
}

/// The only place where a number is written in a file, in 8 bytes.
fn place_of(bytes: &[u8], number: u64) -> usize {
    let mut places =
        bytes.windows(8).enumerate().filter(|(_, window)| *window == number.to_le_bytes()).map(|(at, _)| at);
    let place = places.next().unwrap();
    assert_eq!(places.next(), None, "{number} is there twice");
    place
}

/// A variable with an index that is a version 1 B-tree.
struct Victim {
    file: &'static str,
    variable: &'static str,
    /// From where addresses are counted: the end of the block that the user has.
    base: u64,
}

/// One whose index HDF5 goes through, and one whose index we go through ourselves.
const VICTIMS: [Victim; 2] = [
    Victim { file: "chunks_h5.nc", variable: "usual", base: 1024 },
    Victim { file: "chunks.nc", variable: "type_i4", base: 0 },
];

#[test]
fn an_index_that_points_outside_the_file_or_gives_a_wrong_size_is_an_error() {
    VICTIMS.iter().for_each(wrong_places_and_sizes);
}

fn wrong_places_and_sizes(Victim { file, variable, base }: &Victim) {
    let mut copies = Copies::of(file);
    let chunk = chunks(&fixture(file), variable).remove(3);
    let entry = place_of(&copies.whole, chunk.address as u64 - base);
    for address in [1 << 20, u64::MAX - base - 7, u64::MAX / 2] {
        let path = copies.changed(|bytes| bytes[entry..entry + 8].copy_from_slice(&address.to_le_bytes()));
        let error = read(&path, variable).unwrap_err();
        let outside = matches!(&error, NcError::Chunk { chunk: origin, source: ChunkError::Outside { .. }, .. } if *origin == chunk.origin);
        assert!(outside, "{error:?}");
    }
    // in a version 1 B-tree a key precedes the address: size, mask, and an origin with one more dimension
    let size = entry - 4 * 8 - 8;
    assert_eq!(copies.whole[size..size + 4], (chunk.bytes as u32).to_le_bytes());
    for bytes in [u32::MAX, 1 << 20, 1, 0] {
        let path = copies.changed(|whole| whole[size..size + 4].copy_from_slice(&bytes.to_le_bytes()));
        assert!(matches!(read(&path, variable), Err(NcError::Chunk { .. })), "{bytes}");
    }
}

#[test]
fn a_chunk_in_the_place_of_another_is_an_error() {
    VICTIMS.iter().for_each(wrong_origins);
}

fn wrong_origins(Victim { file, variable, base }: &Victim) {
    let mut copies = Copies::of(file);
    let [.., one, _] = &chunks(&fixture(file), variable)[..] else { panic!() };
    let entry = place_of(&copies.whole, one.address as u64 - base);
    // the last dimension of the grid in the key
    let column = entry - 2 * 8;
    for start in [1_u64, 6, 300] {
        let path = copies.changed(|whole| whole[column..column + 8].copy_from_slice(&start.to_le_bytes()));
        match read(&path, variable) {
            Err(NcError::ChunkIndex { variable: told, .. }) => assert_eq!(told, *variable),
            other => panic!("{start}: {other:?}"),
        }
    }
}

#[test]
fn no_cut_of_a_file_gives_wrong_values() {
    let mut copies = Copies::of("chunks_latest.nc");
    let length = copies.whole.len();
    let wanted = read(&fixture("chunks_latest.nc"), "btree2").unwrap();
    for end in (0..length).step_by(211) {
        let path = copies.changed(|bytes| bytes.truncate(end));
        if let Ok(found) = read(&path, "btree2") {
            assert_eq!(found, wanted, "cut at {end}");
        }
    }
}

/// Where the nodes of version 1 B-trees are, which have no checksum.
fn nodes(bytes: &[u8]) -> Vec<usize> {
    bytes.windows(4).enumerate().filter(|(_, window)| window == b"TREE").map(|(at, _)| at).collect()
}

#[test]
fn every_changed_byte_of_an_index_is_an_error_or_gives_what_the_library_reads() {
    VICTIMS.iter().for_each(changed_index);
}

fn changed_index(Victim { file, variable, base }: &Victim) {
    let mut copies = Copies::of(file);
    let chunk = chunks(&fixture(file), variable).remove(0);
    let entry = place_of(&copies.whole, chunk.address as u64 - base);
    let node = nodes(&copies.whole).into_iter().rfind(|&node| node < entry).unwrap();
    let wanted = read(&fixture(file), variable).unwrap();
    let mut errors = 0;
    for at in node..node + 700 {
        let path = copies.changed(|bytes| bytes[at] ^= 1 << (at % 8));
        match read(&path, variable) {
            Err(error) => errors += usize::from(!error.to_string().is_empty()),
            // a chunk that the index has no more was never written, as far as anyone can tell
            Ok(found) if found != wanted => assert_eq!(Some(found), by_library(&path, variable), "byte {at}"),
            Ok(_) => {}
        }
        std::fs::remove_file(path).unwrap();
    }
    assert!(errors > 100, "{errors}");
}

/// All values of a variable by the library alone, if it can.
fn by_library(path: &Path, variable: &str) -> Option<Vec<u64>> {
    let reader = Reader::open(path).ok()?;
    let field = reader.field(variable).ok()?;
    let (rows, columns) = (0..field.grid().latitudes.len(), 0..field.grid().longitudes.len());
    let mut found = Vec::new();
    for time in 0..field.steps() {
        let values = field.read(&reader, time, rows.clone(), columns.clone()).ok()?;
        found.extend(values.iter().map(|value| value.to_bits()));
    }
    Some(found)
}
