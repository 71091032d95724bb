//! Air temperature of another archive: what is wrong is told before any work, and where the archive is does not
//! decide the result.

#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;

use crate::room::started;
use crate::support::Folder;

const CONFIG: &str = "try/dayfold.toml";

/// A sample with temperature, of two days.
fn sample() -> Folder {
    let folder = Folder::new();
    let made = folder.dayfold(&["sample", "try", "--days", "2", "--coarsen", "100", "--tas"]);
    assert_eq!(made.code, 0, "{made:?}");
    folder
}

/// What a run with another temperature is refused with.
fn refused(folder: &Folder, temperature: &str) -> String {
    let config = folder.path().join(CONFIG);
    let text = fs::read_to_string(&config).unwrap();
    let lines = text.lines().map(|line| match line.starts_with("temperature = ") {
        true => format!("temperature = {temperature}\n"),
        false => format!("{line}\n"),
    });
    fs::write(config, lines.collect::<String>()).unwrap();
    let run = folder.dayfold(&["run", CONFIG]);
    assert_eq!(run.code, 2, "{run:?}");
    let partials = folder.path().join("try/pv.nc.run/partials");
    assert!(!partials.exists() || fs::read_dir(partials).unwrap().count() == 0);
    run.stderr
}

#[test]
fn a_wrong_temperature_is_refused_before_any_work() {
    let folder = sample();
    let variable = refused(&folder, r#"{ pattern = "tas/tas_%Y%m.nc", variable = "t2m" }"#);
    assert!(variable.contains("no variable \"t2m\"; it has: ") && variable.contains("tas"), "{variable}");
    let nothing = refused(&folder, r#"{ pattern = "tas/t2m_%Y%m.nc", variable = "tas" }"#);
    assert!(nothing.contains("DIR/try/tas/t2m_202201.nc"), "{nothing}");
    let field = refused(&folder, r#"{ pattern = "tas/tas_%Q.nc", variable = "tas" }"#);
    assert!(field.contains("task.temperature.pattern is wrong: "), "{field}");
    let a_folder = refused(&folder, r#"{ pattern = "t*", variable = "tas" }"#);
    assert!(a_folder.contains("it is a folder, not a regular file"), "{a_folder}");
}

#[test]
fn a_run_that_is_moved_with_its_temperature_goes_on_and_gives_the_same_bytes() {
    let elsewhere = sample();
    assert_eq!(elsewhere.dayfold(&["run", CONFIG]).code, 0);
    let right = fs::read(elsewhere.path().join("try/pv.nc")).unwrap();
    let folder = sample();
    let first = folder.dayfold(&["run", CONFIG, "--limit", "1"]);
    assert_eq!(first.code, 0, "{first:?}");
    let moved = "moved to 100% [x]";
    fs::rename(folder.path().join("try"), folder.path().join(moved)).unwrap();
    let config = format!("{moved}/dayfold.toml");
    let rest = folder.dayfold(&["run", &config, "--message-format", "json"]);
    assert_eq!((rest.code, started(&rest.stderr)), (0, vec!["2022-02-02".to_owned()]), "{rest:?}");
    assert!(fs::read(folder.path().join(moved).join("pv.nc")).unwrap() == right);
}
