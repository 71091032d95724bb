//! What processes use: each worker's resident memory with its children's.
//!
//! Only known processes and their children are looked at, never the whole machine's: it is done
//! several times a second, on nodes with thousands of processes.

use std::collections::BTreeSet;
use std::fs;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::{Host, usage};

/// Reads processes again and again.
pub struct Processes {
    host: Host,
    /// Nothing where the system has no such readings: everything is 0 then.
    system: Option<System>,
}

impl Processes {
    /// Of this machine.
    pub fn new(host: Host) -> Self {
        Self { host, system: System::new().ok() }
    }

    /// The resident memory, in bytes, of each process and all that descends from it, in the order
    /// asked for; 0 for one that is gone.
    pub fn resident(&mut self, processes: &[u32]) -> Vec<u64> {
        let trees: Vec<Vec<Pid>> = processes.iter().map(|&root| tree(&self.host, root)).collect();
        // each once: of one that is asked for twice, sysinfo knows nothing
        let all: BTreeSet<Pid> = trees.iter().flatten().copied().collect();
        let all: Vec<Pid> = all.into_iter().collect();
        let kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
        let Some(system) = &mut self.system else { return vec![0; processes.len()] };
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&all), true, kind);
        let memory = |pid: &Pid| system.process(*pid).map_or(0, sysinfo::Process::memory);
        trees.iter().map(|tree| tree.iter().map(memory).sum()).collect()
    }

    /// The resident memory, in bytes, of one process without what descends from it; 0 for one that
    /// is gone.
    pub fn resident_alone(&self, process: u32) -> u64 {
        let status = self.host.read(format!("/proc/{process}/status")).unwrap_or_default();
        usage::kilobytes(&status, "VmRSS").unwrap_or(0)
    }
}

/// A process's own largest resident memory so far, bytes: `VmHWM`.
pub fn peak_resident(host: &Host, process: u32) -> Option<u64> {
    usage::kilobytes(&host.read(format!("/proc/{process}/status")).ok()?, "VmHWM")
}

/// A process and its descendants.
fn tree(host: &Host, root: u32) -> Vec<Pid> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&process) = found.get(next) {
        // a number can come twice if processes end while they are looked at
        let new: Vec<u32> =
            children(host, process).into_iter().filter(|child| !found.contains(child)).collect();
        found.extend(new);
        next += 1;
    }
    found.into_iter().map(Pid::from_u32).collect()
}

/// The children of all threads of a process; none where it is gone, or the kernel does not tell.
fn children(host: &Host, process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(host.path(format!("/proc/{process}/task"))) else { return Vec::new() };
    let lists =
        threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture::Fixture;
    use std::process::{Child, Command, Stdio};

    /// Ended when the test is over, however it ends.
    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_tree_is_followed_through_all_threads_and_rings_do_no_harm() {
        let fixture = Fixture::new();
        fixture.write("/proc/10/task/10/children", "20 21 ");
        fixture.write("/proc/10/task/11/children", "22 ");
        fixture.write("/proc/22/task/22/children", "30 10 ");
        let mut pids: Vec<u32> = tree(&fixture.host, 10).into_iter().map(Pid::as_u32).collect();
        pids.sort();
        assert_eq!(pids, [10, 20, 21, 22, 30]);
    }

    #[test]
    fn the_peak_is_read() {
        let fixture = Fixture::new();
        fixture.write("/proc/10/status", "Name:\tworker\nVmPeak:\t 9 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n");
        assert_eq!(peak_resident(&fixture.host, 10), Some(2 << 20));
        assert_eq!(peak_resident(&fixture.host, 11), None);
    }

    #[test]
    fn a_real_process_and_its_child_are_weighed() {
        let mut shell = Command::new("sh");
        // the child lives while its parent's standard input is open
        shell
            .args(["-c", "exec 3<&0; cat <&3 & echo started; wait"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut running = Running(shell.spawn().unwrap());
        let mut line = [0; 8];
        std::io::Read::read_exact(running.0.stdout.as_mut().unwrap(), &mut line).unwrap();
        let (mine, its) = (std::process::id(), running.0.id());
        let host = Host::here();
        let resident = Processes::new(host.clone()).resident(&[mine, its, u32::MAX / 4]);
        let alone = Processes::new(host.clone()).resident_alone(its);
        assert!(resident[0] > 1 << 20, "{resident:?}");
        assert!(alone > 0 && resident[1] > alone, "the shell alone: {alone} of {resident:?}");
        assert_eq!(resident[2], 0);
        assert!(peak_resident(&host, mine).unwrap() > 1 << 20);
    }
}
