//! Run directories outlive versions: identities and partials' keys are what they were at 51aab24, by what that
//! program wrote (`tests/job/fixtures/51aab24`). If this fails, every run directory there is would be refused, or
//! all its groups done again.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use dayfold_contract::job::BadFiles;
use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::{CommandSpec, Mount, Temperature};
use dayfold_contract::{Fingerprint, Group, Identity, PartialName, TaskSpec, partial};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    run: Fingerprint,
    /// As it was fingerprinted.
    identity: String,
    groups: Vec<Group>,
    partials: Vec<String>,
}

fn golden() -> Vec<Golden> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/job/fixtures/51aab24/golden.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn identity(golden: &Golden) -> Identity {
    serde_json::from_str(&golden.identity).unwrap()
}

#[test]
fn identities_are_written_and_fingerprinted_as_ever() {
    for golden in golden() {
        let identity = identity(&golden);
        assert_eq!(serde_json::to_string(&identity).unwrap(), golden.identity);
        assert_eq!(identity.fingerprint().unwrap(), golden.run);
    }
}

#[test]
fn partials_are_of_the_same_groups_as_ever() {
    for golden in golden() {
        let key = |group| partial::key(golden.run, group);
        let keys: Vec<Fingerprint> = golden.groups.iter().map(key).collect();
        let names = golden.partials.iter().map(|name| PartialName::parse(name).unwrap());
        let names: Vec<PartialName> = names.collect();
        assert_eq!(names.iter().map(|name| name.key).collect::<Vec<_>>(), keys);
        for ((group, name), text) in golden.groups.iter().zip(names).zip(&golden.partials) {
            assert_eq!(PartialName::new(golden.run, group, name.checksum).to_string(), *text);
        }
    }
}

/// The defaults, everything otherwise, and a command.
#[test]
fn all_that_an_identity_can_hold_is_tried() {
    let [defaults, all, command] = &golden()[..] else { panic!("three kinds are kept") };
    let [defaults, all, command] = [defaults, all, command].map(identity);
    let (TaskSpec::Pv(pv), TaskSpec::Pv(all_pv)) = (&defaults.task, &all.task) else { panic!() };
    assert!(pv.mount == Mount::SingleAxis && matches!(pv.temperature, Temperature::Constant(_)));
    assert!(matches!(all_pv.mount, Mount::Fixed { .. }));
    assert!(matches!(all_pv.temperature, Temperature::Nearest { .. }));
    assert!(pv.module != all_pv.module && pv.inverter != all_pv.inverter && pv.variables != all_pv.variables);
    assert!(defaults.versions.is_empty() && all.versions.len() == 2);
    assert_eq!((defaults.group, all.group), (GroupBy::Day, GroupBy::Month));
    assert_eq!((defaults.bad_files, all.bad_files), (BadFiles::Fail, BadFiles::Skip));
    assert!(defaults.regions.is_some() && command.regions.is_none());
    assert!(matches!(&command.task, TaskSpec::Command(CommandSpec { command, .. }) if command.len() == 4));
}
