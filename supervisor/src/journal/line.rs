//! One line: a JSON object that ends with a checksum of what comes before it.
//!
//! The checksum is written as the object's last field, so that a line is still JSON for everyone.
//! It is compared as text, of the whole line from its first byte: a line that was torn, merged with
//! its neighbour, or changed by a single bit does not pass.

use std::io;

use dayfold_contract::Fingerprint;
use serde::Serialize;

const BEFORE_SUM: &[u8] = b",\"sum\":\"";
const AFTER_SUM: &[u8] = b"\"}";
/// A fingerprint's digits.
const SUM_LENGTH: usize = 32;

/// Adds `object` as a line, with its newline. An error leaves `lines` as it was.
pub fn push(lines: &mut Vec<u8>, object: &impl Serialize) -> io::Result<()> {
    let start = lines.len();
    let written =
        serde_json::to_writer(&mut *lines, object).map_err(io::Error::from).and_then(|()| seal(lines, start));
    if written.is_err() {
        lines.truncate(start);
    }
    written
}

/// Puts the checksum into the object that begins at `start`.
fn seal(lines: &mut Vec<u8>, start: usize) -> io::Result<()> {
    let object = lines.get(start..).and_then(|object| object.strip_prefix(b"{")?.strip_suffix(b"}"));
    if object.is_none_or(|fields| fields.is_empty()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a line of a journal must be an object with fields",
        ));
    }
    lines.pop();
    let sum = sum(lines.get(start..).unwrap_or_default());
    lines.extend_from_slice(BEFORE_SUM);
    lines.extend_from_slice(sum.as_bytes());
    lines.extend_from_slice(AFTER_SUM);
    lines.push(b'\n');
    Ok(())
}

/// Whether a line, without its newline, is as it was written.
pub fn is_whole(line: &[u8]) -> bool {
    let tail = BEFORE_SUM.len() + SUM_LENGTH + AFTER_SUM.len();
    let Some((content, tail)) = line.len().checked_sub(tail).and_then(|at| line.split_at_checked(at)) else {
        return false;
    };
    let found = tail.strip_prefix(BEFORE_SUM).and_then(|rest| rest.strip_suffix(AFTER_SUM));
    found == Some(sum(content).as_bytes())
}

fn sum(content: &[u8]) -> String {
    Fingerprint::of(content).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> Vec<u8> {
        let mut lines = Vec::new();
        push(&mut lines, &json!({"event": "started", "group": "2022-02-01\n"})).unwrap();
        lines
    }

    #[test]
    fn a_line_is_whole_and_json() {
        let lines = line();
        let line = lines.strip_suffix(b"\n").unwrap();
        assert!(is_whole(line) && !line.contains(&b'\n'));
        let object: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_eq!(object["group"], "2022-02-01\n");
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let lines = line();
        let line = lines.strip_suffix(b"\n").unwrap();
        for at in 0..line.len() {
            assert!(!is_whole(&line[..at]), "cut at {at}");
            assert!(at == 0 || !is_whole(&line[at..]), "cut before {at}");
            for bit in 0..8 {
                let mut damaged = line.to_vec();
                damaged[at] ^= 1 << bit;
                assert!(!is_whole(&damaged), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn what_is_no_object_is_refused_and_leaves_nothing() {
        let mut lines = line();
        let before = lines.clone();
        for wrong in [json!([1]), json!("a"), json!({})] {
            assert!(push(&mut lines, &wrong).is_err());
        }
        assert_eq!(lines, before);
    }
}
