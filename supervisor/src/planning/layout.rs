//! What is looked for, decided before anything is: a specification that has been found sound.

use dayfold_contract::plan::GroupBy;

use super::ArchiveSpec;
use super::days::{Days, Unit};
use super::error::PlanError;
use super::name::Step;
use super::pattern::{Component, PatternFault, Token, parse};
use super::reading::Part;
use super::versions::spans;

/// A sound specification, ready for the walk.
#[derive(Debug)]
pub(super) struct Layout {
    /// One for each version; one for all where there are none; never empty.
    pub(super) routes: Vec<Route>,
    /// The days that are asked for.
    pub(super) asked: Days,
}

/// The way to the files of one version.
#[derive(Debug)]
pub(super) struct Route {
    /// One for each folder and one for the file; never empty.
    pub(super) steps: Vec<Step>,
    /// The days on which the version is valid.
    pub(super) valid: Days,
    /// Its name; empty where there are no versions.
    pub(super) version: String,
}

impl Layout {
    /// Checks a specification without looking at the disk.
    pub(super) fn new(spec: &ArchiveSpec) -> Result<Self, PlanError> {
        let pattern_error = |fault| PlanError::Pattern { pattern: spec.pattern.clone(), fault };
        let components = parse(&spec.pattern).map_err(pattern_error)?;
        let finest = finest_unit(&components);
        check_versions_used(spec, &components)?;
        check_range(spec, finest)?;
        check_group(spec, finest)?;
        let asked = Days::between(spec.from, spec.to);
        let versions = versions(spec, finest)?;
        check_versions_reach(&versions, asked)?;
        let routes = versions
            .into_iter()
            .filter(|(_, valid)| valid.overlap(asked))
            .map(|(version, valid)| {
                Ok(Route { steps: steps(&components, version)?, valid, version: version.to_owned() })
            })
            .collect::<Result<_, _>>()
            .map_err(pattern_error)?;
        Ok(Self { routes, asked })
    }
}

/// Names and days of the versions; one without a name where there are none.
fn versions(spec: &ArchiveSpec, finest: Option<Unit>) -> Result<Vec<(&str, Days)>, PlanError> {
    if spec.versions.is_empty() {
        return Ok(vec![("", Days::between(None, None))]);
    }
    let spans = spans(&spec.versions, finest).map_err(|(name, fault)| PlanError::Version { name, fault })?;
    Ok(spec.versions.iter().map(|rule| rule.name.as_str()).zip(spans).collect())
}

fn steps(components: &[Component], version: &str) -> Result<Vec<Step>, PatternFault> {
    components.iter().map(|component| Step::new(component, version)).collect()
}

fn tokens(components: &[Component]) -> impl Iterator<Item = &Token> {
    components.iter().flat_map(|component| match component {
        Component::Deep => [].iter(),
        Component::Name { tokens, .. } => tokens.iter(),
    })
}

/// The finest unit that the pattern reads; `None` without a year.
fn finest_unit(components: &[Component]) -> Option<Unit> {
    let parts: Vec<Part> = tokens(components)
        .filter_map(|token| if let Token::Field(field) = token { Some(field.part) } else { None })
        .collect();
    let has = |part| parts.contains(&part);
    match () {
        () if !has(Part::Year) => None,
        () if has(Part::DayOfYear) || has(Part::Month) && has(Part::Day) => Some(Unit::Day),
        () if has(Part::Month) => Some(Unit::Month),
        () => Some(Unit::Year),
    }
}

fn check_versions_used(spec: &ArchiveSpec, components: &[Component]) -> Result<(), PlanError> {
    let pattern = spec.pattern.clone();
    match (spec.versions.is_empty(), tokens(components).any(|token| *token == Token::Version)) {
        (true, true) => Err(PlanError::VersionsMissing { pattern }),
        (false, false) => Err(PlanError::VersionsUnused { pattern }),
        _ => Ok(()),
    }
}

/// Versions follow each other without gaps, so only the last can end too early.
fn check_versions_reach(versions: &[(&str, Days)], asked: Days) -> Result<(), PlanError> {
    match versions.last() {
        Some((_, valid)) if valid.last < asked.first => {
            Err(PlanError::VersionsEnd { last: valid.last, from: asked.first })
        }
        _ => Ok(()),
    }
}

fn check_range(spec: &ArchiveSpec, finest: Option<Unit>) -> Result<(), PlanError> {
    if let (Some(from), Some(to)) = (spec.from, spec.to)
        && from > to
    {
        return Err(PlanError::FromAfterTo { from, to });
    }
    if spec.group == GroupBy::File && finest.is_none() && (spec.from.is_some() || spec.to.is_some()) {
        return Err(PlanError::DatesWithoutFields { pattern: spec.pattern.clone() });
    }
    Ok(())
}

