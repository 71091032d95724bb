//! Formats outlive versions: what 51aab24 left (`fixtures/51aab24`, see `make.py` there) is read, and its runs are
//! resumed, without doing again what was done.
//!
//! Attributes of the final file may be others by now, so values are compared: of the PV task to the bit where the
//! processor has FMA, as that had on which the files were made, else to 1e-12.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;
use std::path::{Path, PathBuf};

use dayfold_ncio::raw::RawFile;
use serde_json::{Value, json};

use crate::room::{copy, started};
use crate::support::{Folder, Outcome};

const KINDS: [&str; 2] = ["pv", "command"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/job/fixtures/51aab24")
}

/// What 51aab24 left, moved into a folder of its own.
struct Left {
    folder: Folder,
    kind: &'static str,
}

impl Left {
    fn new(kind: &'static str, state: &str) -> Self {
        let folder = Folder::new();
        copy(&fixtures().join("inputs"), folder.path());
        copy(&fixtures().join(format!("{kind}-{state}")), folder.path());
        // git keeps no empty folder
        fs::create_dir_all(folder.path().join(format!("{kind}.nc.run/partials"))).unwrap();
        Self { folder, kind }
    }

    fn result(&self) -> PathBuf {
        self.folder.path().join(format!("{}.nc", self.kind))
    }

    fn run(&self, options: &[&str]) -> Outcome {
        let config = format!("{}.toml", self.kind);
        self.folder.dayfold(&[&["run", &config, "--message-format", "json"], options].concat())
    }

    /// Runs, and checks which days were done by that.
    fn resumes(&self, options: &[&str], code: i32, days: &[&str]) {
        let run = self.run(options);
        assert_eq!(
            (run.code, started(&run.stderr)),
            (code, days.iter().map(|&day| day.into()).collect()),
            "{run:?}"
        );
    }

    fn status(&self) -> Value {
        let status = self.folder.dayfold(&["status", &format!("{}.nc.run", self.kind), "--json"]);
        assert_eq!((status.code, status.stderr.as_str()), (0, ""), "{status:?}");
        serde_json::from_str(&status.stdout).unwrap()
    }

    fn counted(&self, state: &str, [done, failed, left]: [u32; 3]) -> Value {
        let status = self.status();
        let groups = json!({"all": 4, "done": done, "empty": 0, "failed": failed, "left": left});
        assert_eq!((&status["state"], &status["groups"]), (&json!(state), &groups), "{status}");
        status
    }

    /// The input files of 2022-02-02.
    fn second_day(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path().join(self.kind)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.to_str().unwrap().contains("2022-02-02")).collect()
    }

    fn spoil_second_day(&self) {
        self.second_day().iter().for_each(|path| fs::write(path, "not NetCDF").unwrap());
    }

    fn mend_second_day(&self) {
        for path in self.second_day() {
            let name = Path::new(self.kind).join(path.file_name().unwrap());
            fs::copy(fixtures().join("inputs").join(name), path).unwrap();
        }
    }

    /// The final file has the values that 51aab24's has in this state.
    fn is_as(&self, state: &str) {
        let right = fixtures().join(format!("{}-{state}/{}.nc", self.kind, self.kind));
        let (right, result) = (RawFile::open(right).unwrap(), RawFile::open(self.result()).unwrap());
        for variable in &right.schema().variables {
            let name = variable.name.as_str();
            let (right, result) = (right.read(name).unwrap(), result.read(name).unwrap());
            match (right.to_f64(), result.to_f64()) {
                (Some(right), Some(result)) => {
                    assert_eq!(right.len(), result.len(), "{name}");
                    let worst =
                        right.iter().zip(&result).find(|&(&right, &result)| !self.is_same(right, result));
                    assert_eq!(worst, None, "{name}");
                }
                _ => assert!(right.same(&result), "{name}"),
            }
        }
    }

    fn is_same(&self, right: f64, found: f64) -> bool {
        let is_to_the_bit = self.kind == "command" || has_fma();
        let is_near = (right - found).abs() <= 1e-12 * right.abs().max(1.0);
        right.to_bits() == found.to_bits()
            || (right.is_nan() && found.is_nan())
            || (!is_to_the_bit && is_near)
    }
}

