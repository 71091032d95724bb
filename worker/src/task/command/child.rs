//! The program as a child: started, followed, waited for.

use std::io;
use std::process::ExitStatus;

use super::log::Follower;
use super::start::Launch;
use super::starter::{Finished, NotRun, Starter};
use crate::task::Progress;
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
pub fn run(
    launch: Launch<'_>,
    starter: &mut Starter,
    follower: &mut Follower,
    progress: &mut dyn Progress,
) -> Result<Ended, NotRun> {
    let (reader, writer) = io::pipe().map_err(NotRun::NotStarted)?;
    let log = follower.follow(reader).map_err(NotRun::NotStarted)?;
    let finished = starter.run(launch, &writer, || progress.signalled());
    // The program had it, too.
    drop(writer);
    let Finished { status, left, signalled } = finished?;
    if signalled {
        progress.was_signalled();
    }
    if left > 0 {
        tell(&format!("the program left {left} processes of its own running: they are ended"));
    }
    Ok(Ended { status, output: follower.output(log) })
}
