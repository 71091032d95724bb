//! What processes use: each worker's resident memory with its children's.
//!
//! Only known processes and their children are looked at, never the whole machine's: it is done
//! several times a second, on nodes with thousands of processes. What a worker uses, sysinfo tells.
//! Who its children are is read here, since sysinfo would look at every process there is to tell,
//! and so is what they use: they come and go, and sysinfo reads three files of each for one number.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::Host;

/// Longer than nearly every such file: most are read by one call and its end.
const USUAL_LENGTH: usize = 512;

/// Reads processes again and again.
pub struct Processes {
    host: Host,
    page: u64,
    /// Nothing where the system has no such readings: everything is 0 then.
    system: Option<System>,
}

impl Processes {
    /// Of this machine.
    pub fn new(host: Host) -> Self {
        Self { host, page: rustix::param::page_size() as u64, system: System::new().ok() }
    }

    /// The resident memory, in bytes, of each worker and all that descends from it, in the order
    /// asked for, and of another process alone; 0 for one that is gone.
    pub fn resident(&mut self, workers: &[u32], alone: u32) -> (Vec<u64>, u64) {
        // each once: of one that is asked for twice, sysinfo knows nothing
        let known: BTreeSet<u32> = workers.iter().copied().chain([alone]).collect();
        let known: Vec<Pid> = known.into_iter().map(Pid::from_u32).collect();
        let kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
        let Some(system) = &mut self.system else { return (vec![0; workers.len()], 0) };
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&known), true, kind);
        let memory = |process| system.process(Pid::from_u32(process)).map_or(0, sysinfo::Process::memory);
        let below = |worker| -> u64 {
            let tree = tree(&self.host, worker).into_iter().skip(1);
            tree.map(|process| resident_pages(&self.host, process).saturating_mul(self.page)).sum()
        };
        let whole = |&worker: &u32| memory(worker).saturating_add(below(worker));
        (workers.iter().map(whole).collect(), memory(alone))
    }
}

/// The resident memory of one process, in pages; 0 where it is gone.
fn resident_pages(host: &Host, process: u32) -> u64 {
    let statm = read(&host.path(format!("/proc/{process}/statm"))).unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default()
}

/// A worker and its descendants. It starts programs from its first thread, to which the kernel gives
/// orphans, too; of the programs nothing is known, and all threads are asked.
fn tree(host: &Host, worker: u32) -> Vec<u32> {
    let mut found = vec![worker];
    found.extend(children(&host.path(format!("/proc/{worker}/task/{worker}"))));
    let mut next = 1;
    while let Some(&process) = found.get(next) {
        // a number can come twice if processes end while they are looked at
        let new: Vec<u32> =
            all_children(host, process).into_iter().filter(|child| !found.contains(child)).collect();
        found.extend(new);
        next += 1;
    }
    found
}

/// The children of all threads of a process; none where it is gone.
fn all_children(host: &Host, process: u32) -> Vec<u32> {
    let folder = host.path(format!("/proc/{process}/task"));
    let threads = dayfold_files::names(&folder).unwrap_or_default();
    threads.into_iter().flat_map(|thread| children(&folder.join(thread))).collect()
}

/// The children of a thread; none where it is gone, or the kernel does not tell.
fn children(thread: &Path) -> Vec<u32> {
    let list = read(&thread.join("children")).unwrap_or_default();
    list.split_ascii_whitespace().filter_map(|process| process.parse().ok()).collect()
}

/// One of the kernel's small files, whose length is not asked for: it would not tell.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::with_capacity(USUAL_LENGTH);
    File::open(path)?.take(u64::MAX).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture::Fixture;
    use crate::meter::usage;
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
        fixture.write("/proc/10/task/10/children", "20 22 ");
        fixture.write("/proc/20/task/20/children", "");
        fixture.write("/proc/20/task/21/children", "23 ");
        fixture.write("/proc/22/task/22/children", "30 10 ");
        let mut pids = tree(&fixture.host, 10);
        pids.sort();
        assert_eq!(pids, [10, 20, 22, 23, 30]);
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
        running.0.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
        let (mine, its) = (std::process::id(), running.0.id());
        let host = Host::here();
        let (resident, alone) = Processes::new(host.clone()).resident(&[mine, its, u32::MAX / 4], its);
        let status = host.read(format!("/proc/{its}/status")).unwrap();
        assert_eq!(Some(alone), usage::kilobytes(&status, "VmRSS"), "as the kernel puts it elsewhere");
        assert!(resident[0] > 1 << 20, "{resident:?}");
        assert!(alone > 0 && resident[1] > alone, "the shell alone: {alone} of {resident:?}");
        assert_eq!(resident[2], 0);
    }
}
