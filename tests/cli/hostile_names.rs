//! Names of files that a terminal would obey, or that look like lines of ours.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::Folder;

const OBEYED: &str = "x\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}.20220101.nc";
const TWO_LINES: &str = "a\n9 of 9 groups done, 0.1 s in all.20220102.nc";

const CONFIG: &str = "[archive]\nroot = 'archive'\npattern = '*.%Y%m%d.nc'\ngroup = 'file'\n[task]\nkind = 'pv'\n\
                      [output]\nfile = 'out.nc'\n";

#[test]
fn are_shown_escaped_everywhere_and_can_be_read_back() {
    let folder = Folder::new();
    for name in [OBEYED, TWO_LINES] {
        folder.write(&format!("archive/{name}"), "no NetCDF");
    }
    folder.write("c.toml", CONFIG);
    let plan = folder.dayfold(&["plan", "c.toml"]);
    let run = folder.dayfold(&["run", "c.toml", "-v"]);
    let status = folder.dayfold(&["status", "out.nc.run"]);
    assert_eq!((plan.code, run.code, status.code), (0, 3, 0), "{run:?}");
    let table = std::fs::read_to_string(folder.path().join("out.nc.run/failed.tsv")).unwrap();
    for text in [&plan.stdout, &run.stderr, &status.stdout, &status.stderr, &table] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("9 of 9")), "{text}");
    }
    assert!(run.stderr.contains("x\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{202e}.20220101.nc"), "{}", run.stderr);
    assert!(table.contains("\na\\n9 of 9 groups done"), "{table}");
    // programs get the names themselves
    let status = folder.dayfold(&["status", "out.nc.run", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    let names: Vec<_> = status["failed"].as_array().unwrap().iter().map(|failed| &failed["group"]).collect();
    assert_eq!(names, [TWO_LINES, OBEYED]);
}

/// Of bytes that are no text: what is written down of a run cannot name it.
#[test]
fn of_folders_that_are_not_utf8_are_refused_before_any_work() {
    let folder = Folder::new();
    let odd = folder.path().join(OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&odd).unwrap();
    for name in ["archive/a.20220101.nc", "c.toml"] {
        folder.write(name, if name == "c.toml" { CONFIG } else { "no NetCDF" });
    }
    std::fs::rename(folder.path().join("archive"), odd.join("archive")).unwrap();
    std::fs::copy(folder.path().join("c.toml"), odd.join("c.toml")).unwrap();
    for args in [["run", "c.toml"], ["plan", "c.toml"]] {
        let output = folder.command(&args).current_dir(&odd).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("is not UTF-8") && told.contains("caf\\xE9"), "{told}");
    }
    assert_eq!(std::fs::read_dir(&odd).unwrap().count(), 2);
}
