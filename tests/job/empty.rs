//! Groups without values: a failure unless the configuration says that they may be, and then counted and named.

use dayfold_ncio::dataset::{Attribute, attribute};
use dayfold_ncio::raw::RawFile;
use serde_json::Value;

use crate::command::{executable, write_result};
use crate::room::{started, warnings};
use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '%Y-%m-%d.nc'
[task]
kind = 'command'
command = ['./day.sh', '{group}', '{output}']
[output]
file = 'out.nc'
";

const ALLOWED: &str = "empty = 'allow'\n[output]";

/// Three days, of which the second gives nothing.
fn days() -> Folder {
    let folder = Folder::new();
    for day in 1..=3 {
        folder.write(&format!("archive/2022-02-0{day}.nc"), "");
        write_result(&folder.path().join(format!("result-2022-02-0{day}.nc")), day);
    }
    configure(&folder, false);
    executable(&folder.write("day.sh", "#!/bin/sh -eu\n. ./rule.sh\n"));
    script(&folder, r#"[ "$1" = 2022-02-02 ] || cp "result-$1.nc" "$2""#);
    folder
}

fn configure(folder: &Folder, allowed: bool) {
    folder.write(
        "dayfold.toml",
        &if allowed { CONFIG.replace("[output]", ALLOWED) } else { CONFIG.to_owned() },
    );
}

/// What the program does with a day. It stands in a file that is not compared, so that it may change.
fn script(folder: &Folder, line: &str) {
    folder.write("rule.sh", &format!("{line}\n"));
}

fn run(folder: &Folder, options: &[&str]) -> Outcome {
    folder.dayfold(&[&["run", "dayfold.toml"][..], options].concat())
}

fn status(folder: &Folder) -> Value {
    let status = folder.dayfold(&["status", "out.nc.run", "--json"]);
    assert_eq!(status.code, 0, "{status:?}");
    serde_json::from_str(&status.stdout).unwrap()
}

fn empty_groups(folder: &Folder) -> Option<String> {
    let file = RawFile::open(folder.path().join("out.nc")).unwrap();
    attribute(&file.schema().attributes, "empty_groups").and_then(Attribute::text).map(str::to_owned)
}

#[test]
fn a_group_without_output_fails() {
    let folder = days();
    let run = run(&folder, &[]);
    assert_eq!(run.code, 3, "{run:?}");
    let told = "2022-02-02: ./day.sh ended with exit code 0 and wrote no file to {output}; if a group may be \
                without values, set empty = \"allow\" in [task]";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    let status = status(&folder);
    assert_eq!((&status["state"], &status["groups"]["empty"]), (&"failed".into(), &0.into()));
    assert_eq!(status["failed"][0]["group"], "2022-02-02");
}

/// The program runs in the configuration's folder, and dayfold elsewhere.
#[test]
fn a_relative_run_directory_on_the_command_line_loses_no_result() {
    let folder = days();
    configure(&folder, true);
    folder.write("elsewhere/note", "");
    let mut command = folder.command(&["run", "../dayfold.toml", "--run-dir", "scratch.run"]);
    let run = command.current_dir(folder.path().join("elsewhere")).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.code() == Some(0) && said.contains("1 group gave no values: 2022-02-02"), "{said}");
    assert!(folder.path().join("elsewhere/scratch.run/finished.json").exists());
    assert_eq!(empty_groups(&folder).as_deref(), Some("2022-02-02"));
}

