//! The damage matrix: every file of a run directory deleted, emptied, cut, changed in one byte, or
//! from another version of the program; then `status`, the same command again, and `collate`.
//! Whatever was done, the result is right or there is none, nothing panics, and who only looks
//! changes nothing.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

mod no_file;
mod shards;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use dayfold_contract::Fingerprint;
use serde_json::Value;

use crate::room::{Room, copy};
use crate::support::Outcome;

/// What befalls a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    Deleted,
    Emptied,
    Cut,
    Changed,
    Older,
    Newer,
}
use Damage::{Changed, Cut, Deleted, Emptied, Newer, Older};

const ALL: [Damage; 6] = [Deleted, Emptied, Cut, Changed, Older, Newer];

impl Damage {
    fn befall(self, path: &Path) {
        let content = fs::read(path).unwrap();
        match self {
            Deleted => fs::remove_file(path).unwrap(),
            Emptied => fs::write(path, "").unwrap(),
            Cut => fs::write(path, &content[..content.len() / 2]).unwrap(),
            Changed => {
                let mut content = content;
                let middle = content.len() / 2;
                content[middle] ^= 1;
                fs::write(path, content).unwrap();
            }
            Older => of_version(path, &content, 0),
            Newer => of_version(path, &content, 9),
        }
    }
}

/// Files that carry a version say another one; a partial carries it in its name.
fn of_version(path: &Path, content: &[u8], version: u32) {
    let name = path.file_name().unwrap().to_str().unwrap();
    if name.ends_with(".json") || name.starts_with("done.") {
        let mut json: Value = serde_json::from_slice(content).unwrap();
        json["format"] = version.into();
        fs::write(path, json.to_string()).unwrap();
    } else if name.ends_with(".jsonl") {
        fs::write(path, journal(version)).unwrap();
    } else if let Some([slug, form, _, checksum]) = name.strip_suffix(".nc").and_then(parts) {
        let key = Fingerprint::of(&version.to_le_bytes());
        fs::rename(path, path.with_file_name(format!("{slug}.{form}.{key}.{checksum}.nc"))).unwrap();
    }
}

