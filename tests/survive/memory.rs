//! Memory: as many groups at work as fit, none killed by the kernel; and what happens when one is.

use rustix::process::Signal;

use crate::cgroup::Cgroup;
use crate::farm::Farm;
use crate::processes::wait_until;
use crate::running::Running;

const MEGABYTE: u64 = 1_000_000;

/// `tail` holds 150 MB until nobody reads from it any more: when the test says so.
const GROW: &str = r#"
head -c 150000000 /dev/zero | tail -c 150000000 | {
    head -c 1 > /dev/null
    sleep 0.5
    echo "$group" >> grown
    while [ ! -e "go-$group" ]; do sleep 0.05; done
}
"#;

const JOBS: usize = 24;
const WORKERS: usize = 8;
const LIMIT: u64 = 1200 * MEGABYTE;

/// A job is 150 MB, its worker and shells up to 20 MB; the supervisor and what else is in the control
/// group, page tables say, up to 60 MB. So many fit under 90 % of the limit.
const FIT: usize = 6;

/// Jobs that have grown are let go one after the other; each time, as many as fit must be at work again.
fn let_go_one_by_one(farm: &Farm, run: &mut Running) {
    let grown = || farm.read("grown").lines().map(str::to_owned).collect::<Vec<_>>();
    let slow_start = WORKERS / 4;
    for ended in 0..JOBS {
        let at_work = if ended == 0 { slow_start } else { FIT };
        let expected = JOBS.min(ended + at_work);
        wait_until("as many jobs at work as fit", || grown().len() >= expected);
        assert!(ended > 0 || farm.starts().len() == slow_start, "nothing is known yet: {:?}", farm.starts());
        farm.write(&format!("go-{}", grown()[ended]), "");
        run.wait_for("finished");
    }
}

#[test]
fn all_of_24_growing_jobs_are_done_without_a_kill_and_as_many_at_once_as_fit() {
    let Some(group) = Cgroup::new(LIMIT) else { return };
    let mut farm = Farm::new(JOBS, GROW);
    farm.put_options("");
    let command = farm.command(&["--workers", &WORKERS.to_string(), "--message-format", "json"]);
    let mut run = Running::start(group.put(&command));
    let_go_one_by_one(&farm, &mut run);
    let ended = run.end();
    assert_eq!((ended.code, group.kills()), (Some(0), 0), "{ended:?}");
    assert_eq!(ended.groups("finished").len(), JOBS);
    assert!(ended.all("begun")[0]["memory_limit"].as_u64().unwrap() <= LIMIT, "{ended:?}");
    assert!(ended.all("worker-lost").is_empty() && ended.all("attempt-failed").is_empty(), "{ended:?}");
    assert!(farm.starts().values().all(|&starts| starts == 1), "none was ended to give memory back");
    assert!(farm.result() == Farm::undisturbed(JOBS));
}

#[test]
fn a_group_that_does_not_fit_alone_fails_with_both_figures_and_the_others_are_done() {
    // 40 MB more again and again, slowly enough to be seen
    let grow = "[ \"$group\" != 2022-02-02 ] || for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        head -c 40000000 /dev/zero; sleep 0.3; done | tail -c 600000000 | sleep 600";
    let farm = Farm::new(4, grow);
    let ended = farm.start(&["--workers", "2", "--memory", "300MB"]).end();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.groups("finished").len(), 3, "{ended:?}");
    let failed = ended.all("attempt-failed");
    assert_eq!((failed.len(), &failed[0]["again"]), (1, &false.into()), "not tried again: {ended:?}");
    let reason = failed[0]["reason"].as_str().unwrap();
    let used = reason.strip_prefix("the group alone used ").and_then(|rest| rest.split_once(" MB"));
    let used: f64 = used.unwrap_or_else(|| panic!("{reason}")).0.parse().unwrap();
    assert!((200.0..600.0).contains(&used), "{reason}");
    assert!(
        reason.contains("the limit is 300.0 MB in all: allow it more with --memory, or make"),
        "{reason}"
    );
}

/// Jumps over the limit, once: with the supervisor stopped, so that the kernel is first for sure.
const JUMP: &str = r#"
if [ "$group" = 2022-02-02 ] && mkdir jumped; then
    # not alone
    while [ "$(wc -l < starts)" -lt 3 ]; do sleep 0.05; done
    sleep 0.2
    kill -STOP $(supervisor)
    [ ! -e first-choice ] || echo 1000 > "/proc/$(worker)/oom_score_adj"
    head -c 1000000000 /dev/zero | tail -c 1000000000
fi
"#;

