//! JSON files that carry their format's version and a checksum of all that stands behind it.
//!
//! What is damaged is told apart from what is not there, and what a newer program has written from
//! both. What becomes of either is the callers' business.

use std::io;
use std::path::Path;

use dayfold_contract::Fingerprint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::RunDirError;

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

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    format: u32,
    checksum: Fingerprint,
    #[serde(flatten)]
    content: T,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

/// The text of a file of this format. The content's own fields may not be called `format` or
/// `checksum`.
///
/// # Errors
/// If the content cannot be written as JSON.
pub fn text<T: Serialize>(format: u32, content: &T) -> Result<Vec<u8>, RunDirError> {
    let seal = || serde_json::to_vec_pretty(&Sealed { format, checksum: checksum(content)?, content });
    seal().map_err(RunDirError::Identity)
}

/// Reads a file of this format.
///
/// # Errors
/// If it cannot be read, or is of a newer format.
pub fn read<T: Serialize + DeserializeOwned>(path: &Path, format: u32) -> Result<Found<T>, RunDirError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::None),
        Err(source) => return Err(RunDirError::Unreadable { path: path.to_owned(), source }),
    };
    let newer = |found| RunDirError::NewerFormat { path: path.to_owned(), found, known: format };
    open(&text, format).map_err(newer)
}

/// What a file's text holds; if it is of a newer format, that.
fn open<T: Serialize + DeserializeOwned>(text: &[u8], format: u32) -> Result<Found<T>, u32> {
    if let Ok(FormatOnly { format: found }) = serde_json::from_slice(text)
        && found > format
    {
        return Err(found);
    }
    let sealed = serde_json::from_slice::<Sealed<T>>(text).ok();
    let whole = sealed.filter(|file| {
        file.format == format && checksum(&file.content).is_ok_and(|sum| sum == file.checksum)
    });
    Ok(whole.map_or(Found::Damaged, |file| Found::Whole(file.content)))
}

fn checksum<T: Serialize>(content: &T) -> Result<Fingerprint, serde_json::Error> {
    Ok(Fingerprint::of(&serde_json::to_vec(content)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Content = BTreeMap<String, Vec<u32>>;

    fn content() -> Content {
        BTreeMap::from([("here".to_owned(), vec![1, 20]), ("there".to_owned(), vec![])])
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        assert_eq!(read::<Content>(&path, 2).unwrap(), Found::None);
        crate::durable::replace(&path, &text(2, &content()).unwrap()).unwrap();
        assert_eq!(read(&path, 2).unwrap(), Found::Whole(content()));
        let newer = read::<Content>(&path, 1).unwrap_err().to_string();
        assert!(newer.contains("file.json has format 2") && newer.contains("reads format 1"), "{newer}");
    }

    #[test]
    fn no_cut_and_no_changed_byte_is_believed() {
        let whole = text(2, &content()).unwrap();
        for at in 0..whole.len() {
            assert_eq!(open::<Content>(&whole[..at], 2), Ok(Found::Damaged), "cut at {at}");
            for change in [0x01, 0x80] {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                match open::<Content>(&damaged, 2) {
                    // blanks between fields say nothing
                    Ok(Found::Whole(read)) => assert_eq!(read, content(), "byte {at}"),
                    Ok(other) => assert_eq!(other, Found::Damaged),
                    Err(format) => assert_eq!(format, 3, "the format's own digit"),
                }
            }
        }
    }

    #[test]
    fn another_format_is_not_believed() {
        assert_eq!(open::<Content>(&text(3, &content()).unwrap(), 2), Err(3));
        assert_eq!(open::<Content>(&text(1, &content()).unwrap(), 2), Ok(Found::Damaged));
    }
}
