//! What stands in a long journal before the part that is read: groups are counted by their lines, and only the
//! lines that begin and end sessions are taken apart. So a look at a run of hundreds of thousands of groups counts
//! all of them, and stays quick.

use std::io::{self, BufRead};

use super::entry::Entry;
use super::line;

/// A line's event stands within so many of its first bytes.
const BEGINNING: usize = 160;

const EVENT: &[u8] = b"\"event\":\"";

/// A group's last attempt says so.
const NOT_AGAIN: &[u8] = b"\"again\":false";

/// Something that a journal tells before its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {
    /// A session begins or ends; `None` for what comes before the first of these.
    pub entry: Option<Entry>,
    /// What ended after that, and before the next.
    pub ended: Counts,
}

/// How many groups ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Well.
    pub done: usize,
    /// Given up.
    pub failed: usize,
    /// Attempts that failed, of groups that are tried again.
    pub retried: usize,
}

/// What the lines tell that begin in the first `bytes` bytes, or right behind them.
pub(super) fn read(mut journal: impl BufRead, bytes: u64) -> io::Result<Vec<Earlier>> {
    let (mut told, mut line, mut at) = (vec![Earlier::default()], Vec::new(), 0);
    while at <= bytes {
        line.clear();
        match journal.read_until(b'\n', &mut line)? {
            0 => break,
            read => at += read as u64,
        }
        take(line.strip_suffix(b"\n").unwrap_or(&line), &mut told);
    }
    Ok(told)
}

fn take(line: &[u8], told: &mut Vec<Earlier>) {
    let Some(event) = event(line) else { return };
    if matches!(event, b"session" | b"begun" | b"collating" | b"ended" | b"broken") && line::is_whole(line) {
        let entry = Entry::parse(line);
        told.push(Earlier { entry, ended: Counts::default() });
    }
    let Some(Earlier { ended, .. }) = told.last_mut() else { return };
    match event {
        b"finished" => ended.done += 1,
        b"attempt-failed" if has(line, NOT_AGAIN) => ended.failed += 1,
        b"attempt-failed" => ended.retried += 1,
        _ => {}
    }
}

fn event(line: &[u8]) -> Option<&[u8]> {
    let beginning = line.get(..BEGINNING.min(line.len()))?;
    let at = beginning.windows(EVENT.len()).position(|found| found == EVENT)? + EVENT.len();
    beginning.get(at..)?.split(|&byte| byte == b'"').next()
}

fn has(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|found| found == part)
}
