//! Standard error, where everything goes that is not a result.
//!
//! A terminal can be stopped, and a pipe full: a thread of its own writes, and nobody else waits for it
//! but who ends the program, for a while.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use dayfold_contract::shown::shown_lines;
use serde_json::json;

use super::painter::{Painter, Progress};
use super::queue::{Job, Lost, Queue};
use crate::cli::MessageFormat;

/// At the end somebody who reads nothing is waited for so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the bar's clock moves on where nothing else happens.
const TICK: Duration = Duration::from_secs(1);

/// What a pipe takes whole or not at all.
const PIECE: usize = 4096;

static QUEUE: Queue = Queue::new();

/// Whether the thread could be started.
static WRITES: OnceLock<bool> = OnceLock::new();

/// Says a line for people. Where nobody listens any more, a terminal that is gone or a closed pipe, there
/// is nobody to tell of that either: the work goes on.
pub fn say(line: &str) {
    put(format!("{}\n", shown_lines(line)).as_bytes(), MessageFormat::Human);
}

/// Shows how far the run is.
pub fn progress(progress: Progress) {
    if has_writer() {
        QUEUE.put_progress(progress);
    }
}

/// Waits until all is written that was said, as long as somebody reads: whether it is.
pub fn drain() -> bool {
    drain_within(Duration::MAX)
}

/// The same, not longer than this.
pub fn drain_within(longest: Duration) -> bool {
    QUEUE.drain(PATIENCE, longest)
}

/// Takes lines, each in one piece, for people or for programs.
pub struct Stderr(pub MessageFormat);

impl Write for Stderr {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        put(lines, self.0);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn put(lines: &[u8], format: MessageFormat) {
    if has_writer() {
        QUEUE.put(lines, lost(format));
    } else {
        let _nobody_listens = io::stderr().write_all(lines);
    }
}

fn lost(format: MessageFormat) -> Lost {
    fn told(count: usize) -> String {
        format!("{count} messages were not shown, since those before them were not read")
    }
    match format {
        MessageFormat::Human => |count| format!("warning: {}", told(count)),
        MessageFormat::Json => |count| json!({ "event": "warning", "message": told(count) }).to_string(),
    }
}

fn has_writer() -> bool {
    *WRITES.get_or_init(|| thread::Builder::new().name("stderr".to_owned()).spawn(write).is_ok())
}

/// The thread's work.
fn write() {
    let painter = Painter::new();
    loop {
        match QUEUE.next(TICK) {
            Job::Lines(lines) => painter.above(|| write_out(&lines)),
            Job::Progress(progress) => painter.paint(progress),
            Job::Nothing => painter.tick(),
        }
    }
}

fn write_out(lines: &[u8]) {
    let mut out = io::stderr().lock();
    for piece in lines.chunks(PIECE) {
        if out.write_all(piece).is_err() {
            return;
        }
        QUEUE.step();
    }
}
