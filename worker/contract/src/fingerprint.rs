//! Fingerprints: short digests that say whether two things are the same.
//!
//! One kind serves for runs, groups and the content of partials: 128 bits of BLAKE3, written as
//! 32 hexadecimal digits. They guard against damage and mix-ups, not against an adversary.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// So many bytes of short parts are hashed at once.
const GATHERED: usize = 16 << 10;

/// 128 bits of BLAKE3 over some content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self::shorten(blake3::hash(bytes))
    }

    /// The fingerprint of everything that `reader` gives until its end.
    pub fn of_reader(reader: impl Read) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(reader)?;
        Ok(Self::shorten(hasher.finalize()))
    }

    /// The fingerprint of parts in order; where one ends and the next begins counts.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        // short ones together: many small updates of the hash cost several times as much
        let (mut hasher, mut gathered) = (blake3::Hasher::new(), Vec::with_capacity(GATHERED));
        for part in parts {
            gathered.extend_from_slice(&(part.len() as u64).to_le_bytes());
            if gathered.len() + part.len() > GATHERED {
                hasher.update(&gathered);
                hasher.update(part);
                gathered.clear();
            } else {
                gathered.extend_from_slice(part);
            }
        }
        hasher.update(&gathered);
        Self::shorten(hasher.finalize())
    }

    fn shorten(hash: blake3::Hash) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&hash.as_bytes()[..16]);
        Self(short)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text that should be a fingerprint and is not.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a fingerprint: expected 32 hexadecimal digits in lower case")]
pub struct NotAFingerprint(String);

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let wrong = || NotAFingerprint(text.to_owned());
        let canonical = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(canonical) {
            return Err(wrong());
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| wrong())?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = NotAFingerprint;

    fn try_from(text: String) -> Result<Self, NotAFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let one = Fingerprint::of(b"one");
        assert_eq!(one.to_string().parse::<Fingerprint>().ok(), Some(one));
        assert_eq!(one.to_string().len(), 32);
        assert!("xyz".parse::<Fingerprint>().is_err());
        assert!(one.to_string().to_uppercase().parse::<Fingerprint>().is_err());
    }

    #[test]
    fn parts_are_not_run_together() {
        let ab_c = Fingerprint::of_parts([&b"ab"[..], b"c"]);
        let a_bc = Fingerprint::of_parts([&b"a"[..], b"bc"]);
        assert_ne!(ab_c, a_bc);
    }

    #[test]
    fn parts_of_any_length_are_hashed_each_with_its_length_before_it() {
        for lengths in
            [&[][..], &[0, 0], &[3; 5000], &[GATHERED - 8, 0, 1], &[1, 2 * GATHERED, 5, GATHERED, 0]]
        {
            let parts: Vec<Vec<u8>> = lengths.iter().map(|&length| vec![length as u8 ^ 7; length]).collect();
            let written = |part: &Vec<u8>| [&(part.len() as u64).to_le_bytes()[..], part].concat();
            let whole = parts.iter().flat_map(written).collect::<Vec<_>>();
            assert_eq!(Fingerprint::of_parts(parts.iter().map(Vec::as_slice)), Fingerprint::of(&whole));
        }
    }

    #[test]
    fn a_reader_gives_the_same_as_its_bytes() {
        let bytes = vec![7; 100_000];
        assert_eq!(Fingerprint::of_reader(&bytes[..]).ok(), Some(Fingerprint::of(&bytes)));
    }
}
