//! Sessions killed as a batch system kills them: one process after the other, children first, with gaps.
//!
//! No day is lost: neither one whose program died before the supervisor heard anything, while the shell script that
//! called it went on and ended well, nor one whose result was cut short.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::cgroup::Cgroup;
use crate::chance::Chance;
use crate::farm::Farm;
use crate::processes::{self, state, wait_until};
use crate::running::Running;
use crate::support::Folder;

const DAYS: usize = 4;

/// `DAYFOLD_KILLS=200` for many.
const KILLS: usize = 12;

/// Between two signals.
const LONGEST_GAP: Duration = Duration::from_millis(20);

/// Where all processes of a job are signalled, that takes far less than what results are held for.
const SHORT_GAP: Duration = Duration::from_millis(3);

/// A program that is called by a script, which goes on after its end and ends well, whatever that was; first it
/// leaves half a file.
const SCRIPT: &str = r#"
set +e
sh -c 'head -c 1000 "$1" > "$2"; sleep 0.15; cp "$1" "$2"' model "$input" "$output"
exit 0
"#;

/// All processes with their parents, of the sessions that are wanted.
fn with_parents(is_wanted: impl Fn(Pid, Pid) -> bool) -> HashMap<Pid, Pid> {
    let numbers = fs::read_dir("/proc").unwrap().flatten();
    let numbers = numbers.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
    let look = |process: Pid| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1);
        let parent = Pid::from_raw(fields.next()?.parse().ok()?)?;
        let session = Pid::from_raw(fields.nth(1)?.parse().ok()?)?;
        is_wanted(process, session).then_some((process, parent))
    };
    numbers.filter_map(look).collect()
}

/// Children first, as `pbs_mom` goes through a session.
fn children_first(processes: &HashMap<Pid, Pid>) -> Vec<Pid> {
    let depth = |process: &Pid| {
        std::iter::successors(Some(*process), |process| processes.get(process).copied())
            .take(processes.len())
            .count()
    };
    let mut order: Vec<Pid> = processes.keys().copied().collect();
    order.sort_by_key(|process| std::cmp::Reverse(depth(process)));
    order
}

fn session_of(leader: Pid) -> Vec<Pid> {
    children_first(&with_parents(|_, session| session == leader))
}

/// A run that leads a session, as in a job; whatever it starts is known by a mark in its environment.
struct Job {
    run: Running,
    mark: String,
}

impl Job {
    fn start(mut command: Command, group: Option<&Cgroup>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mark = format!("DAYFOLD_TEST_JOB={}-{number}", std::process::id());
        let (name, value) = mark.split_once('=').unwrap();
        command.env(name, value).args(["--message-format", "json"]);
        let leader = leader_of_a_session(&command);
        let leader = match group {
            Some(group) => group.put(&leader),
            None => leader,
        };
        Self { run: Running::start(leader), mark }
    }

    /// Everything that was started and lives, in whatever session.
    fn alive(&self) -> Vec<Pid> {
        let is_marked = |process: Pid| {
            let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            environment.split(|&byte| byte == 0).any(|entry| entry == self.mark.as_bytes())
        };
        let all = with_parents(|process, _| is_marked(process));
        children_first(&all).into_iter().filter(|&process| state(process).is_some()).collect()
    }

    fn wait_for_the_end_of_all(&self) {
        wait_until("the end of all that was started", || self.alive().is_empty());
    }
}

/// The same, as the leader of a session.
fn leader_of_a_session(command: &Command) -> Command {
    let mut leader = Command::new("setsid");
    leader.arg(command.get_program()).args(command.get_args());
    leader.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => leader.env(name, value),
            None => leader.env_remove(name),
        };
    }
    leader
}

/// Whose signals reach what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// PBS.
    TheSession,
    /// Slurm.
    AllOfTheJob,
}

impl Reach {
    /// One after the other, children first.
    fn signal(self, job: &Job, signal: Signal, chance: &mut Chance) {
        let (order, longest_gap) = match self {
            Self::TheSession => (session_of(job.run.pid()), LONGEST_GAP),
            Self::AllOfTheJob => (job.alive(), SHORT_GAP),
        };
        for process in order {
            processes::send(process, signal);
            sleep(chance.within(longest_gap));
        }
    }
}

/// What is run, killed and run again.
struct Work<'a> {
    command: &'a dyn Fn() -> Command,
    result: &'a dyn Fn() -> Vec<u8>,
    clear: &'a dyn Fn(),
    undisturbed: Vec<u8>,
    took: Duration,
}

