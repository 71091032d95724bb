//! All values of a variable of one dimension or none, such as a coordinate, read without the library.

use crate::decode::element::{Bytes, Element};
use crate::decode::pipeline::{Inflater, Pipeline};
use crate::metadata::chunk_tree::{self, Indexed, Part};
use crate::metadata::{Known, Layout, Storage, Unknown};
use crate::source::Source;

/// Larger chunks no coordinate has: damage could ask for more than there is memory.
const MOST: usize = 16 << 20;

/// Reads them in the file's order. Unknown, and so for the library to read or to refuse, where any of them were never
/// written or are damaged.
pub(super) fn read<T: Element>(source: &Source, storage: &Storage) -> Known<Vec<T>> {
    let count = match storage.shape.as_slice() {
        [] => 1,
        [length] => usize::try_from(*length).map_err(|_| Unknown)?,
        _ => return Err(Unknown),
    };
    match &storage.layout {
        Layout::Chunks { chunk, tree } => chunks(source, storage, chunk, *tree, count),
        Layout::Inline(bytes) => plain(bytes, storage, count),
        Layout::Piece(piece) => {
            let bytes = usize::try_from(piece.end - piece.start).map_err(|_| Unknown)?;
            plain(&source.get(piece.start, bytes).ok_or(Unknown)?, storage, count)
        }
        Layout::Unwritten => Err(Unknown),
    }
}

/// Values in one piece.
fn plain<T: Element>(bytes: &[u8], storage: &Storage, count: usize) -> Known<Vec<T>> {
    let chunk = Bytes { bytes, values: count, shuffled: false, order: storage.order };
    chunk.first(count).ok_or(Unknown)
}

fn chunks<T: Element>(
    source: &Source,
    storage: &Storage,
    chunk: &[u64],
    tree: Option<u64>,
    count: usize,
) -> Known<Vec<T>> {
    let [length] = *chunk else { return Err(Unknown) };
    let length = usize::try_from(length).map_err(|_| Unknown)?;
    let bytes = length.checked_mul(T::TYPE.bytes()).filter(|&bytes| bytes <= MOST).ok_or(Unknown)?;
    let pipeline = Pipeline::new(&storage.filters, T::TYPE.bytes(), bytes).ok_or(Unknown)?;
    let (mut inflater, mut room) = (Inflater::default(), pipeline.room());
    let stored_chunks = stored(source, tree, length, count)?;
    let mut all = Vec::with_capacity(count);
    for chunk in stored_chunks {
        let bytes = usize::try_from(chunk.bytes.min(pipeline.most_stored() + 1)).map_err(|_| Unknown)?;
        let stored = source.get(chunk.address, bytes).ok_or(Unknown)?;
        pipeline.decode(&stored, chunk.skipped, &mut inflater, &mut room).map_err(|_| Unknown)?;
        let chunk =
            Bytes { bytes: &room.bytes, values: length, shuffled: room.shuffled, order: storage.order };
        all.extend(chunk.first::<T>(length.min(count - all.len())).ok_or(Unknown)?);
    }
    Ok(all)
}

/// A chunk that is in the file.
struct Stored {
    address: u64,
    bytes: u64,
    skipped: u32,
}

/// The chunks of `count` values in chunks of a length, in their order; all of them must be there.
fn stored(source: &Source, tree: Option<u64>, length: usize, count: usize) -> Known<Vec<Stored>> {
    let mut chunks: Vec<Stored> = Vec::new();
    let all = Part(std::iter::once(0..count as u64).collect());
    chunk_tree::walk(source, tree, &all, &mut |chunk| {
        let Indexed { origin, skipped, address, bytes } = chunk;
        let is_next = origin == [(chunks.len() * length) as u64] && chunks.len() * length < count;
        chunks.push(Stored { address, bytes, skipped });
        is_next
    })?;
    if chunks.len() == count.div_ceil(length) { Ok(chunks) } else { Err(Unknown) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cf::with_raw;
    use crate::ffi::read::Dataset;
    use crate::fixture::{Copies, fixture};
    use crate::metadata::Metadata;
    use crate::variable::Stored;

    /// All variables of one dimension or none: how many are read, and how many not, each as the library reads it.
    fn compare(file: &str) -> (usize, usize) {
        let path = fixture(file);
        let (source, library) = (Source::open(&path).unwrap(), Dataset::open(&path).unwrap());
        let metadata = Metadata::open(&source).unwrap();
        let (mut same, mut left) = (0, 0);
        for name in library.names().unwrap() {
            let Ok(Some((variable, storage))) = metadata.variable(&source, &name) else { continue };
            let (Stored::Numbers(kind), shape) = (variable.stored, variable.shape()) else { panic!() };
            if shape.len() > 1 {
                continue;
            }
            with_raw!(kind, T => match read::<T>(&source, &storage) {
                Ok(found) => {
                    let told: Vec<T> = library.read(&name, &vec![0; shape.len()], &shape).unwrap();
                    assert_eq!(format!("{found:?}"), format!("{told:?}"), "{name} of {file}");
                    same += 1;
                }
                Err(Unknown) => left += 1,
            });
        }
        (same, left)
    }

    #[test]
    fn coordinates_are_as_the_library_reads_them() {
        // what was never written is left to the library
        for (file, expected) in [
            ("archive.nc", (3, 1)),
            ("axes.nc", (19, 0)),
            ("times.nc", (8, 0)),
            ("metadata.nc", (3, 1)),
            ("metadata_growing.nc", (1, 0)),
            ("metadata_h5.nc", (5, 0)),
        ] {
            assert_eq!(compare(file), expected, "{file}");
        }
    }

    #[test]
    fn a_damaged_coordinate_is_left_to_the_library() {
        let mut copies = Copies::of("metadata_h5.nc");
        let wanted = x(&fixture("metadata_h5.nc")).unwrap();
        // the first deflated bytes in the file are those of a chunk of x
        let first = copies.whole.windows(2).position(|window| window == b"x\x5e").unwrap();
        let mut left = 0;
        for at in first..first + 24 {
            match x(&copies.changed(|bytes| bytes[at] ^= 1 << (at % 8))) {
                Ok(found) => assert_eq!(found, wanted, "{at}"),
                Err(Unknown) => left += 1,
            }
        }
        assert!(left > 20, "{left}");
    }

    fn x(path: &Path) -> Known<Vec<i32>> {
        let source = Source::open(path).unwrap();
        let (_, storage) = Metadata::open(&source)?.variable(&source, "x")?.unwrap();
        read(&source, &storage)
    }
}
