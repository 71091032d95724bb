//! What a program writes: passed on to the log, and its end kept for people.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender};
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

/// Follows one program after the other, in a thread of its own.
#[derive(Default)]
pub struct Follower {
    programs: Option<Sender<Followed>>,
}

/// One program, for the thread.
struct Followed {
    pipe: PipeReader,
    tail: Arc<Mutex<Tail>>,
    end: Sender<()>,
}

/// The log of one program.
pub struct Log {
    tail: Arc<Mutex<Tail>>,
    ended: Receiver<()>,
}

impl Follower {
    /// Passes everything on to standard error.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn follow(&mut self, pipe: PipeReader) -> io::Result<Log> {
        let (tail, (end, ended)) = (Arc::<Mutex<Tail>>::default(), mpsc::channel());
        let followed = Followed { pipe, tail: Arc::clone(&tail), end };
        let left = match &self.programs {
            Some(programs) => programs.send(followed).err().map(|refused| refused.0),
            None => Some(followed),
        };
        if let Some(followed) = left {
            let programs = thread()?;
            let _it_listens = programs.send(followed);
            self.programs = Some(programs);
        }
        Ok(Log { tail, ended })
    }

    /// The last lines of a program that has ended. A pipe that somebody holds open keeps the thread that
    /// reads it: the next program gets another one.
    pub fn last_lines(&mut self, log: Log) -> Vec<String> {
        if log.ended.recv_timeout(PATIENCE).is_err() {
            self.programs = None;
        }
        log.tail.lock().unwrap_or_else(PoisonError::into_inner).lines()
    }
}

/// A thread that follows what it is given, one after the other.
fn thread() -> io::Result<Sender<Followed>> {
    let (programs, given) = mpsc::channel::<Followed>();
    let follow = move || {
        for Followed { mut pipe, tail, end } in given {
            copy(&mut pipe, &mut io::stderr(), &tail);
            // Where nobody waits any more nobody has to know.
            let _ = end.send(());
        }
    };
    thread::Builder::new().name("log".to_owned()).spawn(follow)?;
    Ok(programs)
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
    fn programs_follow_each_other_also_where_one_never_lets_go() {
        let mut follower = Follower::default();
        let mut lines = |text: &[u8], keep: &mut Vec<io::PipeWriter>| {
            let (reader, mut writer) = io::pipe().unwrap();
            let log = follower.follow(reader).unwrap();
            writer.write_all(text).unwrap();
            keep.push(writer);
            if text != b"held\n" {
                keep.pop();
            }
            follower.last_lines(log)
        };
        let mut held = Vec::new();
        for text in ["one", "two", "held", "three"] {
            assert_eq!(lines(format!("{text}\n").as_bytes(), &mut held), [text]);
        }
        assert_eq!(held.len(), 1);
    }

    #[test]
    fn a_flood_is_kept_in_bounds_and_a_line_that_was_cut_is_left_out() {
        let mut text = vec![b'x'; 100_000];
        text.extend(b"\nthe reason\n");
        assert_eq!(copied(&text).1, ["the reason"]);
        assert_eq!(copied(&vec![b'x'; 100_000]).1[0].len(), LAST_BYTES);
    }
}
