//! The commands: one file each, all of them short. What they do is elsewhere; here it is called.

pub mod collate;
pub mod completions;
pub mod doctor;
mod interrupt;
pub mod man;
pub mod plan;
pub mod plot;
pub mod run;
mod run_dir;
pub mod sample;
pub mod status;

use std::process::ExitCode;

use crate::cli::Command;
use crate::error::CliError;

/// Does what the command line asks for.
pub fn dispatch(command: Command) -> Result<ExitCode, CliError> {
    let exit = match command {
        Command::Run(args) => run::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Collate(args) => collate::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Plot(args) => plot::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        // a worker tells its supervisor how it ends, in codes of their own
        Command::Worker => return Ok(dayfold_worker::serve()),
    };
    Ok(exit?.into())
}
