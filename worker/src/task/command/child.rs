//! The program as a child: started, followed, waited for.

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Pid, WaitId, WaitIdOptions, WaitOptions, waitid, waitpid};

use super::log::Follower;
use super::start::{self, Launch};
use crate::descendants;
use crate::told::tell;

/// What became of it.
pub struct Ended {
    /// As the system tells.
    pub status: ExitStatus,
    /// What it wrote to standard error and standard output, cut in the middle where it is long.
    pub output: Vec<u8>,
}

/// Runs a program to its end, and ends what it leaves running. It ends with this process; its standard
/// output and standard error go to the log.
///
/// # Errors
/// If it cannot be started.
pub fn run(launch: Launch<'_>, follower: &mut Follower) -> io::Result<Ended> {
    let (reader, writer) = io::pipe()?;
    let log = follower.follow(reader)?;
    let child = start::start(launch, File::open("/dev/null")?, &writer);
    // The program has it, too.
    drop(writer);
    let status = wait(child?);
    if has_children() {
        match descendants::end_mine() {
            0 => {}
            left => tell(&format!("the program left {left} processes of its own running: they are ended")),
        }
    }
    Ok(Ended { status: status?, output: follower.output(log) })
}

fn wait(child: Pid) -> io::Result<ExitStatus> {
    let ended = retry_on_intr(|| waitpid(Some(child), WaitOptions::empty()))?;
    let (_, status) = ended.ok_or(io::ErrorKind::NotFound)?;
    Ok(ExitStatus::from_raw(status.as_raw()))
}

/// Whether there is any child, of whatever thread: without one there is nothing to look for.
fn has_children() -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::All, look), Err(Errno::CHILD))
}
