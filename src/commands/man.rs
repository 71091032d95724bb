//! `dayfold man`: a manual page in roff, on standard output.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::{Cli, ManArgs};
use crate::config::nearest;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::stdout;

/// Prints the program's page, or a command's.
pub fn run(args: &ManArgs) -> Result<Exit, CliError> {
    let mut program = Cli::command();
    program.build();
    let version = program.get_version().unwrap_or_default().to_owned();
    let command = match &args.command {
        Some(name) => find(&program, name)?.clone(),
        None => program,
    };
    let mut page = Vec::new();
    let source = format!("dayfold {version}");
    Man::new(command).source(source).render(&mut page).map_err(CliError::Output)?;
    stdout::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

fn find<'a>(program: &'a Command, name: &str) -> Result<&'a Command, CliError> {
    program.find_subcommand(name).ok_or_else(|| {
        let visible = program.get_subcommands().filter(|command| !command.is_hide_set());
        let names: Vec<&str> = visible.map(Command::get_name).collect();
        CliError::NoSuchPage { name: name.to_owned(), hint: nearest::hint(name, names) }
    })
}
