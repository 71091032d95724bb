//! What `dayfold status` says of each damage, and what it still knows.

use std::fs;

use serde_json::{Value, json};

use super::Damage::{Changed, Cut, Deleted, Emptied, Newer, Older};
use super::{ALL, Scene, half_done};
use crate::room::Room;

#[test]
fn status_names_what_is_damaged_and_shows_the_rest() {
    let scene = half_done();
    let told = |name: &str, damage, code, warning: &str, groups: Value| {
        let (text, json) = scene.told(name, damage);
        let what = format!("{name} {damage:?}: {text:?}");
        assert_eq!((text.code, &json["groups"]), (code, &groups), "{what}");
        assert!(text.stderr.contains(warning) && text.stderr.is_empty() == warning.is_empty(), "{what}");
        assert_eq!(json["partials"]["listed"], u64::from((name, damage) != ("partial", Deleted)), "{what}");
    };
    let journal = fs::read(scene.file("journal.jsonl")).unwrap();
    let is_between_lines = journal[journal.len() / 2 - 1] == b'\n';
    let counted = |done: u64| json!({"all": 2, "done": done, "empty": 0, "failed": 0, "left": 2 - done});
    for damage in ALL {
        let of_plan = match damage {
            Deleted => "warning: try/pv.nc.run/plan.json is not there: `dayfold run`",
            Newer => "plan.json has format 9, and this dayfold reads format 2",
            _ => "plan.json is damaged: `dayfold run` with the configuration of this run makes it again",
        };
        told("plan.json", damage, 2, of_plan, Value::Null);
        // what is in a result is not looked at; its name is
        let done = u64::from(!matches!(damage, Deleted | Older | Newer));
        told("partial", damage, 0, "", counted(done));
        let of_journal = match damage {
            Deleted => "",
            Emptied => "journal.jsonl is damaged: its head",
            // nothing tells of lines that are gone
            Cut if is_between_lines => "",
            Cut => "bytes are no whole line: they are left out",
            Changed => "is damaged: it is left out",
            Older => "it has format version 0",
            Newer => "it has format version 9",
        };
        told("journal.jsonl", damage, 0, of_journal, counted(1));
    }
}

#[test]
fn status_of_a_finished_run_names_what_is_damaged() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&[]).code, 0);
    let scene = Scene::new(room, right);
    scene.lay_out();
    let (text, json) = scene.looks_change_nothing();
    assert_eq!((&json["state"], text.stderr.as_str()), (&json!("finished"), ""), "{text:?}");
    for damage in [Emptied, Cut, Changed, Newer] {
        let (text, json) = scene.told("finished.json", damage);
        assert_eq!(
            (text.code, &json["state"], &json["groups"]["left"]),
            (0, &json!("unfinished"), &json!(2))
        );
        let told = if damage == Newer { "finished.json has format 9" } else { "finished.json is damaged" };
        assert!(text.stderr.contains(told), "{damage:?}: {text:?}");
    }
    let (text, json) = scene.told("pv.nc", Deleted);
    assert_eq!((text.code, &json["state"]), (0, &json!("unfinished")));
    assert!(text.stderr.contains("pv.nc is gone: groups whose partials are gone run again"), "{text:?}");
}

#[test]
fn status_knows_what_failed_without_the_list() {
    let room = Room::new(2);
    fs::write(room.day(1).join("IDE00326.bad.nc"), "not NetCDF").unwrap();
    assert_eq!(room.run(&["--keep-partials"]).code, 3);
    let scene = Scene::new(room, Vec::new());
    for (damage, told) in [
        (Deleted, "does not list 2022-02-01"),
        (Emptied, "failed.tsv is damaged"),
        (Cut, "failed.tsv is damaged"),
    ] {
        let (text, json) = scene.told("failed.tsv", damage);
        assert_eq!((text.code, &json["state"]), (0, &json!("failed")), "{damage:?}: {text:?}");
        assert_eq!(json["failed"][0]["group"], "2022-02-01", "{damage:?}: {json}");
        assert!(text.stderr.contains(told), "{damage:?}: {text:?}");
    }
}
