//! JSON files that carry their format's version and a checksum of their bytes.
//!
//! What is damaged is told apart from what is not there, and what another dayfold has written in a way that
//! this one does not know from both. What becomes of either is the callers' business.
//!
//! The checksum is of bytes and not of values, so that a field more or less, from another dayfold of the same
//! format, is no damage. Format 1, of 51aab24 and before, has a checksum of its content as compact JSON, which is
//! the text without the blanks outside strings.

use std::io;
use std::path::Path;

use dayfold_contract::Fingerprint;
use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

use super::RunDirError;

/// The format of all sealed files as they are written now.
pub const FORMAT: u32 = 2;

/// The format whose checksum is of the content as compact JSON.
const OF_COMPACT_JSON: u32 = 1;

/// How many digits a checksum has.
const DIGITS: usize = 32;

/// What was found in the place of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// Nothing.
    None,
    /// Something that is not whole.
    Damaged,
    /// What was written.
    Whole(T),
}

/// A file that is whole, and of another dayfold.
#[derive(Debug, PartialEq, Eq)]
enum Foreign {
    /// Its format is newer.
    Newer(u32),
    /// It holds something that is not known here.
    Unknown(String),
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// The text of a file. The content is a struct with at least one field; none may be called `format` or
/// `checksum`.
///
/// # Errors
/// If the content cannot be written as JSON.
pub fn text<T: Serialize>(content: &T) -> Result<Vec<u8>, RunDirError> {
    seal(FORMAT, content).map_err(RunDirError::Identity)
}

fn seal<T: Serialize>(format: u32, content: &T) -> Result<Vec<u8>, serde_json::Error> {
    let content = serde_json::to_vec_pretty(content)?;
    let fields = content.strip_prefix(b"{").filter(|fields| *fields != b"}");
    let fields = fields.ok_or_else(|| serde_json::Error::custom("a sealed file needs fields"))?;
    let (head, tail) = (head(format), [b"\",", fields].concat());
    let checksum = checksum(&head, &tail).to_string();
    Ok([&head, checksum.as_bytes(), &tail].concat())
}

/// All before the checksum's digits.
fn head(format: u32) -> Vec<u8> {
    format!("{{\n  \"format\": {format},\n  \"checksum\": \"").into_bytes()
}

fn checksum(head: &[u8], tail: &[u8]) -> Fingerprint {
    Fingerprint::of_parts([head, tail])
}

/// Reads a file.
///
/// # Errors
/// If it cannot be read, is of a newer format, or holds what this dayfold does not know.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Found<T>, RunDirError> {
    let text = match dayfold_files::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::None),
        Err(source) => return Err(RunDirError::Unreadable { path: path.to_owned(), source }),
    };
    open(&text).map_err(|foreign| {
        let path = path.to_owned();
        match foreign {
            Foreign::Newer(found) => RunDirError::NewerFormat { path, found, known: FORMAT },
            Foreign::Unknown(why) => RunDirError::UnknownContent { path, why },
        }
    })
}

/// What a file's text holds.
fn open<T: DeserializeOwned>(text: &[u8]) -> Result<Found<T>, Foreign> {
    let Ok(FormatOnly { format }) = serde_json::from_slice(text) else { return Ok(Found::Damaged) };
    let is_whole = match format {
        OF_COMPACT_JSON => is_whole_of_compact_json(text),
        FORMAT => is_whole(text),
        newer if newer > FORMAT => return Err(Foreign::Newer(newer)),
        _ => false,
    };
    if !is_whole {
        return Ok(Found::Damaged);
    }
    serde_json::from_slice(text).map(Found::Whole).map_err(|error| Foreign::Unknown(error.to_string()))
}

/// Whether its bytes are those that were written.
fn is_whole(text: &[u8]) -> bool {
    let head = head(FORMAT);
    let sealed = text.strip_prefix(&head[..]).and_then(|rest| rest.split_at_checked(DIGITS));
    sealed.is_some_and(|(digits, tail)| checksum(&head, tail).to_string().as_bytes() == digits)
}

