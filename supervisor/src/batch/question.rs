//! The one question to the batch system: how long has this job still to run?
//!
//! `squeue` or `qstat` is asked at the start, and again after the job was suspended, with a few seconds for
//! the answer: sites ask for at most one such question every ten minutes, and a server that is down must not
//! hold a run.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustix::process::{Pid, Signal, kill_process_group};

use super::clock::clock_seconds;
use super::job::{BatchSystem, batch_job};
use super::{program, qstat};
use crate::meter::Host;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The batch system's own program: its name, or its path where `PATH` does not find it.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Who is asked.
    pub system: BatchSystem,
    /// About which job.
    pub job: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// On standard output.
    pub output: String,
    /// The exit code; `None` after a signal.
    pub exit: Option<i32>,
}

/// Why the time left is not known.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The program could not be run.
    #[error("{program} could not be run")]
    Run {
        /// Which.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The program is nowhere.
    #[error("{0} is not found in PATH, where /etc/pbs.conf says, or in the usual places: put it in PATH")]
    NotFound(String),
    /// No answer in time.
    #[error("{program} gave no answer within {seconds} s")]
    Late {
        /// Which.
        program: String,
        /// How long it had.
        seconds: u64,
    },
    /// The program failed.
    #[error("{program} ended with exit code {exit} for job {job}: {meaning}")]
    Refused {
        /// Which.
        program: String,
        /// About which job.
        job: String,
        /// Its exit code.
        exit: i32,
        /// What that means, as far as it is known.
        meaning: &'static str,
    },
    /// A signal ended the program.
    #[error("{0} was ended by a signal")]
    Killed(String),
    /// The answer is not in the form that was expected.
    #[error("{program} did not tell the time left of job {job}: {reason}")]
    Unclear {
        /// Which.
        program: String,
        /// About which job.
        job: String,
        /// What was expected and what was found.
        reason: String,
    },
}

/// What to ask in the job that this process runs in. `None` outside of any.
pub fn question(host: &Host) -> Option<Question> {
    let job = batch_job(host)?;
    let (program, args) = match job.system {
        BatchSystem::Pbs => ("qstat", vec!["-f", "-F", "json", &job.id]),
        BatchSystem::Slurm => ("squeue", vec!["-h", "-j", &job.id, "-o", "%L"]),
    };
    let args = args.into_iter().map(str::to_owned).collect();
    let program = program::find(host, job.system, program).unwrap_or_else(|| program.to_owned());
    Some(Question { program, args, system: job.system, job: job.id })
}

/// The time left by the program's answer, `None` where there is no limit. `now` and `zone` are the
/// clock and the time zone of the machine on which the program ran.
pub fn answer(
    question: &Question,
    reply: &Reply,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<Duration>, QuestionError> {
    let (program, job) = (question.program.clone(), question.job.clone());
    match reply.exit {
        Some(0) => {}
        Some(exit) => {
            let meaning = meaning(question.system, exit);
            return Err(QuestionError::Refused { program, job, exit, meaning });
        }
        None => return Err(QuestionError::Killed(program)),
    }
    let left = match question.system {
        BatchSystem::Pbs => qstat::time_left(&reply.output, &question.job, now, zone),
        BatchSystem::Slurm => squeue_time_left(&reply.output),
    };
    left.map_err(|reason| QuestionError::Unclear { program, job, reason })
}

/// What memory the job asked for, by the program's answer: bytes, and as it was written.
pub fn memory(question: &Question, reply: &Reply) -> Option<(u64, String)> {
    let is_told = question.system == BatchSystem::Pbs && reply.exit == Some(0);
    if is_told { qstat::memory(&reply.output, &question.job) } else { None }
}

fn meaning(system: BatchSystem, exit: i32) -> &'static str {
    match (system, exit) {
        (BatchSystem::Pbs, 35) => "the job has finished",
        (BatchSystem::Pbs, 153) => "the job is unknown",
        (BatchSystem::Pbs, 255) => "the server cannot be reached",
        _ => "see its messages",
    }
}

/// `%L` of squeue: `1-02:03:04`, `2:03:04`, `3:04`, or a word.
fn squeue_time_left(output: &str) -> Result<Option<Duration>, String> {
    let text = output.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if text == "UNLIMITED" {
        return Ok(None);
    }
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (days.parse().ok(), clock),
        None => (Some(0), text),
    };
    let seconds = days
        .zip(clock_seconds(clock))
        .and_then(|(days, rest): (u64, u64)| days.checked_mul(86_400)?.checked_add(rest));
    let wrong = || format!("expected days-hours:minutes:seconds, found {text:?}");
    seconds.map(|seconds| Some(Duration::from_secs(seconds))).ok_or_else(wrong)
}

/// The process group of the program that is asked now: the one question, of this process at its start or its pool.
static ASKED: Mutex<Option<Pid>> = Mutex::new(None);

/// Ends a program that has not answered: at this process's end nobody waits for it any more.
pub fn end_unanswered() {
    if let Some(group) = asked().take() {
        let _gone = kill_process_group(group, Signal::KILL);
    }
}

