//! The header of the classic formats, read to see that it is whole and how long the file must be.
//!
//! netcdf-c gives zeros for what is missing at the end of a classic file, so that a truncated one
//! would be read as wrong values, and a damaged header makes it take memory without bound or
//! crash. So this is asked first. Formats CDF-1, CDF-2 and CDF-5 as the NetCDF User's Guide,
//! "File Format Specifications", gives them. Everything else about these files is left to the library.

use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::error::NcError;

const DIMENSIONS: u64 = 10;
const VARIABLES: u64 = 11;
const ATTRIBUTES: u64 = 12;

/// Whether a file that begins so is of a classic format.
pub(crate) fn is_classic(start: &[u8]) -> bool {
    matches!(start, [b'C', b'D', b'F', 1 | 2 | 5, ..])
}

/// Refuses a file of a classic format that the library would read as something else.
///
/// # Errors
/// [`NcError::Damaged`] where its header is damaged or asks for more than there is, [`NcError::Open`].
pub(crate) fn check(path: &Path) -> Result<(), NcError> {
    let open = |source| NcError::Open { path: path.to_owned(), source };
    let damaged = |found| NcError::Damaged { path: path.to_owned(), found };
    let file = dayfold_files::open(path).map_err(open)?;
    let present = file.metadata().map_err(open)?.len();
    match needed_bytes(BufReader::new(file)) {
        Ok(needed) if needed <= present => Ok(()),
        Ok(needed) => Err(damaged(format!("it has {present} bytes and its header asks for {needed}"))),
        Err(error) => Err(damaged(format!("its header cannot be read ({error})"))),
    }
}

/// How many bytes a file of a classic format has at least, by its header; `stream` begins with it.
///
/// An error of kind `UnexpectedEof` where the header itself is cut off, `InvalidData` where it is none.
fn needed_bytes(stream: impl Read) -> io::Result<u64> {
    let mut header = Header::begin(stream)?;
    let records = header.count()?;
    // a writer that streams leaves the number of records open
    let open = records == if header.wide_counts { u64::MAX } else { u32::MAX.into() };
    let dimensions = header.list(DIMENSIONS, |header| {
        header.skip_name()?;
        header.count()
    })?;
    header.skip_attributes()?;
    let variables = header.list(VARIABLES, |header| header.variable(&dimensions))?;
    Ok(end_of(&variables, if open { 0 } else { records }))
}

struct Header<R> {
    stream: R,
    /// Counts take 8 bytes (CDF-5), not 4.
    wide_counts: bool,
    /// Offsets take 8 bytes (CDF-2 and CDF-5), not 4.
    wide_offsets: bool,
}

/// Where a variable's values are.
struct Extent {
    begin: u64,
    /// Of the variable, or of one record of it.
    bytes: u64,
    by_record: bool,
}

impl<R: Read> Header<R> {
    fn begin(mut stream: R) -> io::Result<Self> {
        let mut magic = [0; 4];
        stream.read_exact(&mut magic)?;
        Ok(Self { stream, wide_counts: magic[3] == 5, wide_offsets: magic[3] != 1 })
    }

    fn number(&mut self, wide: bool) -> io::Result<u64> {
        let mut bytes = [0; 8];
        let from = if wide { 0 } else { 4 };
        self.stream.read_exact(&mut bytes[from..])?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn count(&mut self) -> io::Result<u64> {
        self.number(self.wide_counts)
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match io::copy(&mut self.stream.by_ref().take(bytes), &mut io::sink())? {
            skipped if skipped == bytes => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn skip_name(&mut self) -> io::Result<()> {
        let length = self.count()?;
        self.skip(padded(length))
    }

    /// A tag, a count, and as many items; or zeros for no list.
    fn list<T>(&mut self, tag: u64, mut item: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<Vec<T>> {
        let found = self.number(false)?;
        let count = self.count()?;
        if found != tag && (found, count) != (0, 0) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn skip_attributes(&mut self) -> io::Result<()> {
        let skip = |header: &mut Self| {
            header.skip_name()?;
            let size = value_bytes(header.number(false)?)?;
            let count = header.count()?;
            header.skip(padded(size.saturating_mul(count)))
        };
        self.list(ATTRIBUTES, skip).map(|_| ())
    }

    fn variable(&mut self, dimensions: &[u64]) -> io::Result<Extent> {
        self.skip_name()?;
        let rank = self.count()?;
        let shape =
            (0..rank).map(|_| length_of(dimensions, self.count()?)).collect::<io::Result<Vec<_>>>()?;
        self.skip_attributes()?;
        let size = value_bytes(self.number(false)?)?;
        // the size that is given here is wrong by design for large variables
        self.count()?;
        let begin = self.number(self.wide_offsets)?;
        let by_record = shape.first() == Some(&0);
        let fixed = if by_record { shape.get(1..).unwrap_or_default() } else { &shape };
        let bytes = fixed.iter().fold(size, |bytes, &length| bytes.saturating_mul(length));
        Ok(Extent { begin, bytes, by_record })
    }
}

fn length_of(dimensions: &[u64], id: u64) -> io::Result<u64> {
    let length = usize::try_from(id).ok().and_then(|id| dimensions.get(id));
    length.copied().ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn value_bytes(kind: u64) -> io::Result<u64> {
    match kind {
        1 | 2 | 7 => Ok(1),
        3 | 8 => Ok(2),
        4 | 5 | 9 => Ok(4),
        6 | 10 | 11 => Ok(8),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn padded(bytes: u64) -> u64 {
    bytes.saturating_add(3) / 4 * 4
}

/// Records of all variables take turns; each is padded unless there is one such variable only.
fn end_of(variables: &[Extent], records: u64) -> u64 {
    let by_record: Vec<_> = variables.iter().filter(|variable| variable.by_record).collect();
    let stride = match by_record.as_slice() {
        [only] => only.bytes,
        several => several.iter().fold(0_u64, |sum, variable| sum.saturating_add(padded(variable.bytes))),
    };
    let end = |variable: &Extent| match (variable.by_record, records) {
        (false, _) => variable.begin.saturating_add(variable.bytes),
        (true, 0) => 0,
        (true, records) => {
            let before = stride.saturating_mul(records - 1);
            variable.begin.saturating_add(before).saturating_add(variable.bytes)
        }
    };
    variables.iter().map(end).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_files_of_each_format_are_just_long_enough() {
        let files: [&[u8]; 4] = [
            include_bytes!("../tests/fixtures/classic.nc"),
            include_bytes!("../tests/fixtures/offset64.nc"),
            include_bytes!("../tests/fixtures/cdf5.nc"),
            include_bytes!("../tests/fixtures/one_record.nc"),
        ];
        for file in files {
            let needed = needed_bytes(file).unwrap();
            let present = file.len() as u64;
            // the end may be padded to four bytes
            assert!(needed <= present && needed + 4 > present, "{needed} of {present}");
        }
    }

    #[test]
    fn a_cut_header_is_an_end_of_file() {
        let file = include_bytes!("../tests/fixtures/cdf5.nc");
        for end in 0..200 {
            let error = needed_bytes(&file[..end]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    proptest! {
        #[test]
        fn rubbish_is_an_error_or_a_length(version in 1_u8..6, bytes in prop::collection::vec(0_u8..14, 0..300)) {
            let _ = needed_bytes([b"CDF", &[version][..], &bytes].concat().as_slice());
        }
    }
}
