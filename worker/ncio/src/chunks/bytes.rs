//! Bytes of stored chunks, read from the file: several at once, in the order of the file, and
//! neighbours by one call.

use std::ops::Range;

use super::index::Stored;
use crate::decode::ChunkError;
use crate::source::Source;

/// So many bytes are read ahead of their use, for one field: what three fields have ahead should stay
/// in the second cache together with a chunk of each.
const AHEAD: u64 = 128 << 10;

/// Gaps between chunks are read with them if they are not larger than this and the chunk before.
const GAP: u64 = 4 << 10;

/// Chunks that were read, each by a number that the caller gives it.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    bytes: Vec<u8>,
    chunks: Vec<(usize, Range<usize>)>,
    /// Where in the file was read so far.
    touched: Vec<Range<u64>>,
}

impl Ahead {
    /// The bytes of a chunk, if it is among those that were read last.
    pub(super) fn get(&self, number: usize) -> Option<&[u8]> {
        let at = self.chunks.binary_search_by_key(&number, |(have, _)| *have).ok()?;
        self.bytes.get(self.chunks.get(at)?.1.clone())
    }

    /// Has no chunk from now on: the numbers get other meanings.
    pub(super) fn forget(&mut self) {
        self.chunks.clear();
    }

    /// Where in the file was read so far, coarsely.
    pub(super) fn touched(&self) -> &[Range<u64>] {
        &self.touched
    }

    /// Reads the first of some chunks and those after it, as far as they are to be held at once; no
    /// chunk may be larger than `most`. An error is that of the chunk with the number.
    pub(super) fn read(
        &mut self,
        file: &Source,
        most: u64,
        chunks: impl Iterator<Item = (usize, Stored)>,
    ) -> Result<(), (usize, ChunkError)> {
        self.forget();
        let mut batch = batch(file, most, chunks)?;
        batch.sort_unstable_by_key(|(_, stored)| stored.address);
        let mut used = 0;
        for group in batch.chunk_by(|(_, one), (_, next)| adjoin(*one, *next)) {
            used = self.read_group(file, group, used)?;
        }
        self.chunks.sort_unstable_by_key(|(number, _)| *number);
        Ok(())
    }

    /// Reads chunks that adjoin by one call, behind the `used` bytes.
    fn read_group(
        &mut self,
        file: &Source,
        group: &[(usize, Stored)],
        used: usize,
    ) -> Result<usize, (usize, ChunkError)> {
        let [(number, first), ..] = group else { return Ok(used) };
        let end = group.iter().map(|(_, chunk)| chunk.address + chunk.bytes).max().unwrap_or(0);
        let bytes = end - first.address;
        let place = |address: u64| used + (address - first.address) as usize;
        let end_place = place(end);
        if self.bytes.len() < end_place {
            self.bytes.resize(end_place, 0);
        }
        let room = self.bytes.get_mut(used..end_place).unwrap_or_default();
        file.read(first.address, room)
            .map_err(|source| (*number, ChunkError::Read { address: first.address, bytes, source }))?;
        self.chunks.extend(
            group
                .iter()
                .map(|(number, chunk)| (*number, place(chunk.address)..place(chunk.address + chunk.bytes))),
        );
        self.note(first.address..end);
        Ok(end_place)
    }

    fn note(&mut self, read: Range<u64>) {
        match self.touched.last_mut() {
            Some(last) if last.start <= read.start && read.start <= last.end.saturating_add(AHEAD) => {
                last.end = last.end.max(read.end);
            }
            _ => self.touched.push(read),
        }
    }
}

/// Checks that a chunk is within the file, and is not larger than `most`.
fn check(file: &Source, stored: Stored, most: u64) -> Result<(), ChunkError> {
    let (Stored { address, bytes, .. }, present) = (stored, file.bytes());
    if bytes > most {
        return Err(ChunkError::Stored { bytes, most });
    }
    match address.checked_add(bytes) {
        Some(end) if end <= present => Ok(()),
        _ => Err(ChunkError::Outside { address, bytes, present }),
    }
}

/// The first chunks, up to so many bytes; at least one. A wrong one among them ends them; one at the
/// beginning is an error.
fn batch(
    file: &Source,
    most: u64,
    chunks: impl Iterator<Item = (usize, Stored)>,
) -> Result<Vec<(usize, Stored)>, (usize, ChunkError)> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    for (number, stored) in chunks {
        match check(file, stored, most) {
            Err(error) if batch.is_empty() => return Err((number, error)),
            Err(_) => break,
            Ok(()) => bytes += stored.bytes,
        }
        if bytes > AHEAD && !batch.is_empty() {
            break;
        }
        batch.push((number, stored));
    }
    Ok(batch)
}

/// Whether one read is better than two. Chunks that overlap do not occur, and are read apart.
fn adjoin(one: Stored, next: Stored) -> bool {
    next.address.checked_sub(one.address + one.bytes).is_some_and(|gap| gap <= GAP.min(one.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const MOST: u64 = 1 << 20;

    fn file(bytes: &[u8]) -> Source {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Source::open(file.path()).unwrap()
    }

    fn stored(address: u64, bytes: u64) -> Stored {
        Stored { address, bytes, skipped: 0 }
    }

    #[test]
    fn chunks_come_back_by_their_numbers_whatever_their_order_in_the_file() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|index| (index / 7) as u8).collect();
        let file = file(&bytes);
        let chunks =
            [(7, stored(50_000, 100)), (3, stored(10, 20)), (4, stored(30, 5)), (9, stored(90_000, 10_000))];
        let mut ahead = Ahead::default();
        for _ in 0..2 {
            ahead.read(&file, MOST, chunks.iter().copied()).unwrap();
            for (number, chunk) in chunks {
                let wanted = &bytes[chunk.address as usize..(chunk.address + chunk.bytes) as usize];
                assert_eq!(ahead.get(number), Some(wanted), "{number}");
            }
            assert_eq!(ahead.get(0), None);
        }
        assert_eq!(ahead.touched().first(), Some(&(10..100_000)));
    }

    #[test]
    fn no_more_is_read_ahead_than_has_room_and_at_least_one() {
        let file = file(&vec![1; 3 << 20]);
        let chunks = |bytes: u64| (0..3).map(move |number| (number as usize, stored(number * bytes, bytes)));
        let mut ahead = Ahead::default();
        ahead.read(&file, MOST, chunks(AHEAD / 2)).unwrap();
        assert!(ahead.get(1).is_some() && ahead.get(2).is_none());
        ahead.read(&file, MOST, chunks(MOST)).unwrap();
        assert!(ahead.get(0).is_some() && ahead.get(1).is_none());
    }

    #[test]
    fn what_is_not_in_the_file_is_told_when_it_is_wanted() {
        let file = file(&[1; 1000]);
        let mut ahead = Ahead::default();
        let mut read = |chunks: &[(usize, Stored)]| ahead.read(&file, 500, chunks.iter().copied());
        for outside in [stored(990, 11), stored(u64::MAX, 2), stored(5000, 1), stored(u64::MAX - 400, 400)] {
            assert!(matches!(read(&[(5, outside)]), Err((5, ChunkError::Outside { present: 1000, .. }))));
            assert!(read(&[(4, stored(0, 10)), (5, outside)]).is_ok());
        }
        assert!(matches!(
            read(&[(5, stored(0, 501))]),
            Err((5, ChunkError::Stored { bytes: 501, most: 500 }))
        ));
    }
}
