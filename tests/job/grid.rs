//! All groups of a run have one grid, in whatever order and in how many runs their files are read.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;

use crate::room::Room;
use crate::support::Folder;

/// Four days, the third of which has another grid.
fn room_with_another_grid() -> Room {
    let room = Room::new(4);
    let other = Folder::new();
    let made = other.dayfold(&["sample", "try", "--from", "2022-02-03", "--days", "1", "--coarsen", "60"]);
    assert_eq!(made.code, 0, "{made:?}");
    fs::remove_dir_all(room.day(3)).unwrap();
    fs::create_dir(room.day(3)).unwrap();
    for entry in fs::read_dir(other.path().join("try/archive/v1.1/2022/02/03")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, room.day(3).join(path.file_name().unwrap())).unwrap();
    }
    room
}

fn spoil_first_file(room: &Room, day: u32) {
    fs::write(&room.files(day)[0], "not NetCDF").unwrap();
}

#[test]
fn a_group_of_another_grid_fails_also_when_the_plan_was_lost() {
    let room = room_with_another_grid();
    let run = room.run(&[]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("another grid") && run.stderr.contains("2022-02-03"), "{}", run.stderr);
    fs::remove_file(room.run_dir().join("plan.json")).unwrap();
    let again = room.run(&[]);
    assert_eq!(again.code, 3, "{again:?}");
    assert!(again.stderr.contains("another grid"), "{}", again.stderr);
}

#[test]
fn a_group_of_another_grid_fails_also_when_no_first_file_could_be_read() {
    let room = room_with_another_grid();
    (1..=4).for_each(|day| spoil_first_file(&room, day));
    room.configure("[output]", "[run]\nbad_files = \"skip\"\n\n[output]");
    for _ in 0..2 {
        let run = room.run(&["--workers", "1"]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains("grid") && run.stderr.contains("2022-02-03"), "{}", run.stderr);
    }
    let allowed = room.run(&["--allow-failed"]);
    assert_eq!(allowed.code, 3, "{allowed:?}");
    assert!(room.path("pv.nc").is_file());
}
