//! What people are told of an event, in lines, by how much they want to hear.
//!
//! Pure: an event and a verbosity in, text out. Progress and the closing lines are not told here.

use dayfold_contract::message::FailureKind;
use dayfold_contract::shown::shown;
use dayfold_supervisor::run_event::RunEvent;

use super::words;
use crate::config::Verbosity;

/// The lines for this event; empty where there is nothing to say.
pub fn lines(happening: &RunEvent, verbosity: Verbosity) -> Vec<String> {
    if verbosity < loudness(happening) {
        return Vec::new();
    }
    told(happening).iter().map(|line| shown(line).into_owned()).collect()
}

/// The least verbosity at which an event is told.
fn loudness(happening: &RunEvent) -> Verbosity {
    match happening {
        RunEvent::Deviates { .. }
        | RunEvent::Warning { .. }
        | RunEvent::WorkerLost { .. }
        | RunEvent::NotStarted { .. }
        | RunEvent::AttemptFailed { .. } => Verbosity::Quiet,
        RunEvent::Begun { .. }
        | RunEvent::Evicted { .. }
        | RunEvent::Collating { .. }
        | RunEvent::Tried { .. } => Verbosity::Normal,
        _ => Verbosity::Verbose,
    }
}

fn told(happening: &RunEvent) -> Vec<String> {
    match happening {
        RunEvent::Begun { .. } => begun(happening),
        RunEvent::Started { group, attempt, worker } => {
            vec![format!("{group}: started by worker {}{}", worker.0, nth_attempt(*attempt))]
        }
        RunEvent::Finished { group, elapsed, peak_memory, .. } => {
            let (took, memory) = (words::duration(*elapsed), words::bytes(*peak_memory));
            vec![format!("{group}: done in {took}, {memory} of memory")]
        }
        RunEvent::AttemptFailed { .. } => attempt_failed(happening),
        RunEvent::Evicted { group, used, limit, .. } => {
            let (used, limit) = (words::bytes_of(*used, Some(*limit)), words::bytes_of(*limit, Some(*limit)));
            vec![format!(
                "{group}: ended to give its {used} of memory back, of {limit} in all; it is done later"
            )]
        }
        RunEvent::WorkerLost { worker, reason } => {
            vec![format!("warning: worker {} ended and is replaced: {reason}", worker.0)]
        }
        RunEvent::NotStarted { worker, reason } => {
            vec![format!(
                "warning: not all workers could be started, the first of them worker {}: {reason}",
                worker.0
            )]
        }
        RunEvent::WorkerLog { worker, group, line } => {
            let group = group.as_ref().map_or(String::new(), |group| format!(" {group}"));
            vec![format!("[worker {}{group}] {line}", worker.0)]
        }
        RunEvent::Deviates { group, reason, .. } => vec![format!(
            "warning: {group}: {reason}; it is kept, and collation goes by what most groups have"
        )],
        RunEvent::Tried { groups, file } => vec![format!(
            "the collation is tried with {}: {}",
            words::count(*groups, "group"),
            file.display()
        )],
        RunEvent::Warning { message } => vec![format!("warning: {message}")],
        RunEvent::Collating { partials } => {
            vec![format!("collating {} into the final file", words::count(*partials, "result"))]
        }
        _ => Vec::new(),
    }
}

fn begun(happening: &RunEvent) -> Vec<String> {
    let RunEvent::Begun { groups, done_before, to_do, missing, workers, memory_limit, memory_source } =
        happening
    else {
        return Vec::new();
    };
    let mut first = format!("{}, {to_do} to do", words::count(*groups, "group"));
    if *done_before > 0 {
        first += &format!(", {done_before} done before");
    }
    if *missing > 0 {
        first += &format!(", {missing} missing");
    }
    if *to_do == 0 {
        return vec![first];
    }
    let mut second = words::count(*workers, "worker");
    if let Some(limit) = memory_limit {
        second += &format!(", at most {} of memory", words::bytes_of(*limit, Some(*limit)));
        second += &memory_source.as_ref().map_or(String::new(), |source| format!(": {source}"));
    }
    vec![first, second]
}

fn attempt_failed(happening: &RunEvent) -> Vec<String> {
    let RunEvent::AttemptFailed { group, attempt, kind, reason, file, log, again, .. } = happening else {
        return Vec::new();
    };
    let at_file = words::at_file(reason, file.as_deref());
    let first = match (kind, again) {
        // the input has nothing to do with it
        (FailureKind::NoSpace, _) => format!("error: {group}: its result could not be written: {reason}"),
        (_, true) => format!("warning: {group}: attempt {attempt} failed, trying again: {at_file}"),
        (_, false) => format!("error: {group}: failed{}: {at_file}", nth_attempt(*attempt)),
    };
    let log = log.iter().map(|line| format!("  {line}"));
    std::iter::once(first).chain(log).collect()
}

fn nth_attempt(attempt: u32) -> String {
    if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_start_says_what_there_is_to_do_and_with_what() {
        assert_eq!(
            lines(&samples::begun(3), Verbosity::Normal),
            ["4 groups, 3 to do, 1 done before", "2 workers, at most 8.0 GB of memory: --memory",]
        );
    }

    #[test]
    fn failures_are_told_even_quietly() {
        let told = lines(&samples::failed("2022-02-01", 3, false), Verbosity::Quiet);
        assert_eq!(
            told,
            [
                "error: 2022-02-01: failed (attempt 3): the worker was killed by signal 9 (2022/02/01/a.nc)",
                "  its last words",
            ]
        );
        let again = samples::failed("2022-02-01", 1, true);
        assert!(lines(&again, Verbosity::Quiet)[0].starts_with("warning: 2022-02-01: attempt 1 failed"));
    }

    #[test]
    fn a_group_that_gives_way_is_told_without_alarm() {
        assert_eq!(
            lines(&samples::evicted("a"), Verbosity::Normal),
            ["a: ended to give its 300.0 MB of memory back, of 8.0 GB in all; it is done later"]
        );
        assert!(lines(&samples::evicted("a"), Verbosity::Quiet).is_empty());
    }

    #[test]
    fn groups_are_told_only_to_those_who_ask() {
        assert!(lines(&samples::finished("a", 62), Verbosity::Normal).is_empty());
        assert_eq!(
            lines(&samples::finished("a", 62), Verbosity::Verbose),
            ["a: done in 1 min 2 s, 64.0 MB of memory"]
        );
        assert_eq!(
            lines(&samples::started("a", 2), Verbosity::Verbose),
            ["a: started by worker 0 (attempt 2)"]
        );
    }
}
