//! Planning compared with a naive enumeration: every file is listed, its path taken apart by hand.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a broken fixture should stop the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dayfold_contract::plan::{GroupBy, VersionRule};
use dayfold_supervisor::planning::{ArchiveSpec, PlanError, find};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const BOUNDARY: Date = date(2019, 3, 31);

/// Paths near the version's boundary, many of them wrong in some way.
fn file() -> impl Strategy<Value = String> {
    let year = prop_oneof![8 => Just("2019"), 1 => Just("2018"), 1 => Just("201")];
    let month =
        prop_oneof![4 => Just("03"), 4 => Just("04"), 1 => Just("02"), 1 => Just("13"), 1 => Just("4")];
    let day = proptest::sample::select(vec!["01", "01", "01", "31", "31", "31", "30", "02", "29", "00"]);
    let version = prop_oneof![4 => Just("v1.0"), 4 => Just("v1.1"), 1 => Just("v1x0")];
    let name = prop_oneof![6 => Just("a.nc"), 3 => Just("b.nc"), 1 => Just(".c.nc"), 1 => Just("d.txt")];
    (version, year, month, day, name).prop_map(|(v, y, m, d, n)| format!("{v}/{y}/{m}/{d}/{n}"))
}

fn day_near_boundary() -> impl Strategy<Value = Option<Date>> {
    proptest::option::of((-40_i64..40).prop_map(|offset| BOUNDARY.checked_add(offset.days()).unwrap()))
}

fn group() -> impl Strategy<Value = GroupBy> {
    prop_oneof![Just(GroupBy::File), Just(GroupBy::Day), Just(GroupBy::Month), Just(GroupBy::Year)]
}

/// The date of a path that fits, by the rules in words.
fn naive_date(path: &str) -> Option<Date> {
    let [version, year, month, day, name] = path.split('/').collect::<Vec<_>>().try_into().ok()?;
    if [year.len(), month.len(), day.len()] != [4, 2, 2] || name.starts_with('.') || !name.ends_with(".nc") {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let right = if date <= BOUNDARY { "v1.0" } else { "v1.1" };
    (version == right).then_some(date)
}

fn naive_name(group: GroupBy, path: &str, date: Date) -> String {
    let text = date.to_string();
    match group {
        GroupBy::File => path.to_owned(),
        GroupBy::Day => text,
        GroupBy::Month => text[..7].to_owned(),
        GroupBy::Year => text[..4].to_owned(),
    }
}

fn naive_missing(
    spec: &ArchiveSpec,
    dates: &[Date],
    there: &BTreeMap<String, Vec<String>>,
) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    if spec.group == GroupBy::File {
        return missing;
    }
    let mut day = spec.from.or(dates.iter().min().copied()).unwrap();
    while day <= spec.to.or(dates.iter().max().copied()).unwrap() {
        missing.insert(naive_name(spec.group, "", day));
        day = day.tomorrow().unwrap();
    }
    missing.into_iter().filter(|name| !there.contains_key(name)).collect()
}

fn spec(root: &Path, group: GroupBy, from: Option<Date>, to: Option<Date>) -> ArchiveSpec {
    let rule = |name: &str, until: Option<Date>| VersionRule {
        name: name.to_owned(),
        until: until.map(|until| until.to_string()),
    };
    ArchiveSpec {
        root: root.to_path_buf(),
        pattern: "{version}/%Y/%m/%d/*.nc".to_owned(),
        versions: vec![rule("v1.0", Some(BOUNDARY)), rule("v1.1", None)],
        from,
        to,
        group,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_is_what_a_naive_enumeration_gives(
        files in proptest::collection::btree_set(file(), 0..25),
        group in group(),
        one in day_near_boundary(),
        other in day_near_boundary(),
    ) {
        let root = tempfile::tempdir().unwrap();
        for file in &files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        let (from, to) = match (one, other) {
            (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
            ends => ends,
        };
        let spec = spec(root.path(), group, from, to);
        let wanted = |date: &Date| from.is_none_or(|from| from <= *date) && to.is_none_or(|to| *date <= to);
        let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut dates = Vec::new();
        for file in &files {
            if let Some(date) = naive_date(file).filter(wanted) {
                expected.entry(naive_name(group, file, date)).or_default().push(file.clone());
                dates.push(date);
            }
        }
        match find(&spec) {
            Ok(found) => {
                let missing: BTreeSet<String> = found.plan.missing.iter().map(ToString::to_string).collect();
                prop_assert_eq!(missing, naive_missing(&spec, &dates, &expected));
                prop_assert_eq!(found.estimate.files as usize, dates.len());
                let groups = found.plan.groups.into_iter().map(|group| (group.name.to_string(), group.files));
                let groups: Vec<_> = groups.collect();
                prop_assert_eq!(groups, expected.into_iter().collect::<Vec<_>>());
            }
            Err(PlanError::NothingMatches { .. }) => prop_assert!(expected.is_empty()),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