/// The reason that is given for what the kernel kills; the run goes on and is whole.
fn reason_of_a_kill(farm: &Farm, group: &Cgroup) -> String {
    let mut run = Running::start(group.put(&farm.command(&["--workers", "2", "--message-format", "json"])));
    // what is killed gives its memory back a little later: the supervisor shall not see it in use
    let is_killed = || group.kills() > 0 && group.used() < 150 * MEGABYTE;
    wait_until("the kernel to kill", || is_killed() || run.is_over());
    run.send(Signal::CONT);
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let failed = ended.all("attempt-failed");
    assert_eq!((failed.len(), &failed[0]["again"]), (1, &true.into()), "{ended:?}");
    assert_eq!(failed[0]["group"], "2022-02-02", "{ended:?}");
    assert_eq!(farm.starts()["2022-02-02"], 2);
    assert!(farm.result() == Farm::undisturbed(4));
    failed[0]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn a_worker_that_the_kernel_killed_for_memory_is_told_apart_and_its_group_is_tried_again() {
    let Some(group) = Cgroup::new(300 * MEGABYTE) else { return };
    let farm = Farm::new(4, JUMP);
    farm.write("first-choice", "");
    let reason = reason_of_a_kill(&farm, &group);
    let said = "the worker was ended by signal 9 (SIGKILL): the kernel killed it for want of memory";
    assert!(reason.starts_with(said), "{reason}");
}

#[test]
fn so_is_a_program_that_the_kernel_killed() {
    let Some(group) = Cgroup::new(300 * MEGABYTE) else { return };
    let reason = reason_of_a_kill(&Farm::new(4, JUMP), &group);
    assert!(
        reason.contains("(the kernel has just killed a process of this job for want of memory"),
        "{reason}"
    );
}

/// Goes on as if nothing had happened, with half of what there should be.
const HIDE: &str = r#"
if [ "$group" = 2022-02-02 ] && mkdir jumped; then
    head -c 1000000000 /dev/zero | tail -c 1000000000 || true
    cp "$archive/2022-02-03.nc" "$output"
    exit 0
fi
"#;

#[test]
fn a_program_that_hides_that_a_process_of_its_was_killed_is_run_again() {
    let Some(group) = Cgroup::new(300 * MEGABYTE) else { return };
    let farm = Farm::new(4, &format!("archive=${{input%/*}}\n{HIDE}"));
    let run = Running::start(group.put(&farm.command(&["--workers", "2", "--message-format", "json"])));
    let ended = run.end();
    assert!(group.kills() > 0, "{ended:?}");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let failed = ended.all("attempt-failed");
    let of_the_day = failed.iter().find(|failed| failed["group"] == "2022-02-02").expect("a retry");
    let reason = of_the_day["reason"].as_str().unwrap();
    assert!(
        reason.contains("may lack what a process that was killed meanwhile would have written"),
        "{reason}"
    );
    assert!(farm.result() == Farm::undisturbed(4));
}

/// The third and the fourth day grow to more than fits at once, when both have begun. Nothing but
/// what the first two needed is known by then.
const BOTH_GROW: &str = r#"
case "$group" in
    2022-02-03) other=2022-02-04;;
    2022-02-04) other=2022-02-03;;
    *) exec cp "$input" "$output";;
esac
: > "began-$group"
while [ ! -e "began-$other" ]; do sleep 0.05; done
head -c 160000000 /dev/zero | tail -c 160000000 | { head -c 1 > /dev/null; sleep 2; }
"#;

#[test]
fn a_group_that_gives_way_to_another_is_told_and_done_later_without_another_kill() {
    let farm = Farm::new(4, BOTH_GROW);
    let ended = farm.start(&["--workers", "2", "--memory", "300MB"]).end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let evicted = ended.groups("evicted");
    assert_eq!(evicted.len(), 1, "its need is known by then: {ended:?}");
    let twice: Vec<_> = farm.starts().into_iter().filter(|(_, starts)| *starts > 1).collect();
    assert_eq!(twice, [(evicted[0].to_owned(), 2)], "{ended:?}");
    assert!(ended.all("attempt-failed").is_empty() && ended.all("worker-lost").is_empty(), "{ended:?}");
    assert!(ended.all("finished").iter().all(|event| event["attempt"] == 1), "{ended:?}");
    assert!(farm.result() == Farm::undisturbed(4));
}

#[test]
fn what_others_use_of_a_jobs_memory_is_no_concern_of_a_run_that_is_given_less() {
    let Some(group) = Cgroup::new(LIMIT) else { return };
    let farm = Farm::new(
        4,
        "head -c 120000000 /dev/zero | tail -c 120000000 | { head -c 1 > /dev/null; sleep 0.5; }",
    );
    let mut other = std::process::Command::new("sh");
    other.args([
        "-c",
        "head -c 500000000 /dev/zero | tail -c 500000000 | { head -c 1 > /dev/null; sleep 600; }",
    ]);
    // ended with the control group
    let mut other = group.put(&other).spawn().unwrap();
    wait_until("another program to use its memory", || group.used() > 500 * MEGABYTE);
    let options = ["--workers", "2", "--memory", "400MB", "--message-format", "json"];
    let ended = Running::start(group.put(&farm.command(&options))).end();
    assert_eq!((ended.code, ended.groups("finished").len()), (Some(0), 4), "{ended:?}");
    assert!(ended.all("attempt-failed").is_empty() && ended.all("evicted").is_empty(), "{ended:?}");
    drop(group);
    other.wait().unwrap();
}
