//! What the archive's files look like, by what some of them told: those of most. One odd file decides nothing.

use dayfold_contract::Group;
use dayfold_contract::job::{Layout, Probe};

/// So many files are looked at where they do not agree, and at most twice as many where some cannot be read.
const VOTES: usize = 5;

/// What a look at one file gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What is there.
    Told(Probe),
    /// It is readable and not what the task needs, or the task cannot be done: why.
    Wrong(String),
    /// It cannot be read, or no worker survives it.
    Unreadable,
}

/// What the files told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What most are like.
    Probe(Probe),
    /// None that was looked at is what the task needs.
    Wrong(String),
    /// None can be read.
    Unknown,
}

/// Answers by the places of the files in the plan.
#[derive(Debug, Default)]
pub struct Votes(Vec<(usize, Answer)>);

impl Votes {
    /// Counts one more.
    pub fn count(&mut self, place: usize, answer: Answer) {
        self.0.push((place, answer));
    }

    /// Whether no other file can change what follows, or enough have been looked at.
    pub fn are_enough(&self) -> bool {
        let told = self.0.iter().filter(|(_, answer)| *answer != Answer::Unreadable).count();
        let of_most = self.most().map(|(probe, votes)| (probe.layout.is_none(), votes));
        told >= VOTES || of_most.is_some_and(|(does_not_care, votes)| does_not_care || votes > VOTES / 2)
    }

    /// What follows from them.
    pub fn outcome(&self) -> Outcome {
        if let Some((probe, _)) = self.most() {
            return Outcome::Probe(probe.clone());
        }
        let wrong = self.0.iter().filter_map(|(place, answer)| match answer {
            Answer::Wrong(why) => Some((place, why)),
            _ => None,
        });
        wrong.min().map_or(Outcome::Unknown, |(_, why)| Outcome::Wrong(why.clone()))
    }

    /// What the most files are like, of two with as many what the first is; and how many they are.
    fn most(&self) -> Option<(&Probe, usize)> {
        let told = || {
            self.0.iter().filter_map(|(place, answer)| match answer {
                Answer::Told(probe) => Some((*place, probe)),
                _ => None,
            })
        };
        let fingerprint = |layout: &Option<Layout>| layout.as_ref().map(|layout| layout.fingerprint);
        let votes = |probe: &Probe| {
            told().filter(|(_, other)| fingerprint(&other.layout) == fingerprint(&probe.layout)).count()
        };
        let ranked = told().map(|(place, probe)| (votes(probe), std::cmp::Reverse(place), probe));
        ranked.max_by_key(|&(votes, place, _)| (votes, place)).map(|(votes, _, probe)| (probe, votes))
    }
}

/// The files to be looked at, spread over all groups, with their places among these; the first few tell most.
pub fn candidates(groups: &[Group]) -> Vec<(usize, String)> {
    let each = (2 * VOTES).div_ceil(groups.len().max(1));
    let of_group = |group: usize| {
        let files = groups.get(group).map(|group| group.files.as_slice()).unwrap_or_default();
        spread(files.len(), each).into_iter().filter_map(|place| files.get(place).cloned())
    };
    let files: Vec<String> = spread(groups.len(), 2 * VOTES).into_iter().flat_map(of_group).collect();
    let count = files.len();
    let mut order = vec![0, count.saturating_sub(1), count / 2, count / 4, 3 * count / 4];
    order.extend(0..count);
    let mut seen = std::collections::HashSet::new();
    order.retain(|&place| place < count && seen.insert(place));
    order.into_iter().filter_map(|place| Some((place, files.get(place)?.clone()))).collect()
}

/// So many places among `of`, as far apart as may be, in order.
fn spread(of: usize, count: usize) -> Vec<usize> {
    match count.min(of) {
        0 => Vec::new(),
        1 => vec![0],
        count => (0..count).map(|number| number * (of - 1) / (count - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::group;
    use dayfold_contract::Fingerprint;

    fn told(grid: &str) -> Answer {
        let layout = Layout { fingerprint: Fingerprint::of(grid.as_bytes()), description: grid.to_owned() };
        Answer::Told(Probe { layout: Some(layout), warnings: Vec::new() })
    }

    fn wrong(why: &str) -> Answer {
        Answer::Wrong(why.to_owned())
    }

    /// The grid, or why not; and how many were looked at.
    fn decided(answers: &[(usize, Answer)]) -> (String, usize) {
        let mut votes = Votes::default();
        for (place, answer) in answers {
            if votes.are_enough() {
                break;
            }
            votes.count(*place, answer.clone());
        }
        let outcome = match votes.outcome() {
            Outcome::Probe(probe) => {
                probe.layout.map_or_else(|| "any".to_owned(), |layout| layout.description)
            }
            Outcome::Wrong(why) => why,
            Outcome::Unknown => "unknown".to_owned(),
        };
        (outcome, votes.0.len())
    }

    #[test]
    fn most_files_decide_and_of_as_many_the_first() {
        assert_eq!(
            decided(&[(0, told("a")), (9, told("a")), (5, told("a")), (2, told("b"))]),
            ("a".into(), 3)
        );
        let odd_first = [(0, told("b")), (9, told("a")), (5, told("a")), (2, told("a"))];
        assert_eq!(decided(&odd_first), ("a".into(), 4));
        assert_eq!(decided(&[(9, told("b")), (0, told("a"))]), ("a".into(), 2));
    }

    #[test]
    fn what_is_wrong_with_all_is_told_and_what_is_wrong_with_some_is_not() {
        assert_eq!(decided(&[(0, wrong("no ghi")), (9, told("a"))]), ("a".into(), 2));
        let all: Vec<_> = (0..9).rev().map(|place| (place, wrong(&place.to_string()))).collect();
        assert_eq!(decided(&all), ("4".into(), 5));
        assert_eq!(decided(&[(0, Answer::Unreadable), (9, wrong("no ghi"))]), ("no ghi".into(), 2));
        assert_eq!(decided(&[(0, Answer::Unreadable)]), ("unknown".into(), 1));
        let any = Answer::Told(Probe { layout: None, warnings: Vec::new() });
        assert_eq!(
            decided(&[(0, any.clone()), (9, any)]),
            ("any".into(), 1),
            "a task to which it does not matter"
        );
    }

    #[test]
    fn files_are_spread_over_all_groups_and_over_all_files_of_few() {
        let many: Vec<Group> =
            (0..100).map(|name| group(&name.to_string(), &[&format!("{name}.nc"), "z.nc"])).collect();
        let names: Vec<String> = candidates(&many).into_iter().map(|(_, file)| file).collect();
        assert_eq!((names.len(), &names[..3]), (10, &["0.nc", "99.nc", "55.nc"].map(str::to_owned)[..]));
        let few = candidates(&[group("1", &["a", "b", "c"]), group("2", &["d"])]);
        let names: Vec<&str> = few.iter().map(|(_, file)| file.as_str()).collect();
        assert_eq!(names, ["a", "d", "c", "b"]);
        assert!(candidates(&[]).is_empty());
    }
}