/// The head of a journal of this version.
fn journal(version: u32) -> String {
    let head = format!(r#"{{"journal":{version},"run":"{}""#, Fingerprint::of(b"run"));
    format!("{head},\"sum\":\"{}\"}}\n", Fingerprint::of(head.as_bytes()))
}

fn parts(name: &str) -> Option<[&str; 4]> {
    name.split('.').collect::<Vec<_>>().try_into().ok()
}

/// A run directory in some state, that is laid out again for each damage.
struct Scene {
    room: Room,
    /// The final file of an undisturbed run.
    right: Vec<u8>,
    kept: PathBuf,
}

impl Scene {
    fn new(room: Room, right: Vec<u8>) -> Self {
        let kept = room.path("kept");
        copy(&room.run_dir(), &kept.join("run"));
        if let Ok(bytes) = fs::read(room.path("pv.nc")) {
            fs::write(kept.join("pv.nc"), bytes).unwrap();
        }
        Self { room, right, kept }
    }

    fn lay_out(&self) {
        let _ = fs::remove_dir_all(self.room.run_dir());
        let _ = fs::remove_file(self.room.path("pv.nc"));
        copy(&self.kept.join("run"), &self.room.run_dir());
        if let Ok(bytes) = fs::read(self.kept.join("pv.nc")) {
            fs::write(self.room.path("pv.nc"), bytes).unwrap();
        }
    }

    /// A file of the run directory, or the final file.
    fn file(&self, name: &str) -> PathBuf {
        match name {
            "pv.nc" => self.room.path(name),
            "partial" => {
                fs::read_dir(self.room.run_dir().join("partials")).unwrap().next().unwrap().unwrap().path()
            }
            _ => self.room.run_dir().join(name),
        }
    }

    /// Collates and runs after this damage; what each ended with, and what was told.
    fn after(&self, name: &str, damage: Damage) -> (Outcome, Outcome) {
        self.lay_out();
        damage.befall(&self.file(name));
        self.looks_change_nothing();
        let collated = self.room.collate();
        self.no_wrong_result(name, damage, &collated);
        let run = self.room.run(&[]);
        self.no_wrong_result(name, damage, &run);
        (collated, run)
    }

    /// What `status` says after this damage: as text, and in JSON.
    fn told(&self, name: &str, damage: Damage) -> (Outcome, Value) {
        self.lay_out();
        damage.befall(&self.file(name));
        self.looks_change_nothing()
    }

    fn looks_change_nothing(&self) -> (Outcome, Value) {
        let before = content(&self.room.run_dir());
        let text = self.room.status(&[]);
        let json = self.room.status(&["--json"]);
        assert!(content(&self.room.run_dir()) == before, "{text:?}");
        assert!((0..=2).contains(&text.code) && text.code == json.code && text.code != 1, "{text:?}");
        assert!(!text.stderr.contains("panicked") && text.stderr == json.stderr, "{text:?}");
        let json = serde_json::from_str(&json.stdout).unwrap();
        (text, json)
    }

    fn no_wrong_result(&self, name: &str, damage: Damage, outcome: &Outcome) {
        let what = format!("{name} {damage:?}: {outcome:?}");
        assert!(!outcome.stderr.contains("panicked") && outcome.code != 1, "{what}");
        if outcome.code == 0 {
            assert!(self.room.result() == self.right, "{what}");
        }
    }

    /// All damages to a file: the codes of `collate` and `run`, and what `run` says.
    fn matrix(&self, name: &str, expected: impl Fn(Damage) -> (i32, i32, &'static str)) {
        for damage in ALL {
            let (collated, run) = self.after(name, damage);
            let (collate_code, run_code, told) = expected(damage);
            assert_eq!(
                (collated.code, run.code),
                (collate_code, run_code),
                "{name} {damage:?}: {collated:?} {run:?}"
            );
            assert!(run.stderr.contains(told), "{name} {damage:?}: {told:?} in {}", run.stderr);
        }
    }
}

/// All that is in a folder, with the times at which it changed.
fn content(folder: &Path) -> Vec<(PathBuf, SystemTime, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let changed = entry.metadata().unwrap().modified().unwrap();
        let within = if path.is_dir() { content(&path) } else { Vec::new() };
        all.push((path.clone(), changed, fs::read(&path).unwrap_or_default()));
        all.extend(within);
    }
    all.sort();
    all
}

/// One of two days is done.
fn half_done() -> Scene {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--limit", "1", "--keep-partials"]).code, 0);
    Scene::new(room, right)
}

#[test]
fn a_damaged_plan_is_made_again() {
    half_done().matrix("plan.json", |damage| match damage {
        Deleted => (2, 0, "2 groups, 1 to do, 1 done before"),
        Newer => (2, 2, "plan.json has format 9, and this dayfold reads format 2"),
        _ => (2, 0, "plan.json is damaged: it is made again from the archive"),
    });
}

#[test]
fn a_damaged_partial_is_made_again() {
    half_done().matrix("partial", |damage| match damage {
        // a name of another version is nobody's
        Deleted | Older | Newer => (75, 0, "2 groups, 2 to do"),
        // `collate` has removed and told it
        Emptied | Cut | Changed => (75, 0, "2 groups, 2 to do"),
    });
}

#[test]
fn a_damaged_journal_costs_its_lines_only() {
    half_done().matrix("journal.jsonl", |_| (75, 0, "2 groups, 1 to do, 1 done before"));
}

#[test]
fn a_journal_of_a_newer_version_is_left_alone() {
    let scene = half_done();
    scene.lay_out();
    let path = scene.file("journal.jsonl");
    Newer.befall(&path);
    let before = fs::read(&path).unwrap();
    let run = scene.room.run(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("this run is not in the journal"), "{}", run.stderr);
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn a_finished_run_survives_all_damage() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&[]).code, 0);
    let scene = Scene::new(room, right);
    scene.matrix("finished.json", |damage| match damage {
        Deleted => (75, 0, "2 groups, 2 to do"),
        Newer => (2, 2, "finished.json has format 9"),
        _ => (75, 0, "finished.json is damaged: groups whose partials are gone run again"),
    });
    scene.matrix("plan.json", |damage| match damage {
        Deleted => (2, 0, "2 groups, 0 to do, 2 done before"),
        Newer => (2, 2, "plan.json has format 9"),
        _ => (2, 0, "plan.json is damaged"),
    });
    scene.matrix("pv.nc", |damage| match damage {
        Deleted => (75, 0, "pv.nc is gone: groups whose partials are gone run again"),
        // no version of it is known
        Older | Newer => (0, 0, "2 groups, 0 to do, 2 done before"),
        _ => (75, 0, "pv.nc is not as it was written"),
    });
}

#[test]
fn kept_partials_stand_for_a_damaged_final_file() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--keep-partials"]).code, 0);
    let scene = Scene::new(room, right);
    for name in ["pv.nc", "finished.json"] {
        for damage in [Deleted, Emptied, Cut, Changed] {
            let (collated, run) = scene.after(name, damage);
            assert_eq!((collated.code, run.code), (0, 0), "{name} {damage:?}: {collated:?} {run:?}");
        }
    }
}

#[test]
fn a_damaged_list_of_failures_loses_no_failure() {
    let room = Room::new(2);
    let bad = room.day(1).join("IDE00326.bad.nc");
    fs::write(&bad, "not NetCDF").unwrap();
    assert_eq!(room.run(&["--keep-partials"]).code, 3);
    let scene = Scene::new(room, Vec::new());
    // without its row, a group that failed is one that is left
    scene.matrix("failed.tsv", |damage| match damage {
        Deleted | Emptied => (75, 3, "1 group failed"),
        _ => (3, 3, "1 group failed"),
    });
}
