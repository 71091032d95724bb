//! Groups that are done again because somebody wishes it: no file has to be removed by hand.

use std::fs;

use rustix::process::Signal;

use crate::room::{Room, started, warnings};

fn days(days: &[u32]) -> Vec<String> {
    days.iter().map(|day| format!("2022-02-{day:02}")).collect()
}

/// Runs, and checks how it ends and which days were done by that; what was warned of.
fn does(room: &Room, options: &[&str], code: i32, expected: &[u32]) -> String {
    let run = room.run_told(options);
    assert_eq!((run.code, started(&run.stderr)), (code, days(expected)), "{options:?}: {run:?}");
    warnings(&run.stderr).join("\n")
}

#[test]
fn a_group_is_done_again_while_there_is_no_final_file() {
    let room = Room::new(3);
    let right = room.undisturbed();
    does(&room, &["--limit", "2"], 0, &[1, 2]);
    assert_eq!(does(&room, &["--redo", "2022-02-01", "--redo", "2022-02-03"], 0, &[1, 3]), "");
    assert!(room.result() == right);
}

#[test]
fn a_group_whose_result_was_kept_is_done_again_alone() {
    let room = Room::new(3);
    let right = room.undisturbed();
    does(&room, &["--keep-partials"], 0, &[1, 2, 3]);
    let told = does(&room, &["--redo", "2022-02-02", "--keep-partials"], 0, &[2]);
    assert_eq!(told, "DIR/try/pv.nc stays until the new one is whole");
    assert!(room.result() == right);
    does(&room, &["--redo", "2022-02-02", "--keep-partials"], 0, &[2]);
    does(&room, &["--redo", "all"], 0, &[1, 2, 3]);
    does(&room, &[], 0, &[]);
    assert!(room.result() == right);
}

#[test]
fn a_group_that_is_in_the_final_file_only_is_done_again_with_all_others_of_it() {
    let room = Room::new(3);
    let right = room.undisturbed();
    does(&room, &[], 0, &[1, 2, 3]);
    let told = does(&room, &["--redo", "2022-02-02"], 0, &[1, 2, 3]);
    let expected = "the values of one group cannot be taken out of DIR/try/pv.nc, and partial results are gone: these \
                    groups are done again, too: 2022-02-01, 2022-02-03; DIR/try/pv.nc stays until the new one is whole";
    assert_eq!(told, expected);
    assert!(room.result() == right);
}

/// A batch job whose script says --redo is submitted again after its walltime: it goes on.
#[test]
fn what_is_being_done_again_survives_a_kill_and_the_old_final_file_stays() {
    for again in [&[][..], &["--redo", "all"]] {
        let room = Room::new(3);
        let right = room.undisturbed();
        does(&room, &[], 0, &[1, 2, 3]);
        let mut running = room.start(&["--redo", "all", "--workers", "1"], &[]);
        running.wait_for("finished");
        running.signal(Signal::KILL);
        running.end();
        assert!(room.result() == right, "the old one stays");
        let done = fs::read_dir(room.run_dir().join("partials")).unwrap();
        let done =
            done.filter(|entry| !entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
        let done = done.count();
        let status: serde_json::Value = serde_json::from_str(&room.status(&["--json"]).stdout).unwrap();
        assert_eq!(status["groups"]["done"], done, "{status}");
        let run = room.run_told(again);
        assert_eq!((run.code, started(&run.stderr).len()), (0, 3 - done), "{run:?}");
        let goes_on = "what --redo asks for was begun by an earlier start, and goes on";
        assert_eq!(warnings(&run.stderr).contains(&goes_on.to_owned()), !again.is_empty(), "{run:?}");
        assert!(room.result() == right);
        does(&room, &[], 0, &[]);
        does(&room, &["--redo", "all"], 0, &[1, 2, 3]);
    }
}

#[test]
fn shards_do_their_parts_again_each_once() {
    let room = Room::new(4);
    let right = room.undisturbed();
    does(&room, &[], 0, &[1, 2, 3, 4]);
    does(&room, &["--redo", "all", "--shard", "1/2"], 0, &[1, 3]);
    does(&room, &["--redo", "all", "--shard", "2/2"], 0, &[2, 4]);
    assert!(room.result() == right);
}

#[test]
fn what_is_no_group_is_refused_before_anything_is_removed() {
    let room = Room::new(2);
    does(&room, &["--keep-partials"], 0, &[1, 2]);
    let refused = room.run(&["--redo", "2022-02-01", "--redo", "2022-02-30"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("there is no group \"2022-02-30\" in the plan"), "{}", refused.stderr);
    does(&room, &[], 0, &[]);
}
