//! Names of files that a terminal would obey, or that look like lines of ours.

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
