//! The worker process: the test program itself, started again to run its test `the_process_itself`, which
//! calls [`serve_if_asked`]. What the test framework prints goes elsewhere, descriptor 3 is the one that is
//! served.

use std::fs::File;
use std::io::Read;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dayfold_contract::Job;
use dayfold_contract::frame::{self, read_frame, write_frame};
use dayfold_contract::message::{FromWorker, PROTOCOL, ToWorker};
use rustix::process::{Pid, Signal, kill_process};

const AS_WORKER: &str = "DAYFOLD_TEST_SERVE";

/// Serves, in a process that was started for it.
pub fn serve_if_asked() {
    if std::env::var_os(AS_WORKER).is_none() {
        return;
    }
    let served = File::options().write(true).open("/proc/self/fd/3").unwrap();
    rustix::stdio::dup2_stdout(&served).unwrap();
    drop(served);
    let code = dayfold_worker::serve();
    // Only the number of an exit code is in its debug form; the framework would replace it.
    let number: String = format!("{code:?}").chars().filter(char::is_ascii_digit).collect();
    std::process::exit(number.parse().unwrap());
}

/// A worker process, as a supervisor sees it.
pub struct Worker {
    child: Child,
    /// What it reads; none when the supervisor has left.
    pub input: Option<ChildStdin>,
    output: ChildStdout,
}

impl Worker {
    /// Starts one, not greeted yet.
    pub fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" --exact the_process_itself --nocapture 3>&1 >/dev/null"#])
            .arg(program)
            .env(AS_WORKER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { input: child.stdin.take(), output: child.stdout.take().unwrap(), child }
    }

    /// Greets a worker, its job in small parts.
    pub fn with_job(job: &Job) -> Self {
        let mut worker = Self::start();
        let job = frame::encode(job).unwrap();
        worker.say(&ToWorker::Hello { protocol: PROTOCOL, job_bytes: job.len() as u64 });
        job.chunks(1000).for_each(|part| worker.say(&ToWorker::JobPart(part.to_vec())));
        assert_eq!(worker.hear(), Some(FromWorker::Ready { protocol: PROTOCOL }));
        worker
    }

    /// Sends a message.
    pub fn say(&mut self, message: &ToWorker) {
        write_frame(self.input.as_mut().unwrap(), message).unwrap();
    }

    /// The next answer; none at the end.
    pub fn hear(&mut self) -> Option<FromWorker> {
        read_frame(&mut self.output).unwrap()
    }

    /// The supervisor is gone.
    pub fn leave(&mut self) {
        self.input = None;
    }

    /// Sends a signal to the process alone.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.child.id().try_into().unwrap()).unwrap(), signal).unwrap();
    }

    /// How it ends, and its log. A worker that does not end in a minute is ended, and the test fails.
    pub fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > deadline {
                self.child.kill().unwrap();
                panic!("the worker does not end");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status, log)
    }
}
