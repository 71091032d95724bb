//! The worker process itself: its protocol, its end, its deafness to signals.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::archive::empty_out;
use common::process::{self, Worker};
use dayfold_contract::job::Empty;
use dayfold_contract::message::{Assignment, FailureKind, FromWorker, Output, PROTOCOL, ToWorker};
use dayfold_contract::partial::ASIDE_PREFIX;
use dayfold_contract::task::{Mount, Temperature};
use dayfold_contract::{Fingerprint, GroupId, Job};
use dayfold_worker::{BAD_MESSAGE, GONE, OTHER_PROTOCOL};
use rustix::process::Signal;

/// As a child: serves. As a test among others: nothing.
#[test]
fn the_process_itself() {
    process::serve_if_asked();
}

fn fixture_job(partials: &Path) -> Job {
    let spec = common::spec(Mount::SingleAxis, Temperature::Constant(18.0));
    Job { partials: partials.to_owned(), ..common::job(&common::fixtures().join("archive"), spec) }
}

fn group(number: u32, files: &[impl AsRef<str>]) -> Assignment {
    let mut assignment = common::assignment(files);
    assignment.attempt.group = GroupId(number);
    assignment
}

fn left_in(folder: &Path) -> Vec<String> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// So many messages do not fit into a pipe: a worker whose progress nobody hears stays within its group.
const LONG: usize = 20_000;

/// A group of one file, read over and over.
fn long_group(number: u32) -> Assignment {
    group(number, &["timeless.nc"; LONG])
}

/// A job whose only file holds no times: it is read, and not much is done with it.
fn long_job(folder: &Path) -> Job {
    let archive = common::fixtures().join("archive");
    let file = folder.join("timeless.nc");
    fs::copy(archive.join(&common::files_below(&archive)[0]), &file).unwrap();
    empty_out(&file);
    Job { root: folder.to_owned(), empty: Empty::Allow, ..fixture_job(folder) }
}

/// A worker within that job's group.
fn busy_worker(folder: &Path) -> Worker {
    let mut worker = Worker::with_job(&long_job(folder));
    worker.say(&ToWorker::Assign(long_group(0)));
    assert!(matches!(worker.hear(), Some(FromWorker::Started(_))));
    assert!(matches!(worker.hear(), Some(FromWorker::Progress { files_done: 0, .. })));
    assert!(matches!(worker.hear(), Some(FromWorker::Progress { files_done: 1, .. })));
    worker
}

#[test]
fn groups_are_done_one_after_the_other_and_their_files_described() {
    let folder = tempfile::tempdir().unwrap();
    let files = common::files_below(&common::fixtures().join("archive"));
    let mut worker = Worker::with_job(&fixture_job(folder.path()));
    worker.say(&ToWorker::Probe(files[0].clone()));
    assert!(matches!(worker.hear(), Some(FromWorker::Probed(Ok(_)))));
    worker.say(&ToWorker::Assign(group(4, &files[..2])));
    worker.say(&ToWorker::Assign(group(5, &["no/such.nc"])));
    worker.say(&ToWorker::Assign(group(6, &[] as &[&str])));
    worker.say(&ToWorker::Shutdown);
    let heard: Vec<_> = std::iter::from_fn(|| worker.hear()).collect();
    let [
        FromWorker::Started(_),
        FromWorker::Progress { .. },
        FromWorker::Progress { files_done: 1, .. },
        FromWorker::Done { output: Output { partial: Some(partial), peak_memory, .. }, .. },
        FromWorker::Started(_),
        FromWorker::Progress { .. },
        FromWorker::Failed { failure, .. },
        FromWorker::Started(_),
        FromWorker::Done { output: Output { partial: None, .. }, .. },
    ] = &heard[..]
    else {
        panic!("{heard:?}")
    };
    assert_eq!(worker.end().0.code(), Some(0));
    let content = fs::read(folder.path().join(&partial.file)).unwrap();
    assert_eq!((partial.checksum, partial.bytes), (Fingerprint::of(&content), content.len() as u64));
    assert!(partial.file.starts_with(ASIDE_PREFIX) && partial.file.ends_with("-4-1.nc"), "{}", partial.file);
    assert_eq!(left_in(folder.path()), std::slice::from_ref(&partial.file));
    assert!(*peak_memory > 1 << 20);
    assert_eq!((failure.kind, failure.file.as_deref()), (FailureKind::Input, Some("no/such.nc")));
}

