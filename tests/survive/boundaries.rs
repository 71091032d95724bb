//! Everything killed at once, at every step between two writes: the supervisor's, which it is asked
//! to crash at, and those of a group's program.

use std::fs;

use crate::farm::Farm;

const DAYS: usize = 3;

/// The steps of a run: each of them is passed at least once, most of them several times.
const STEPS: [&str; 15] = [
    "sweep",
    "begin aside",
    "write aside",
    "sync aside",
    "create",
    "sync the folder",
    "answer",
    "keep",
    "keep nothing",
    "append to the journal",
    "sync the journal",
    "sync",
    "rename",
    "replace",
    "remove",
];

/// Files that are written in steps: whatever is between two of them has been met.
const FILES: [&str; 7] =
    ["lock", "plan.json", "journal.jsonl", "partials", "2022-02-02", "out.nc", "finished.json"];

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be asked to crash")]
fn a_crash_after_any_step_loses_nothing() {
    let mut farm = Farm::new(DAYS, WITHOUT_VALUES);
    farm.allow_empty();
    assert_eq!(farm.run(&[]).code, 0);
    let undisturbed = farm.result();
    farm.clear();
    let mut crashes = Vec::new();
    for step in STEPS {
        let before = crashes.len();
        let crash = |number: usize| crash_and_go_on(&farm, &undisturbed, &format!("{number} {step}"));
        crashes.extend((1..).map_while(crash));
        assert!(crashes.len() > before, "no crash after {step}: {crashes:#?}");
    }
    for file in FILES {
        assert!(crashes.iter().any(|crash| crash.contains(file)), "no crash around {file}: {crashes:#?}");
    }
}

/// The second day has none, which is allowed.
const WITHOUT_VALUES: &str = "[ \"$group\" != 2022-02-02 ] || exit 0";

/// What a worker that was killed can leave: the file of one attempt, and its program's folder.
fn put_left_overs(farm: &Farm) {
    farm.write("out.nc.run/partials/.aside-1-0-1.nc", "half");
    farm.write("out.nc.run/partials/.aside-1-0-1.d/output.nc", "half");
}

/// A run that crashes after this step, and one that goes on; where it crashed, if it came to that.
fn crash_and_go_on(farm: &Farm, undisturbed: &[u8], step: &str) -> Option<String> {
    put_left_overs(farm);
    let crashed = farm.command(&["--workers", "1"]).env("DAYFOLD_CRASH_AT", step).output().unwrap();
    let told = String::from_utf8(crashed.stderr).unwrap();
    let crash = told.lines().find_map(|line| line.strip_prefix("crash after ")).map(str::to_owned);
    let (safe, before) = (farm.safe(), farm.starts());
    match &crash {
        Some(_) => assert_eq!(crashed.status.code(), None, "{told}"),
        None => assert!(crashed.status.success(), "{step}: {told}"),
    }
    let again = farm.run(&["--workers", "1"]);
    assert_eq!(again.code, 0, "after {crash:?}: {again:?}");
    assert!(farm.result() == undisturbed, "after {crash:?}");
    assert_eq!(farm.left_in_partials(), [""; 0], "after {crash:?}");
    let after = farm.starts();
    safe.iter()
        .for_each(|group| assert_eq!(before[group], after[group], "{group} was done again: {crash:?}"));
    farm.clear();
    crash
}

/// Kills supervisor, worker and itself, once, where `$stage` has been come to.
const DIE: &str = r#"
die_at() {
    if [ "$group" = 2022-02-02 ] && [ "$1" = "$(cat stage)" ] && mkdir died; then
        # the first day's result is in its place a moment after its end
        while ! ls out.nc.run/partials/2022-02-01.*; do sleep 0.01; done
        kill -9 $(supervisor) $(worker) $$
    fi
}
die_at begun
head -c 1000 "$input" > "$output"
die_at half
cp "$input" "$output"
die_at whole
"#;

#[test]
fn a_group_that_was_cut_short_anywhere_is_done_again() {
    let undisturbed = Farm::undisturbed(DAYS);
    for stage in ["begun", "half", "whole"] {
        let farm = Farm::new(DAYS, DIE);
        farm.write("stage", stage);
        let killed = farm.start(&["--workers", "1"]).end();
        assert_eq!(killed.code, None, "{stage}: {killed:?}");
        assert_eq!(farm.partials(), ["2022-02-01"], "{stage}");
        let again = farm.run(&["--workers", "1"]);
        assert_eq!(again.code, 0, "{stage}: {again:?}");
        assert_eq!(farm.starts()["2022-02-01"], 1, "{stage}");
        assert!(farm.result() == undisturbed, "{stage}");
        assert_eq!(farm.left_in_partials(), [""; 0], "{stage}");
    }
}

/// A power cut may not take the run directory's own name away.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn a_new_run_directory_is_durable_before_anything_is_in_it() {
    let farm = Farm::new(DAYS, "");
    let folder = farm.path().file_name().unwrap().to_str().unwrap().to_owned();
    for (number, expected) in [("1", folder.as_str()), ("2", "out.nc.run")] {
        let mut run = farm.start_held(&format!("{number} sync the folder"), "go", &[]);
        run.wait_until_held();
        assert_eq!(fs::read_dir(farm.run_dir()).unwrap().count(), 1, "the folder of partials is there alone");
        farm.write("go", "");
        let ended = run.end();
        let held = format!("hold after sync the folder: {expected}");
        assert!(ended.code == Some(0) && ended.text.contains(&held), "{held}: {ended:?}");
        fs::remove_file(farm.path().join("go")).unwrap();
        farm.clear();
    }
}
