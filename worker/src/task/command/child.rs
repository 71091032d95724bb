//! The program as a child: started, followed, waited for.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use super::log::Log;
use crate::told::tell;
use crate::{descendants, system};

/// What is started.
pub struct Launch<'a> {
    /// An absolute path.
    pub program: &'a Path,
    /// Without the program.
    pub arguments: Vec<OsString>,
    /// Where it works.
    pub folder: &'a Path,
}

/// What became of it.
pub struct Ended {
    /// As the system tells.
    pub status: ExitStatus,
    /// The end of what it wrote to standard error and standard output.
    pub last_lines: Vec<String>,
}

/// Runs a program to its end, and ends what it leaves running. It stays in this process's group, ends with it,
/// and hears the same signals; its standard output and standard error go to the log.
///
/// # Errors
/// If it cannot be started.
pub fn run(launch: Launch<'_>) -> io::Result<Ended> {
    let (reader, writer) = io::pipe()?;
    let log = Log::follow(reader)?;
    let mut command = Command::new(launch.program);
    command
        .args(&launch.arguments)
        .current_dir(launch.folder)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    system::ends_with_parent(&mut command);
    let child = command.spawn();
    // It holds the pipe's other end, too.
    drop(command);
    let status = child?.wait();
    match descendants::end_mine() {
        0 => {}
        left => tell(&format!("the program left {left} processes of its own running: they are ended")),
    }
    Ok(Ended { status: status?, last_lines: log.last_lines() })
}
