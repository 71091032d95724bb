//! Reading a journal, whatever has befallen it.
//!
//! A line counts if it has its newline and its checksum. What comes after the last such line is the
//! tail: torn by a kill or a power cut, or still being written. It is dropped, and a writer goes on
//! in its place. A damaged line before others is another thing: a bit that flipped, a block that
//! was lost. Entries do not build on one another, and what is done is known by the partials
//! themselves, so that one is left out with a warning, and the others are kept.

use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use dayfold_contract::Fingerprint;

use super::JournalError;
use super::earlier::{self, Earlier};
use super::entry::{Entry, FORMAT, Header};
use super::line;

/// No header is longer.
const LONGEST_HEAD: u64 = 4096;

/// Reads of a long journal are so large.
const BUFFER: usize = 1 << 20;

/// What a journal tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// In the order in which they were written.
    pub entries: Vec<Entry>,
    /// The run that it belongs to; `None` where the header is damaged or not there yet.
    pub run: Option<Fingerprint>,
    /// For people: what was left out, and why.
    pub warnings: Vec<String>,
}

/// Reads a journal, also while it is being written. Empty where there is none.
pub fn read(path: &Path) -> Result<History, JournalError> {
    Ok(examine(path, Tail::MayBeInTheMaking)?.map(|found| found.history).unwrap_or_default())
}

/// The head of a journal and its last entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// What these tell.
    pub history: History,
    /// What stands before them, counted.
    pub earlier: Vec<Earlier>,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// Reads the head of a journal and what is in about its last `most` bytes; `None` where there is
/// none. A journal of a long run is large, and who only wants to know how it goes does not need it.
///
/// # Errors
/// If it cannot be read, or is of another version.
pub fn read_end(path: &Path, most: u64, tail: Tail) -> Result<Option<Ending>, JournalError> {
    match parts(path, most) {
        Ok(Some(Parts { head, earlier, end })) => {
            let mut reader = Reader { path: path.to_owned(), history: History::default() };
            reader.line(&head, Place::Line(1))?;
            reader.end(&end, tail)?;
            Ok(Some(Ending { history: reader.history, earlier, is_whole: false }))
        }
        Ok(None) => {
            let whole = examine(path, tail)?;
            Ok(whole.map(|found| Ending { history: found.history, earlier: Vec::new(), is_whole: true }))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(JournalError::Read { path: path.to_owned(), source }),
    }
}

/// The parts of a long journal.
struct Parts {
    /// The first line.
    head: Vec<u8>,
    /// All that does not begin in the end.
    earlier: Vec<Earlier>,
    /// The last bytes.
    end: Vec<u8>,
}

/// The parts, of which the last has `most` bytes; `None` where that is about all of it.
fn parts(path: &Path, most: u64) -> io::Result<Option<Parts>> {
    let mut file = dayfold_files::open(path)?;
    let Some(skipped) = file.metadata()?.len().checked_sub(most).filter(|&skipped| skipped > LONGEST_HEAD)
    else {
        return Ok(None);
    };
    let (mut head, mut end) = (Vec::new(), Vec::new());
    file.by_ref().take(LONGEST_HEAD).read_to_end(&mut head)?;
    head.truncate(head.iter().position(|&byte| byte == b'\n').unwrap_or(head.len()));
    file.seek(SeekFrom::Start(0))?;
    let earlier = earlier::read(BufReader::with_capacity(BUFFER, &file), skipped)?;
    file.seek(SeekFrom::Start(skipped))?;
    file.read_to_end(&mut end)?;
    Ok(Some(Parts { head, earlier, end }))
}

/// What a last line without its newline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Somebody may be writing it.
    MayBeInTheMaking,
    /// Nobody writes: it was torn.
    IsTorn,
}

/// A journal's content and how far it is good.
pub(super) struct Examined {
    pub history: History,
    /// Bytes up to the end of the last whole line.
    pub good: u64,
    /// Bytes in all.
    pub length: u64,
}

/// Reads and judges a journal; `None` where there is none.
pub(super) fn examine(path: &Path, tail: Tail) -> Result<Option<Examined>, JournalError> {
    let bytes = match dayfold_files::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(JournalError::Read { path: path.to_owned(), source }),
    };
    let good = end_of_last_whole_line(&bytes);
    let mut reader = Reader { path: path.to_owned(), history: History::default() };
    reader.lines(bytes.get(..good).unwrap_or_default())?;
    reader.tail(bytes.get(good..).unwrap_or_default(), tail);
    Ok(Some(Examined { history: reader.history, good: good as u64, length: bytes.len() as u64 }))
}

fn end_of_last_whole_line(bytes: &[u8]) -> usize {
    let mut good = 0;
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        if line.strip_suffix(b"\n").is_some_and(line::is_whole) {
            good = at;
        }
    }
    good
}

/// Where a line is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// By its number; the first is the header.
    Line(usize),
    /// Somewhere in so many bytes.
    InTheLast(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::InTheLast(bytes) => write!(f, "a line of the last {bytes} bytes"),
        }
    }
}

struct Reader {
    path: PathBuf,
    history: History,
}

impl Reader {
    /// Lines up to the last whole one.
    fn lines(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let mut lines = bytes.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        lines.try_for_each(|(index, line)| self.line(line, Place::Line(index + 1)))
    }

    /// The last bytes of a journal, which begin anywhere in a line.
    fn end(&mut self, bytes: &[u8], tail: Tail) -> Result<(), JournalError> {
        let first = bytes.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1);
        let bytes = bytes.get(first..).unwrap_or_default();
        let (lines, rest) = bytes.split_at(end_of_last_whole_line(bytes).min(bytes.len()));
        let mut lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines.try_for_each(|line| self.line(line, Place::InTheLast(bytes.len())))?;
        self.tail(rest, tail);
        Ok(())
    }

    fn line(&mut self, line: &[u8], place: Place) -> Result<(), JournalError> {
        if !line::is_whole(line) {
            self.warn(format!("{place} is damaged: it is left out"));
        } else if place == Place::Line(1) {
            self.header(line)?;
        } else {
            self.entry(line, place);
        }
        Ok(())
    }

    fn header(&mut self, line: &[u8]) -> Result<(), JournalError> {
        match serde_json::from_slice::<Header>(line) {
            Ok(Header { journal: FORMAT, run }) => self.history.run = Some(run),
            Ok(Header { journal: found, .. }) => {
                return Err(JournalError::Format { path: self.path.clone(), found });
            }
            Err(_) => self.warn("line 1 is not a journal's header: it is left out".into()),
        }
        Ok(())
    }

    fn entry(&mut self, line: &[u8], place: Place) {
        match Entry::parse(line) {
            Some(entry) => self.history.entries.push(entry),
            None => self.warn(format!("{place} holds no entry: it is left out")),
        }
    }

    /// What comes after the last whole line.
    fn tail(&mut self, bytes: &[u8], tail: Tail) {
        let is_damage = tail == Tail::IsTorn || bytes.contains(&b'\n');
        if !bytes.is_empty() && is_damage {
            self.warn(format!("the last {} bytes are no whole line: they are left out", bytes.len()));
        }
    }

    fn warn(&mut self, what: String) {
        self.history.warnings.push(format!("{}: {what}", self.path.display()));
    }
}
