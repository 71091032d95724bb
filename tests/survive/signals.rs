//! Signals and the walltime: an early end says how to go on, and going on loses nothing.

use rustix::process::Signal;

use crate::farm::Farm;
use crate::processes::{self, is_still, state, wait_until};
use crate::running::{Ended, Running};

const DAYS: usize = 6;

/// Groups wait for the test's word.
const WAIT: &str = "while [ ! -e go ]; do sleep 0.02; done";

/// Two groups are at work and wait.
fn waiting_farm(script: &str, options: &[&str]) -> (Farm, Running) {
    let farm = Farm::new(DAYS, script);
    let run = farm.start(&[&["--workers", "2"], options].concat());
    wait_until("two groups at work", || farm.starts().len() == 2);
    (farm, run)
}

/// The same command does what is left, and no more.
fn goes_on(farm: &Farm, ended: &Ended) {
    let done = ended.groups("finished");
    assert_eq!(ended.code, Some(75), "{ended:?}");
    assert!(ended.all("ended")[0]["failed"] == 0 && !farm.has_result(), "{ended:?}");
    let before = farm.starts();
    farm.write("go", "");
    let rest = farm.run(&["--workers", "2"]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
    let after = farm.starts();
    done.iter().for_each(|&group| assert_eq!(before[group], after[group], "{group}"));
    assert_eq!(after.len(), DAYS);
}

#[test]
fn after_one_signal_nothing_is_started_and_what_runs_is_waited_for() {
    let (farm, mut run) = waiting_farm(WAIT, &["--grace", "1h"]);
    run.send(Signal::TERM);
    assert_eq!(run.wait_for("stopping")["reason"], "signal");
    let started = farm.starts();
    farm.write("go", "");
    let ended = run.end();
    assert_eq!(farm.starts(), started, "nothing more is started");
    assert_eq!(ended.groups("finished").len(), started.len(), "{ended:?}");
    goes_on(&farm, &ended);
}

#[test]
fn when_the_grace_is_over_what_runs_is_ended_and_not_held_to_have_failed() {
    let (farm, run) = waiting_farm(WAIT, &["--grace", "1s"]);
    let below = processes::descendants(run.pid());
    run.send(Signal::INT);
    let ended = run.end();
    assert!(below.iter().all(|&pid| state(pid).is_none()));
    assert!(ended.groups("finished").is_empty(), "{ended:?}");
    goes_on(&farm, &ended);
}

#[test]
fn a_second_signal_ends_at_once() {
    let (farm, mut run) = waiting_farm(WAIT, &["--grace", "1h"]);
    run.send(Signal::TERM);
    run.wait_for("stopping");
    run.send(Signal::TERM);
    goes_on(&farm, &run.end());
}

#[test]
fn a_batch_system_signals_everybody() {
    let (farm, run) = waiting_farm(WAIT, &["--grace", "2s"]);
    // the supervisor last: what it hears from its workers before must do no harm
    let below = processes::descendants(run.pid());
    below.iter().for_each(|&pid| processes::send(pid, Signal::TERM));
    run.send(Signal::TERM);
    goes_on(&farm, &run.end());
}

#[test]
fn the_closing_lines_say_how_much_is_done_and_how_to_go_on() {
    let farm = Farm::new(DAYS, "kill -TERM $(supervisor)");
    let run = farm.run(&["--workers", "1", "--grace", "1h"]);
    assert_eq!((run.code, run.stdout.as_str()), (75, ""), "{run:?}");
    let done = farm.partials().len();
    let (said, left) = (&run.stderr, DAYS - done);
    assert!(done < DAYS && said.contains(&format!("{done} of {DAYS} groups done")), "{said}");
    let next = format!(
        "ended early, a signal asked for the end: {left} groups left; to go on: dayfold run job.toml"
    );
    assert!(said.contains(&next), "{said}");
}

#[test]
fn ctrl_z_stops_everybody_and_fg_goes_on() {
    let (farm, run) = waiting_farm(WAIT, &[]);
    let below = processes::descendants(run.pid());
    run.send(Signal::TSTP);
    wait_until("the supervisor to be stopped", || state(run.pid()) == Some('T'));
    wait_until("the workers to be stopped", || below.iter().all(|&pid| is_still(pid)));
    farm.write("go", "");
    run.send(Signal::CONT);
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.all("worker-lost").is_empty(), "{ended:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn ctrl_z_stops_the_collating_too() {
    let farm = Farm::new(DAYS, "");
    // the final file is whole, and has no name yet
    let mut run = farm.start_held("1 sync", "go", &["--workers", "2"]);
    run.wait_until_held();
    for _ in 0..2 {
        run.send(Signal::TSTP);
        wait_until("the supervisor to be stopped", || state(run.pid()) == Some('T'));
        run.send(Signal::CONT);
        wait_until("the supervisor to go on", || state(run.pid()) != Some('T'));
    }
    farm.write("go", "");
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
}

/// The keeper of results, the journal, the collation: each in a file system that does not answer any more.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn what_hangs_is_given_up_at_the_second_signal() {
    for (step, script) in [("1 keep", ""), ("1 sync the journal", WAIT), ("1 sync", "")] {
        let farm = Farm::new(DAYS, script);
        let mut run = farm.start_held(step, "never", &["--workers", "2", "--grace", "1h"]);
        run.wait_until_held();
        // two signals that come at once can be one
        wait_until("the end of what hangs", || {
            run.send(Signal::TERM);
            run.is_over()
        });
        let ended = run.end();
        assert_eq!(ended.code, Some(75), "{step}: {ended:?}");
        // the collation is not waited for by a thread that could leave it behind
        let told: String = ended.all("error").iter().map(|error| error["message"].to_string()).collect();
        assert!(step != "1 sync" || told.contains("a second signal"), "{step}: {ended:?}");
        farm.write("go", "");
        let rest = farm.run(&["--workers", "2"]);
        assert_eq!(rest.code, 0, "{step}: {rest:?}");
        assert!(farm.result() == Farm::undisturbed(DAYS), "{step}");
    }
}