#[test]
fn an_assignment_that_waits_is_taken_back_and_one_at_work_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = busy_worker(folder.path());
    let (at_work, waiting) = (long_group(0).attempt, group(1, &["timeless.nc"]));
    worker.say(&ToWorker::Assign(waiting.clone()));
    worker.say(&ToWorker::TakeBack(at_work));
    worker.say(&ToWorker::TakeBack(waiting.attempt));
    let is_progress =
        |answer: &FromWorker| matches!(answer, FromWorker::Progress { attempt, .. } if *attempt == at_work);
    let answer = std::iter::from_fn(|| worker.hear()).find(|answer| !is_progress(answer));
    assert_eq!(answer, Some(FromWorker::TakenBack(waiting.attempt)));
    assert!(worker.hear().as_ref().is_some_and(is_progress), "it goes on");
    worker.leave();
    worker.end();
}

#[test]
fn the_end_of_the_supervisor_ends_a_worker_in_the_middle_of_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = busy_worker(folder.path());
    worker.leave();
    let (status, log) = worker.end();
    assert_eq!(status.code(), Some(i32::from(GONE)));
    assert_eq!(log, "");
    assert_eq!(left_in(folder.path()), ["timeless.nc"]);
}

#[test]
fn the_end_of_the_supervisor_ends_a_worker_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = Worker::with_job(&fixture_job(folder.path()));
    worker.leave();
    let (status, log) = worker.end();
    assert_eq!((status.code(), log.as_str()), (Some(i32::from(GONE)), ""));
}

#[test]
fn signals_to_everybody_are_left_to_the_supervisor() {
    let folder = tempfile::tempdir().unwrap();
    let files = common::files_below(&common::fixtures().join("archive"));
    let mut worker = Worker::with_job(&fixture_job(folder.path()));
    [Signal::TERM, Signal::INT, Signal::HUP].into_iter().for_each(|signal| worker.signal(signal));
    worker.say(&ToWorker::Assign(group(0, &files[..1])));
    worker.say(&ToWorker::Shutdown);
    let last = std::iter::from_fn(|| worker.hear()).last();
    assert!(matches!(last, Some(FromWorker::Done { .. })), "{last:?}");
    assert_eq!(worker.end().0.code(), Some(0));
}

#[test]
fn another_protocol_and_rubbish_are_told_apart() {
    let mut other = Worker::start();
    other.say(&ToWorker::Hello { protocol: PROTOCOL + 1, job_bytes: 0 });
    let (status, log) = other.end();
    assert_eq!(status.code(), Some(i32::from(OTHER_PROTOCOL)));
    assert!(log.contains(&format!("protocol {}", PROTOCOL + 1)), "{log}");
    let mut rubbish = Worker::start();
    rubbish.input.as_mut().unwrap().write_all(&[0xff; 64]).unwrap();
    let (status, log) = rubbish.end();
    assert_eq!(status.code(), Some(i32::from(BAD_MESSAGE)));
    assert!(log.contains("not what a supervisor sends"), "{log}");
    let folder = tempfile::tempdir().unwrap();
    let mut late = busy_worker(folder.path());
    late.say(&ToWorker::Hello { protocol: PROTOCOL, job_bytes: 0 });
    let (status, log) = late.end();
    assert_eq!(status.code(), Some(i32::from(BAD_MESSAGE)));
    assert!(log.contains("a hello"), "{log}");
}