/// One job that is killed somewhere in its course, and the same command again.
fn one_kill(work: &Work<'_>, reach: Reach, group: Option<&Cgroup>, chance: &mut Chance) {
    let mut job = Job::start((work.command)(), group);
    sleep(chance.within(work.took));
    reach.signal(&job, Signal::TERM, chance);
    // `kill_delay`, as short as it can be
    sleep(chance.within(Duration::from_millis(400)));
    reach.signal(&job, Signal::KILL, chance);
    job.run.kill();
    job.wait_for_the_end_of_all();
    let again = (work.command)().output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert!((work.result)() == work.undisturbed, "{again:?}");
    (work.clear)();
}

fn many_kills(test: &str, work: &Work<'_>, reach: Reach) {
    let mut chance = Chance::new(test);
    let group = Cgroup::new(1 << 30);
    let kills = std::env::var("DAYFOLD_KILLS").map_or(KILLS, |number| number.parse().unwrap());
    for kill in 0..kills {
        one_kill(work, reach, group.as_ref().filter(|_| kill % 2 == 1), &mut chance);
    }
}

fn kill_programs(test: &str, reach: Reach) {
    let farm = Farm::new(DAYS, SCRIPT);
    let begun = Instant::now();
    assert_eq!(farm.run(&["--workers", "2"]).code, 0);
    let took = begun.elapsed();
    farm.clear();
    let work = Work {
        command: &|| farm.command(&["--workers", "2", "--grace", "200ms"]),
        result: &|| farm.result(),
        clear: &|| farm.clear(),
        undisturbed: Farm::undisturbed(DAYS),
        took,
    };
    many_kills(test, &work, reach);
}

#[test]
fn a_session_killed_children_first_loses_no_day_of_a_program() {
    kill_programs("sessions of programs", Reach::TheSession);
}

#[test]
fn a_job_all_of_whose_processes_are_killed_children_first_loses_no_day() {
    kill_programs("jobs of programs", Reach::AllOfTheJob);
}

#[test]
fn a_session_killed_children_first_loses_no_day_of_the_pv_task() {
    let folder = Folder::new();
    let sample = folder.dayfold(&["sample", "try", "--days", "4", "--coarsen", "40"]);
    assert_eq!(sample.code, 0, "{sample:?}");
    let output = folder.path().join("try/pv.nc");
    let command = || folder.command(&["run", "try/dayfold.toml", "--workers", "2"]);
    let clear = || {
        fs::remove_file(&output).unwrap();
        fs::remove_dir_all(folder.path().join("try/pv.nc.run")).unwrap();
    };
    let begun = Instant::now();
    let run = folder.dayfold(&["run", "try/dayfold.toml", "--workers", "2"]);
    assert_eq!(run.code, 0, "{run:?}");
    let took = begun.elapsed();
    let undisturbed = fs::read(&output).unwrap();
    clear();
    let work =
        Work { command: &command, result: &|| fs::read(&output).unwrap(), clear: &clear, undisturbed, took };
    many_kills("sessions of the PV task", &work, Reach::TheSession);
}

/// What it starts is in sessions and groups of its own, and has lost its parents.
const FAMILY: &str = r#"
trap '' TERM HUP INT
if [ -e hang ]; then
    setsid sh -c 'trap "" TERM HUP; (setsid sh -c "trap \"\" TERM; echo >> family; sleep 600; sleep 600" &) ; sleep 600' &
    (setsid sh -c 'trap "" TERM HUP; echo >> family; sleep 600; sleep 600' &)
    while [ "$(wc -l < family)" -lt 2 ]; do sleep 0.01; done
    echo >> family
    sleep 600
    sleep 600
fi
"#;

/// A job at work on a program that does not end by itself, with all that it has started.
fn job_with_a_family() -> (Farm, Job) {
    let farm = Farm::new(2, FAMILY);
    farm.write("hang", "");
    farm.write("family", "");
    let mut job = Job::start(farm.command(&["--workers", "1"]), None);
    job.run.wait_for("started");
    wait_until("a program's family", || farm.read("family").lines().count() == 3);
    assert!(job.alive().len() >= 8, "{:?}", job.alive());
    (farm, job)
}

