//! What a run says, and how it ends, on a small sample.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

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
fn collate_collates_what_is_there_and_says_what_is_not() {
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
    let said = "error: failed to prepare the final file DIR/try/nowhere/pv.nc: the folder DIR/try/nowhere does not \
                exist: make it, or choose another [output] file";
    assert!(outcome.stderr.starts_with(said), "{}", outcome.stderr);
}

#[test]
fn the_command_to_go_on_has_all_that_matters() {
    let folder = sample();
    let options =
        ["--limit", "1", "--run-dir", "my dir", "--memory=2GB", "--to", "2022-02-02", "--allow-failed", "-v"];
    let part = run(&folder, &options);
    assert_eq!(part.code, 0, "{}", part.stderr);
    let again = "dayfold run try/dayfold.toml --run-dir 'my dir' --memory 2GB --to 2022-02-02 --allow-failed";
    let last = format!("1 group left; to go on: {again}\n");
    assert!(part.stderr.ends_with(&last), "{}", part.stderr);
}

#[test]
fn an_error_is_an_event_where_events_are_asked_for() {
    let error = |outcome: &Outcome| -> String {
        let lines: Vec<serde_json::Value> =
            outcome.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let last = lines.last().unwrap();
        assert_eq!((outcome.code, &last["event"]), (2, &"error".into()), "{outcome:?}");
        last["message"].as_str().unwrap().to_owned()
    };
    let folder = Folder::new();
    let json = ["--message-format", "json"];
    let said = error(&run(&folder, &json));
    assert!(said.starts_with("cannot read the configuration try/dayfold.toml: "), "{said}");
    assert!(said.ends_with("writes a complete configuration to start from"), "{said}");
    let said = error(&run(&folder, &["--message-format=json", "--limit", "0"]));
    assert!(said.starts_with("invalid value '0' for '--limit <N>': must be 1 or more"), "{said}");
    let folder = sample();
    let config = std::fs::read_to_string(folder.path().join("try/dayfold.toml")).unwrap();
    let config = config.replace("\"pv.nc\"", "\"nowhere/pv.nc\"");
    folder.write("try/dayfold.toml", &format!("{config}\n[run]\nmessage_format = 'json'"));
    let said = error(&run(&folder, &[]));
    assert!(said.starts_with("failed to prepare the final file DIR/try/nowhere/pv.nc: "), "{said}");
    let help = folder.dayfold(&["run", "--help", "--message-format", "json"]);
    assert!(help.code == 0 && help.stdout.contains("Usage: dayfold run"), "{help:?}");
}

#[test]
fn what_failed_before_is_told_and_is_no_error_of_a_part_that_is_done() {
    let folder = sample();
    folder.write("try/archive/v1.1/2022/02/01/IDE00326.bad.nc", "not NetCDF");
    assert_eq!(run(&folder, &[]).code, 3);
    let part = run(&folder, &["--only", "2022-02-02"]);
    assert_eq!((part.code, part.stdout.as_str()), (0, ""), "{}", part.stderr);
    assert!(part.stderr.contains("\n1 group failed in an earlier run:\n  2022-02-01: "), "{}", part.stderr);
    assert!(!part.stderr.contains("error:"), "{}", part.stderr);
    assert!(
        part.stderr.ends_with("1 group left; to go on: dayfold run try/dayfold.toml\n"),
        "{}",
        part.stderr
    );
}

/// A configuration whose output is this.
fn aim(folder: &Folder, output: &str) {
    let config = std::fs::read_to_string(folder.path().join("try/dayfold.toml")).unwrap();
    let aimed = config.replace("file = \"pv.nc\"", &format!("file = '{output}'"));
    assert_ne!(aimed, config);
    folder.write("try/aimed.toml", &aimed);
}

