//! The answer of `qstat -f -F json`.
//!
//! PBS retypes values (`007` becomes 7), prints valid JSON also when it fails, only without
//! `Jobs`, and writes times by the C library's `ctime`, in the local time zone.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::clock::clock_seconds;
use crate::meter::memory_limit::pbs_size;

/// How late PBS may look at a job: its walltime is enforced by then, and `resources_used` lags by
/// as much. Intervals of up to 120 s were seen.
const LOOKS_EVERY: u64 = 120;

/// The time that `job` has left, `None` where it has no walltime. The error says what was expected.
pub fn time_left(
    output: &str,
    job: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<Duration>, String> {
    let whole: Value = serde_json::from_str(output).map_err(|error| format!("expected JSON: {error}"))?;
    let job = find(&whole, job).ok_or("the answer does not hold the job")?;
    let state = job["job_state"].as_str().unwrap_or_default();
    if !matches!(state, "R" | "E") {
        return Err(format!("expected a job that runs (job_state R), found {state:?}"));
    }
    let walltime = &job["Resource_List"]["walltime"];
    if walltime.is_null() {
        return Ok(None);
    }
    let limit = seconds(walltime).ok_or_else(|| format!("Resource_List.walltime is {walltime}"))?;
    // the server's clock, where it tells: its stime is by the same
    let now = whole["timestamp"].as_i64().and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(now);
    let elapsed = elapsed(job, limit, now, zone)?;
    Ok(Some(Duration::from_secs(limit.saturating_sub(elapsed))))
}

/// What memory `job` asked for on each of its nodes, bytes, and as it is written; `None` where it asked for
/// none. Nothing else may say it: without the cgroup hook, nothing else limits the job.
pub fn memory(output: &str, job: &str) -> Option<(u64, String)> {
    let whole: Value = serde_json::from_str(output).ok()?;
    let asked = &find(&whole, job)?["Resource_List"];
    let text = match &asked["mem"] {
        Value::String(text) => text.clone(),
        Value::Number(bytes) => bytes.to_string(),
        _ => return None,
    };
    let nodes = asked["nodect"].as_u64().filter(|&nodes| nodes > 1);
    let bytes = pbs_size(&text).filter(|&bytes| bytes > 0)? / nodes.unwrap_or(1);
    let shown = nodes.map_or(format!("mem={text}"), |nodes| format!("mem={text} on {nodes} nodes"));
    Some((bytes, shown))
}

/// The job in the answer: by its id, or by its number if the server has another name here.
fn find<'a>(whole: &'a Value, id: &str) -> Option<&'a Value> {
    let number = |id: &str| id.split('.').next().map(str::to_owned);
    let jobs = whole["Jobs"].as_object()?;
    jobs.get(id).or_else(|| jobs.iter().find(|(key, _)| number(key) == number(id)).map(|(_, job)| job))
}

/// Seconds since the job started. `stime` is exact, but in a time zone that need not be ours (a
/// container's, say): it counts if it agrees with what PBS has seen the job use.
fn elapsed(job: &Value, limit: u64, now: Timestamp, zone: &TimeZone) -> Result<u64, String> {
    let used = seconds(&job["resources_used"]["walltime"]);
    let since = started(&job["stime"], zone)
        .and_then(|start| u64::try_from(now.as_second() - start.as_second()).ok());
    let plausible = |&since: &u64| {
        since <= limit + 2 * LOOKS_EVERY && used.is_none_or(|used| used <= since + LOOKS_EVERY)
    };
    match since.filter(plausible) {
        Some(since) => Ok(since),
        None => used.ok_or_else(|| format!("stime is {}, which does not fit the clock", job["stime"])),
    }
}

