//! Whether the groups of a plan cover all times of a final file: what is to take its place must not have less.
//!
//! A group's name tells its days, but not in which time zone they are: the times of a day may lie up to 14 hours
//! before or behind it in UTC. So a plan covers times if with some offset of that kind each can be in a group.

use dayfold_contract::plan::GroupBy;
use dayfold_contract::{GroupName, Plan};
use dayfold_ncio::time::UtcTime;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// No time zone is further from UTC, microseconds.
const LARGEST_OFFSET: i64 = 14 * 3_600_000_000;

/// The days of a group, from the first to the one behind the last, in microseconds since 1970 as if in UTC.
struct Days<'a> {
    name: &'a GroupName,
    begin: i64,
    end: i64,
}

/// Why not all of these times are covered, in words; `None` where they are.
pub fn lacking(times: &[UtcTime], plan: &Plan, group: GroupBy) -> Option<String> {
    let (first, last) = (times.iter().min()?, times.iter().max()?);
    let days: Option<Vec<Days<'_>>> = plan.groups.iter().map(|it| days(&it.name, group)).collect();
    let Some(mut days) = days else {
        return Some("whether this run covers its times cannot be told from the groups' names".to_owned());
    };
    days.sort_by_key(|days| days.begin);
    let beyond = |(from, to): (&Days<'_>, &Days<'_>)| {
        let (from, to) = (from.name, to.name);
        format!("its times, {first} to {last}, reach beyond the groups of this run, {from} to {to}")
    };
    let Some((from, to)) = days.first().zip(days.last()) else {
        return Some(format!("it has times, {first} to {last}, and this run has no groups"));
    };
    // all offsets with which the first and the last time are in the groups
    let least = (last.0 - to.end + 1).max(-LARGEST_OFFSET);
    let most = (first.0 - from.begin).min(LARGEST_OFFSET);
    if least > most {
        return Some(beyond((from, to)));
    }
    let hole = |pair: &[Days<'_>]| {
        let [before, after] = pair else { return None };
        // outside the groups whatever the offset
        let surely = before.end + most..after.begin + least;
        let time = times.iter().find(|time| surely.contains(&time.0))?;
        let (before, after) = (before.name, after.name);
        Some(format!("it has the time {time}, and this run has no group between {before} and {after}"))
    };
    days.windows(2).find_map(hole)
}

/// `None` where the name tells none.
fn days(name: &GroupName, group: GroupBy) -> Option<Days<'_>> {
    let text = name.as_str();
    let (first, length): (String, Span) = match group {
        GroupBy::File => return None,
        GroupBy::Day => (text.to_owned(), 1.day()),
        GroupBy::Month => (format!("{text}-01"), 1.month()),
        GroupBy::Year => (format!("{text}-01-01"), 1.year()),
    };
    let first: Date = first.parse().ok()?;
    let micros = |date: Date| Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond());
    Some(Days { name, begin: micros(first)?, end: micros(first.checked_add(length).ok()?)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{group, plan};
    use jiff::Timestamp;

    fn groups(names: &[&str]) -> Plan {
        plan(names.iter().map(|name| group(name, &["a"])).collect(), &[])
    }

    fn times(times: &[&str]) -> Vec<UtcTime> {
        times.iter().map(|time| UtcTime(time.parse::<Timestamp>().unwrap().as_microsecond())).collect()
    }

    fn told(file: &[&str], names: &[&str], by: GroupBy) -> String {
        lacking(&times(file), &groups(names), by).unwrap_or_default()
    }

    /// The daylight of days of eastern Australia, whose folders are local days.
    const FIRST: [&str; 2] = ["2022-01-31T18:30:00Z", "2022-02-01T09:00:00Z"];
    const SECOND: [&str; 2] = ["2022-02-01T18:30:00Z", "2022-02-02T09:00:00Z"];
    const THIRD: [&str; 2] = ["2022-02-02T18:30:00Z", "2022-02-03T09:00:00Z"];

    #[test]
    fn days_in_any_time_zone_are_covered_and_one_more_is_not() {
        let two = ["2022-02-01", "2022-02-02"];
        let both = [FIRST, SECOND].concat();
        assert_eq!(told(&both, &two, GroupBy::Day), "");
        assert_eq!(told(&FIRST, &two, GroupBy::Day), "");
        let three = [FIRST, SECOND, THIRD].concat();
        let said = told(&three, &two, GroupBy::Day);
        assert!(
            said.contains("2022-02-03T09:00:00Z, reach beyond") && said.contains("2022-02-01 to"),
            "{said}"
        );
        assert_eq!(told(&three, &["2022-02-01", "2022-02-02", "2022-02-03"], GroupBy::Day), "");
        let daily = ["2022-02-01T00:00:00Z", "2022-02-02T00:00:00Z"];
        assert_eq!(told(&daily, &two, GroupBy::Day), "");
        assert!(told(&daily, &two[..1], GroupBy::Day).contains("reach beyond"));
        assert!(told(&daily, &[], GroupBy::Day).contains("no groups"));
        assert_eq!(told(&[], &two, GroupBy::Day), "");
    }

    #[test]
    fn a_day_that_is_missing_in_between_is_seen() {
        let three = [FIRST, SECOND, THIRD].concat();
        let said = told(&three, &["2022-02-01", "2022-02-03"], GroupBy::Day);
        assert!(
            said.contains("2022-02-01T18:30:00Z, and this run has no group between 2022-02-01"),
            "{said}"
        );
        let two = [FIRST, THIRD].concat();
        assert_eq!(told(&two, &["2022-02-01", "2022-02-03"], GroupBy::Day), "");
    }

    #[test]
    fn months_and_years_have_their_lengths_and_files_tell_nothing() {
        let months = ["2022-02", "2022-03"];
        assert_eq!(told(&["2022-02-01T00:00:00Z", "2022-03-31T23:50:00Z"], &months, GroupBy::Month), "");
        assert!(
            told(&["2022-02-01T00:00:00Z", "2022-04-01T00:00:00Z"], &months, GroupBy::Month)
                .contains("reach")
        );
        assert_eq!(told(&["2022-06-01T00:00:00Z"], &["2022"], GroupBy::Year), "");
        assert!(told(&["2023-06-01T00:00:00Z"], &["2022"], GroupBy::Year).contains("reach"));
        assert!(told(&FIRST, &["a/x.nc"], GroupBy::File).contains("cannot be told"));
    }
}