fn check_group(spec: &ArchiveSpec, finest: Option<Unit>) -> Result<(), PlanError> {
    let Some(unit) = Unit::of_group(spec.group) else { return Ok(()) };
    if finest >= Some(unit) {
        return Ok(());
    }
    let needs = match unit {
        Unit::Day => "a year, a month and a day (%Y %m %d, or %Y %j)",
        Unit::Month => "a year and a month (%Y %m)",
        Unit::Year => "a year (%Y)",
    };
    Err(PlanError::GroupNeeds { group: unit.noun(), needs, pattern: spec.pattern.clone() })
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use dayfold_contract::plan::VersionRule;
    use jiff::civil::{Date, date};

    use super::*;

    fn spec(pattern: &str, group: GroupBy, versions: &[(&str, Option<&str>)]) -> ArchiveSpec {
        let rule = |&(name, until): &(&str, Option<&str>)| VersionRule {
            name: name.to_owned(),
            until: until.map(str::to_owned),
        };
        ArchiveSpec {
            root: "/archive".into(),
            pattern: pattern.to_owned(),
            versions: versions.iter().map(rule).collect(),
            from: None,
            to: None,
            group,
        }
    }

    fn message(spec: &ArchiveSpec) -> String {
        let error = Layout::new(spec).unwrap_err();
        error.source().map_or(error.to_string(), |source| format!("{error}: {source}"))
    }

    #[test]
    fn groups_want_the_fields_of_their_dates() {
        for (pattern, group, sound) in [
            ("%Y/%m/%d/*", GroupBy::Day, true),
            ("%Y/%j/*", GroupBy::Day, true),
            ("%Y/%m/*", GroupBy::Day, false),
            ("%m/%d/*", GroupBy::Day, false),
            ("%y%b/*", GroupBy::Month, true),
            ("%Y%j", GroupBy::Month, true),
            ("%Y/%d", GroupBy::Month, false),
            ("%Y%m%d", GroupBy::Year, true),
            ("*.nc", GroupBy::Year, false),
            ("*.nc", GroupBy::File, true),
        ] {
            assert_eq!(Layout::new(&spec(pattern, group, &[])).is_ok(), sound, "{pattern} {group:?}");
        }
        let text = message(&spec("%Y/*", GroupBy::Day, &[]));
        assert!(text.contains("groups by day need a year, a month and a day (%Y %m %d"), "{text}");
    }

    #[test]
    fn versions_and_their_place_belong_together() {
        let text = message(&spec("%Y%j", GroupBy::Day, &[("v1", None)]));
        assert!(text.contains("write {version} there"), "{text}");
        let text = message(&spec("{version}/%Y%j", GroupBy::Day, &[]));
        assert!(text.contains("no versions are given"), "{text}");
        let text = message(&spec("{version}/%Y%m", GroupBy::Month, &[("v1", Some("2019-03-30"))]));
        assert!(text.contains("version \"v1\"") && text.contains("within a month"), "{text}");
    }

    #[test]
    fn ranges_must_make_sense() {
        let ranged = |pattern: &str, group, from: Date, to: Date| ArchiveSpec {
            from: Some(from),
            to: Some(to),
            ..spec(pattern, group, &[])
        };
        let (first, second) = (date(2022, 2, 1), date(2022, 2, 2));
        assert!(Layout::new(&ranged("%Y%j", GroupBy::Day, first, first)).is_ok());
        let text = message(&ranged("%Y%j", GroupBy::Day, second, first));
        assert!(text.contains("2022-02-02, is after its `to`, 2022-02-01"), "{text}");
        let text = message(&ranged("%m*.nc", GroupBy::File, first, second));
        assert!(text.contains("`from` and `to` need dates"), "{text}");
        assert!(Layout::new(&ranged("%Y*.nc", GroupBy::File, first, second)).is_ok());
        let ended = [("v1", Some("2019-03-31"))];
        let late = ArchiveSpec { from: Some(first), ..spec("{version}/%Y%j", GroupBy::Day, &ended) };
        assert!(message(&late).contains("last version ends on 2019-03-31, before `from`, 2022-02-01"));
    }

    #[test]
    fn only_versions_that_are_asked_for_are_searched() {
        let versions = [("v1.0", Some("2019-03-31")), ("v1.1", None)];
        let mut spec = spec("{version}/%Y%j", GroupBy::Day, &versions);
        assert_eq!(Layout::new(&spec).unwrap().routes.len(), 2);
        spec.from = Some(date(2019, 4, 1));
        assert_eq!(Layout::new(&spec).unwrap().routes.len(), 1);
        spec.from = Some(date(2019, 3, 31));
        assert_eq!(Layout::new(&spec).unwrap().routes.len(), 2);
    }
}