/// `Sun Nov 22 08:05:36 2026`. Where the clock was set back, the earlier of the two is taken: it
/// leaves less time.
fn started(stime: &Value, zone: &TimeZone) -> Option<Timestamp> {
    let text = stime.as_str()?;
    let local = DateTime::strptime("%a %b %d %H:%M:%S %Y", text).ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

/// `00:00:40`, `48:00:00`, or a number of seconds.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| clock_seconds(value.as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of job 2, that has run for 3 of 40 s; as recorded on OpenPBS 23.06.06.
    const RUNNING: &str = include_str!("../../tests/recorded/qstat_running.json");

    fn left(output: &str) -> Result<Option<u64>, String> {
        left_in(output, &TimeZone::UTC)
    }

    fn left_in(output: &str, zone: &TimeZone) -> Result<Option<u64>, String> {
        let left = time_left(output, "2.pbs-server", Timestamp::UNIX_EPOCH, zone)?;
        Ok(left.map(|left| left.as_secs()))
    }

    #[test]
    fn the_recorded_answer_leaves_37_of_40_seconds() {
        assert_eq!(left(RUNNING), Ok(Some(37)));
        assert_eq!(left(&RUNNING.replace("\"2.pbs-server\"", "\"2.pbs\"")), Ok(Some(37)), "by its number");
    }

    #[test]
    fn the_recorded_answer_says_what_memory_was_asked_for() {
        let asked = |output: &str| memory(output, "2.pbs-server");
        assert_eq!(asked(RUNNING), Some((1 << 30, "mem=1gb".into())));
        let retyped = RUNNING.replace("\"1gb\",\n\t\t\t\t\"ncpus\"", "2048,\n\t\t\t\t\"ncpus\"");
        assert_eq!(asked(&retyped), Some((2048, "mem=2048".into())));
        let nodes = RUNNING.replace("\"nodect\":\t1", "\"nodect\":\t2");
        assert_eq!(asked(&nodes), Some((1 << 29, "mem=1gb on 2 nodes".into())));
        assert_eq!(asked(&RUNNING.replace("\"mem\"", "\"m\"")), None);
        assert_eq!(asked(include_str!("../../tests/recorded/qstat_unknown.json")), None);
    }

    #[test]
    fn times_are_local() {
        let canberra = TimeZone::fixed(jiff::tz::offset(11));
        let there = RUNNING.replace("08:05:36", "19:05:36");
        assert_eq!(left_in(&there, &canberra), Ok(Some(37)));
    }

    #[test]
    fn a_start_in_an_unknown_zone_gives_way_to_what_pbs_has_seen() {
        let used = RUNNING.replace("\"00:00:00\"", "\"00:00:15\"");
        assert_eq!(left(&used.replace("08:05:36", "19:05:36")), Ok(Some(25)), "in the future");
        assert_eq!(left(&used.replace("08:05:36", "01:05:36")), Ok(Some(25)), "hours ago, of 40 s");
        let neither = RUNNING.replace("08:05:36", "19:05:36").replace("resources_used", "r");
        assert!(left(&neither).is_err_and(|reason| reason.contains("stime")));
    }

    #[test]
    fn retyped_values_are_understood() {
        assert_eq!(left(&RUNNING.replace("\"00:00:40\"", "40")), Ok(Some(37)));
        assert_eq!(left(&RUNNING.replace("\"00:00:40\"", "\"48:00:00\"")), Ok(Some(48 * 3600 - 3)));
        assert_eq!(left(&RUNNING.replace("\"00:00:40\"", "\"0:0:2\"")), Ok(Some(0)), "over its limit");
    }

    #[test]
    fn no_walltime_is_no_limit() {
        assert_eq!(left(&RUNNING.replace("\"walltime\":	\"00:00:40\"", "\"nodect\":	1")), Ok(None));
    }

    #[test]
    fn a_job_that_does_not_run_has_no_time_left_to_tell() {
        let held = left(include_str!("../../tests/recorded/qstat_held.json"));
        assert!(held.is_err_and(|reason| reason.contains("\"H\"")));
        let finished = left(include_str!("../../tests/recorded/qstat_history.json"));
        assert!(finished.is_err_and(|reason| reason.contains("\"F\"")));
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert!(left(include_str!("../../tests/recorded/qstat_unknown.json")).is_err());
        assert!(left("").is_err_and(|reason| reason.contains("JSON")));
        assert!(left(&RUNNING.replace("\"00:00:40\"", "true")).is_err_and(|reason| reason.contains("true")));
    }
}
