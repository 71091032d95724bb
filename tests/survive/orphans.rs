//! When the supervisor is gone, so is everything that it has started.

use rustix::process::Signal;
use std::time::Duration;

use crate::farm::Farm;
use crate::mounts::Tmpfs;
use crate::processes::{self, is_still, state, wait_at_most, wait_until};
use crate::running::Running;

/// Workers end within 2 s; a loaded machine is given more.
const GENEROUS: Duration = Duration::from_secs(20);

/// Does not end by itself, hears no signal, and has a grandchild that is in no group of ours.
const HANG: &str = r#"
trap '' TERM HUP INT
if [ -e hang ]; then
    setsid sh -c 'trap "" TERM HUP; echo $$ > runaway; sleep 600; sleep 600' &
    while [ ! -s runaway ]; do sleep 0.01; done
    sleep 600
    sleep 600
fi
"#;

fn hanging_farm() -> (Farm, Running) {
    let farm = Farm::new(2, HANG);
    farm.write("hang", "");
    let mut run = farm.start(&["--workers", "1"]);
    run.wait_for("started");
    wait_until("the program's own children", || farm.read("runaway").ends_with('\n'));
    (farm, run)
}

fn goes_on(farm: &Farm) {
    std::fs::remove_file(farm.path().join("hang")).unwrap();
    let again = farm.run(&["--workers", "1"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(farm.result() == Farm::undisturbed(2));
}

#[test]
fn a_killed_supervisor_leaves_no_process_behind() {
    let (farm, mut run) = hanging_farm();
    let mut all = processes::descendants(run.pid());
    all.push(processes::pid(&farm.read("runaway")));
    assert!(all.len() >= 4, "a worker, a program, what it has started: {all:?}");
    run.kill();
    wait_at_most(GENEROUS, "the end of all processes", || all.iter().all(|&pid| state(pid).is_none()));
    assert_eq!(farm.left_in_partials(), [""; 0], "the worker clears up");
    goes_on(&farm);
}

/// The supervisor ends what the worker cannot any more, before it goes on.
#[test]
fn a_killed_worker_leaves_no_process_behind() {
    let (farm, mut run) = hanging_farm();
    let runaway = processes::pid(&farm.read("runaway"));
    let worker = run.workers()[0];
    let below = processes::descendants(worker);
    assert!(below.contains(&runaway), "{below:?}");
    std::fs::remove_file(farm.path().join("hang")).unwrap();
    processes::send(worker, Signal::KILL);
    run.wait_for("worker-lost");
    assert!(below.iter().all(|&pid| state(pid).is_none()), "all of it is gone by then");
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(farm.result() == Farm::undisturbed(2));
}

/// A mount stands for a program that writes on in a folder that is being removed.
#[test]
fn a_left_over_that_cannot_be_removed_is_told_and_in_nobodys_way() {
    let farm = Farm::new(2, "");
    let left = farm.run_dir().join("partials/.aside-1-0-1.d");
    let Some(_busy) = Tmpfs::new(&left.join("busy"), 64) else { return };
    let run = farm.run(&["--workers", "1"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr.contains("failed to remove the left-over") && run.stderr.contains("-0-1.d"),
        "{run:?}"
    );
    assert!(left.exists() && farm.result() == Farm::undisturbed(2));
}

#[test]
fn a_worker_that_was_stopped_ends_too() {
    let (farm, mut run) = hanging_farm();
    let all = processes::descendants(run.pid());
    for &pid in &all {
        processes::send(pid, Signal::STOP);
    }
    wait_until("all to be stopped", || all.iter().all(|&pid| is_still(pid)));
    run.kill();
    wait_at_most(GENEROUS, "the end of all processes", || all.iter().all(|&pid| state(pid).is_none()));
    goes_on(&farm);
}

#[test]
fn the_next_run_need_not_wait_for_orphans() {
    let (farm, mut run) = hanging_farm();
    run.kill();
    goes_on(&farm);
}
