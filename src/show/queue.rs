//! What is still to be shown on standard error. Who has something to say never waits for who reads: one
//! thread takes it from here and writes.
//!
//! Lines keep their order, and none is lost while fewer than [`ROOM`] bytes wait. Of how far a run is only
//! the latest counts.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::painter::Progress;

/// So many bytes of lines wait at most: hundreds of thousands of events.
const ROOM: usize = 64 << 20;

/// What the writing thread has to do.
#[derive(Debug, PartialEq)]
pub enum Job {
    /// Lines as they are, with their ends.
    Lines(Vec<u8>),
    /// How far the run is.
    Progress(Progress),
    /// Nothing came for the time that was to be waited.
    Nothing,
}

/// In which words it is told how many lines were dropped.
pub type Lost = fn(usize) -> String;

/// Lines in their order, and how far the run is.
pub struct Queue {
    room: usize,
    stand: Mutex<Stand>,
    changed: Condvar,
}

struct Stand {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    dropped: Option<(usize, Lost)>,
    progress: Option<Progress>,
    /// What was taken last is not written yet.
    writes: bool,
    /// Counts what was written: it grows as long as somebody reads.
    steps: u64,
    /// Where it was waited for in vain.
    stuck_at: Option<u64>,
}

impl Queue {
    /// An empty one.
    pub const fn new() -> Self {
        Self::with_room(ROOM)
    }

    const fn with_room(room: usize) -> Self {
        let stand = Stand {
            lines: VecDeque::new(),
            bytes: 0,
            dropped: None,
            progress: None,
            writes: false,
            steps: 0,
            stuck_at: None,
        };
        Self { room, stand: Mutex::new(stand), changed: Condvar::new() }
    }

    /// Puts lines at the end. Where there is no room for them they are dropped, and `lost` tells how many
    /// were in their place.
    pub fn put(&self, lines: &[u8], lost: Lost) {
        let mut stand = self.stand();
        if stand.bytes + lines.len() > self.room {
            let before = stand.dropped.map_or(0, |(count, _)| count);
            stand.dropped = Some((before + 1, lost));
            return;
        }
        stand.tell_dropped();
        stand.add(lines.to_vec());
        self.changed.notify_all();
    }

    /// How far the run is now, in place of what nobody has seen yet.
    pub fn put_progress(&self, progress: Progress) {
        self.stand().progress = Some(progress);
        self.changed.notify_all();
    }

    /// What to write next, waited for so long; what was taken before is written.
    pub fn next(&self, patience: Duration) -> Job {
        let mut stand = self.stand();
        stand.writes = false;
        stand.steps += 1;
        self.changed.notify_all();
        let waited = self.changed.wait_timeout_while(stand, patience, |stand| stand.is_empty());
        let mut stand = waited.unwrap_or_else(PoisonError::into_inner).0;
        stand.writes = true;
        stand.take()
    }

    /// A part of what was taken is written.
    pub fn step(&self) {
        self.stand().steps += 1;
        self.changed.notify_all();
    }

    /// Waits until all is written, as long as something of it is within `patience`, and `longest` in all:
    /// whether it is. Where it was waited for in vain before, and nobody has read since, it is not again.
    pub fn drain(&self, patience: Duration, longest: Duration) -> bool {
        let began = Instant::now();
        let mut stand = self.stand();
        loop {
            let steps = stand.steps;
            if stand.is_written() {
                return true;
            }
            let left = patience.min(longest.saturating_sub(began.elapsed()));
            if left.is_zero() || stand.stuck_at == Some(steps) {
                return false;
            }
            let nothing_new = |stand: &mut Stand| stand.steps == steps && !stand.is_written();
            let waited = self.changed.wait_timeout_while(stand, left, nothing_new);
            stand = waited.unwrap_or_else(PoisonError::into_inner).0;
            if stand.steps == steps {
                stand.stuck_at = Some(steps);
            }
        }
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        self.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stand {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.dropped.is_none() && self.progress.is_none()
    }

    fn is_written(&self) -> bool {
        self.is_empty() && !self.writes
    }

    fn add(&mut self, lines: Vec<u8>) {
        self.bytes += lines.len();
        self.lines.push_back(lines);
    }

    fn tell_dropped(&mut self) {
        if let Some((count, lost)) = self.dropped.take() {
            self.add(format!("{}\n", lost(count)).into_bytes());
        }
    }

    /// Lines come first: there may always be something new of how far the run is.
    fn take(&mut self) -> Job {
        if self.lines.is_empty() {
            self.tell_dropped();
        }
        if let Some(lines) = self.lines.pop_front() {
            self.bytes -= lines.len();
            return Job::Lines(lines);
        }
        self.progress.take().map_or(Job::Nothing, Job::Progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far more than anything takes here.
    const LONG: Duration = Duration::from_secs(600);

    fn lost(count: usize) -> String {
        format!("{count} lost")
    }

    fn lines(text: &str) -> Job {
        Job::Lines(text.as_bytes().to_vec())
    }

    /// All that there is to write.
    fn taken(queue: &Queue) -> Vec<Job> {
        let jobs = std::iter::from_fn(|| Some(queue.next(Duration::ZERO)));
        jobs.take_while(|job| *job != Job::Nothing).collect()
    }

    #[test]
    fn lines_keep_their_order_and_of_progress_the_latest_counts() {
        let queue = Queue::new();
        queue.put_progress(Progress::At { ended: 1, of: 2, text: String::new() });
        queue.put(b"a\n", lost);
        queue.put_progress(Progress::Over);
        queue.put(b"b\n", lost);
        assert_eq!(taken(&queue), [lines("a\n"), lines("b\n"), Job::Progress(Progress::Over)]);
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_in_its_place() {
        let queue = Queue::with_room(10);
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            queue.put(line.as_bytes(), lost);
        }
        assert_eq!(queue.next(LONG), lines("one\n"));
        queue.put(b"5\n", lost);
        queue.put(b"seventh\n", lost);
        assert_eq!(taken(&queue), [lines("two\n"), lines("2 lost\n"), lines("5\n"), lines("1 lost\n")]);
    }

    #[test]
    fn all_is_written_before_the_end_if_somebody_reads() {
        let queue = Queue::new();
        (0..1000).for_each(|_| queue.put(b"a\n", lost));
        std::thread::scope(|scope| {
            scope.spawn(|| (0..=1000).for_each(|_| drop(queue.next(LONG))));
            assert!(queue.drain(LONG, LONG));
            queue.put(b"the writer's last\n", lost);
        });
    }

    #[test]
    fn a_reader_that_does_not_read_is_not_waited_for_again() {
        let queue = Queue::new();
        queue.put(b"a\n", lost);
        assert_eq!(queue.next(LONG), lines("a\n"));
        let short = Duration::from_millis(1);
        assert!(!queue.drain(short, LONG) && !queue.drain(LONG, short));
        assert!(!queue.drain(LONG, LONG), "at once");
        assert_eq!(queue.next(Duration::ZERO), Job::Nothing);
        assert!(!queue.drain(short, LONG), "the writer is at it");
    }
}