/// The same of a file of format 1.
fn is_whole_of_compact_json(text: &[u8]) -> bool {
    let compact = without_blanks(text);
    let rest = compact.strip_prefix(br#"{"format":1,"checksum":""#);
    let sealed = rest.and_then(|rest| rest.split_at_checked(DIGITS));
    sealed.is_some_and(|(digits, tail)| {
        let fields = tail.strip_prefix(b"\",");
        let content = fields.map(|fields| [b"{", fields].concat());
        content.is_some_and(|content| Fingerprint::of(&content).to_string().as_bytes() == digits)
    })
}

/// JSON text without the blanks outside of strings.
fn without_blanks(text: &[u8]) -> Vec<u8> {
    let (mut in_string, mut is_escaped) = (false, false);
    let is_kept = |byte: &u8| {
        let ends_or_begins = *byte == b'"' && !is_escaped;
        is_escaped = in_string && *byte == b'\\' && !is_escaped;
        in_string ^= ends_or_begins;
        in_string || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
    };
    text.iter().copied().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Content {
        fields: BTreeMap<String, Vec<u32>>,
    }

    /// With blanks, quotes and backslashes in strings.
    fn content() -> Content {
        let fields = [("h \"er\\e\\\" ", vec![1, 20]), ("th\tere", vec![])];
        Content { fields: fields.map(|(name, numbers)| (name.to_owned(), numbers)).into() }
    }

    /// As 51aab24 wrote it.
    fn text_of_format_1<T: Serialize>(content: &T) -> Vec<u8> {
        #[derive(Serialize)]
        struct Sealed<'a, T> {
            format: u32,
            checksum: Fingerprint,
            #[serde(flatten)]
            content: &'a T,
        }
        let checksum = Fingerprint::of(&serde_json::to_vec(content).unwrap());
        serde_json::to_vec_pretty(&Sealed { format: 1, checksum, content }).unwrap()
    }

    #[test]
    fn what_was_written_is_read_in_both_formats() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        assert_eq!(read::<Content>(&path).unwrap(), Found::None);
        for text in [text(&content()).unwrap(), text_of_format_1(&content())] {
            crate::durable::replace(&path, &text).unwrap();
            assert_eq!(read(&path).unwrap(), Found::Whole(content()));
        }
    }

    #[test]
    fn a_newer_format_is_refused_and_an_unknown_older_one_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        crate::durable::replace(&path, &seal(FORMAT + 1, &content()).unwrap()).unwrap();
        let newer = read::<Content>(&path).unwrap_err().to_string();
        assert!(newer.contains("file.json has format 3") && newer.contains("reads format 2"), "{newer}");
        assert_eq!(open::<Content>(&seal(0, &content()).unwrap()), Ok(Found::Damaged));
    }

    #[test]
    fn no_cut_and_no_changed_byte_is_believed() {
        for (is_of_bytes, whole) in [(true, text(&content()).unwrap()), (false, text_of_format_1(&content()))]
        {
            for at in 0..whole.len() {
                assert_eq!(open::<Content>(&whole[..at]), Ok(Found::Damaged), "cut at {at}");
                for change in [0x01, 0x02, 0x80] {
                    let mut damaged = whole.clone();
                    damaged[at] ^= change;
                    match open::<Content>(&damaged) {
                        // in format 1 blanks between fields say nothing
                        Ok(Found::Whole(read)) if !is_of_bytes => assert_eq!(read, content(), "byte {at}"),
                        Ok(other) => assert_eq!(other, Found::Damaged, "byte {at}"),
                        Err(foreign) => assert_eq!(foreign, Foreign::Newer(3), "the format's own digit"),
                    }
                }
            }
        }
    }

    #[test]
    fn a_field_more_or_less_is_no_damage() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Older {
            a: u32,
        }
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Newer {
            a: u32,
            #[serde(default)]
            b: u32,
        }
        for text in [text(&Newer { a: 1, b: 2 }).unwrap(), text_of_format_1(&Newer { a: 1, b: 2 })] {
            assert_eq!(open(&text), Ok(Found::Whole(Older { a: 1 })));
        }
        for text in [text(&Older { a: 1 }).unwrap(), text_of_format_1(&Older { a: 1 })] {
            assert_eq!(open(&text), Ok(Found::Whole(Newer { a: 1, b: 0 })));
        }
    }

    #[test]
    fn what_is_whole_and_not_understood_is_not_called_damaged() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Other {
            fields: u32,
        }
        assert!(matches!(open::<Other>(&text(&content()).unwrap()), Err(Foreign::Unknown(_))));
    }
}
