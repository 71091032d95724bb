//! `dayfold` runs one task over every day of an archive in many processes and folds the results
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
mod exit;
mod plot;
mod sample;
mod show;

use std::process::ExitCode;

use clap::Parser;
use dayfold_contract::error::in_one_line;

use crate::cli::Cli;
use crate::show::stderr;

fn main() -> ExitCode {
    // before anything else: there is one thread yet
    dayfold_ncio::init();
    commands::dispatch(Cli::parse().command).unwrap_or_else(|error| {
        stderr::say(&format!("error: {}", in_one_line(&error)));
        if let Some(advice) = error.advice() {
            stderr::say(advice);
        }
        exit::of(&error).into()
    })
}
