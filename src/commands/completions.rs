//! `dayfold completions`: a shell's completion script, on standard output.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::stdout;

/// Prints the script.
pub fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dayfold", &mut script);
    stdout::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
