//! Failures that are alike: the same cause, told of different groups. Where every group fails for the same
//! reason before any is done, the rest would, too.

use std::collections::{BTreeSet, HashMap};

use dayfold_contract::message::{Failure, ProgramEnd};
use dayfold_contract::{GroupId, GroupName};

/// So many groups that fail alike, before any is done, are enough.
pub const ENOUGH: usize = 5;

/// Where no two are alike, no more causes than this are remembered.
const REMEMBERED: usize = 1000;

/// What is the same in the failures of different groups: the reason and the last line of the log, without
/// the group's name, paths and numbers.
pub fn cause(group: &GroupName, reason: &str, log: &[String]) -> String {
    let last = log.iter().rev().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
    let text = format!("{reason} {last}").replace(group.as_str(), "#");
    text.split_whitespace().map(without_numbers).collect::<Vec<_>>().join(" ")
}

/// A path becomes a slash, a word with a digit in it a hash.
fn without_numbers(word: &str) -> String {
    if word.contains('/') {
        return "/".to_owned();
    }
    let mut words = String::new();
    for part in word.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let plain = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        match plain.contains(|c: char| c.is_ascii_digit()) {
            true => words.extend(["#", &part[plain.len()..]]),
            false => words += part,
        }
    }
    words
}

/// The causes of all failures so far, while no group is done.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    seen: HashMap<(String, Option<ProgramEnd>), Groups>,
    /// A group is done, or failures are accepted: nothing is counted any more.
    closed: bool,
}

#[derive(Clone, Debug, Default)]
struct Groups {
    tried: BTreeSet<GroupId>,
    given_up: usize,
    /// Of the first, in full.
    reason: String,
}

impl Causes {
    /// From now on nothing is counted.
    pub fn close(&mut self) {
        *self = Self { closed: true, ..Self::default() };
    }

    /// An attempt at a group failed; whether it is given up.
    pub fn failed(&mut self, id: GroupId, name: &GroupName, failure: &Failure, given_up: bool) {
        let key = (cause(name, &failure.reason, &failure.last_lines()), failure.program);
        if self.closed || self.seen.len() >= REMEMBERED && !self.seen.contains_key(&key) {
            return;
        }
        let groups = self.seen.entry(key).or_default();
        if groups.tried.is_empty() {
            groups.reason = failure.reason.clone();
        }
        groups.tried.insert(id);
        groups.given_up += usize::from(given_up);
    }

    /// How many groups were given up at most for one cause, while none is done.
    pub fn given_up(&self) -> Option<usize> {
        let most = || self.seen.values().map(|groups| groups.given_up).max().unwrap_or_default();
        (!self.closed).then(most)
    }

    /// Whether so many groups failed alike that it is to be known soon whether another attempt helps.
    pub fn are_suspicious(&self) -> bool {
        self.seen.values().any(|groups| groups.tried.len() >= ENOUGH)
    }

    /// The cause for which enough groups were given up: how many, and the first one's reason.
    pub fn common(&self) -> Option<(usize, &str)> {
        let enough = self.seen.values().filter(|groups| groups.given_up >= ENOUGH);
        let most = enough.max_by(|a, b| a.given_up.cmp(&b.given_up).then_with(|| b.reason.cmp(&a.reason)))?;
        Some((most.given_up, &most.reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(group: &str, reason: &str, last: &str) -> String {
        cause(&GroupName::new(group), reason, &[last.to_owned(), String::new()])
    }

    #[test]
    fn what_differs_between_groups_is_no_part_of_the_cause() {
        let of = |group: &str, number: u32| {
            let last = format!(
                "KeyError: '{group}' in /data/{group}/a b-{number}.nc at 0x7f{number} ({number}.5 s)"
            );
            told(group, &format!("./day.py failed for {group}"), &last)
        };
        assert_eq!(of("2022-01-01", 17), of("2022-01-02", 4));
        assert_eq!(of("january", 17), of("may", 4));
    }

    #[test]
    fn other_words_are_another_cause() {
        let of = |last| told("2022-01-01", "./day.py ended with exit code 1", last);
        assert_eq!(
            of("ModuleNotFoundError: No module named 'xarray'"),
            of("ModuleNotFoundError: No module named 'xarray'")
        );
        assert_ne!(
            of("ModuleNotFoundError: No module named 'xarray'"),
            of("ModuleNotFoundError: No module named 'dask'")
        );
        assert_ne!(of("MemoryError"), of("KeyError"));
    }
}
