//! Programs that are edited between starts, or during one: results of both are not mixed silently.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;
use std::path::Path;

use dayfold_ncio::dataset::attribute;
use dayfold_ncio::raw::RawFile;

use crate::room::{copy, started};
use crate::support::{Folder, Outcome};

/// Four days, and a program that copies a result for each.
struct Days(Folder);

impl Days {
    fn new() -> Self {
        let folder = Folder::new();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/job/fixtures/51aab24/inputs");
        copy(&fixtures, folder.path());
        Self(folder)
    }

    fn run(&self, options: &[&str]) -> Outcome {
        self.0.dayfold(&[&["run", "command.toml", "--message-format", "json"], options].concat())
    }

    /// Runs, and checks how it ends and which days were done by that.
    fn does(&self, options: &[&str], code: i32, days: &[&str]) -> Outcome {
        let run = self.run(options);
        assert_eq!((run.code, started(&run.stderr)), (code, self::days(days)), "{run:?}");
        run
    }

    fn append(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, before + text).unwrap();
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let path = self.0.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn mixed(&self) -> Option<String> {
        let file = RawFile::open(self.0.path().join("command.nc")).unwrap();
        attribute(&file.schema().attributes, "mixed_source").map(|value| value.text().unwrap().to_owned())
    }

    fn result(&self) -> Vec<u8> {
        fs::read(self.0.path().join("command.nc")).unwrap()
    }
}

fn days(days: &[&str]) -> Vec<String> {
    days.iter().map(|day| format!("2022-02-{day}")).collect()
}

#[test]
fn an_edited_program_is_refused_until_its_earlier_results_are_accepted() {
    let room = Days::new();
    room.does(&["--limit", "2"], 0, &["01", "02"]);
    room.append("day.sh", "# edited\n");
    let refused = room.does(&[], 2, &[]);
    let told = "./day.sh has changed since 2 groups of DIR/command.nc.run were done, and the final file would mix what \
                both give: run with --redo all to do them again, or with --accept-change to keep them";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    room.does(&["--accept-change"], 0, &["03", "04"]);
    assert_eq!(room.mixed().as_deref(), Some("2022-02-01\n2022-02-02"));
    room.does(&[], 0, &[]);
}

#[test]
fn an_edited_program_is_refused_also_where_all_is_done_and_does_all_again_if_asked_to() {
    let room = Days::new();
    room.does(&[], 0, &["01", "02", "03", "04"]);
    let before = room.result();
    room.append("day.sh", "# edited\n");
    room.does(&[], 2, &[]);
    room.does(&["--redo", "2022-02-01"], 0, &["01", "02", "03", "04"]);
    assert!(room.mixed().is_none() && room.result() == before);
    room.append("day.sh", "# edited again\n");
    room.does(&["--redo", "all"], 0, &["01", "02", "03", "04"]);
    assert!(room.mixed().is_none() && room.result() == before);
    room.does(&[], 0, &[]);
}

#[test]
fn a_group_that_is_done_again_is_mixed_no_more() {
    let room = Days::new();
    room.does(&["--limit", "2"], 0, &["01", "02"]);
    room.append("day.sh", "# edited\n");
    room.does(&["--accept-change", "--keep-partials"], 0, &["03", "04"]);
    room.does(&["--redo", "2022-02-01", "--keep-partials"], 0, &["01"]);
    assert_eq!(room.mixed().as_deref(), Some("2022-02-02"));
    room.does(&["--redo", "2022-02-02", "--redo", "2022-02-04"], 0, &["02", "04"]);
    assert_eq!(room.mixed(), None);
}

#[test]
fn files_that_a_command_is_given_or_says_that_it_depends_on_count() {
    let room = Days::new();
    room.replace("command.toml", "['./day.sh'", "['sh', 'day.sh'");
    room.replace("command.toml", "kind = 'command'", "kind = 'command'\ndepends = ['table.csv']");
    let refused = room.does(&[], 2, &[]);
    assert!(
        refused.stderr.contains("entry 1 of task.depends names no file: DIR/table.csv"),
        "{}",
        refused.stderr
    );
    room.append("table.csv", "1\n");
    room.does(&["--limit", "1"], 0, &["01"]);
    room.append("table.csv", "2\n");
    let refused = room.does(&[], 2, &[]);
    assert!(refused.stderr.contains("table.csv has changed since 1 group of DIR/command.nc.run was done"));
    room.append("day.sh", "# edited\n");
    let refused = room.does(&[], 2, &[]);
    assert!(refused.stderr.contains("day.sh has changed, table.csv has changed"), "{}", refused.stderr);
    room.does(&["--accept-change", "--limit", "1"], 0, &["02"]);
    // what is not named any more is not looked at
    room.replace("command.toml", "\ndepends = ['table.csv']", "");
    room.does(&[], 0, &["03", "04"]);
    assert_eq!(room.mixed().as_deref(), Some("2022-02-01"));
}

#[test]
fn a_program_that_has_done_nothing_yet_may_be_mended() {
    let room = Days::new();
    room.replace("day.sh", "cp", "false; cp");
    assert_eq!(room.run(&["--attempts", "1"]).code, 3);
    room.replace("day.sh", "false; cp", "cp");
    room.does(&[], 0, &["01", "02", "03", "04"]);
    assert_eq!(room.mixed(), None);
}

#[test]
fn a_program_that_is_edited_during_a_run_is_found_before_its_results_are_collated() {
    let room = Days::new();
    room.replace("day.sh", "cp", "[ $1 != 2022-02-03 ] || echo '# edited' >> day.sh; cp");
    let all = ["01", "02", "03", "04"];
    let run = room.does(&["--workers", "1"], 3, &all);
    assert!(run.stderr.contains("./day.sh has changed since 4 groups"), "{}", run.stderr);
    assert!(!room.0.path().join("command.nc").exists());
    let collated = room.0.dayfold(&["collate", "command.nc.run"]);
    assert!(collated.code == 3 && collated.stderr.contains("./day.sh has changed since"), "{collated:?}");
    room.does(&[], 2, &[]);
    room.does(&["--accept-change"], 0, &[]);
    assert_eq!(room.mixed(), Some(days(&all).join("\n")));
}

#[test]
fn a_program_is_the_same_wherever_it_is_moved_to_with_its_run() {
    let room = Days::new();
    fs::create_dir(room.0.path().join("old")).unwrap();
    for name in ["command.toml", "day.sh", "command"] {
        fs::rename(room.0.path().join(name), room.0.path().join("old").join(name)).unwrap();
    }
    assert_eq!(room.0.dayfold(&["run", "old/command.toml", "--limit", "3"]).code, 0);
    fs::rename(room.0.path().join("old"), room.0.path().join("new")).unwrap();
    let run = room.0.dayfold(&["run", "new/command.toml", "--message-format", "json"]);
    assert_eq!((run.code, started(&run.stderr)), (0, days(&["04"])), "{run:?}");
}
