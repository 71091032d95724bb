//! Files put into groups, and the groups that should be there and are not.

use std::collections::BTreeMap;

use dayfold_contract::plan::GroupBy;
use dayfold_contract::{Group, GroupName};
use jiff::civil::Date;

use super::days::{Days, Unit};

/// Groups as they fill.
pub(super) struct Groups {
    unit: Option<Unit>,
    files: BTreeMap<String, Vec<String>>,
    span: Option<Days>,
}

impl Groups {
    /// None yet.
    pub(super) fn new(group: GroupBy) -> Self {
        Self { unit: Unit::of_group(group), files: BTreeMap::new(), span: None }
    }

    /// Takes in a file and the days that it is about; without them it can only be a group by itself.
    pub(super) fn add(&mut self, path: String, days: Option<Days>) {
        let name = match (self.unit, days) {
            (None, _) => path.clone(),
            (Some(unit), Some(days)) => {
                self.widen(unit.around(days.first));
                unit.name(days.first)
            }
            (Some(_), None) => return,
        };
        self.files.entry(name).or_default().push(path);
    }

    /// Whether no file has come.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The names of groups without files between the first and the last, or the days that are given.
    pub(super) fn missing(&self, from: Option<Date>, to: Option<Date>) -> Vec<GroupName> {
        let (Some(unit), Some(span)) = (self.unit, self.span) else { return Vec::new() };
        let asked = Days { first: from.unwrap_or(span.first), last: to.unwrap_or(span.last) };
        let names = unit.starts(asked).map(|day| unit.name(day));
        names.filter(|name| !self.files.contains_key(name)).map(GroupName::new).collect()
    }

    /// The groups, by name, their files sorted.
    pub(super) fn into_groups(self) -> Vec<Group> {
        let group = |(name, mut files): (String, Vec<String>)| {
            files.sort_unstable();
            files.shrink_to_fit();
            Group { name: GroupName::new(name), files }
        };
        self.files.into_iter().map(group).collect()
    }

    fn widen(&mut self, days: Days) {
        let span = self.span.get_or_insert(days);
        span.first = span.first.min(days.first);
        span.last = span.last.max(days.last);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn filled(group: GroupBy, days: &[Date]) -> Groups {
        let mut groups = Groups::new(group);
        for &day in days {
            groups.add(format!("{day}.nc"), Some(Days { first: day, last: day }));
        }
        groups
    }

    #[test]
    fn missing_groups_are_between_the_first_and_last_or_the_ends_given() {
        let groups = filled(GroupBy::Month, &[date(2022, 3, 31), date(2021, 12, 1)]);
        let missing =
            |from, to| -> Vec<String> { groups.missing(from, to).iter().map(ToString::to_string).collect() };
        assert_eq!(missing(None, None), ["2022-01", "2022-02"]);
        assert_eq!(missing(Some(date(2021, 11, 30)), None), ["2021-11", "2022-01", "2022-02"]);
        assert_eq!(missing(None, Some(date(2022, 4, 1))), ["2022-01", "2022-02", "2022-04"]);
        assert!(filled(GroupBy::File, &[date(2022, 3, 31)]).missing(None, Some(date(2022, 5, 1))).is_empty());
    }

    #[test]
    fn groups_and_files_are_sorted_whatever_the_order_of_finding() {
        let groups =
            filled(GroupBy::Year, &[date(2022, 3, 2), date(2021, 1, 1), date(2022, 3, 1)]).into_groups();
        assert_eq!(groups[0].name, GroupName::new("2021"));
        assert_eq!(groups[1].files, ["2022-03-01.nc", "2022-03-02.nc"]);
    }
}
