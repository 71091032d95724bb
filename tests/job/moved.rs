//! Folders that are moved between runs: no work is lost, and nothing is written where they were.

use std::fs;
use std::process::Command;

use crate::room::{started, warnings};
use crate::support::{Folder, Outcome};

/// A folder `old` with an archive of two days and its configuration.
fn sample() -> Folder {
    let folder = Folder::new();
    let made = folder.dayfold(&["sample", "old", "--days", "2", "--coarsen", "80"]);
    assert_eq!(made.code, 0, "{made:?}");
    folder
}

/// Nothing is done that was done before, and nothing is wrong.
fn rests(run: &Outcome) {
    assert_eq!((run.code, run.stdout.as_str()), (0, "DIR/new/pv.nc\n"), "{run:?}");
    assert_eq!((started(&run.stderr), warnings(&run.stderr)), (vec![], vec![]), "{run:?}");
}

#[test]
fn a_finished_run_is_finished_wherever_its_folder_is() {
    let folder = sample();
    assert_eq!(folder.dayfold(&["run", "old/dayfold.toml"]).code, 0);
    fs::rename(folder.path().join("old"), folder.path().join("new")).unwrap();
    rests(&folder.dayfold(&["run", "new/dayfold.toml", "--message-format", "json"]));
    let collated = folder.dayfold(&["collate", "new/pv.nc.run"]);
    assert_eq!((collated.code, collated.stdout.as_str()), (0, "DIR/new/pv.nc\n"), "{collated:?}");
}

#[test]
fn a_moved_run_goes_on_and_collates_where_it_is_now() {
    let folder = sample();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    assert_eq!(folder.dayfold(&["run", "old/dayfold.toml", "--keep-partials"]).code, 0);
    let right = fs::read(old.join("pv.nc")).unwrap();
    fs::remove_file(old.join("pv.nc")).unwrap();
    fs::rename(&old, &new).unwrap();
    // as after a copy
    fs::create_dir(&old).unwrap();
    let collated = folder.dayfold(&["collate", "new/pv.nc.run"]);
    assert_eq!((collated.code, collated.stdout.as_str()), (0, "DIR/new/pv.nc\n"), "{collated:?}");
    assert!(fs::read(new.join("pv.nc")).unwrap() == right);
    assert_eq!(fs::read_dir(&old).unwrap().count(), 0);
    let limited = folder.dayfold(&["run", "new/dayfold.toml", "--run-dir", "new/other.run", "--limit", "1"]);
    assert_eq!(limited.code, 0, "{limited:?}");
    fs::rename(&new, folder.path().join("newer")).unwrap();
    let on = folder.dayfold(&[
        "run",
        "newer/dayfold.toml",
        "--run-dir",
        "newer/other.run",
        "--message-format",
        "json",
    ]);
    assert_eq!((on.code, started(&on.stderr)), (0, vec!["2022-02-02".to_owned()]), "{on:?}");
}

#[test]
fn results_that_are_kept_from_another_archive_are_told() {
    let folder = sample();
    let run = |options: &[&str]| {
        folder.dayfold(&[&["run", "old/dayfold.toml", "--message-format", "json"], options].concat())
    };
    assert_eq!(run(&["--limit", "1"]).code, 0);
    let copied =
        Command::new("cp").args(["-r", "old/archive", "old/other"]).current_dir(folder.path()).status();
    assert!(copied.unwrap().success());
    let config = folder.path().join("old/dayfold.toml");
    let text = fs::read_to_string(&config).unwrap().replace("= \"archive\"", "= \"other\"");
    folder.write("old/dayfold.toml", &text);
    let told = warnings(&run(&[]).stderr);
    let expected = "archive.root was DIR/old/archive, is DIR/old/other: 1 group that is done keeps its result from there";
    assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
    assert_eq!(warnings(&run(&[]).stderr), [""; 0], "once");
    // another run directory, and thereby another archive, with the same output
    let told = warnings(&run(&["--run-dir", "work"]).stderr);
    assert!(told.len() == 1 && told[0].contains("DIR/work has not made it"), "{told:?}");
}

#[test]
fn a_run_directory_that_is_moved_alone_finds_the_final_file_again_by_its_content() {
    let folder = sample();
    assert_eq!(folder.dayfold(&["run", "old/dayfold.toml", "--run-dir", "work"]).code, 0);
    fs::create_dir(folder.path().join("away")).unwrap();
    fs::rename(folder.path().join("work"), folder.path().join("away/work")).unwrap();
    let collated = folder.dayfold(&["collate", "away/work"]);
    assert_eq!(collated.code, 2, "{collated:?}");
    let told = "DIR/away/old/pv.nc: the folder DIR/away/old does not exist";
    assert!(collated.stderr.contains(told), "{}", collated.stderr);
    fs::rename(folder.path().join("old"), folder.path().join("new")).unwrap();
    let run = ["run", "new/dayfold.toml", "--run-dir", "away/work", "--message-format", "json"];
    rests(&folder.dayfold(&run));
    let collated = folder.dayfold(&["collate", "away/work"]);
    assert_eq!((collated.code, collated.stdout.as_str()), (0, "DIR/new/pv.nc\n"), "{collated:?}");
}
