//! A group's time steps, in order, each time once.

use dayfold_ncio::time::UtcTime;

use super::means::Means;

/// All regions at one time.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub time: UtcTime,
    /// The file it is from, relative to the archive's root.
    pub file: String,
    /// In the regions' order.
    pub means: Vec<Means>,
}

/// Two files that say different things of the same time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{first} and {second} both hold {time}, with different values: remove one of them, or narrow the archive's pattern"
)]
pub struct Contradiction {
    /// The time that both hold.
    pub time: UtcTime,
    /// The earlier of the group's files.
    pub first: String,
    /// The later one.
    pub second: String,
}

/// Sorts steps that come in the order of their files, and keeps one of those that are the same to the bit.
pub fn merge(mut steps: Vec<Step>) -> Result<Vec<Step>, Contradiction> {
    steps.sort_by_key(|step| step.time);
    let mut merged: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match merged.last() {
            Some(last) if last.time == step.time && !same(last, &step) => {
                return Err(Contradiction { time: step.time, first: last.file.clone(), second: step.file });
            }
            Some(last) if last.time == step.time => {}
            _ => merged.push(step),
        }
    }
    Ok(merged)
}

fn same(one: &Step, other: &Step) -> bool {
    one.means.len() == other.means.len()
        && one.means.iter().zip(&other.means).all(|(one, other)| one.same_as(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(time: i64, file: &str, actual: f64) -> Step {
        let means = vec![Means { actual, ideal: f64::NAN, ratio: f64::NAN, cells: 1 }];
        Step { time: UtcTime(time), file: file.to_owned(), means }
    }

    #[test]
    fn times_are_sorted_and_equal_ones_kept_once() {
        let merged = merge(vec![step(20, "a", 1.0), step(10, "b", 2.0), step(20, "b", 1.0)]).unwrap();
        let plain: Vec<_> = merged.iter().map(|step| (step.time.0, &step.file[..])).collect();
        assert_eq!(plain, [(10, "b"), (20, "a")]);
    }

    #[test]
    fn a_contradiction_names_both_files_and_the_time() {
        let error = merge(vec![step(0, "a", 1.0), step(0, "b", 2.0)]).unwrap_err();
        assert!(error.to_string().starts_with("a and b both hold 1970-01-01T00:00:00Z"), "{error}");
    }
}
