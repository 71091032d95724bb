//! Input files that cannot be read: what is left out is told and stays true, and what nobody could read
//! is no success.

#![expect(clippy::disallowed_methods, reason = "a test spoils files on purpose")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::room::{Room, started, warnings};
use crate::skip::skip;

/// A room in which bad files are skipped.
fn skipping_room(days: u32) -> Room {
    let room = Room::new(days);
    room.configure("# [run] ", "[run]\nbad_files = \"skip\"\n# ");
    room
}

fn spoil(path: &Path) {
    fs::write(path, "not NetCDF").unwrap();
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn failed_list(room: &Room) -> String {
    fs::read_to_string(room.run_dir().join("failed.tsv")).unwrap()
}

#[test]
fn files_that_were_left_out_are_told_at_the_end_of_every_run() {
    let room = skipping_room(2);
    let files = room.files(1);
    spoil(&files[50]);
    for _ in 0..2 {
        let run = room.run(&[]);
        assert_eq!(run.code, 0, "{run:?}");
        let told = format!(
            "warning: 1 file was left out as unreadable: v1.1/2022/02/01/{} (attribute skipped_files)",
            name(&files[50])
        );
        assert!(run.stderr.contains(&told), "{}", run.stderr);
    }
    room.start_anew();
    files[..7].iter().for_each(|file| spoil(file));
    let run = room.run(&["-q"]);
    let told = "warning: 8 files were left out as unreadable: v1.1/2022/02/01/";
    assert!(run.stderr.contains(told) && run.stderr.contains(" and 3 more (attribute "), "{}", run.stderr);
}

#[test]
fn a_day_of_which_no_file_can_be_read_fails_and_the_others_are_done() {
    let room = skipping_room(2);
    room.files(1).iter().for_each(|file| spoil(file));
    let run = room.run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    let reason = "none of its 103 files could be read, the first: ";
    assert!(run.stderr.contains(&format!("2022-02-01: {reason}")), "{}", run.stderr);
    assert!(failed_list(&room).contains(&format!("2022-02-01\t1\t{reason}")), "{}", failed_list(&room));
    room.files(2).iter().for_each(|file| spoil(file));
    fs::remove_dir_all(room.run_dir()).unwrap();
    let run = room.run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    assert!(run.stderr.contains("2 groups failed"), "{}", run.stderr);
    assert!(!room.path("pv.nc").exists());
}

#[test]
fn a_file_that_was_repaired_is_not_called_skipped_any_more() {
    let room = skipping_room(2);
    let files = room.files(1);
    let (damaged, late) = (&files[50], &files[70]);
    let right = fs::read(damaged).unwrap();
    let still_bad = room.files(2)[60].clone();
    spoil(&still_bad);
    let undisturbed = room.undisturbed();
    spoil(damaged);
    let hidden = room.path("hidden");
    fs::rename(late, &hidden).unwrap();
    assert_eq!(room.run(&[]).code, 0);
    let skipped = room.attribute("skipped_files").unwrap();
    assert!(skipped.contains(name(damaged)) && skipped.contains(name(&still_bad)), "{skipped}");
    fs::write(damaged, right).unwrap();
    fs::rename(hidden, late).unwrap();
    let run = room.run_told(&[]);
    assert_eq!((run.code, started(&run.stderr)), (0, vec!["2022-02-01".to_owned()]), "{run:?}");
    let skipped = room.attribute("skipped_files").unwrap();
    assert!(skipped.ends_with(name(&still_bad)) && !skipped.contains('\n'), "{skipped}");
    assert!(room.result() == undisturbed);
}

#[test]
fn trouble_that_may_pass_leaves_no_file_out() {
    let room = skipping_room(1);
    let file = room.files(1)[50].clone();
    fs::remove_file(&file).unwrap();
    // it can be opened, and reading its first byte is an input/output error
    symlink("/proc/self/mem", &file).unwrap();
    let run = room.run_told(&["--attempts", "2"]);
    assert_eq!((run.code, started(&run.stderr).len()), (3, 2), "{run:?}");
    assert!(failed_list(&room).contains("\t2\t") && failed_list(&room).contains(name(&file)));
    assert!(warnings(&run.stderr).iter().all(|told| !told.contains("left out as unreadable")));
}

#[test]
fn a_file_that_may_not_be_read_is_told_with_what_to_do() {
    let room = skipping_room(1);
    let file = room.files(1)[50].clone();
    fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&file).is_ok() {
        skip("nothing is forbidden to this user");
        return;
    }
    let run = room.run(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("1 file was left out as unreadable"), "{}", run.stderr);
    room.start_anew();
    room.configure("\"skip\"", "\"fail\"");
    let run = room.run(&[]);
    assert_eq!(run.code, 3, "{run:?}");
    let told = "Permission denied; make it readable (chmod), or ask its owner";
    assert!(run.stderr.contains(told) && run.stderr.contains(name(&file)), "{}", run.stderr);
}
