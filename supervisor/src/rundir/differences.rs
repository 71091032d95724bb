//! What another run has otherwise, in words of the configuration: `task.mount: was single-axis, is
//! latitude`.

use std::collections::BTreeMap;
use std::fmt::Debug;

use dayfold_contract::plan::VersionRule;
use dayfold_contract::{Fingerprint, Identity, TaskSpec};
use serde::Serialize;

use super::plan_file::Frozen;
use crate::names::shortened;
use crate::task;

/// What differs between the identities of two plans.
pub fn differences(old: &Frozen, new: &Frozen) -> Vec<String> {
    let Identity { pattern, versions, group, regions, task, bad_files, partial_format } = &old.identity;
    let now = &new.identity;
    let mut found = Differences::default();
    found.compare("archive.pattern", pattern, &now.pattern, |pattern| format!("{pattern:?}"));
    found.compare("archive.versions", versions, &now.versions, |versions| listed(versions));
    found.compare("archive.group", group, &now.group, word);
    if *regions != now.regions {
        found.0.push(format!("regions: {}", region_changes(old, new)));
    }
    task::compare(task, &now.task, &mut found);
    found.compare("run.bad_files", bad_files, &now.bad_files, word);
    let of_program = |format: &u32| format!("{format} (by the dayfold that wrote it)");
    found.compare("the format of partials", partial_format, &now.partial_format, of_program);
    found.0
}

/// What differs between two tasks.
pub fn of_tasks(old: &TaskSpec, new: &TaskSpec) -> Vec<String> {
    let mut found = Differences::default();
    task::compare(old, new, &mut found);
    found.0
}

/// What was found, a line for each key.
#[derive(Default)]
pub struct Differences(Vec<String>);

impl Differences {
    /// Compares the values of a key; `words` puts one into words.
    pub fn compare<T: PartialEq>(&mut self, key: &str, old: &T, new: &T, words: impl Fn(&T) -> String) {
        if old != new {
            self.0.push(format!("{key}: was {}, is {}", words(old), words(new)));
        }
    }

    /// Parameters that a database has under a name.
    pub fn compare_named<T: PartialEq>(&mut self, key: &str, old: (&str, &T), new: (&str, &T)) {
        match (old.0 == new.0, old.1 == new.1) {
            (true, true) => {}
            (true, false) => self.0.push(format!("{key}: {} had other parameters", old.0)),
            (false, _) => self.0.push(format!("{key}: was {}, is {}", old.0, new.0)),
        }
    }
}

fn listed(versions: &[VersionRule]) -> String {
    let shown = |VersionRule { name, until }: &VersionRule| match until {
        Some(until) => format!("{name} until {until}"),
        None => name.clone(),
    };
    if versions.is_empty() {
        "none".to_owned()
    } else {
        versions.iter().map(shown).collect::<Vec<_>>().join(", ")
    }
}

/// An alternative, as it is written in a configuration.
pub fn word<T: Serialize + Debug>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{value:?}"),
    }
}

