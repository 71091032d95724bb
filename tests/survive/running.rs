//! A run that is under way: what it says, and a way to interfere.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use rustix::process::{Pid, Signal};
use serde_json::Value;

use crate::processes::{self, PATIENCE};

/// A run; with the value it is killed.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    events: Vec<Value>,
    /// What it said that is no event.
    text: Vec<String>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` if it was killed.
    pub code: Option<i32>,
    /// All that it told, in order.
    pub events: Vec<Value>,
    /// What it said that is no event.
    pub text: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running {
    /// Starts it.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _not_heard_any_more = tell.send(line);
            }
        });
        Self { child, lines, events: Vec::new(), text: Vec::new() }
    }

    /// The supervisor's process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The workers' processes.
    pub fn workers(&self) -> Vec<Pid> {
        processes::children(self.pid())
    }

    /// Sends a signal to the supervisor.
    pub fn send(&self, signal: Signal) {
        processes::send(self.pid(), signal);
    }

    /// `kill -9`, and its end.
    pub fn kill(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }

    /// Whether it has ended by itself.
    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for an event of this kind that has not been seen yet.
    pub fn wait_for(&mut self, kind: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no event {kind:?} came: {:#?} {:#?}", self.events, self.text)
            };
            let event = self.note(line);
            if let Some(event) = event.filter(|event| event["event"] == kind) {
                return event.clone();
            }
        }
    }

    /// Waits until the run is held where [`crate::farm::Farm::start_held`] has asked it to be.
    pub fn wait_until_held(&mut self) {
        while !self.text.iter().any(|line| line.starts_with("hold after ")) {
            let line = self.lines.recv_timeout(PATIENCE);
            self.note(line.unwrap_or_else(|_| panic!("it is not held: {:#?} {:#?}", self.events, self.text)));
        }
    }

    /// Keeps a line; the event that it tells, if it is one.
    fn note(&mut self, line: String) -> Option<&Value> {
        match serde_json::from_str::<Value>(&line) {
            Ok(event) if event.is_object() => {
                self.events.push(event);
                self.events.last()
            }
            _ => {
                self.text.push(line);
                None
            }
        }
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let mut code = None;
        processes::wait_until("the end of a run", || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.note(line);
        }
        let (events, text) = (std::mem::take(&mut self.events), std::mem::take(&mut self.text));
        Ended { code: code.and_then(|status| status.code()), events, text }
    }
}

impl Ended {
    /// The events of this kind.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["event"] == kind).collect()
    }

    /// The groups of the events of this kind.
    pub fn groups(&self, kind: &str) -> Vec<&str> {
        self.all(kind).iter().map(|event| event["group"].as_str().unwrap()).collect()
    }
}
