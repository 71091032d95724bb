//! One attempt at one group: started, progress, then done or failed.

use std::io;
use std::path::Path;
use std::time::Instant;

use dayfold_contract::error::{in_one_line, is_no_space};
use dayfold_contract::message::{
    Assignment, Attempt, Described, Failure, FailureKind, FromWorker, Output, WrittenAside,
};

use super::aside::{Aside, InHand};
use super::responder::Responder;
use super::{ServeError, memory};
use crate::result::Sent;
use crate::task::{Produced, Progress, Task};

/// Runs `task` on an assignment and answers; fails only where nobody can be told.
pub fn attempt(
    assignment: &Assignment,
    task: &mut dyn Task,
    partials: &Path,
    in_hand: &InHand,
    sent: &mut Sent,
    responder: &Responder,
) -> Result<(), ServeError> {
    let attempt = assignment.attempt;
    responder.send(&FromWorker::Started(attempt))?;
    memory::reset_peak();
    let begun = Instant::now();
    let aside = Aside::new(partials, attempt, in_hand);
    let mut reporter = Reporter { attempt, responder, was_signalled: false };
    let produced = task.run(assignment, aside.path(), &mut reporter);
    responder.send(&match produced.and_then(|produced| finish(produced, aside, sent)) {
        Ok((partial, form)) => {
            let (elapsed, peak_memory) = (begun.elapsed(), memory::peak());
            let warnings = task.warnings();
            let output = Output { partial, elapsed, peak_memory, layout: task.layout(), warnings, form };
            FromWorker::Done { attempt, output }
        }
        Err(failure) => FromWorker::Failed { attempt, failure },
    })?;
    if reporter.was_signalled { responder.send(&FromWorker::Signalled) } else { Ok(()) }
}

/// The result, and of what form it is.
type Finished = (Option<WrittenAside>, Option<Described>);

fn finish(produced: Produced, aside: Aside<'_>, sent: &mut Sent) -> Result<Finished, Failure> {
    let path = aside.path().to_owned();
    match produced {
        Produced::Nothing => Ok((None, None)),
        Produced::Partial => {
            let form = sent.describe(&path).map_err(|error| unreadable(&path, &error))?;
            let partial = aside.finish().map_err(|error| unfinished(&path, &error))?;
            Ok((Some(partial), Some(form)))
        }
    }
}

fn unfinished(path: &Path, error: &io::Error) -> Failure {
    let kind = if is_no_space(error) { FailureKind::NoSpace } else { FailureKind::Passing };
    Failure { kind, ..unreadable(path, error) }
}

fn unreadable(path: &Path, error: &(dyn std::error::Error + 'static)) -> Failure {
    let reason =
        format!("the partial {} could not be read back and synced: {}", path.display(), in_one_line(error));
    Failure::new(FailureKind::Passing, reason)
}

/// Passes progress on.
struct Reporter<'a> {
    attempt: Attempt,
    responder: &'a Responder,
    /// To be told after the answer, which it is about.
    was_signalled: bool,
}

impl Progress for Reporter<'_> {
    fn reading(&mut self, files_done: u32, file: &str) {
        let progress = FromWorker::Progress { attempt: self.attempt, files_done, file: file.to_owned() };
        // If nobody hears it, the answer at the end will show; the thread that listens knows sooner.
        let _ = self.responder.send(&progress);
    }

    fn signalled(&mut self) {
        let _ = self.responder.send(&FromWorker::Signalled);
    }

    fn was_signalled(&mut self) {
        self.was_signalled = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_contract::frame::read_frame;
    use dayfold_contract::job::{Probe, ProbeFailure};
    use dayfold_contract::{Fingerprint, GroupId, GroupName};
    use dayfold_ncio::dataset::{Dataset, Values, Variable};
    use dayfold_ncio::write::{Storage, write_dataset};
    use std::fs::{self, File};
    use std::io::{Seek, Write};

    /// Writes what it is told to, then says what it is told to.
    struct Stub(Vec<u8>, Result<Produced, Failure>);

    impl Task for Stub {
        fn probe(&mut self, _: &str) -> Result<Probe, ProbeFailure> {
            Err(ProbeFailure::Wrong("not asked".to_owned()))
        }

        fn run(
            &mut self,
            _: &Assignment,
            partial: &Path,
            progress: &mut dyn Progress,
        ) -> Result<Produced, Failure> {
            progress.reading(0, "a.nc");
            if !self.0.is_empty() {
                File::create(partial).unwrap().write_all(&self.0).unwrap();
            }
            self.1.clone()
        }
    }

    /// A small result, as it is in its file.
    fn values() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("values.nc");
        let time = Variable {
            name: "time".to_owned(),
            dimensions: vec!["time".to_owned()],
            values: Values::F64(vec![1.0, 2.0]),
            attributes: vec![("units".to_owned(), "days since 1970-01-01".into())],
        };
        let dimensions = vec![("time".to_owned(), 2)];
        let dataset = Dataset { dimensions, variables: vec![time], attributes: Vec::new() };
        write_dataset(&path, &dataset, Storage::Plain).unwrap();
        fs::read(path).unwrap()
    }

    /// What is answered, and how many files stay.
    fn answers(mut task: Stub) -> (Vec<FromWorker>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let mut sent = tempfile::tempfile().unwrap();
        let responder = Responder::new(sent.try_clone().unwrap());
        let assignment = Assignment {
            attempt: Attempt { group: GroupId(3), number: 1 },
            name: GroupName::new("day"),
            files: vec!["a.nc".into()],
        };
        attempt(&assignment, &mut task, folder.path(), &InHand::default(), &mut Sent::default(), &responder)
            .unwrap();
        sent.rewind().unwrap();
        let answers = std::iter::from_fn(|| read_frame(&mut sent).unwrap()).collect();
        (answers, folder.path().read_dir().unwrap().count())
    }

    #[test]
    fn a_partial_is_announced_and_left() {
        let values = values();
        let (answers, files) = answers(Stub(values.clone(), Ok(Produced::Partial)));
        let [FromWorker::Started(_), FromWorker::Progress { .. }, FromWorker::Done { output, .. }] =
            &answers[..]
        else {
            panic!("{answers:?}")
        };
        let partial = output.partial.as_ref().unwrap();
        assert_eq!((partial.bytes, partial.checksum), (values.len() as u64, Fingerprint::of(&values)));
        assert_eq!(files, 1);
        assert!(output.form.as_ref().unwrap().form.is_some(), "the first of its form is described");
        assert!(output.peak_memory > 0);
    }

    #[test]
    fn nothing_and_failures_leave_no_file() {
        let failure = Failure::new(FailureKind::Input, "because".to_owned());
        let (failed, files) = answers(Stub(b"half".to_vec(), Err(failure.clone())));
        assert!(matches!(&failed[2], FromWorker::Failed { failure: told, .. } if *told == failure));
        assert_eq!(files, 0);
        let (done, files) = answers(Stub(Vec::new(), Ok(Produced::Nothing)));
        assert!(matches!(&done[2], FromWorker::Done { output: Output { partial: None, .. }, .. }));
        assert_eq!(files, 0);
    }

    #[test]
    fn a_partial_that_is_not_there_is_a_failure_that_may_pass() {
        let (answers, _) = answers(Stub(Vec::new(), Ok(Produced::Partial)));
        assert!(
            matches!(&answers[2], FromWorker::Failed { failure, .. } if failure.kind == FailureKind::Passing)
        );
    }
}