/// A batch system sends one: what a thread hangs in is left behind, and the end is told.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "only debug builds can be held")]
fn one_signal_ends_a_run_whose_threads_hang() {
    for (step, script, warning) in [
        ("1 keep", "", "the last results did not get to their places in time"),
        ("1 sync the journal", WAIT, "the journal is not written in time"),
    ] {
        let farm = Farm::new(DAYS, script);
        let mut run = farm.start_held(step, "never", &["--workers", "2", "--grace", "1s"]);
        run.wait_until_held();
        run.send(Signal::TERM);
        let ended = run.end();
        assert_eq!(ended.code, Some(75), "{step}: {ended:?}");
        assert!(ended.all("ended")[0]["failed"] == 0 && ended.all("error").is_empty(), "{step}: {ended:?}");
        let told: String = ended.all("warning").iter().map(|event| event["message"].to_string()).collect();
        assert!(told.contains(warning), "{step}: {ended:?}");
        assert!(!farm.run_dir().join("lock").exists(), "{step}: the lock is given up");
        farm.write("go", "");
        let rest = farm.run(&["--workers", "2"]);
        assert_eq!(rest.code, 0, "{step}: {rest:?}");
        assert!(farm.result() == Farm::undisturbed(DAYS), "{step}");
    }
}

#[test]
fn before_the_walltime_the_run_ends_by_itself() {
    let script = "[ -e go ] || sleep 3";
    let farm = Farm::new(DAYS, script);
    // 13 s for groups, the rest for grace and closing
    let ended = farm.start(&["--workers", "1", "--walltime", "20s"]).end();
    let stopping = ended.all("stopping");
    assert_eq!(stopping[0]["reason"], "walltime", "{ended:?}");
    assert!(!ended.groups("finished").is_empty(), "{ended:?}");
    assert!(ended.all("ended")[0]["at"].as_f64().unwrap() < 20.0, "{ended:?}");
    goes_on(&farm, &ended);
}

#[test]
fn when_all_groups_end_within_the_grace_the_collating_is_left() {
    let farm = Farm::new(1, "kill -TERM $(supervisor); sleep 1");
    let run = farm.run(&["--grace", "1h"]);
    let next = "ended early, a signal asked for the end: all groups are done, and the collation is left; to go \
                on: dayfold run job.toml";
    assert!(run.code == 75 && run.stderr.contains(next), "{run:?}");
    let rest = farm.run(&[]);
    assert_eq!((rest.code, farm.starts().into_values().sum()), (0, 1), "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(1));
}

/// One signal in the middle of the collation; `None` if the collation was faster.
fn broken_off(farm: &Farm) -> Option<Ended> {
    let mut run = farm.start(&["--workers", "2"]);
    run.wait_for("collating");
    // nothing is done between this and the signal
    run.send(Signal::STOP);
    run.send(Signal::TERM);
    run.send(Signal::CONT);
    let ended = run.end();
    if ended.code == Some(0) {
        farm.clear();
        return None;
    }
    Some(ended)
}

#[test]
fn one_signal_breaks_the_collating_off_and_the_same_command_collates() {
    const MANY: usize = 150;
    let farm = Farm::new(MANY, "");
    let ended = (0..20).find_map(|_| broken_off(&farm)).unwrap();
    assert_eq!(ended.code, Some(75), "{ended:?}");
    let end = ended.all("ended")[0];
    let told = [&end["verdict"], &end["why"], &end["left"]];
    assert_eq!(told, [&"interrupted".into(), &"signal".into(), &serde_json::Value::from(0)], "{ended:?}");
    assert!(!farm.has_result());
    let before = farm.starts();
    let rest = farm.run(&[]);
    assert_eq!((rest.code, farm.starts()), (0, before), "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(MANY));
}
