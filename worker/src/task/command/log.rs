//! What a program writes: passed on to the log, and its end kept for people.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// So many of the last lines are kept.
const LAST_LINES: usize = 20;

/// Of so many last bytes at most.
const LAST_BYTES: usize = 16 << 10;

/// What a program has written is in the pipe when it has ended; only a process that cannot be ended holds the
/// pipe open.
const PATIENCE: Duration = Duration::from_millis(500);

/// The log of one program.
pub struct Log {
    tail: Arc<Mutex<Tail>>,
    ended: Receiver<()>,
}

impl Log {
    /// Passes everything on to standard error, in a thread of its own.
    pub fn follow(mut pipe: PipeReader) -> io::Result<Self> {
        let tail = Arc::new(Mutex::new(Tail::default()));
        let (end, ended) = mpsc::channel();
        let follower = {
            let tail = Arc::clone(&tail);
            move || {
                copy(&mut pipe, &mut io::stderr(), &tail);
                // Where nobody waits any more nobody has to know.
                let _ = end.send(());
            }
        };
        thread::Builder::new().name("log".to_owned()).spawn(follower)?;
        Ok(Self { tail, ended })
    }

    /// The last lines, when the program has ended.
    pub fn last_lines(self) -> Vec<String> {
        let _ = self.ended.recv_timeout(PATIENCE);
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).lines()
    }
}

/// Copies until the end. Whoever reads the log slowly slows the program down; if nobody does, what it
/// says is lost, and its work is not.
fn copy(from: &mut impl Read, to: &mut impl Write, tail: &Mutex<Tail>) {
    let mut buffer = [0; 4096];
    let mut last = b'\n';
    loop {
        let chunk = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        let _ = to.write_all(chunk);
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
        last = chunk.last().copied().unwrap_or(last);
    }
    if last != b'\n' {
        let _ = to.write_all(b"\n");
    }
}

/// The last bytes.
#[derive(Default)]
struct Tail {
    bytes: VecDeque<u8>,
    /// Whether there were more.
    cut: bool,
}

impl Tail {
    fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend(chunk);
        let over = self.bytes.len().saturating_sub(LAST_BYTES);
        self.bytes.drain(..over);
        self.cut |= over > 0;
    }

    /// The last lines, the first of them whole, too, unless there is only one.
    fn lines(&mut self) -> Vec<String> {
        let text = String::from_utf8_lossy(self.bytes.make_contiguous());
        let lines: Vec<&str> = text.lines().collect();
        let first = lines.len().saturating_sub(LAST_LINES).max(usize::from(self.cut && lines.len() > 1));
        lines.into_iter().skip(first).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(text: &[u8]) -> (Vec<u8>, Vec<String>) {
        let (tail, mut to) = (Mutex::default(), Vec::new());
        copy(&mut &*text, &mut to, &tail);
        (to, tail.into_inner().unwrap().lines())
    }

    #[test]
    fn everything_is_passed_on_and_the_last_lines_kept() {
        let text: String = (1..=100).map(|number| format!("line {number}\n")).collect();
        let (passed, kept) = copied(text.as_bytes());
        assert!(passed == text.as_bytes());
        assert_eq!((kept.len(), kept[0].as_str(), kept[19].as_str()), (20, "line 81", "line 100"));
    }

    #[test]
    fn a_last_line_without_end_gets_one_and_rubbish_does_no_harm() {
        assert_eq!(copied(b"a\nb \xff"), (b"a\nb \xff\n".to_vec(), vec!["a".into(), "b \u{fffd}".into()]));
        assert_eq!(copied(b""), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_flood_is_kept_in_bounds_and_a_line_that_was_cut_is_left_out() {
        let mut text = vec![b'x'; 100_000];
        text.extend(b"\nthe reason\n");
        assert_eq!(copied(&text).1, ["the reason"]);
        assert_eq!(copied(&vec![b'x'; 100_000]).1[0].len(), LAST_BYTES);
    }
}
