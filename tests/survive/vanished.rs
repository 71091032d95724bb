//! A partial that goes, or changes, between being kept and being collated: the run says which group that
//! costs, writes nothing, and the same command does it again.
#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::fs;
use std::path::PathBuf;

use dayfold_contract::{Fingerprint, PartialName};

use crate::farm::Farm;
use crate::running::Ended;

const DAYS: usize = 8;

/// The partials that are in place.
fn kept(farm: &Farm) -> Vec<PathBuf> {
    let folder = farm.run_dir().join("partials");
    let partials =
        farm.left_in_partials().into_iter().filter(|name| name.ends_with(".nc") && !name.starts_with('.'));
    partials.map(|name| folder.join(name)).collect()
}

/// A run whose partials are interfered with while the first of them is being kept.
fn interfered(farm: &Farm, step: &str, befall: impl Fn(&[PathBuf])) -> Ended {
    let mut run = farm.start_held(step, "go", &["--workers", "1"]);
    run.wait_until_held();
    befall(&kept(farm));
    farm.write("go", "");
    run.end()
}

/// The run ended early with nothing written, its warning says this, and the same command does what was lost
/// again, and nothing else.
fn is_told_and_done_again(farm: &Farm, ended: &Ended, groups: &[String], told: &str) {
    assert_eq!(ended.code, Some(75), "{ended:?}");
    let warning = ended.all("warning").iter().map(|event| event["message"].to_string()).collect::<String>();
    assert!(warning.contains(told) && groups.iter().all(|group| warning.contains(group)), "{ended:?}");
    let (end, lost) = (&ended.all("ended")[0], groups.len());
    assert!(end["left"] == lost && end["done"] == DAYS - lost && end["failed"] == 0, "{end}");
    assert!(!farm.has_result() && !farm.run_dir().join("finished.json").exists());
    let rest = farm.run(&["--workers", "1"]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
    let expected = (0..DAYS).map(Farm::day).map(|day| {
        let times = if groups.contains(&day) { 2 } else { 1 };
        (day, times)
    });
    assert_eq!(farm.starts(), expected.collect());
}

fn remove(paths: &[PathBuf]) {
    paths.iter().for_each(|path| fs::remove_file(path).unwrap());
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn a_partial_that_is_gone_is_missed() {
    let farm = Farm::new(DAYS, "");
    let ended = interfered(&farm, "1 keep", remove);
    is_told_and_done_again(&farm, &ended, &[Farm::day(0)], "is gone");
    assert!(!ended.all("warning").iter().any(|event| event["message"].to_string().contains(" more")));
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn of_many_that_are_gone_some_are_named() {
    let farm = Farm::new(DAYS, "");
    let ended = interfered(&farm, "7 keep", remove);
    assert_eq!(ended.code, Some(75), "{ended:?}");
    let warning = ended.all("warning")[0]["message"].to_string();
    assert!(warning.contains("and 2 more") && warning.contains(&Farm::day(4)), "{warning}");
    assert_eq!(farm.partials(), [Farm::day(7)], "nothing is removed");
    let rest = farm.run(&[]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

/// Values, not anything that the format itself would notice.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn a_partial_that_has_changed_is_not_collated() {
    let farm = Farm::new(DAYS, "");
    let changed = |paths: &[PathBuf]| {
        let mut content = fs::read(&paths[0]).unwrap();
        let number = 17.0_f64.to_le_bytes();
        let at = content.windows(8).position(|bytes| bytes == number).unwrap();
        content[at] ^= 1;
        fs::write(&paths[0], content).unwrap();
    };
    let ended = interfered(&farm, "1 keep", changed);
    assert_eq!(kept(&farm).len(), DAYS, "nothing is removed");
    is_told_and_done_again(&farm, &ended, &[Farm::day(0)], "out.nc.run/partials/2022-02-01.");
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn a_partial_that_is_cut_is_not_collated_and_an_emptied_one_is_no_group_without_values() {
    for length in [0, 1000] {
        let farm = Farm::new(DAYS, "");
        let cut = |paths: &[PathBuf]| {
            fs::File::options().write(true).open(&paths[0]).unwrap().set_len(length).unwrap();
        };
        let ended = interfered(&farm, "1 keep", cut);
        is_told_and_done_again(&farm, &ended, &[Farm::day(0)], "not as it was kept");
    }
}

/// It is as its name says, and the file system gives it: its group has failed, and is done again at the next start.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn a_partial_that_is_no_result_fails_its_group_alone() {
    let farm = Farm::new(DAYS, "");
    let rubbish = |paths: &[PathBuf]| {
        let name = paths[0].file_name().unwrap().to_str().unwrap();
        let mut name = PartialName::parse(name).unwrap();
        name.checksum = Fingerprint::of(b"rubbish");
        fs::write(paths[0].with_file_name(name.to_string()), "rubbish").unwrap();
        fs::remove_file(&paths[0]).unwrap();
    };
    let ended = interfered(&farm, "1 keep", rubbish);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let failed = fs::read_to_string(farm.run_dir().join("failed.tsv")).unwrap();
    assert!(failed.contains("\n2022-02-01\t"), "{failed}");
    assert!(!farm.has_result());
    let redone = farm.run(&[]);
    assert_eq!(redone.code, 0, "{redone:?}");
    let expected = (0..DAYS).map(|day| (Farm::day(day), if day == 0 { 2 } else { 1 }));
    assert_eq!(farm.starts(), expected.collect(), "only that group is done again");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

/// As where somebody tidies up: the run cannot go on, and does not say that nothing was started.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn a_run_directory_that_is_renamed_under_way_ends_the_run_with_75() {
    let farm = Farm::new(DAYS, "");
    let elsewhere = farm.path().join("elsewhere.run");
    let ended = interfered(&farm, "1 keep", |_| fs::rename(farm.run_dir(), &elsewhere).unwrap());
    assert_eq!(ended.code, Some(75), "{ended:?}");
    fs::rename(&elsewhere, farm.run_dir()).unwrap();
    let rest = farm.run(&[]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}
