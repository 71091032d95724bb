//! The archive's versions: on which days each is valid.

use dayfold_contract::plan::VersionRule;
use jiff::civil::Date;

use super::days::{Days, Unit};

/// What is wrong with a version.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionFault {
    /// It cannot stand for a folder.
    #[error("its name must be that of a folder or a part of one, without `/`")]
    Name,
    /// Not a day.
    #[error("its last day {until:?} is not a date; expected YYYY-MM-DD")]
    Date {
        /// As written.
        until: String,
    },
    /// Not after the version before.
    #[error(
        "its last day {until} is not after {before}, the one of the version before; list versions in order"
    )]
    Order {
        /// Its last day.
        until: Date,
        /// The one before.
        before: Date,
    },
    /// It follows one that never ends.
    #[error("it comes after {open}, which has no last day; only the last version can be without `until`")]
    AfterOpen {
        /// The one without end.
        open: String,
    },
    /// The pattern's dates cannot tell it from the next.
    #[error("it ends on {until}, within a {unit}, but the pattern reads no more than the {unit}")]
    Within {
        /// Its last day.
        until: Date,
        /// The pattern's finest unit.
        unit: &'static str,
    },
    /// The pattern has no dates.
    #[error("it ends on {until}, but the pattern has no date to choose a version by")]
    NoDate {
        /// Its last day.
        until: Date,
    },
}

/// The days on which each version is valid, in order.
///
/// `finest` is the finest unit that the pattern reads. The error names the version at fault.
pub(super) fn spans(
    rules: &[VersionRule],
    finest: Option<Unit>,
) -> Result<Vec<Days>, (String, VersionFault)> {
    let mut spans: Vec<Days> = Vec::with_capacity(rules.len());
    let mut previous: Option<&VersionRule> = None;
    for rule in rules {
        let before = previous.map(|rule| rule.name.as_str()).zip(spans.last().copied());
        spans.push(span(rule, before, finest).map_err(|fault| (rule.name.clone(), fault))?);
        previous = Some(rule);
    }
    Ok(spans)
}

fn span(
    rule: &VersionRule,
    before: Option<(&str, Days)>,
    finest: Option<Unit>,
) -> Result<Days, VersionFault> {
    if rule.name.is_empty() || rule.name.contains('/') || rule.name == "." || rule.name == ".." {
        return Err(VersionFault::Name);
    }
    let until = rule.until.as_deref().map(|until| last_day(until, finest)).transpose()?;
    let Some((name, before)) = before else { return Ok(Days::between(None, until)) };
    let first = before.last.tomorrow().map_err(|_| VersionFault::AfterOpen { open: name.to_owned() })?;
    match until {
        Some(until) if until < first => Err(VersionFault::Order { until, before: before.last }),
        _ => Ok(Days::between(Some(first), until)),
    }
}

fn last_day(until: &str, finest: Option<Unit>) -> Result<Date, VersionFault> {
    let day: Date = until
        .parse()
        .ok()
        .filter(|day: &Date| day.to_string() == until)
        .ok_or_else(|| VersionFault::Date { until: until.to_owned() })?;
    match finest {
        None => Err(VersionFault::NoDate { until: day }),
        Some(unit) if unit.around(day).last != day => {
            Err(VersionFault::Within { until: day, unit: unit.noun() })
        }
        Some(_) => Ok(day),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rules(rules: &[(&str, Option<&str>)]) -> Vec<VersionRule> {
        let rule = |&(name, until): &(&str, Option<&str>)| VersionRule {
            name: name.to_owned(),
            until: until.map(str::to_owned),
        };
        rules.iter().map(rule).collect()
    }

    fn fault(given: &[(&str, Option<&str>)], finest: Option<Unit>) -> (String, String) {
        let (name, fault) = spans(&rules(given), finest).unwrap_err();
        (name, fault.to_string())
    }

    #[test]
    fn each_begins_the_day_after_the_one_before() {
        let given = rules(&[("v1.0", Some("2019-03-31")), ("v1.1", None)]);
        let expected = [
            Days { first: Date::MIN, last: date(2019, 3, 31) },
            Days { first: date(2019, 4, 1), last: Date::MAX },
        ];
        assert_eq!(spans(&given, Some(Unit::Day)).unwrap(), expected);
        assert_eq!(spans(&given, Some(Unit::Month)).unwrap(), expected);
    }

    #[test]
    fn faults_name_version_and_dates() {
        let day = Some(Unit::Day);
        for (given, finest, name, message) in [
            (&[("a", Some("2019-3-31"))][..], day, "a", "\"2019-3-31\" is not a date"),
            (&[("a", Some("2019-02-29"))], day, "a", "\"2019-02-29\" is not a date"),
            (
                &[("a", Some("2019-03-31")), ("b", Some("2019-03-31"))],
                day,
                "b",
                "2019-03-31 is not after 2019-03-31",
            ),
            (&[("a", None), ("b", Some("2019-03-31"))], day, "b", "it comes after a, which has no last day"),
            (&[("a", None), ("b", None)], day, "b", "it comes after a"),
            (&[("a/b", None)], day, "a/b", "without `/`"),
            (&[("", None)], day, "", "must be that of a folder"),
            (&[("a", Some("2019-03-30"))], Some(Unit::Month), "a", "within a month"),
            (&[("a", Some("2019-03-31"))], Some(Unit::Year), "a", "within a year"),
            (&[("a", Some("2019-03-31"))], None, "a", "the pattern has no date"),
        ] {
            let (found, text) = fault(given, finest);
            assert_eq!(found, name);
            assert!(text.contains(message), "{text}");
        }
    }
}
