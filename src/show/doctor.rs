//! What a node offers to a run and where each figure was read, as people read it and, serialized, as programs do.

use std::time::Duration;

use serde::Serialize;

use super::table::TwoColumns;
use super::words;

/// What was found.
#[derive(Debug, Serialize)]
pub struct Checkup {
    /// Cores that this process may use.
    pub cores: Limit<usize>,
    /// Bytes that a run may use.
    pub memory: Limit<u64>,
    /// The batch job that this is in.
    pub job: Option<Job>,
    /// Of the batch job.
    pub seconds_left: Option<Read<u64>>,
    /// What was there and not understood.
    pub warnings: Vec<String>,
}

/// Everything that was read of a limit.
#[derive(Debug, Serialize)]
pub struct Limit<T> {
    /// The smallest.
    pub deciding: Option<Read<T>>,
    /// All.
    pub read: Vec<Read<T>>,
}

/// A value and where it was read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Read<T> {
    /// What.
    pub value: T,
    /// Where.
    pub source: String,
}

/// A batch job.
#[derive(Debug, Serialize)]
pub struct Job {
    /// Whose.
    pub system: String,
    /// Its number.
    pub id: String,
    /// Where it was submitted to.
    pub queue: Option<String>,
    /// Where it runs.
    pub node: Option<String>,
}

/// The whole report.
pub fn text(checkup: &Checkup) -> String {
    let mut table = TwoColumns::default()
        .row("cores", limit(&checkup.cores, |cores| words::count(*cores, "core")))
        .row("memory", limit(&checkup.memory, |bytes| words::bytes_of(*bytes, Some(*bytes))))
        .row("batch job", checkup.job.as_ref().map_or("none".to_owned(), job))
        .row("time left", time_left(checkup));
    for warning in &checkup.warnings {
        table = table.row("warning", warning);
    }
    table.into_text()
}

/// What decides on the first line, all else that was read below.
fn limit<T: PartialEq>(limit: &Limit<T>, show: impl Fn(&T) -> String) -> String {
    let Some(deciding) = &limit.deciding else { return "not known".to_owned() };
    let mut text = format!("{}: {}", show(&deciding.value), deciding.source);
    for reading in limit.read.iter().filter(|reading| *reading != deciding) {
        text += &format!("\n(also read {}: {})", show(&reading.value), reading.source);
    }
    text
}

fn job(job: &Job) -> String {
    let queue = job.queue.as_ref().map_or(String::new(), |queue| format!(", queue {queue}"));
    let node = job.node.as_ref().map_or(String::new(), |node| format!(", node {node}"));
    format!("{} {}{queue}{node}", job.system, job.id)
}

fn time_left(checkup: &Checkup) -> String {
    match &checkup.seconds_left {
        Some(left) => format!("{}: {}", words::duration(Duration::from_secs(left.value)), left.source),
        None => "no limit is known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(value: T, source: &str) -> Read<T> {
        Read { value, source: source.to_owned() }
    }

    #[test]
    fn what_decides_comes_first_and_the_rest_is_shown() {
        let checkup = Checkup {
            cores: Limit {
                deciding: Some(read(2, "PBS_NCPUS")),
                read: vec![read(8, "affinity"), read(2, "PBS_NCPUS")],
            },
            memory: Limit { deciding: None, read: Vec::new() },
            job: Some(Job {
                system: "PBS".into(),
                id: "12.gadi".into(),
                queue: Some("normal".into()),
                node: None,
            }),
            seconds_left: Some(read(5400, "qstat")),
            warnings: vec!["a file is odd".into()],
        };
        assert_eq!(
            text(&checkup),
            "\
cores        2 cores: PBS_NCPUS
             (also read 8 cores: affinity)
memory       not known
batch job    PBS 12.gadi, queue normal
time left    1 h 30 min: qstat
warning      a file is odd
"
        );
    }
}