#[cfg(target_arch = "x86_64")]
fn has_fma() -> bool {
    std::arch::is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_fma() -> bool {
    false
}

#[test]
fn a_finished_run_is_left_alone() {
    for kind in KINDS {
        let left = Left::new(kind, "finished");
        let before = fs::read(left.result()).unwrap();
        left.counted("finished", [4, 0, 0]);
        left.resumes(&[], 0, &[]);
        assert!(fs::read(left.result()).unwrap() == before);
        let status = left.counted("finished", [4, 0, 0]);
        assert_eq!(status["sessions"].as_array().unwrap().len(), 2, "{status}");
    }
}

#[test]
fn a_killed_run_is_finished() {
    for kind in KINDS {
        let left = Left::new(kind, "killed");
        left.counted("unfinished", [2, 0, 2]);
        left.resumes(&[], 0, &["2022-02-03", "2022-02-04"]);
        left.is_as("finished");
        left.counted("finished", [4, 0, 0]);
    }
}

#[test]
fn the_last_shard_collates_what_the_first_left() {
    for kind in KINDS {
        let left = Left::new(kind, "sharded");
        let status = left.counted("unfinished", [2, 0, 2]);
        assert_eq!(status["shards"][0]["has_ended"], true, "{status}");
        left.resumes(&["--shard", "2/2"], 0, &["2022-02-02", "2022-02-04"]);
        left.is_as("finished");
    }
}

#[test]
fn only_the_failed_group_is_tried_again() {
    for kind in KINDS {
        let left = Left::new(kind, "failed");
        left.spoil_second_day();
        let status = left.counted("failed", [3, 1, 0]);
        assert_eq!(status["failed"][0]["group"], "2022-02-02", "{status}");
        left.resumes(&["--attempts", "1"], 3, &["2022-02-02"]);
        assert!(!left.result().exists());
        left.mend_second_day();
        left.resumes(&[], 0, &["2022-02-02"]);
        left.is_as("finished");
    }
}

#[test]
fn a_final_file_without_a_failed_group_is_kept_or_completed() {
    for kind in KINDS {
        let left = Left::new(kind, "failed-allowed");
        left.spoil_second_day();
        left.resumes(&["--attempts", "1", "--allow-failed"], 3, &["2022-02-02"]);
        left.is_as("failed-allowed");
        left.mend_second_day();
        left.resumes(&[], 0, &["2022-02-02"]);
        left.is_as("finished");
    }
}

/// 51aab24 counted a group as done of which a program had written nothing, and left an empty partial: that group is
/// done once more, and the others are not.
#[test]
fn a_group_with_an_empty_partial_is_done_once_more() {
    let left = Left::new("command", "empty");
    left.counted("unfinished", [2, 0, 2]);
    let run = left.run(&[]);
    assert_eq!(
        (run.code, started(&run.stderr)),
        (0, vec!["2022-02-02".into(), "2022-02-04".into()]),
        "{run:?}"
    );
    assert!(
        run.stderr.contains("the result of 1 group has no values: it runs again (2022-02-02)"),
        "{run:?}"
    );
    left.is_as("finished");
    let left = Left::new("command", "empty");
    fs::write(left.folder.path().join("empty-2022-02-02"), "").unwrap();
    left.resumes(&[], 3, &["2022-02-02", "2022-02-04"]);
    left.counted("failed", [3, 1, 0]);
}

#[test]
fn an_empty_partial_stays_where_that_is_allowed() {
    let left = Left::new("command", "empty");
    let config = left.folder.path().join("command.toml");
    let text = fs::read_to_string(&config).unwrap().replace("[output]", "empty = 'allow'\n[output]");
    fs::write(&config, text).unwrap();
    left.resumes(&[], 0, &["2022-02-04"]);
    assert_eq!(left.status()["groups"]["empty"], 1);
    let left = Left::new("command", "empty-finished");
    left.counted("finished", [4, 0, 0]);
    left.resumes(&[], 0, &[]);
}

/// 51aab24 did not look into programs: what is there at the first start is taken.
#[test]
fn a_run_directory_that_knows_nothing_of_its_program_learns_it() {
    let left = Left::new("command", "killed");
    let script = left.folder.path().join("day.sh");
    let edit = || fs::write(&script, fs::read_to_string(&script).unwrap() + "# edited\n").unwrap();
    edit();
    left.resumes(&["--limit", "1"], 0, &["2022-02-03"]);
    edit();
    let refused = left.run(&[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("./day.sh has changed since 3 groups"), "{}", refused.stderr);
}
