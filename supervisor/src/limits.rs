//! Limits of the system that a run with many workers meets: on open files and on processes. Where one is too
//! low, it is named as what it is.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that this process has open for each worker: three pipes and a handle on the process.
const A_WORKER: u64 = 4;

/// What starting a worker, the journal, locks and folders take besides what is open already.
const BESIDES: u64 = 24;

/// What a runtime and one worker take.
const A_RUNTIME: usize = 12;

/// What the error of a call that starts a process or a thread, or opens a file, means where a limit is the
/// cause; to follow the error.
pub fn named(error: &io::Error) -> Option<String> {
    let limit =
        |resource| getrlimit(resource).current.map_or("unlimited".to_owned(), |limit| limit.to_string());
    match Errno::from_io_error(error)? {
        Errno::MFILE => {
            Some(format!("the limit on open files (`ulimit -n`) is {}: raise it", limit(Resource::Nofile)))
        }
        Errno::AGAIN => Some(format!(
            "the limit on the user's processes and threads (`ulimit -u`) is {}, and a batch job may have one of \
             its own: raise it, or use fewer workers",
            limit(Resource::Nproc)
        )),
        _ => None,
    }
}

/// An error, and the limit that is its cause if one is.
pub fn explained(error: &io::Error) -> String {
    named(error).map_or_else(|| error.to_string(), |limit| format!("{error}: {limit}"))
}

/// How many workers of so many can be started for all the files that may be open: the limit is raised as far
/// as it may be; and what to say where that is not enough.
pub fn room_for(workers: u32) -> (u32, Option<String>) {
    let used = dayfold_files::names(Path::new("/proc/self/fd")).map_or(0, |list| list.len() as u64);
    let wanted = used + BESIDES + A_WORKER * u64::from(workers);
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|&current| current < wanted) else { return (workers, None) };
    let raised = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let may = match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit }) {
        Ok(()) => raised,
        Err(_) => current,
    };
    match fitting(may, used) {
        fit if fit >= workers => (workers, None),
        fit => (fit, Some(told(may, fit, workers))),
    }
}

/// Finds out whether some more files can be opened, by taking them for a moment: where a runtime gets none for its
/// own use it panics. The limit is raised first, if it has to be and may be.
///
/// # Errors
/// If they cannot.
pub fn require_files() -> io::Result<()> {
    let take = || (0..A_RUNTIME).map(|_| File::open("/dev/null")).collect::<io::Result<Vec<_>>>().map(drop);
    take().or_else(|_few| {
        let limit = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
        take()
    })
}

/// One is tried in any case.
fn fitting(limit: u64, used: u64) -> u32 {
    let workers = limit.saturating_sub(used + BESIDES) / A_WORKER;
    u32::try_from(workers).unwrap_or(u32::MAX).max(1)
}

fn told(limit: u64, fit: u32, workers: u32) -> String {
    format!(
        "the limit on open files (`ulimit -n`) is {limit}, which is enough for {fit} of {workers} workers: raise \
         it to have all"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named_as_what_they_are_and_other_errors_left_alone() {
        let named = |errno: Errno| named(&errno.into()).unwrap_or_default();
        assert!(named(Errno::MFILE).contains("`ulimit -n`"));
        assert!(named(Errno::AGAIN).contains("`ulimit -u`"));
        assert_eq!(named(Errno::NOENT), "");
        let said = explained(&Errno::MFILE.into());
        assert!(said.starts_with("Too many open files (os error 24): the limit on open files"), "{said}");
    }

    #[test]
    fn as_many_workers_as_files_may_be_open_for() {
        assert_eq!([fitting(1024, 20), fitting(64, 20), fitting(30, 20)], [245, 5, 1]);
        assert_eq!(room_for(1), (1, None));
    }
}
