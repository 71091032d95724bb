//! What is in the place of a file and is none: it is named with what to do, and nobody waits for it.

use std::fs;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::half_done;

#[test]
fn a_folder_in_the_place_of_a_file_is_named_with_what_to_do() {
    let scene = half_done();
    for name in ["plan.json", "finished.json", "lock"] {
        scene.lay_out();
        let path = scene.file(name);
        let _not_there = fs::remove_file(&path);
        fs::create_dir(&path).unwrap();
        for outcome in [scene.room.run(&[]), scene.room.collate()] {
            assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{name}: {outcome:?}");
            let said = &outcome.stderr;
            assert!(said.contains(&format!("pv.nc.run/{name}")) && said.contains("move it away"), "{said}");
            assert_eq!(said.matches("not a regular file").count(), 1, "{said}");
        }
        fs::remove_dir(&path).unwrap();
        scene.room.run(&[]);
        assert!(scene.room.result() == scene.right, "{name}");
    }
}

#[test]
fn a_pipe_in_the_place_of_a_partial_keeps_nobody_waiting() {
    let scene = half_done();
    scene.lay_out();
    let path = scene.file("partial");
    fs::remove_file(&path).unwrap();
    mkfifoat(CWD, &path, Mode::RWXU).unwrap();
    let collated = scene.room.collate();
    assert_eq!(collated.code, 75, "{collated:?}");
    assert!(collated.stderr.contains("has a partial's name and is no file"), "{}", collated.stderr);
    let run = scene.room.run(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(scene.room.result() == scene.right);
}

#[test]
fn a_folder_in_the_place_of_a_partial_fails_its_group_and_is_named() {
    let scene = half_done();
    scene.lay_out();
    let path = scene.file("partial");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let run = scene.room.run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(run.stderr.contains(&format!("{name} has a partial's name and is no file")), "{}", run.stderr);
    assert!(run.stderr.contains("1 group failed"), "{}", run.stderr);
    fs::remove_dir(&path).unwrap();
    assert_eq!(scene.room.run(&[]).code, 0);
    assert!(scene.room.result() == scene.right);
}
