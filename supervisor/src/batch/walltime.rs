//! How long this job may still run: what the user says, what Slurm's environment says, or one
//! question to the batch system. Read once at the start; from there on the caller keeps time.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::question::{self, Question, QuestionError, Reply};
use crate::decide::event::Walltime;
use crate::meter::{Host, Reading};

/// How long the batch system has for its answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the time left.
#[derive(Debug, Default)]
pub struct TimeLeft {
    /// `None` where there is no limit, or none is known.
    pub left: Option<Reading<Duration>>,
    /// Bytes that the job asked for on this node, where that was told in the same answer.
    pub memory: Option<Reading<u64>>,
    /// Why it is not known, where it should be.
    pub warnings: Vec<String>,
}

/// The time left now. `given` is the user's `--walltime`, from the start of the run; what it is,
/// nobody else is asked. `ask` runs a program: [`question::ask`] with [`PATIENCE`].
pub fn time_left(
    host: &Host,
    given: Option<Duration>,
    now: Timestamp,
    ask: impl FnOnce(&Question) -> Result<Reply, QuestionError>,
) -> TimeLeft {
    if let Some(given) = given {
        return known(given, "--walltime");
    }
    let mut warnings = Vec::new();
    if let Some(end) = host.number::<i64>("SLURM_JOB_END_TIME", &mut warnings) {
        let seconds = end.saturating_sub(now.as_second());
        return known(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)), "SLURM_JOB_END_TIME");
    }
    let Some(question) = question::question(host) else {
        return TimeLeft { warnings, ..TimeLeft::default() };
    };
    let asked = format!("{} {}", question.program, question.args.join(" "));
    let reply = match ask(&question) {
        Ok(reply) => reply,
        Err(error) => return unknown(warnings, &error),
    };
    let memory = question::memory(&question, &reply)
        .map(|(value, shown)| Reading { value, source: format!("{shown} of the job ({asked})") });
    match question::answer(&question, &reply, now, &TimeZone::system()) {
        Ok(left) => TimeLeft { left: left.map(|value| Reading { value, source: asked }), memory, warnings },
        Err(error) => TimeLeft { memory, ..unknown(warnings, &error) },
    }
}

/// The time left after a pause of this process: a suspended job's does not pass, and the environment still
/// says what was true before. `given` is whether the user said how long the job may run, `known` whether that
/// was known at all.
pub fn after_a_pause(host: &Host, given: bool, known: bool) -> (Walltime, Vec<String>) {
    let Some(question) = question::question(host) else { return (Walltime::WentOn, Vec::new()) };
    if given {
        return (Walltime::StoodStill, Vec::new());
    }
    let reply = question::ask(&question, PATIENCE);
    let left =
        reply.and_then(|reply| question::answer(&question, &reply, Timestamp::now(), &TimeZone::system()));
    match left {
        Ok(left) => (Walltime::Left(left), Vec::new()),
        // that nothing is known has been told
        Err(_) if !known => (Walltime::WentOn, Vec::new()),
        Err(error) => {
            let told = format!(
                "the time left after a pause is not known, and taken to be what it was before: {}",
                with_cause(&error)
            );
            (Walltime::StoodStill, vec![told])
        }
    }
}

fn unknown(mut warnings: Vec<String>, error: &QuestionError) -> TimeLeft {
    warnings.push(format!("the time left is not known: {}", with_cause(error)));
    TimeLeft { warnings, ..TimeLeft::default() }
}

fn known(left: Duration, source: &str) -> TimeLeft {
    TimeLeft { left: Some(Reading { value: left, source: source.into() }), ..TimeLeft::default() }
}

fn with_cause(error: &QuestionError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture;

    const NOW: i64 = 1_795_334_739;

    fn left(host: &Host, given: Option<Duration>, reply: Option<&str>) -> (TimeLeft, bool) {
        let mut asked = false;
        let now = Timestamp::from_second(NOW).unwrap();
        let left = time_left(host, given, now, |question| {
            asked = true;
            let late = || QuestionError::Late { program: question.program.clone(), seconds: 5 };
            let output = reply.ok_or_else(late)?.to_owned();
            Ok(Reply { output, exit: Some(0) })
        });
        (left, asked)
    }

    #[test]
    fn who_is_told_does_not_ask() {
        let given = Some(Duration::from_secs(90));
        let (left, asked) = left(&fixture::slurm().host, given, Some("1:00"));
        let reading = left.left.unwrap();
        assert_eq!((reading.value.as_secs(), reading.source.as_str(), asked), (90, "--walltime", false));
    }

    #[test]
    fn slurms_end_time_is_enough() {
        let mut fixture = fixture::slurm();
        fixture.set("SLURM_JOB_END_TIME", &(NOW + 600).to_string());
        let (known, asked) = left(&fixture.host, None, None);
        assert_eq!((known.left.unwrap().value.as_secs(), asked), (600, false));
        fixture.set("SLURM_JOB_END_TIME", &(NOW - 600).to_string());
        assert_eq!(left(&fixture.host, None, None).0.left.unwrap().value.as_secs(), 0);
    }

    #[test]
    fn otherwise_one_question_is_asked() {
        let mut fixture = fixture::slurm();
        fixture.set("SLURM_JOB_END_TIME", "Unknown");
        let (known, asked) = left(&fixture.host, None, Some("1:00\n"));
        let reading = known.left.unwrap();
        assert!(asked && known.warnings[0].contains("SLURM_JOB_END_TIME"));
        assert_eq!((reading.value.as_secs(), reading.source.as_str()), (60, "squeue -h -j 77 -o %L"));
    }

    #[test]
    fn the_same_answer_tells_what_memory_was_asked_for() {
        let mut fixture = fixture::gadi();
        fixture.set("PBS_JOBID", "2.pbs-server");
        let running = include_str!("../../tests/recorded/qstat_running.json");
        let memory = left(&fixture.host, None, Some(running)).0.memory.unwrap();
        assert_eq!(memory.value, 1 << 30);
        assert_eq!(memory.source, "mem=1gb of the job (qstat -f -F json 2.pbs-server)");
    }

    #[test]
    fn no_answer_is_a_warning() {
        let (unknown, _) = left(&fixture::gadi().host, None, None);
        assert!(unknown.left.is_none() && unknown.warnings[0].contains("within 5 s"), "{unknown:?}");
    }

    #[test]
    fn outside_of_a_job_there_is_no_limit() {
        let (unlimited, asked) = left(&fixture::plain().host, None, None);
        assert!(unlimited.left.is_none() && unlimited.warnings.is_empty() && !asked);
    }
}
