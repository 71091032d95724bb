//! What a later run does that finds the archive changed: groups that were added, have grown, have
//! appeared or have shrunk, and nothing else, are done; the result is that of one run over all.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::room::{Room, started, warnings};

/// Puts files out of the archive's way.
fn hide(room: &Room, path: &Path) -> PathBuf {
    let hidden = room.path("hidden");
    fs::rename(path, &hidden).unwrap();
    hidden
}

/// Runs, and says which groups were started.
fn groups_of_a_run(room: &Room, options: &[&str]) -> Vec<String> {
    let run = room.run_told(options);
    assert_eq!(run.code, 0, "{run:?}");
    started(&run.stderr)
}

#[test]
fn days_before_and_after_are_added_to_a_run_in_any_state() {
    let room = Room::new(4);
    let right = room.undisturbed();
    assert_eq!(
        groups_of_a_run(&room, &["--from", "2022-02-02", "--to", "2022-02-03", "--limit", "1"]),
        ["2022-02-02"]
    );
    assert_eq!(groups_of_a_run(&room, &["--from", "2022-02-02", "--to", "2022-02-03"]), ["2022-02-03"]);
    assert_eq!(groups_of_a_run(&room, &["--to", "2022-02-03"]), ["2022-02-01"]);
    assert_eq!(groups_of_a_run(&room, &[]), ["2022-02-04"]);
    assert!(room.result() == right);
    assert_eq!(groups_of_a_run(&room, &["--to", "2022-02-01"]), Vec::<String>::new());
    assert!(room.result() == right, "no day is taken out");
}

#[test]
fn a_group_that_has_grown_runs_again_and_no_other_one() {
    let room = Room::new(3);
    let right = room.undisturbed();
    let file = &room.files(2)[70];
    for options in [&["--limit", "2"][..], &["--keep-partials"], &[]] {
        let hidden = hide(&room, file);
        assert_eq!(room.run(options).code, 0);
        fs::rename(hidden, file).unwrap();
        let run = room.run_told(&[]);
        let expected = if options.contains(&"--limit") { 2 } else { 1 };
        assert_eq!((run.code, started(&run.stderr).len()), (0, expected), "{options:?}: {run:?}");
        assert!(started(&run.stderr).contains(&"2022-02-02".to_owned()));
        assert!(room.result() == right, "{options:?}");
        room.start_anew();
    }
}

#[test]
fn a_missing_group_that_appears_is_done_and_not_called_missing_any_more() {
    let room = Room::new(3);
    let right = room.undisturbed();
    let hidden = hide(&room, &room.day(2));
    let without = room.run(&[]);
    assert_eq!(without.code, 0, "{without:?}");
    assert!(without.stderr.contains("1 group without input files: 2022-02-02"), "{}", without.stderr);
    assert_eq!(room.attribute("missing_groups").as_deref(), Some("2022-02-02"));
    fs::rename(hidden, room.day(2)).unwrap();
    let with = room.run_told(&[]);
    assert_eq!((with.code, started(&with.stderr)), (0, vec!["2022-02-02".to_owned()]), "{with:?}");
    assert_eq!(warnings(&with.stderr), Vec::<String>::new());
    assert_eq!(room.attribute("missing_groups"), None);
    assert!(room.result() == right);
}

#[test]
fn skipped_files_stay_named_when_days_are_added() {
    let room = Room::new(2);
    room.configure("# [run] ", "[run]\nbad_files = \"skip\"\n# ");
    fs::write(&room.files(1)[50], "not NetCDF").unwrap();
    let right = room.undisturbed();
    assert_eq!(room.run(&["--to", "2022-02-01"]).code, 0);
    assert!(room.attribute("skipped_files").is_some());
    assert_eq!(groups_of_a_run(&room, &[]), ["2022-02-02"]);
    assert!(room.result() == right);
}

#[test]
fn a_group_that_has_fewer_files_keeps_its_result_with_a_warning() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--limit", "1"]).code, 0);
    fs::remove_file(&room.files(1)[0]).unwrap();
    let run = room.run_told(&[]);
    assert_eq!((run.code, started(&run.stderr)), (0, vec!["2022-02-02".to_owned()]), "{run:?}");
    let told = warnings(&run.stderr);
    assert!(
        told.len() == 1
            && told[0].contains("2022-02-01")
            && told[0].contains("is kept (--redo 2022-02-01 has it"),
        "{told:?}"
    );
    assert!(room.result() == right);
    fs::remove_dir_all(room.day(2)).unwrap();
    assert_eq!(groups_of_a_run(&room, &[]), Vec::<String>::new());
    assert!(room.result() == right);
}

#[test]
fn a_bad_file_that_is_removed_is_not_asked_for_any_more() {
    let room = Room::new(2);
    let right = room.undisturbed();
    let bad = room.day(1).join("IDE00326.bad.nc");
    fs::write(&bad, "not NetCDF").unwrap();
    assert_eq!(room.run(&[]).code, 3);
    fs::remove_file(bad).unwrap();
    assert_eq!(groups_of_a_run(&room, &[]), ["2022-02-01"]);
    assert!(room.result() == right);
    assert!(!room.names().contains(&"failed.tsv".to_owned()));
}

#[test]
fn a_final_file_behind_a_link_is_written_there_and_the_link_stays() {
    let room = Room::new(1);
    let right = room.undisturbed();
    fs::create_dir(room.path("scratch")).unwrap();
    symlink("scratch/long-name.nc", room.path("pv.nc")).unwrap();
    for _ in 0..2 {
        let run = room.run(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (0, "DIR/try/pv.nc\n"), "{run:?}");
        assert!(room.path("pv.nc").is_symlink());
        assert!(fs::read(room.path("scratch/long-name.nc")).unwrap() == right);
    }
    assert_eq!(fs::read_dir(room.path("scratch")).unwrap().count(), 1);
}

#[test]
fn another_name_of_the_final_file_takes_no_work() {
    let room = Room::new(2);
    room.configure("# [run] ", "[run]\nrun_dir = \"pv.nc.run\"\n# ");
    let right = room.undisturbed();
    assert_eq!(room.run(&[]).code, 0);
    room.configure("\"pv.nc\"", "\"other.nc\"");
    assert_eq!(groups_of_a_run(&room, &[]), Vec::<String>::new());
    assert!(fs::read(room.path("other.nc")).unwrap() == right);
}

#[test]
fn the_journal_tells_what_happened_in_each_run() {
    let room = Room::new(2);
    assert_eq!(room.run(&["--limit", "1"]).code, 0);
    assert_eq!(room.run(&["--workers", "1"]).code, 0);
    let text = fs::read_to_string(room.run_dir().join("journal.jsonl")).unwrap();
    let mut lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // told by the clock, so there need not be any
    assert!(lines.iter().all(|line| line["event"] != "memory" || line["used"].is_u64()));
    lines.retain(|line| line["event"] != "memory");
    let events: Vec<_> = lines[1..].iter().map(|line| line["event"].as_str().unwrap()).collect();
    // a run with `--limit` tries the collation
    let first = ["session", "begun", "started", "finished", "tried", "ended"];
    let second = ["session", "begun", "started", "finished", "collating", "ended"];
    assert_eq!(events, [&first[..], &second].concat());
    let (session, ended) = (&lines[7], &lines[12]);
    assert_eq!((&session["workers"], &session["options"]["grace"]), (&1.into(), &5.0.into()));
    assert_eq!((&ended["verdict"], &ended["done"]), (&"complete".into(), &2.into()));
    assert!(lines[4]["elapsed"].as_f64().unwrap() > 0.0);
}