fn goes_on(farm: &Farm) {
    fs::remove_file(farm.path().join("hang")).unwrap();
    let again = farm.run(&["--workers", "1"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(farm.result() == Farm::undisturbed(2));
}

/// Without a control group: nothing but ours ends what is in other sessions.
#[test]
fn a_session_killed_at_once_leaves_no_process() {
    let (farm, job) = job_with_a_family();
    let session = session_of(job.run.pid());
    assert!(session.len() >= 2, "the supervisor and a worker: {session:?}");
    session.iter().for_each(|&process| processes::send(process, Signal::KILL));
    job.wait_for_the_end_of_all();
    goes_on(&farm);
}

/// Nobody reads the pipes of stopped processes.
#[test]
fn a_session_that_is_suspended_suspends_programs_and_when_killed_leaves_none() {
    let (farm, job) = job_with_a_family();
    let session = session_of(job.run.pid());
    session.iter().for_each(|&process| processes::send(process, Signal::STOP));
    let programs = || job.alive().into_iter().filter(|process| !session.contains(process));
    let are_stopped = || programs().filter(|&process| state(process) == Some('T')).count();
    wait_until("programs to be suspended", || are_stopped() >= 6);
    session.iter().for_each(|&process| processes::send(process, Signal::CONT));
    wait_until("programs to go on", || are_stopped() == 0);
    session.iter().for_each(|&process| processes::send(process, Signal::STOP));
    wait_until("programs to be suspended", || are_stopped() >= 6);
    session.iter().for_each(|&process| processes::send(process, Signal::KILL));
    job.wait_for_the_end_of_all();
    goes_on(&farm);
}

/// Whoever is left ends what the others have started.
#[test]
fn of_all_that_is_ours_any_two_can_be_killed_at_once() {
    let ours = |job: &Job| {
        let supervisor = job.run.pid();
        let worker = processes::children(supervisor)[0];
        [supervisor, worker, processes::children(worker)[0]]
    };
    for spared in 0..3 {
        let (farm, job) = job_with_a_family();
        let killed = ours(&job);
        for (_, &process) in killed.iter().enumerate().filter(|&(number, _)| number != spared) {
            processes::send(process, Signal::KILL);
        }
        if spared == 0 {
            // the supervisor replaces them
            fs::remove_file(farm.path().join("hang")).unwrap();
            let ended = job.run.end();
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert!(farm.result() == Farm::undisturbed(2));
        } else {
            job.wait_for_the_end_of_all();
            goes_on(&farm);
        }
    }
}

/// Groups wait for the test's word.
const WAIT: &str = "while [ ! -e go ]; do sleep 0.02; done";

/// The supervisor alone is signalled, with programs at work, which then end well: how many groups are done.
fn done_after_a_signal(signal: Signal, variables: &[(&str, &str)]) -> usize {
    let farm = Farm::new(DAYS, WAIT);
    let mut command = farm.command(&["--workers", "2", "--grace", "1h", "--message-format", "json"]);
    command.envs(variables.iter().copied());
    let mut run = Running::start(command);
    wait_until("two groups at work", || farm.starts().len() == 2);
    run.send(signal);
    assert_eq!(run.wait_for("stopping")["reason"], "signal");
    farm.write("go", "");
    let ended = run.end();
    assert_eq!(ended.code, Some(75), "{ended:?}");
    assert!(ended.all("ended")[0]["failed"] == 0 && ended.all("attempt-failed").is_empty(), "{ended:?}");
    assert_eq!(farm.starts().len(), 2, "nothing more is started");
    let done = ended.groups("finished").len();
    let rest = farm.run(&["--workers", "2"]);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(farm.result() == Farm::undisturbed(DAYS));
    done
}

#[test]
fn what_ends_within_the_grace_counts_but_not_where_all_processes_are_signalled() {
    assert_eq!(done_after_a_signal(Signal::TERM, &[]), 2);
    assert_eq!(done_after_a_signal(Signal::TERM, &[("PBS_JOBID", "7.pbs")]), 2);
    assert_eq!(done_after_a_signal(Signal::TERM, &[("SLURM_JOB_ID", "7")]), 0);
}

#[test]
fn an_early_warning_ends_the_run_in_order() {
    for warning in [Signal::USR1, Signal::USR2, Signal::XCPU] {
        assert_eq!(done_after_a_signal(warning, &[]), 2, "{warning:?}");
    }
}

/// SIGXCPU comes every second once the processor time is used up.
#[test]
fn a_second_warning_is_no_reason_to_hurry() {
    let farm = Farm::new(DAYS, WAIT);
    let mut run = farm.start(&["--workers", "2", "--grace", "1h"]);
    wait_until("two groups at work", || farm.starts().len() == 2);
    run.send(Signal::XCPU);
    run.wait_for("stopping");
    for _ in 0..3 {
        run.send(Signal::XCPU);
        sleep(Duration::from_millis(50));
    }
    farm.write("go", "");
    let ended = run.end();
    assert_eq!((ended.code, ended.groups("finished").len()), (Some(75), 2), "{ended:?}");
    assert!(ended.all("stopping").len() == 1, "{ended:?}");
}
