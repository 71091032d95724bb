//! Limits of the system that a run with many workers meets, on open files and on processes: as many workers are
//! started as they allow.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};

/// Files that this process has open for each worker: three pipes and a handle on the process.
const A_WORKER: u64 = 4;

/// What starting a worker, the journal, locks and folders take besides what is open already.
const BESIDES: u64 = 24;

/// What a runtime and one worker take.
const A_RUNTIME: usize = 12;

/// Threads of a worker, its program, and what that starts.
const WORKER_THREADS: u64 = 6;

/// What this process starts for itself.
const THREADS_BESIDES: u64 = 8;

/// Above this no run comes near the limit on processes.
const FAR: u64 = 16 << 10;

/// How many workers of so many can be started, and what to say where that is not all.
pub fn room_for(workers: u32) -> (u32, Vec<String>) {
    let (by_files, files) = room_by_files(workers);
    let (by_processes, processes) = room_by_processes(workers);
    (by_files.min(by_processes), files.into_iter().chain(processes).collect())
}

/// The limit on files is raised as far as it may be.
fn room_by_files(workers: u32) -> (u32, Option<String>) {
    let used = dayfold_files::names(Path::new("/proc/self/fd")).map_or(0, |list| list.len() as u64);
    let wanted = used + BESIDES + A_WORKER * u64::from(workers);
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|&current| current < wanted) else { return (workers, None) };
    let raised = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let may = match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit }) {
        Ok(()) => raised,
        Err(_) => current,
    };
    few(fitting(may, used + BESIDES, A_WORKER), workers, "open files (`ulimit -n`)", may)
}

/// Finds out whether a runtime can open its files, and so many besides, by taking them for a moment: where a runtime
/// gets none for its own use it panics. The limit is raised first, if it has to be and may be.
///
/// # Errors
/// If they cannot.
pub fn require_files(besides: usize) -> io::Result<()> {
    let take = || {
        (0..A_RUNTIME + besides).map(|_| File::open("/dev/null")).collect::<io::Result<Vec<_>>>().map(drop)
    };
    take().or_else(|_few| {
        let limit = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
        take()
    })
}

/// The limit on processes is of all that the user runs on this machine, threads each for themselves; the
/// system's own user has none.
fn room_by_processes(workers: u32) -> (u32, Option<String>) {
    let limit = getrlimit(Resource::Nproc).current.filter(|&limit| limit < FAR);
    let Some(limit) = limit.filter(|_| !geteuid().is_root()) else { return (workers, None) };
    let used = threads_of_user() + THREADS_BESIDES;
    few(
        fitting(limit, used, WORKER_THREADS),
        workers,
        "the user's processes and threads (`ulimit -u`)",
        limit,
    )
}

/// Threads of all processes of this user.
fn threads_of_user() -> u64 {
    let (user, all) = (geteuid().as_raw(), Path::new("/proc"));
    let own = |process: &PathBuf| std::fs::metadata(process).is_ok_and(|found| found.uid() == user);
    let threads = |process: PathBuf| {
        let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
        let count = status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse().ok());
        count.unwrap_or(0u64)
    };
    let processes = dayfold_files::names(all).unwrap_or_default().into_iter().map(|name| all.join(name));
    processes.filter(own).map(threads).sum()
}

/// One worker is tried in any case.
fn fitting(limit: u64, used: u64, each: u64) -> u32 {
    u32::try_from(limit.saturating_sub(used) / each).unwrap_or(u32::MAX).max(1)
}

fn few(fit: u32, workers: u32, what: &str, limit: u64) -> (u32, Option<String>) {
    let told = || {
        format!(
            "the limit on {what} is {limit}, which is enough for {fit} of {workers} workers: raise it to have all"
        )
    };
    (fit.min(workers), (fit < workers).then(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_workers_as_a_limit_is_enough_for_and_one_in_any_case() {
        assert_eq!([1024, 64, 30].map(|limit| fitting(limit, 44, 4)), [245, 5, 1]);
        let (fit, told) = few(5, 8, "open files (`ulimit -n`)", 64);
        let said = "the limit on open files (`ulimit -n`) is 64, which is enough for 5 of 8 workers: raise it to \
                    have all";
        assert_eq!((fit, told.as_deref()), (5, Some(said)));
        assert_eq!(few(8, 8, "", 0), (8, None));
        assert!(room_for(1).0 == 1 && threads_of_user() > 0);
    }
}
