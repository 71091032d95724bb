//! Who holds a lock, and whether that process still lives, as far as it can be told from here.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use dayfold_contract::Fingerprint;
use jiff::Timestamp;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

use crate::meter::Host;

/// A process that holds a lock, or wants it. Its text is the lock file's whole content, of the
/// same length for every count of signs of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The node.
    pub host: String,
    /// The boot of the node's system.
    pub boot: String,
    /// Where `process` is a process's number: containers on one node have several such spaces.
    pub pid_namespace: String,
    /// Its number.
    pub process: u32,
    /// When it was started, in clock ticks since the boot: numbers are used again.
    pub started: u64,
    /// The batch job it runs in.
    pub job: Option<String>,
    /// Since when it holds the lock, by its own clock.
    pub since: Timestamp,
    /// Different for every lock that was ever taken.
    pub token: String,
    /// Counts the signs of life; a text of fixed length, so that it can be written in place.
    pub(super) touched: String,
}

/// Whether a holder lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Its process runs on this machine.
    Alive,
    /// It was on this machine, in this boot, and is gone.
    Gone,
    /// It is or was elsewhere: only its signs of life tell.
    Unknown,
}

impl Holder {
    /// This process, in the batch job with this id. What the system does not tell is left empty, and then nobody takes the lock
    /// over without watching it.
    pub fn here(host: &Host, job: Option<String>) -> Self {
        let process = std::process::id();
        let text = |path: &str| host.read(path).map(|text| text.trim().to_owned()).unwrap_or_default();
        let namespace = std::fs::read_link(host.path("/proc/self/ns/pid"));
        let mut holder = Self {
            host: host.node().unwrap_or_default(),
            boot: text("/proc/sys/kernel/random/boot_id"),
            pid_namespace: namespace.map(|link| link.to_string_lossy().into_owned()).unwrap_or_default(),
            process,
            started: state_and_start(host, process).map_or(0, |(_, start)| start),
            job,
            since: Timestamp::now(),
            token: String::new(),
            touched: String::new(),
        };
        holder.touch(0);
        holder.renew();
        holder
    }

    /// The same process, about to take another lock.
    pub(super) fn renew(&mut self) {
        static TAKEN: AtomicU64 = AtomicU64::new(0);
        self.since = Timestamp::now();
        let count = TAKEN.fetch_add(1, Ordering::Relaxed);
        let unique = (self.since.as_nanosecond(), count, self.process, self.started);
        let unique = format!("{} {} {unique:?}", self.host, self.boot);
        self.token = Fingerprint::of(unique.as_bytes()).to_string();
    }

    /// Gives the `count`th sign of life.
    pub(super) fn touch(&mut self, count: u64) {
        self.touched = format!("{count:020}");
    }

    /// The lock file's content.
    pub(super) fn to_text(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads a lock file's content; `None` where it is damaged.
    pub fn parse(content: &[u8]) -> Option<Self> {
        serde_json::from_slice(content).ok()
    }

    /// Whether this process lives, as `me` can tell. A process that has ended and waits for its
    /// parent to notice is gone.
    pub fn life(&self, me: &Self, host: &Host) -> Life {
        let known = |text: &str| !text.is_empty();
        let same = self.host == me.host && self.boot == me.boot && self.pid_namespace == me.pid_namespace;
        if !same || !known(&me.host) || !known(&me.boot) || !known(&me.pid_namespace) || self.started == 0 {
            return Life::Unknown;
        }
        match state_and_start(host, self.process) {
            Some((state, start)) if start == self.started && !matches!(state, 'Z' | 'X') => Life::Alive,
            Some(_) => Life::Gone,
            None if is_there(self.process) => Life::Unknown,
            None => Life::Gone,
        }
    }
}

/// Whether some process has this number: some sites hide other users' processes in `/proc`.
fn is_there(process: u32) -> bool {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    pid.is_none_or(|pid| test_kill_process(pid) != Err(Errno::SRCH))
}

/// A process's state and start time, the 3rd and 22nd fields of its `stat`. The name before them
/// may hold blanks and brackets.
fn state_and_start(host: &Host, process: u32) -> Option<(char, u64)> {
    let stat = host.read(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {}", self.process, self.host)?;
        match &self.job {
            Some(job) => write!(f, " in batch job {job}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> (Holder, Host) {
        let host = Host::here();
        (Holder::here(&host, Some("77".into())), host)
    }

    #[test]
    fn this_process_lives() {
        let (me, host) = me();
        assert_eq!(me.life(&me, &host), Life::Alive);
        assert!(me.started > 0 && !me.boot.is_empty() && !me.pid_namespace.is_empty(), "{me:?}");
    }

    #[test]
    fn a_number_that_was_used_again_is_another_process() {
        let (me, host) = me();
        let earlier = Holder { started: me.started - 1, ..me.clone() };
        assert_eq!(earlier.life(&me, &host), Life::Gone);
        let unused = Holder { process: u32::MAX / 4, ..me.clone() };
        assert_eq!(unused.life(&me, &host), Life::Gone);
    }

    #[test]
    fn elsewhere_nothing_is_known() {
        let (me, host) = me();
        let elsewhere = [
            Holder { host: "other".into(), ..me.clone() },
            Holder { boot: "other".into(), ..me.clone() },
            Holder { pid_namespace: "pid:[1]".into(), ..me.clone() },
            Holder { started: 0, ..me.clone() },
        ];
        for other in elsewhere {
            assert_eq!(other.life(&me, &host), Life::Unknown, "{other:?}");
        }
        let blind = Holder { boot: String::new(), ..me.clone() };
        assert_eq!(blind.life(&blind, &host), Life::Unknown, "two empty boots are not the same");
    }

    #[test]
    fn a_process_that_is_hidden_is_not_taken_for_gone() {
        let (me, _) = me();
        let blind = Host { root: "/nowhere".into(), ..Host::here() };
        assert_eq!(me.life(&me, &blind), Life::Unknown, "it runs, and /proc does not show it");
        let unused = Holder { process: u32::MAX / 4, ..me.clone() };
        assert_eq!(unused.life(&me, &blind), Life::Gone);
    }

    #[test]
    fn a_process_that_nobody_has_waited_for_is_gone() {
        let (me, host) = me();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let process = child.id();
        let zombie = || state_and_start(&host, process).filter(|(state, _)| *state == 'Z');
        let started = std::iter::repeat_with(zombie).flatten().next().unwrap().1;
        let ended = Holder { process, started, ..me.clone() };
        assert_eq!(ended.life(&me, &host), Life::Gone);
        child.wait().unwrap();
    }

    #[test]
    fn every_text_has_the_same_length_and_comes_back() {
        let (mut me, _) = me();
        let first = me.to_text().unwrap();
        me.touch(u64::MAX);
        let last = me.to_text().unwrap();
        assert_ne!(first, last);
        assert_eq!(first.len(), last.len());
        assert_eq!(Holder::parse(&last), Some(me));
        assert_eq!(Holder::parse(&last[..last.len() / 2]), None);
        assert_eq!(Holder::parse(b""), None);
    }

    #[test]
    fn each_lock_has_its_own_token() {
        let (mut me, _) = me();
        let first = me.token.clone();
        me.renew();
        assert_ne!(me.token, first);
    }

    #[test]
    fn people_are_told_who() {
        let (me, _) = me();
        let text = me.to_string();
        assert!(text.contains(&me.host) && text.contains("batch job 77"), "{text}");
    }
}
