//! The commands: one file each, all of them short. What they do is elsewhere; here it is called.

pub mod collate;
pub mod completions;
pub mod doctor;
pub mod man;
pub mod order;
pub mod plan;
pub mod plot;
pub mod prepare;
pub mod run;
pub mod sample;
mod workers;

use std::io;
use std::process::ExitCode;

use dayfold_supervisor::run::RunError;

use self::prepare::PrepareError;
use crate::cli::Command;
use crate::config::ConfigError;
use crate::plot::PlotError;
use crate::sample::SampleError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The archive, the regions, or where to write.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// `dayfold sample`.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// `dayfold plot`.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// `dayfold run`.
    #[error(transparent)]
    Run(Box<RunError>),
    /// Workers are this program: it must know where it is.
    #[error("cannot find this program's own file, to start workers with it")]
    Program(#[source] io::Error),
    /// `dayfold man` of something else than a command.
    #[error("there is no command \"{name}\": {hint}")]
    NoSuchPage {
        /// As given.
        name: String,
        /// What it may have been.
        hint: String,
    },
    /// Results as JSON.
    #[error("the result cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// Standard output.
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        Self::Run(Box::new(error))
    }
}

impl CliError {
    /// What to do, where the error does not say it.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Config(ConfigError::Unreadable { .. }) => {
                Some("`dayfold sample DIR` writes a complete configuration to start from")
            }
            _ => None,
        }
    }
}

/// Does what the command line asks for.
pub fn dispatch(command: Command) -> Result<ExitCode, CliError> {
    let exit = match command {
        Command::Run(args) => run::run(&args),
        Command::Plan(args) => plan::run(&args),
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
