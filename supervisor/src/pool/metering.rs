//! Reads memory for the pool: every worker's, the supervisor's own, and the cgroup's.

use std::time::{Duration, Instant};

use crate::decide::event::{GroupUse, Reading};
use crate::meter::Host;
use crate::meter::kills::Kills;
use crate::meter::memory_limit::limited_group;
use crate::meter::processes::Processes;
use crate::meter::usage::GroupMemory;
use crate::run_event::WorkerId;

/// How often memory is read: a group that grows by a gigabyte a second is seen in time.
pub const EVERY: Duration = Duration::from_millis(250);

/// Reads memory again and again.
pub struct Meter {
    host: Host,
    processes: Processes,
    group: Option<GroupMemory>,
    kills: Kills,
}

impl Meter {
    /// Of this machine and this job.
    pub fn new(host: Host) -> Self {
        let group = limited_group(&host);
        let kills = Kills::since(group.as_ref().and_then(|group| group.kills(&host)));
        Self { processes: Processes::new(host.clone()), group, kills, host }
    }

    /// Reads these workers, each by its process.
    pub fn read(&mut self, workers: &[(WorkerId, u32)]) -> Reading {
        self.read_kills();
        let own = std::process::id();
        let pids: Vec<u32> = workers.iter().map(|&(_, pid)| pid).collect();
        let (resident, supervisor) = self.processes.resident(&pids, own);
        Reading {
            workers: workers.iter().map(|&(worker, _)| worker).zip(resident).collect(),
            supervisor,
            cgroup: self
                .group
                .as_ref()
                .and_then(|group| Some(GroupUse { limit: group.limit?, used: group.used(&self.host)? })),
        }
    }

    /// Whether the kernel has killed something for want of memory within this time that explains no other
    /// death.
    pub fn claim_kill(&mut self, within: Duration) -> bool {
        self.read_kills();
        self.kills.claim(within, Instant::now())
    }

    /// Whether the kernel has killed something for want of memory since then that explains no death.
    pub fn has_unexplained_kill(&mut self, since: Instant) -> bool {
        self.read_kills();
        self.kills.is_unexplained_since(since)
    }

    /// A kill is told by its time: looked at as often as memory is.
    fn read_kills(&mut self) {
        let count = self.group.as_ref().and_then(|group| group.kills(&self.host));
        self.kills.read(count, Instant::now());
    }
}
