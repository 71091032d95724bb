//! What a run says, and how it ends, on a small sample.

use crate::support::{Folder, Outcome};

/// Two small days, so that a run takes a moment.
fn sample() -> Folder {
    let folder = Folder::new();
    let outcome = folder.dayfold(&["sample", "try", "--days", "2", "--coarsen", "80"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    folder
}

fn run(folder: &Folder, options: &[&str]) -> Outcome {
    folder.dayfold(&[&["run", "try/dayfold.toml"], options].concat())
}

#[test]
fn the_result_is_on_standard_output_and_all_else_is_not() {
    let folder = sample();
    let first = run(&folder, &["--workers", "2", "--memory", "1GB"]);
    assert_eq!((first.code, first.stdout.as_str()), (0, "DIR/try/pv.nc\n"), "{}", first.stderr);
    let lines: Vec<&str> = first.stderr.lines().collect();
    assert_eq!(
        lines[..3],
        ["2 groups, 2 to do", "2 workers, at most 1.0 GB of memory: --memory", "0 of 2 groups",]
    );
    assert!(lines.last().unwrap().starts_with("2 of 2 groups done, "), "{}", first.stderr);
    let again = run(&folder, &["-q"]);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (0, "DIR/try/pv.nc\n", ""));
}

#[test]
fn json_tells_one_event_a_line() {
    let outcome = run(&sample(), &["--message-format", "json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "DIR/try/pv.nc\n"), "{}", outcome.stderr);
    let events: Vec<serde_json::Value> =
        outcome.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.first().unwrap()["event"], "begun");
    assert_eq!(events.last().unwrap()["event"], "ended");
    assert_eq!(events.iter().filter(|event| event["event"] == "finished").count(), 2);
}

#[test]
fn a_part_is_done_and_the_rest_named() {
    let folder = sample();
    let part = run(&folder, &["--limit", "1"]);
    assert_eq!((part.code, part.stdout.as_str()), (0, ""), "{}", part.stderr);
    assert!(
        part.stderr.ends_with("1 group left; to go on: dayfold run try/dayfold.toml\n"),
        "{}",
        part.stderr
    );
    let rest = run(&folder, &["-v"]);
    assert_eq!(rest.code, 0);
    assert!(rest.stderr.starts_with("2 groups, 1 to do, 1 done before\n"), "{}", rest.stderr);
    assert!(rest.stderr.contains("2022-02-02: started by worker 0\n"), "{}", rest.stderr);
}

#[test]
fn collate_folds_what_is_there_and_says_what_is_not() {
    let folder = sample();
    run(&folder, &["--limit", "1", "--keep-partials"]);
    let early = folder.dayfold(&["collate", "try/pv.nc.run"]);
    assert_eq!((early.code, early.stdout.as_str()), (75, ""), "{}", early.stderr);
    assert!(early.stderr.contains("1 group left; to go on: dayfold run"), "{}", early.stderr);
    run(&folder, &["--keep-partials"]);
    std::fs::remove_file(folder.path().join("try/pv.nc")).unwrap();
    let again = folder.dayfold(&["collate", "try/pv.nc.run"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, "DIR/try/pv.nc\n"), "{}", again.stderr);
    assert!(folder.path().join("try/pv.nc").exists());
    let nowhere = folder.dayfold(&["collate", "try"]);
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (2, ""), "{}", nowhere.stderr);
}

#[test]
fn a_bad_file_fails_its_group_and_says_how_to_go_on() {
    let folder = sample();
    folder.write("try/archive/v1.1/2022/02/01/IDE00326.bad.nc", "not NetCDF");
    let outcome = run(&folder, &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("error: 1 group failed:\n  2022-02-01: "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("IDE00326.bad.nc"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("(also in DIR/try/pv.nc.run/failed.tsv)"), "{}", outcome.stderr);
}

#[test]
fn a_folder_that_is_not_there_is_found_before_any_work() {
    let folder = sample();
    let config = std::fs::read_to_string(folder.path().join("try/dayfold.toml")).unwrap();
    folder.write("try/dayfold.toml", &config.replace("\"pv.nc\"", "\"nowhere/pv.nc\""));
    let outcome = run(&folder, &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("DIR/try/nowhere"), "{}", outcome.stderr);
}
