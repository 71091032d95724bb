//! The matrix over what shards leave, and over the lock of a run that was killed.

use std::fs;

use rustix::process::Signal;

use super::Damage::{Changed, Deleted, Emptied};
use super::{ALL, Damage, Scene};
use crate::room::Room;
use crate::support::Outcome;

impl Scene {
    /// What a shard ends with, after this damage or what followed it.
    fn shard(&self, shard: &str) -> Outcome {
        let outcome = self.room.run(&["--shard", shard]);
        assert!(!outcome.stderr.contains("panicked") && outcome.code != 1, "{outcome:?}");
        // one that is not the last says nothing on standard output
        assert!(outcome.stdout.is_empty() || self.room.result() == self.right, "{outcome:?}");
        outcome
    }

    fn befallen(&self, name: &str, damage: Damage) {
        self.lay_out();
        damage.befall(&self.file(name));
        self.looks_change_nothing();
    }
}

/// The first of two shards has ended: with 3 if a file of it is bad.
fn one_of_two(is_bad: bool) -> Scene {
    let room = Room::new(2);
    let right = room.undisturbed();
    if is_bad {
        fs::write(room.day(1).join("IDE00326.bad.nc"), "not NetCDF").unwrap();
    }
    let first = room.run(&["--shard", "1/2"]);
    assert_eq!(first.code, if is_bad { 3 } else { 0 }, "{first:?}");
    Scene::new(room, right)
}

#[test]
fn a_damaged_marker_costs_a_start_of_its_shard() {
    let scene = one_of_two(false);
    for damage in ALL {
        scene.befallen("done.1-of-2", damage);
        let second = scene.shard("2/2");
        assert_eq!((second.code, second.stdout.as_str()), (0, ""), "{damage:?}: {second:?}");
        assert!(second.stderr.ends_with("collates the results: 1/2\n"), "{damage:?}: {}", second.stderr);
        let first = scene.shard("1/2");
        assert_eq!((first.code, first.stdout.is_empty()), (0, false), "{damage:?}: {first:?}");
        assert!(scene.room.result() == scene.right, "{damage:?}");
    }
}

#[test]
fn a_damaged_journal_of_a_shard_costs_no_result() {
    let scene = one_of_two(false);
    for damage in ALL {
        scene.befallen("journal.1-of-2.jsonl", damage);
        let second = scene.shard("2/2");
        assert_eq!((second.code, second.stdout.is_empty()), (0, false), "{damage:?}: {second:?}");
    }
}

#[test]
fn a_damaged_list_of_a_shards_failures_loses_no_failure() {
    let scene = one_of_two(true);
    for damage in ALL {
        scene.befallen("failed.1-of-2.tsv", damage);
        let second = scene.shard("2/2");
        // without its row, a group that failed is one that is left
        let expected = if matches!(damage, Deleted | Emptied) { 75 } else { 3 };
        assert_eq!((second.code, second.stdout.as_str()), (expected, ""), "{damage:?}: {second:?}");
        assert!(second.stderr.contains("2022-02-01"), "{damage:?}: {}", second.stderr);
    }
}

/// One that is damaged is watched for a minute, as one of another node: that is tested where time can be
/// made, in the supervisor's `lock`. Here it is looked at.
#[test]
fn a_damaged_lock_is_no_obstacle_to_who_looks_and_a_removed_one_to_nobody() {
    let room = Room::new(2);
    let right = room.undisturbed();
    let mut first = room.start(&[], &[]);
    first.wait_for("started");
    first.signal(Signal::KILL);
    assert_eq!(first.end().0, None);
    let scene = Scene::new(room, right);
    for damage in ALL {
        let (text, json) = scene.told("lock", damage);
        let holders = json["holders"].as_array().unwrap();
        assert_eq!((text.code, holders.is_empty()), (0, damage == Deleted), "{damage:?}: {text:?}");
        let is_unknown = damage != Changed && holders.iter().any(|holder| holder["holder"].is_null());
        assert_eq!(is_unknown, matches!(damage, Emptied | Damage::Cut), "{damage:?}: {json}");
    }
    for damage in [Deleted, Damage::Older, Damage::Newer] {
        let (collated, run) = scene.after("lock", damage);
        assert_eq!((collated.code, run.code), (75, 0), "{damage:?}: {collated:?} {run:?}");
    }
}
