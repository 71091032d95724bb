//! Reading a journal, whatever has befallen it.
//!
//! A line counts if it has its newline and its checksum. What comes after the last such line is the
//! tail: torn by a kill or a power cut, or still being written. It is dropped, and a writer goes on
//! in its place. A damaged line before others is another thing: a bit that flipped, a block that
//! was lost. Entries do not build on one another, and what is done is known by the partials
//! themselves, so that one is left out with a warning, and the others are kept.

use std::fs;
use std::path::{Path, PathBuf};

use dayfold_contract::Fingerprint;

use super::JournalError;
use super::entry::{Entry, FORMAT, Header};
use super::line;

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

/// What a last line without its newline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
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
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
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

struct Reader {
    path: PathBuf,
    history: History,
}

impl Reader {
    /// Lines up to the last whole one.
    fn lines(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let lines = bytes.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        for (index, line) in lines {
            let number = index + 1;
            if !line::is_whole(line) {
                self.warn(format!("line {number} is damaged: it is left out"));
            } else if number == 1 {
                self.header(line)?;
            } else {
                self.entry(line, number);
            }
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

    fn entry(&mut self, line: &[u8], number: usize) {
        match Entry::parse(line) {
            Some(entry) => self.history.entries.push(entry),
            None => self.warn(format!("line {number} holds no entry: it is left out")),
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