/// Which regions were added, removed or changed, where both plans name them.
fn region_changes(old: &Frozen, new: &Frozen) -> String {
    match (old.identity.regions, new.identity.regions) {
        (None, _) => return "was the whole grid".to_owned(),
        (_, None) => return "is the whole grid".to_owned(),
        _ if old.region_contents.is_empty() => return "their content is another".to_owned(),
        _ => {}
    }
    let (was, is) = (&old.region_contents, &new.region_contents);
    let lacks = |other: &BTreeMap<String, Fingerprint>, name: &str| !other.contains_key(name);
    let changed =
        |(name, content): &(&String, &Fingerprint)| was.get(*name).is_some_and(|was| was != *content);
    let kinds = [
        ("added", is.keys().filter(|name| lacks(was, name)).collect()),
        ("removed", was.keys().filter(|name| lacks(is, name)).collect()),
        ("changed", is.iter().filter(changed).map(|(name, _)| name).collect::<Vec<_>>()),
    ];
    let told = kinds.iter().filter(|(_, names)| !names.is_empty());
    let told: Vec<String> = told.map(|(what, names)| format!("{what} {}", shortened(names))).collect();
    if told.is_empty() { "their order is another".to_owned() } else { told.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::frozen;
    use dayfold_contract::job::BadFiles;
    use dayfold_contract::plan::GroupBy;
    use dayfold_contract::task::{CommandSpec, Mount, PvSpec, Temperature};

    fn found(change: impl FnOnce(&mut Frozen)) -> Vec<String> {
        let (old, mut new) = (frozen(Vec::new()), frozen(Vec::new()));
        change(&mut new);
        differences(&old, &new)
    }

    fn in_pv(change: impl FnOnce(&mut PvSpec)) -> Vec<String> {
        found(|plan| {
            if let TaskSpec::Pv(task) = &mut plan.identity.task {
                change(task);
            }
        })
    }

    #[test]
    fn settings_are_named_with_what_they_were_and_are() {
        assert_eq!(found(|_| ()), [""; 0]);
        let found = found(|plan| {
            plan.identity.pattern = "*.nc".into();
            plan.identity.versions = vec![
                VersionRule { name: "v1.0".into(), until: Some("2019-03-31".into()) },
                VersionRule { name: "v1.1".into(), until: None },
            ];
            plan.identity.group = GroupBy::Month;
            plan.identity.task = TaskSpec::Command(CommandSpec { command: vec!["true".into()] });
            plan.identity.bad_files = BadFiles::Skip;
        });
        assert_eq!(
            found,
            [
                "archive.pattern: was \"%Y/%m/%d/*.nc\", is \"*.nc\"",
                "archive.versions: was none, is v1.0 until 2019-03-31, v1.1",
                "archive.group: was day, is month",
                "task.kind: was pv, is command",
                "run.bad_files: was fail, is skip",
            ]
        );
    }

    #[test]
    fn fields_of_the_task_are_named_as_in_the_configuration() {
        assert_eq!(in_pv(|task| task.mount = Mount::Latitude), ["task.mount: was single-axis, is latitude"]);
        let fixed = Mount::Fixed { tilt: 30.0, azimuth: 0.5 };
        assert_eq!(
            in_pv(|task| task.mount = fixed),
            ["task.mount: was single-axis, is { tilt = 30, azimuth = 0.5 }"]
        );
        let nearest = Temperature::Nearest { pattern: "/a/*.nc".into(), variable: "tas".into() };
        assert_eq!(
            in_pv(|task| task.temperature = nearest),
            ["task.temperature: was 18, is { pattern = \"/a/*.nc\", variable = \"tas\" }"]
        );
        assert_eq!(
            in_pv(|task| task.variables.dni = "beam".into()),
            ["task.variables.dni: was dni, is beam"]
        );
        assert_eq!(
            in_pv(|task| {
                task.module.name = "another".into();
                task.inverter.paco = 1.0;
            }),
            ["task.module: was a module, is another", "task.inverter: an inverter had other parameters"]
        );
    }

    #[test]
    fn regions_are_named_that_are_others() {
        let content = |text: &str| Fingerprint::of(text.as_bytes());
        let of = |regions: &[(&str, &str)]| {
            let mut plan = frozen(Vec::new());
            plan.region_contents =
                regions.iter().map(|(name, text)| ((*name).to_owned(), content(text))).collect();
            plan.identity.regions = Some(content(&format!("{regions:?}")));
            plan
        };
        let old = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let told = |new: &Frozen| differences(&old, new).join("");
        assert_eq!(
            told(&of(&[("a", "1"), ("b", "4"), ("d", "3")])),
            "regions: added d; removed c; changed b"
        );
        assert_eq!(told(&of(&[("b", "2"), ("c", "3"), ("a", "1")])), "regions: their order is another");
        let many = of(&["e", "f", "g", "h", "i", "j", "k"].map(|name| (name, "1")));
        assert_eq!(told(&many), "regions: added e, f, g, h, i and 2 more; removed a, b, c");
        assert_eq!(told(&frozen(Vec::new())), "regions: is the whole grid");
        assert_eq!(differences(&frozen(Vec::new()), &old), ["regions: was the whole grid"]);
        let unnamed = Frozen { region_contents: BTreeMap::new(), ..of(&[("a", "5")]) };
        assert_eq!(differences(&unnamed, &old), ["regions: their content is another"]);
    }
}
