//! `dayfold` runs one task over every day of an archive in many processes and collates the results
//! into one file. This is the command line; the work is `dayfold-supervisor`'s and
//! `dayfold-worker`'s.

#![warn(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "they panic where nobody listens: show::stderr, show::stdout"
)]

mod cli;
mod commands;
mod config;
mod error;
mod exit;
mod plot;
mod prepare;
mod sample;
mod show;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind;
use dayfold_supervisor::batch::question;
use dayfold_supervisor::interrupt;

use crate::cli::{Cli, MessageFormat, line};
use crate::exit::Exit;
use crate::show::{failure, stderr, stdout};

fn main() -> ExitCode {
    // before anything else: there is one thread yet
    dayfold_ncio::init();
    // where it fails the system ends what writes too large a file, and nothing else is lost
    let _unlikely = interrupt::survive_size_limits();
    let words: Vec<OsString> = std::env::args_os().collect();
    // a panic is a mistake of ours, and told by its own lines: no exit code may say anything else
    let ended = panic::catch_unwind(|| carry_out(&words));
    question::end_unanswered();
    let _nobody_reads = stderr::drain();
    ended.unwrap_or_else(|_told| Exit::Unexpected.into())
}

fn carry_out(words: &[OsString]) -> ExitCode {
    match Cli::read(words) {
        Ok(cli) => {
            let format = cli.command.message_format();
            commands::dispatch(cli.command).unwrap_or_else(|error| failure::tell(&error, format).into())
        }
        Err(error) => not_read(&error, words),
    }
}

/// What this program is and what is built into it.
fn version() -> String {
    let commit = env!("DAYFOLD_COMMIT");
    let commit = if commit.is_empty() { String::new() } else { format!(" (commit {commit})") };
    format!("dayfold {}{commit}\n{}\n", env!("CARGO_PKG_VERSION"), dayfold_ncio::library_versions())
}

/// A command line that is wrong, or that asks for help or the version.
fn not_read(error: &clap::Error, words: &[OsString]) -> ExitCode {
    if error.kind() == ErrorKind::DisplayVersion {
        return stdout::print(&version())
            .map_or_else(|error| failure::tell(&error.into(), MessageFormat::Human), |()| Exit::Done)
            .into();
    }
    if !error.use_stderr() || !line::wants_json(words) {
        error.exit();
    }
    let text = error.to_string();
    failure::tell_text(text.trim().trim_start_matches("error: "), "", MessageFormat::Json);
    Exit::Refused.into()
}
