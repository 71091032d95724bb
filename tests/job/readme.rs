//! The first example of the README, as a newcomer copies it.

use std::fs;
use std::path::Path;

use dayfold_ncio::raw::RawFile;

use crate::command::executable;
use crate::shared::Shared;
use crate::support::Folder;

/// The block of code after this text.
fn block(readme: &str, after: &str) -> String {
    let rest = &readme[readme.find(after).unwrap()..];
    let start = rest.find("```").unwrap();
    let (_, code) = rest[start + 3..].split_once('\n').unwrap();
    code[..code.find("```").unwrap()].to_owned()
}

#[test]
fn the_script_of_a_day_runs_as_it_is_written_and_without_a_warning() {
    let Some(shared) = Shared::find() else { return };
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let folder = Folder::new();
    assert_eq!(folder.dayfold(&["sample", "try", "--days", "3"]).code, 0);
    executable(&folder.write("day.py", &block(&readme, "make it executable")));
    folder.write("daily_mean.toml", &block(&readme, "and a configuration"));
    let path = format!("{}:{}", shared.python.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let commands = block(&readme, "Then:");
    let lines: Vec<&str> = commands.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in lines {
        let arguments: Vec<&str> = line.strip_prefix("dayfold ").unwrap().split_whitespace().collect();
        let run = folder.command(&arguments).env("PATH", &path).output().unwrap();
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() && !told.contains("warning"), "{line}: {told}");
    }
    let result = RawFile::open(folder.path().join("daily_mean.nc")).unwrap();
    assert!(result.schema().dimensions.contains(&("time".to_owned(), 3)));
}