#[test]
fn only_a_result_is_ever_replaced() {
    let folder = sample();
    let path = |name: &str| folder.path().join("try").join(name);
    let input = "archive/v1.1/2022/02/01/IDE00326.202202010230.nc";
    std::fs::copy(path(input), path("theirs.nc")).unwrap();
    folder.write("try/notes.txt", "mine");
    std::os::unix::fs::symlink("aimed.toml", path("link.nc")).unwrap();
    std::os::unix::fs::symlink(input, path("input.nc")).unwrap();
    for (output, said) in [
        (
            "regions.geojson",
            "DIR/try/regions.geojson: it is the regions' file, and would be replaced: choose",
        ),
        ("aimed.toml", "DIR/try/aimed.toml: it is the configuration, and would be replaced: choose"),
        ("link.nc", "DIR/try/aimed.toml: it is the configuration"),
        ("input.nc", "it is v1.1/2022/02/01/IDE00326.202202010230.nc, an input file, and would be replaced"),
        (input, "IDE00326.202202010230.nc: what is there is a NetCDF file that dayfold has not made"),
        ("theirs.nc", "DIR/try/theirs.nc: what is there is a NetCDF file that dayfold has not made"),
        ("notes.txt", "DIR/try/notes.txt: what is there is not a result of dayfold, and would be replaced"),
        ("/dev/null", "/dev/null: what is there is no regular file"),
    ] {
        aim(&folder, output);
        let before = std::fs::read(path(output)).unwrap_or_default();
        let options = ["run", "try/aimed.toml", "--run-dir", "try/other.run", "--limit", "1"];
        let outcome = folder.dayfold(&options);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{output}: {outcome:?}");
        assert!(outcome.stderr.contains(said), "{said:?} in {}", outcome.stderr);
        assert!(outcome.stderr.contains("choose another [output] file"), "{}", outcome.stderr);
        assert!(output == "/dev/null" || std::fs::read(path(output)).unwrap() == before, "{output}");
        assert!(!path("other.run").exists(), "{output}: something was written");
    }
}

#[test]
fn another_run_directory_may_replace_a_result() {
    let folder = sample();
    assert_eq!(run(&folder, &["--limit", "2"]).code, 0);
    let other = run(&folder, &["--run-dir", "other.run"]);
    assert_eq!((other.code, other.stdout.as_str()), (0, "DIR/try/pv.nc\n"), "{}", other.stderr);
    // what came into its place meanwhile is not collated over
    folder.write("try/pv.nc", "mine");
    std::fs::remove_file(folder.path().join("other.run/finished.json")).unwrap();
    let refused = folder.dayfold(&["collate", "other.run"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(folder.path().join("try/pv.nc")).unwrap(), "mine");
}

/// Another configuration with the same output: neither what it is told first nor what it is told then leads to the
/// first one's result being replaced.
#[test]
fn a_result_of_another_run_is_not_replaced_unless_that_is_asked_for() {
    let folder = sample();
    assert_eq!(run(&folder, &[]).code, 0);
    let result = folder.path().join("try/pv.nc");
    let before = std::fs::read(&result).unwrap();
    let config = std::fs::read_to_string(folder.path().join("try/dayfold.toml")).unwrap();
    folder.write("try/other.toml", &config.replace("\"single-axis\"", "\"latitude\""));
    let other = |options: &[&str]| folder.dayfold(&[&["run", "try/other.toml"], options].concat());
    let refused = other(&[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("or choose another [output] file for this run"), "{}", refused.stderr);
    let refused = other(&["--run-dir", "other.run"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    let told = "DIR/try/pv.nc: what is there is not an earlier result of this run (task.mount: was single-axis, is \
                latitude), and would be replaced: choose another [output] file, or have it replaced by --overwrite";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    assert!(!folder.path().join("other.run").exists() && std::fs::read(&result).unwrap() == before);
    let replaced = other(&["--run-dir", "other.run", "--overwrite"]);
    assert_eq!(replaced.code, 0, "{replaced:?}");
    assert!(std::fs::read(&result).unwrap() != before);
    // and the first one finds another's there by now
    let refused = run(&folder, &[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("task.mount: was latitude, is single-axis"), "{}", refused.stderr);
}

#[test]
fn a_result_of_the_same_run_is_replaced_by_one_with_all_its_times_only() {
    let folder = sample();
    assert_eq!(run(&folder, &[]).code, 0);
    let result = folder.path().join("try/pv.nc");
    let before = std::fs::read(&result).unwrap();
    let refused = run(&folder, &["--run-dir", "other.run", "--to", "2022-02-01"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("reach beyond the groups of this run, 2022-02-01 to 2022-02-01"),
        "{refused:?}"
    );
    let same = run(&folder, &["--run-dir", "other.run"]);
    assert_eq!(same.code, 0, "{same:?}");
    assert!(std::fs::read(&result).unwrap() == before);
}

#[test]
fn a_tasks_program_is_not_replaced() {
    let folder = Folder::new();
    folder.write("a/2022-02-01.nc", "");
    folder.write("day.sh", "#!/bin/sh\n");
    folder.write(
        "c.toml",
        "[archive]\nroot = 'a'\npattern = '%Y-%m-%d.nc'\n[task]\nkind = 'command'\n\
         command = ['./day.sh', '{output}']\n[output]\nfile = 'day.sh'\n",
    );
    let outcome = folder.dayfold(&["run", "c.toml"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("DIR/day.sh: it is the task's program"), "{}", outcome.stderr);
}
