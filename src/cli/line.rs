//! The command line as it was written, read: what it means, what of it is said again to go on, and to
//! whom to say that it is wrong.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches};

use super::{Cli, Command};

/// Arguments of `dayfold run` that are not said again as they were: which part to do for now, how to
/// tell it, and what is said otherwise.
const NOT_AGAIN: [&str; 9] =
    ["config", "shard", "limit", "only", "redo", "accept_change", "message_format", "quiet", "verbose"];

/// Which part of the groups to do for now: said again where it is that part that failed.
const PART: [&str; 2] = ["limit", "only"];

impl Cli {
    /// Reads a command line, the program's name first.
    pub fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(words)?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut Self::command()));
        let mut cli = cli?;
        if let (Command::Run(run), Some((_, line))) = (&mut cli.command, matches.subcommand()) {
            run.again = options_given(line, |name| !NOT_AGAIN.contains(&name));
            run.part = options_given(line, |name| PART.contains(&name));
        }
        Ok(cli)
    }
}

/// Those of the options of `dayfold run` that were given, as they were written.
fn options_given(line: &ArgMatches, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let program = Cli::command();
    let arguments = program.find_subcommand("run").into_iter().flat_map(clap::Command::get_arguments);
    let meant = arguments.filter(|argument| is_meant(argument.get_id().as_str()));
    let given = meant
        .filter(|argument| line.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine));
    given.flat_map(|argument| words(argument, line)).collect()
}

fn words(argument: &Arg, line: &ArgMatches) -> Vec<String> {
    let name = format!("--{}", argument.get_long().unwrap_or_default());
    if !argument.get_action().takes_values() {
        return vec![name];
    }
    let values = line.get_raw(argument.get_id().as_str()).into_iter().flatten();
    values.flat_map(|value| [name.clone(), value.to_string_lossy().into_owned()]).collect()
}

/// Whether a command line that cannot be read asks for JSON.
pub fn wants_json(words: &[OsString]) -> bool {
    words.contains(&"--message-format=json".into())
        || words.windows(2).any(|pair| pair == ["--message-format", "json"])
}

#[cfg(test)]
mod tests {
    use super::super::RunArgs;
    use super::*;

    fn read(line: &str) -> RunArgs {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let Command::Run(run) = Cli::read(&words).unwrap().command else { panic!("{line}") };
        run
    }

    fn again(line: &str) -> String {
        read(line).again.join(" ")
    }

    #[test]
    fn what_matters_for_going_on_is_kept_as_it_was_written() {
        assert_eq!(again("dayfold run c.toml"), "");
        let line = "dayfold run --run-dir=d c.toml --limit 2 --only a --memory 8GiB -v --shard 1/2 --walltime \
                    02:30:00 --allow-failed --from 2022-02-01 --message-format json";
        assert_eq!(
            again(line),
            "--run-dir d --memory 8GiB --walltime 02:30:00 --from 2022-02-01 --allow-failed"
        );
    }

    #[test]
    fn the_part_that_was_asked_for_is_kept_by_itself() {
        assert_eq!(read("dayfold run c.toml -v").part, [""; 0]);
        assert_eq!(
            read("dayfold run c.toml --limit 2 -v --only a --only b").part.join(" "),
            "--limit 2 --only a --only b"
        );
    }

    #[test]
    fn json_is_asked_for_in_one_word_or_two() {
        let wants = |line: &str| wants_json(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert!(wants("run --message-format json --limit 0") && wants("run --message-format=json"));
        assert!(!wants("run json --message-format human"));
    }
}
