//! All groups of a run have one grid, in whatever order and in how many runs their files are read.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;

use crate::room::Room;
use crate::support::Folder;

/// So many days, one of which has another grid.
pub fn room_with_another_grid(days: u32, odd: u32) -> Room {
    let room = Room::new(days);
    let other = Folder::new();
    let day = format!("2022-02-{odd:02}");
    let made = other.dayfold(&["sample", "try", "--from", &day, "--days", "1", "--coarsen", "60"]);
    assert_eq!(made.code, 0, "{made:?}");
    fs::remove_dir_all(room.day(odd)).unwrap();
    fs::create_dir(room.day(odd)).unwrap();
    for entry in
        fs::read_dir(other.path().join("try/archive/v1.1/2022/02").join(format!("{odd:02}"))).unwrap()
    {
        let path = entry.unwrap().path();
        fs::copy(&path, room.day(odd).join(path.file_name().unwrap())).unwrap();
    }
    room
}

fn spoil_first_file(room: &Room, day: u32) {
    fs::write(&room.files(day)[0], "not NetCDF").unwrap();
}

#[test]
fn a_group_of_another_grid_fails_also_when_the_plan_was_lost() {
    let room = room_with_another_grid(4, 3);
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
    let room = room_with_another_grid(4, 3);
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

#[test]
fn one_file_of_another_grid_within_a_group_fails_it_by_name() {
    let (room, other) = (Room::new(2), room_with_another_grid(2, 2));
    fs::copy(&other.files(2)[50], &room.files(2)[50]).unwrap();
    let run = room.run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    let name = room.files(2)[50].file_name().unwrap().to_str().unwrap().to_owned();
    assert!(run.stderr.contains("has another grid than the run's other files"), "{}", run.stderr);
    assert!(run.stderr.contains(&name) && run.stderr.contains("1 group failed"), "{}", run.stderr);
    let failed = fs::read_to_string(room.run_dir().join("failed.tsv")).unwrap();
    assert!(failed.contains("2022-02-02\t1\t") && failed.contains(&name), "{failed}");
}