#[test]
fn where_that_is_allowed_such_groups_are_counted_and_named_however_often_the_file_is_made() {
    let folder = days();
    configure(&folder, true);
    let part = run(&folder, &["--only", "2022-02-02"]);
    assert!(
        part.code == 0 && part.stderr.contains("warning: 1 group gave no values: 2022-02-02"),
        "{part:?}"
    );
    let whole = run(&folder, &["--workers", "2"]);
    assert!(
        whole.code == 0 && whole.stderr.contains("warning: 1 group gave no values: 2022-02-02"),
        "{whole:?}"
    );
    assert_eq!(empty_groups(&folder).as_deref(), Some("2022-02-02"));
    let shown = folder.dayfold(&["status", "out.nc.run"]);
    assert!(shown.stdout.contains("3 of 3 done\n             1 without values\n"), "{}", shown.stdout);
    let stands = status(&folder);
    assert_eq!((&stands["state"], &stands["groups"]["empty"]), (&"finished".into(), &1.into()));
    // the partials are gone: the final file and its description say which group it was
    write_result(&folder.path().join("result-2022-02-04.nc"), 4);
    folder.write("archive/2022-02-04.nc", "");
    folder.write("archive/2022-02-05.nc", "");
    script(&folder, r#"[ "$1" = 2022-02-05 ] || cp "result-$1.nc" "$2""#);
    let more = run(&folder, &[]);
    assert!(
        more.code == 0 && more.stderr.contains("2 groups gave no values: 2022-02-02, 2022-02-05"),
        "{more:?}"
    );
    assert_eq!(empty_groups(&folder).as_deref(), Some("2022-02-02\n2022-02-05"));
    let bytes = std::fs::read(folder.path().join("out.nc")).unwrap();
    script(&folder, r#"case "$1" in *-02|*-05) exit 0;; esac; cp "result-$1.nc" "$2""#);
    let at_once = run(&folder, &["--run-dir", "other"]);
    assert_eq!(at_once.code, 0, "{at_once:?}");
    assert!(bytes == std::fs::read(folder.path().join("out.nc")).unwrap());
}

#[test]
fn a_command_that_is_told_no_place_for_its_result_is_refused_before_any_work() {
    let folder = days();
    folder.write("dayfold.toml", &CONFIG.replace(", '{output}'", ""));
    let refused = run(&folder, &[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("dayfold.toml:6: task.command has no {output}"), "{}", refused.stderr);
    assert!(!folder.path().join("out.nc.run").exists());
}

#[test]
fn a_run_that_is_complete_without_any_value_is_finished() {
    let folder = days();
    configure(&folder, true);
    script(&folder, "exit 0");
    let run = run(&folder, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(run.stderr.contains("warning: no group gave any value"), "{}", run.stderr);
    for _ in 0..2 {
        let stands = status(&folder);
        assert_eq!((&stands["state"], &stands["groups"]["empty"]), (&"finished".into(), &3.into()));
        let shown = folder.dayfold(&["status", "out.nc.run"]);
        assert!(
            shown.stdout.contains("out.nc: none is written, since no group gave any values"),
            "{shown:?}"
        );
        let collate = folder.dayfold(&["collate", "out.nc.run"]);
        assert_eq!((collate.code, collate.stdout.as_str()), (0, ""), "{collate:?}");
    }
}

/// An earlier version took them for results.
#[test]
fn results_without_values_are_done_once_more_where_they_are_not_allowed() {
    let folder = days();
    configure(&folder, true);
    script(&folder, r#"[ "$1" = 2022-02-03 ] || exit 0; cp "result-$1.nc" "$2""#);
    assert_eq!(run(&folder, &["--keep-partials", "--limit", "3"]).code, 0);
    configure(&folder, false);
    std::fs::remove_file(folder.path().join("out.nc")).unwrap();
    std::fs::remove_file(folder.path().join("out.nc.run/finished.json")).unwrap();
    script(&folder, r#"cp "result-$1.nc" "$2""#);
    let again = run(&folder, &["--message-format", "json"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(started(&again.stderr), ["2022-02-01", "2022-02-02"]);
    assert_eq!(
        warnings(&again.stderr),
        [
            "the results of 2 groups have no values: they run again (2022-02-01, 2022-02-02); if a group may be \
          without values, set empty = \"allow\" in [task]"
        ]
    );
    assert_eq!(empty_groups(&folder), None);
}
