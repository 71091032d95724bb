//! Shards: parts of a plan that several supervisors do at the same time, on different nodes.
//!
//! Shard `I/N` takes every Nth group of the frozen plan, from the Ith on. An unsharded run is the
//! whole, `1/1`. Each shard has a lock, a journal and a list of failures of its own; partials are
//! shared.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of `count` parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    count: NonZeroU32,
    /// From 1, at most `count`.
    index: NonZeroU32,
}

/// A text that should name a shard and does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a shard: {why}")]
pub struct NotAShard {
    /// As it was given.
    text: String,
    why: String,
}

impl NotAShard {
    fn new(text: &str) -> Self {
        let parts = text.trim().split_once('/');
        let numbers = parts.and_then(|(index, count)| {
            Some((index.trim().parse::<u32>().ok()?, count.trim().parse::<u32>().ok()?))
        });
        let why = match numbers {
            Some((0, count)) if count > 0 => format!("the first of them is 1/{count}"),
            Some((index, count)) if count > 0 => {
                format!("{index} is more than {count}, and the last of {count} shards is {count}/{count}")
            }
            _ => "expected I/N, such as 1/4 to 4/4 for four of them".to_owned(),
        };
        Self { text: text.to_owned(), why }
    }
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self { count: NonZeroU32::MIN, index: NonZeroU32::MIN };

    /// Whether it is everything.
    pub fn is_whole(self) -> bool {
        self.count == NonZeroU32::MIN
    }

    /// Whether a group is in it, by its place in the plan.
    pub fn takes(self, place: usize) -> bool {
        // a plan of more groups than a u32 can count could not be held in memory
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        place % self.count == self.index.get() - 1
    }

    /// All shards of the same division, this one among them.
    pub fn all(self) -> impl Iterator<Item = Self> {
        (1..=self.count.get()).filter_map(NonZeroU32::new).map(move |index| Self { index, ..self })
    }

    /// Whether the plan is divided into as many parts.
    pub fn is_of_same_division(self, other: Self) -> bool {
        self.count == other.count
    }

    /// The name of a file that each shard has one of: `lock` becomes `lock.2-of-4`, and
    /// `failed.tsv` becomes `failed.2-of-4.tsv`; the whole has the plain name.
    pub fn file_name(self, stem: &str, extension: &str) -> String {
        let Self { count, index } = self;
        if self.is_whole() {
            format!("{stem}{extension}")
        } else {
            format!("{stem}.{index}-of-{count}{extension}")
        }
    }

    /// The shard whose file this is, where it is one: see [`Shard::file_name`].
    pub fn of_file_name(name: &str, stem: &str, extension: &str) -> Option<Self> {
        let middle = name.strip_prefix(stem)?.strip_suffix(extension)?;
        if middle.is_empty() {
            return Some(Self::WHOLE);
        }
        let (index, count) = middle.strip_prefix('.')?.split_once("-of-")?;
        let shard = Self::parse(index, count)?;
        (shard.file_name(stem, extension) == name).then_some(shard)
    }

    fn parse(index: &str, count: &str) -> Option<Self> {
        let (index, count): (NonZeroU32, NonZeroU32) = (index.parse().ok()?, count.parse().ok()?);
        (index <= count).then_some(Self { count, index })
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let parts = text.trim().split_once('/');
        let shard = parts.and_then(|(index, count)| Self::parse(index.trim(), count.trim()));
        shard.ok_or_else(|| NotAShard::new(text))
    }
}

impl TryFrom<String> for Shard {
    type Error = NotAShard;

    fn try_from(text: String) -> Result<Self, NotAShard> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().unwrap()
    }

    #[test]
    fn every_group_is_in_one_shard_and_the_parts_are_alike() {
        for count in 1..6 {
            let shards: Vec<_> = shard(&format!("1/{count}")).all().collect();
            assert_eq!(shards.len(), count);
            for place in 0..23 {
                assert_eq!(shards.iter().filter(|shard| shard.takes(place)).count(), 1, "{place} of {count}");
            }
            let sizes: Vec<_> =
                shards.iter().map(|shard| (0..23).filter(|&p| shard.takes(p)).count()).collect();
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
        }
        assert!(shard("2/3").takes(1) && shard("2/3").takes(4), "every third, from the second on");
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for wrong in ["", "1", "0/4", "5/4", "1/0", "-1/2", "1/2/3", "a/b", "1-of-2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong:?}");
        }
        assert_eq!(shard(" 3 / 4 ").to_string(), "3/4");
        assert_eq!(shard("1/1"), Shard::WHOLE);
    }

    #[test]
    fn files_are_named_by_their_shards() {
        assert_eq!(shard("2/4").file_name("failed", ".tsv"), "failed.2-of-4.tsv");
        assert_eq!(Shard::WHOLE.file_name("lock", ""), "lock");
        for shard in ["1/1", "2/4", "12/12"].map(shard) {
            let name = shard.file_name("journal", ".jsonl");
            assert_eq!(Shard::of_file_name(&name, "journal", ".jsonl"), Some(shard));
        }
        for other in ["lock.collate", "lock.1-of-2.claim-0", "lock.01-of-2", "lock.3-of-2", "locks", "lock."]
        {
            assert_eq!(Shard::of_file_name(other, "lock", ""), None, "{other}");
        }
    }
}
