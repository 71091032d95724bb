//! The batch system's program that does not answer is ended with this process. By itself, since a process asks one
//! question at a time.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::thread;
use std::time::Duration;

use dayfold_supervisor::batch::job::BatchSystem;
use dayfold_supervisor::batch::question::{Question, ask, end_unanswered};

#[test]
fn a_program_that_does_not_answer_is_ended_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let is_asked = folder.path().join("is_asked");
    let script = format!("sleep 600 & mkdir {}; wait", is_asked.display());
    let args = vec!["-c".into(), script];
    let question = Question { program: "sh".into(), args, system: BatchSystem::Slurm, job: "77".into() };
    let asked = thread::spawn(move || ask(&question, Duration::from_secs(300)));
    while !is_asked.exists() {
        thread::sleep(Duration::from_millis(5));
    }
    end_unanswered();
    // its output is closed by all that had it open, and not by the time's end
    let reply = asked.join().unwrap().unwrap();
    assert_eq!(reply.exit, None, "a signal ended it");
}
