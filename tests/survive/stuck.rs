//! A worker that hangs where nothing can end it, as in a file system that does not answer: it is
//! named, and neither the run nor its end waits for it.

use rustix::process::{Pid, Signal};

use crate::cgroup::Cgroup;
use crate::farm::Farm;
use crate::processes::{self, wait_until};

/// The second day's worker says who it is, and waits, until the file system answers again.
const WAIT: &str = r#"
if [ "$group" = 2022-02-02 ] && [ ! -e answers ]; then
    worker > its-worker.new
    mv its-worker.new its-worker
    sleep 600
fi
"#;

fn its_worker(farm: &Farm) -> Pid {
    wait_until("a group to begin", || !farm.read("its-worker").is_empty());
    processes::pid(&farm.read("its-worker"))
}

#[test]
fn a_group_that_times_out_in_a_worker_that_cannot_be_ended_is_given_up_and_the_others_are_done() {
    let Some(freezer) = Cgroup::freezer() else { return };
    let farm = Farm::new(4, WAIT);
    let run = farm.start(&["--workers", "2", "--timeout", "3s"]);
    freezer.freeze(its_worker(&farm));
    let ended = run.end();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.groups("finished").len(), 3, "{ended:?}");
    let failed = ended.all("attempt-failed");
    assert_eq!((failed.len(), &failed[0]["again"]), (1, &false.into()), "{ended:?}");
    let reason = failed[0]["reason"].as_str().unwrap();
    let said = "the group took longer than the 3 s that --timeout allows, and the worker was killed and \
                hangs in a file system";
    assert_eq!(reason, said);
    let warnings = ended.all("warning");
    let named = |text: &str| text.contains("is still there, with group 2022-02-02") && text.contains("hangs");
    assert!(warnings.iter().any(|event| named(event["message"].as_str().unwrap())), "{ended:?}");
    drop(freezer);
    farm.write("answers", "");
    assert_eq!(
        farm.start(&[]).end().code,
        Some(0),
        "when the file system answers again, the same command goes on"
    );
    assert!(farm.result() == Farm::undisturbed(4));
}

#[test]
fn an_end_that_is_asked_for_comes_though_a_worker_cannot_be_ended() {
    let Some(freezer) = Cgroup::freezer() else { return };
    for options in [&["--grace", "1s"][..], &["--grace", "1h"]] {
        let farm = Farm::new(4, WAIT);
        let mut run = farm.start(&[&["--workers", "2"][..], options].concat());
        let worker = its_worker(&farm);
        freezer.freeze(worker);
        run.wait_for("finished");
        run.send(Signal::TERM);
        run.wait_for("stopping");
        if options[1] == "1h" {
            run.send(Signal::TERM);
        }
        let ended = run.end();
        assert_eq!(ended.code, Some(75), "{ended:?}");
        let warnings = ended.all("warning");
        let left =
            |event: &&&serde_json::Value| event["message"].as_str().unwrap().contains("is still there");
        assert_eq!(warnings.iter().filter(left).count(), 1, "{ended:?}");
        assert!(processes::state(worker).is_some(), "it was there all the time");
        freezer.thaw();
        wait_until("the worker to end", || processes::state(worker).is_none());
    }
}
