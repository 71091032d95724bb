//! Telling the kernel what will be read next, so that it fetches it meanwhile.

use std::io;
use std::num::NonZeroU64;
use std::ops::Range;
use std::path::Path;

use rustix::fs::{Advice, fadvise};

use crate::source::BEGINNING;

/// Of one request Linux fetches not more than a device reads at once, often this.
const PIECE: u64 = 128 << 10;

/// Not more than this is announced of one file.
const MOST: u64 = 256 << 20;

/// Announces that ranges of bytes of a file will be read soon. What is beyond the end of the file is
/// left out.
///
/// A good guess for a file is where the one before was read: [`super::RunReader::touched`].
///
/// An error tells that the file cannot be opened; it can be ignored, since reading the file will tell
/// it again.
pub fn announce(path: &Path, ranges: &[Range<u64>]) -> io::Result<()> {
    let file = dayfold_files::open(path)?;
    let end = file.metadata()?.len();
    for piece in pieces(ranges, end) {
        // advice that is not taken is no error: some file systems have none
        let _ = fadvise(&file, piece.start, NonZeroU64::new(piece.end - piece.start), Advice::WillNeed);
    }
    Ok(())
}

/// The ranges, and the beginning, in pieces, as far as a file goes.
fn pieces(ranges: &[Range<u64>], end: u64) -> impl Iterator<Item = Range<u64>> {
    let beginning = 0..BEGINNING;
    let within = [&beginning].into_iter().chain(ranges).map(move |range| range.start..range.end.min(end));
    let starts: Vec<_> = within.filter(|range| !range.is_empty()).collect();
    let step = PIECE as usize;
    starts
        .into_iter()
        .flat_map(move |range| {
            let end = range.end;
            range.step_by(step).map(move |start| start..end.min(start + PIECE))
        })
        .take((MOST / PIECE) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_ranges_that_is_in_the_file_is_announced_in_pieces() {
        let found: Vec<_> =
            pieces(&[100_000..400_000, 900_000..5_000_000, 2_000_000..3_000_000], 1_000_000).collect();
        assert_eq!(
            found,
            [0..65_536, 100_000..231_072, 231_072..362_144, 362_144..400_000, 900_000..1_000_000]
        );
        let (everything, some) = (0..u64::MAX, 5..10);
        assert_eq!(pieces(std::slice::from_ref(&everything), u64::MAX).count() as u64, MOST / PIECE);
        assert_eq!(pieces(&[everything, some], 0).count(), 0);
    }

    #[test]
    fn any_file_can_be_announced_and_none_that_is_not_there() {
        let file = tempfile::NamedTempFile::new().unwrap();
        announce(file.path(), &[]).unwrap();
        announce(file.path(), &[0..5, 5..10]).unwrap();
        assert!(announce(&file.path().join("nowhere"), &[]).is_err());
    }
}
