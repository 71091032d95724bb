//! What a program writes: passed on to the log, and kept for people until it is known how it ended.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// So many bytes of the beginning are kept, and as many of the end.
const KEPT: usize = 512 << 10;

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
    output: Arc<Mutex<Output>>,
    end: Sender<()>,
}

/// The log of one program.
pub struct Log {
    output: Arc<Mutex<Output>>,
    ended: Receiver<()>,
}

impl Follower {
    /// Passes everything on to standard error.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn follow(&mut self, pipe: PipeReader) -> io::Result<Log> {
        let (output, (end, ended)) = (Arc::<Mutex<Output>>::default(), mpsc::channel());
        let followed = Followed { pipe, output: Arc::clone(&output), end };
        let left = match &self.programs {
            Some(programs) => programs.send(followed).err().map(|refused| refused.0),
            None => Some(followed),
        };
        if let Some(followed) = left {
            let programs = thread()?;
            let _it_listens = programs.send(followed);
            self.programs = Some(programs);
        }
        Ok(Log { output, ended })
    }

    /// The output of a program that has ended. A pipe that somebody holds open keeps the thread that
    /// reads it: the next program gets another one.
    pub fn output(&mut self, log: Log) -> Vec<u8> {
        if log.ended.recv_timeout(PATIENCE).is_err() {
            self.programs = None;
        }
        log.output.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A thread that follows what it is given, one after the other.
fn thread() -> io::Result<Sender<Followed>> {
    let (programs, given) = mpsc::channel::<Followed>();
    let follow = move || {
        for Followed { mut pipe, output, end } in given {
            copy(&mut pipe, &mut io::stderr(), &output);
            // Where nobody waits any more nobody has to know.
            let _ = end.send(());
        }
    };
    thread::Builder::new().name("log".to_owned()).spawn(follow)?;
    Ok(programs)
}

/// Copies until the end. Whoever reads the log slowly slows the program down; if nobody does, what it
/// says is lost, and its work is not.
fn copy(from: &mut impl Read, to: &mut impl Write, kept: &Mutex<Output>) {
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
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(chunk);
        last = chunk.last().copied().unwrap_or(last);
    }
    if last != b'\n' {
        let _ = to.write_all(b"\n");
    }
}

/// The beginning and the end of an output.
#[derive(Default)]
struct Output {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// So many bytes between them are not kept.
    left_out: u64,
}

impl Output {
    fn push(&mut self, chunk: &[u8]) {
        let (head, rest) = chunk.split_at(chunk.len().min(KEPT - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    /// All of it, with a line where something is left out. Nothing stays.
    fn take(&mut self) -> Vec<u8> {
        let Self { mut head, tail, left_out } = std::mem::take(self);
        if left_out > 0 {
            head.extend_from_slice(format!("\n[{left_out} bytes are left out here]\n").as_bytes());
        }
        head.extend(tail);
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (output, mut to) = (Mutex::default(), Vec::new());
        copy(&mut &*text, &mut to, &output);
        (to, output.into_inner().unwrap().take())
    }

    #[test]
    fn everything_is_passed_on_and_kept() {
        let text: String = (1..=1000).map(|number| format!("line {number}\n")).collect();
        assert!(copied(text.as_bytes()) == (text.clone().into_bytes(), text.into_bytes()));
    }

    #[test]
    fn a_last_line_without_end_gets_one_in_the_log() {
        assert_eq!(copied(b"a\nb \xff"), (b"a\nb \xff\n".to_vec(), b"a\nb \xff".to_vec()));
        assert_eq!(copied(b""), (Vec::new(), Vec::new()));
    }

    #[test]
    fn programs_follow_each_other_also_where_one_never_lets_go() {
        let mut follower = Follower::default();
        let mut output = |text: &[u8], keep: &mut Vec<io::PipeWriter>| {
            let (reader, mut writer) = io::pipe().unwrap();
            let log = follower.follow(reader).unwrap();
            writer.write_all(text).unwrap();
            keep.push(writer);
            if text != b"held\n" {
                keep.pop();
            }
            follower.output(log)
        };
        let mut held = Vec::new();
        for text in ["one\n", "two\n", "held\n", "three\n"] {
            assert_eq!(output(text.as_bytes(), &mut held), text.as_bytes());
        }
        assert_eq!(held.len(), 1);
    }

    #[test]
    fn of_a_flood_the_beginning_and_the_end_are_kept_and_what_is_missing_is_told() {
        let mut text = b"the beginning\n".to_vec();
        text.extend(vec![b'x'; 3 * KEPT]);
        text.extend(b"\nthe reason\n");
        let kept = copied(&text).1;
        assert!(kept.starts_with(b"the beginning\n") && kept.ends_with(b"x\nthe reason\n"));
        let left_out = format!("\n[{} bytes are left out here]\n", text.len() - 2 * KEPT);
        assert_eq!(kept.len(), 2 * KEPT + left_out.len());
        assert!(kept.windows(left_out.len()).any(|window| window == left_out.as_bytes()));
        assert!(copied(&vec![b'x'; 2 * KEPT]).1.len() == 2 * KEPT);
    }
}
