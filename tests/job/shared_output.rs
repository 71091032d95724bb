//! Two run directories with one final file, at work at the same time.

use std::fs;

use crate::room::{CONFIG, Room, copy};
use crate::support::Outcome;

/// Each removes only its own left-overs, and either's result may take the place of the other's, which is the same.
#[test]
fn two_run_directories_of_one_run_may_collate_at_once() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--keep-partials"]).code, 0);
    for name in ["one.run", "other.run"] {
        copy(&room.run_dir(), &room.path(name));
    }
    let collate = |name: &str| -> Outcome {
        let run_dir = format!("try/{name}");
        room.dayfold(&["run", CONFIG, "--run-dir", &run_dir, "--keep-partials"])
    };
    for _ in 0..8 {
        fs::remove_file(room.path("pv.nc")).unwrap();
        ["one.run", "other.run"].iter().for_each(|name| {
            let _ = fs::remove_file(room.path(name).join("finished.json"));
        });
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| collate("one.run"));
            let other = collate("other.run");
            (one.join().unwrap(), other)
        });
        assert_eq!((one.code, other.code), (0, 0), "{one:?} {other:?}");
        assert!(room.result() == right);
    }
    let names = fs::read_dir(room.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with(".aside-")).collect();
    assert!(left.is_empty(), "{left:?}");
}