fn asked() -> MutexGuard<'static, Option<Pid>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the program and gives it so long to answer; then it is ended, with all that it started.
pub fn ask(question: &Question, within: Duration) -> Result<Reply, QuestionError> {
    let program = || question.program.clone();
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => QuestionError::NotFound(program()),
        _ => QuestionError::Run { program: program(), source },
    };
    let late = || QuestionError::Late { program: program(), seconds: within.as_secs() };
    let deadline = Instant::now() + within;
    let mut child = start(question).map_err(failed)?;
    *asked() = group_of(&child);
    let reply = listen(&mut child, deadline);
    *asked() = None;
    if !matches!(reply, Ok(Some(_))) {
        end(&mut child);
    }
    reply.map_err(failed)?.ok_or_else(late)
}

fn start(question: &Question) -> std::io::Result<Child> {
    let mut command = Command::new(&question.program);
    command.args(&question.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.process_group(0).spawn()
}

/// What the child says until its end; `None` if that does not come in time. Not read by this
/// thread: a read could not be given up.
fn listen(child: &mut Child, deadline: Instant) -> std::io::Result<Option<Reply>> {
    const LONGEST: u64 = 4 << 20;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(LONGEST).read_to_end(&mut bytes);
            // nobody listens any more if it was too late
            let _ = sender.send(read.map(|_| String::from_utf8_lossy(&bytes).into_owned()));
        });
    }
    let output = match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(output) => output?,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(None),
    };
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(Reply { output, exit: status.code() }));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(None)
}

/// Ends the child and its process group. It may be gone already: then there is nothing to end.
fn end(child: &mut Child) {
    if let Some(group) = group_of(child) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn group_of(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture;

    fn shell(script: &str) -> Question {
        let args = vec!["-c".into(), script.into()];
        Question { program: "sh".into(), args, system: BatchSystem::Slurm, job: "77".into() }
    }

    fn squeue(output: &str) -> Result<Option<Duration>, QuestionError> {
        let question = question(&fixture::slurm().host).unwrap();
        let reply = Reply { output: output.into(), exit: Some(0) };
        answer(&question, &reply, Timestamp::UNIX_EPOCH, &TimeZone::UTC)
    }

    #[test]
    fn each_system_has_its_question() {
        let pbs = question(&fixture::gadi().host).unwrap();
        assert_eq!((pbs.program.as_str(), pbs.args.join(" ")), ("qstat", "-f -F json 1234.gadi-pbs".into()));
        let slurm = question(&fixture::slurm().host).unwrap();
        assert_eq!((slurm.program.as_str(), slurm.args.join(" ")), ("squeue", "-h -j 77 -o %L".into()));
        assert_eq!(question(&fixture::plain().host), None);
    }

    #[test]
    fn times_of_squeue() {
        let seconds = |output| squeue(output).unwrap().map(|left| left.as_secs());
        assert_eq!(seconds("1-02:03:04\n"), Some(86_400 + 7384));
        assert_eq!(seconds("  2:03:04\n"), Some(7384));
        assert_eq!(seconds("29:58\n29:58\n"), Some(1798));
        assert_eq!(seconds("0:00\n"), Some(0));
        assert_eq!(seconds("UNLIMITED\n"), None);
        for unclear in ["", "NOT_SET\n", "INVALID\n", "1:2:3:4\n", "-1:00\n", "x-1:00\n"] {
            assert!(matches!(squeue(unclear), Err(QuestionError::Unclear { .. })), "{unclear}");
        }
    }

    #[test]
    fn recorded_failures_have_their_meaning() {
        let question = question(&fixture::gadi().host).unwrap();
        let failed = |output: &str, exit| {
            let reply = Reply { output: output.into(), exit };
            answer(&question, &reply, Timestamp::UNIX_EPOCH, &TimeZone::UTC).unwrap_err().to_string()
        };
        let unknown = include_str!("../../tests/recorded/qstat_unknown.json");
        assert!(failed(unknown, Some(153)).contains("unknown"));
        let finished = include_str!("../../tests/recorded/qstat_finished.json");
        assert!(failed(finished, Some(35)).contains("finished"));
        let down = include_str!("../../tests/recorded/qstat_server_down.json");
        assert!(failed(down, Some(255)).contains("cannot be reached"));
        assert!(failed("", Some(1)).contains("1234.gadi-pbs"));
        assert!(failed("", None).contains("signal"));
    }

    #[test]
    fn a_program_is_run_and_its_exit_code_kept() {
        let reply = ask(&shell("echo 1:00; exit 3"), Duration::from_secs(60)).unwrap();
        assert_eq!(reply, Reply { output: "1:00\n".into(), exit: Some(3) });
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", pid.display());
        let error = ask(&shell(&script), Duration::from_secs(1)).unwrap_err();
        assert!(matches!(error, QuestionError::Late { seconds: 1, .. }), "{error}");
        let sleeper = std::fs::read_to_string(&pid).unwrap();
        let lives = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", sleeper.trim())).unwrap_or_default();
            let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
            !matches!(state, None | Some('Z' | 'X'))
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while lives() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!lives(), "process {sleeper}");
    }

    #[test]
    fn a_program_that_only_closes_its_output_is_not_waited_for() {
        let error = ask(&shell("exec >&-; sleep 600"), Duration::from_secs(1)).unwrap_err();
        assert!(matches!(error, QuestionError::Late { .. }), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let question = Question { program: "no-such-qstat".into(), ..shell("") };
        let said = ask(&question, Duration::from_secs(1)).unwrap_err().to_string();
        assert!(said.contains("no-such-qstat is not found in PATH"), "{said}");
    }
}
