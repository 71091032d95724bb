//! Groups that hang or fail while nothing is known yet of the others.

use rustix::process::Signal;

use crate::farm::Farm;
use crate::processes::wait_until;

const DAYS: usize = 12;

#[test]
fn a_first_group_that_hangs_keeps_nobody_waiting() {
    for workers in ["2", "4", "8"] {
        let mut farm = Farm::new(DAYS, "[ \"$group\" != 2022-02-01 ] || sleep 1000");
        // nothing is known of memory
        farm.put_options("");
        let run = farm.start(&["--workers", workers, "--grace", "100ms"]);
        wait_until("all others are done", || farm.partials().len() == DAYS - 1);
        run.send(Signal::TERM);
        assert_eq!(run.end().code, Some(75));
    }
}

#[test]
fn where_all_groups_fail_alike_few_are_tried_and_the_cause_is_told_once() {
    // what is repaired is not the script: one that has changed is refused
    let script = r#"
[ -e installed ] || { echo Traceback >&2; echo "No module named 'xarray' ($group)" >&2; exit 1; }
[ -e repaired ] || [ "$group" != 2022-02-01 ] || exit 1
"#;
    let farm = Farm::new(DAYS, script);
    let run = farm.run(&["--workers", "1"]);
    assert_eq!(run.code, 3, "{run:?}");
    let starts = farm.starts();
    assert!((5..=6).contains(&starts.len()) && starts.values().all(|&starts| starts == 1), "{starts:?}");
    assert_eq!(run.stderr.matches("Traceback").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("groups have failed for the same reason and none is done"), "{}", run.stderr);
    assert!(run.stderr.contains("left, since so many failed for the same reason"), "{}", run.stderr);
    // the others are tried first when it goes on
    farm.write("installed", "");
    let again = farm.run(&["--workers", "1"]);
    assert_eq!((again.code, farm.partials().len()), (3, DAYS - 1), "{again:?}");
    farm.write("repaired", "");
    assert_eq!(farm.run(&[]).code, 0);
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
fn where_failures_are_accepted_all_groups_are_tried() {
    let farm = Farm::new(DAYS, "[ \"$group\" = 2022-02-12 ] || exit 1");
    let run = farm.run(&["--workers", "2", "--allow-failed"]);
    assert_eq!((run.code, farm.starts().len()), (3, DAYS), "{run:?}");
    assert!(farm.has_result());
}
