//! What the last step is expected to take, from what is known before the first: so much of the walltime
//! is kept for it.

use std::time::Duration;

use dayfold_contract::Plan;

/// For each partial, however small: it is opened and read, and its checksum proven.
const A_PARTIAL: Duration = Duration::from_millis(2);

/// The bytes of results that are collated in a second. It was 79 MB/s on two cores and a local disk
/// (276 MB in 3.5 s); a quarter of that is counted on.
const BYTES_A_SECOND: u64 = 20_000_000;

/// A number of a result.
const NUMBER: u64 = 8;

/// What collation is expected to take, generously, for a task that gives so many numbers for
/// each time. A file is taken for one time. What a program gives is not known, and only the number of its
/// results counts.
pub fn expected(plan: &Plan, numbers: Option<u64>) -> Duration {
    let partials = u32::try_from(plan.groups.len()).unwrap_or(u32::MAX);
    let times = plan.groups.iter().map(|group| group.files.len() as u64).sum::<u64>();
    // and the time itself
    let numbers = numbers.map_or(0, |numbers| numbers + 1);
    let bytes = times.saturating_mul(numbers).saturating_mul(NUMBER);
    A_PARTIAL.saturating_mul(partials) + Duration::from_secs(bytes.div_ceil(BYTES_A_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::{Group, GroupName};

    /// Ten years of 103 files a day.
    fn ten_years() -> Plan {
        let group = |day: usize| Group {
            name: GroupName::new(format!("{day}")),
            files: (0..103).map(|file| format!("{day}/{file}.nc")).collect(),
        };
        Plan { root: "archive".into(), groups: (0..3650).map(group).collect(), missing: Vec::new() }
    }

    #[test]
    fn how_much_there_is_to_collate_counts_and_not_only_in_how_many_parts() {
        let plan = ten_years();
        let milliseconds = |numbers| expected(&plan, numbers).as_millis();
        assert_eq!(milliseconds(None), 7300, "3,650 partials");
        assert_eq!(milliseconds(Some(4)), 7300 + 1000, "375,950 times of 5 numbers are 15.0 MB");
        assert_eq!(milliseconds(Some(8000)), 7300 + 1_204_000, "375,950 times of 8,001 numbers are 24.06 GB");
    }
}
