//! The keys of `kind = "command"`: any program, once for each group.
//!
//! The command stays as it is written, so that it can be compared from run to run; here it is only
//! proven that a worker will understand it. Whether the program is there is looked at by a worker.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use dayfold_contract::TaskSpec;
use dayfold_contract::command::{Argument, Piece, Placeholder, is_placeholder};
use dayfold_contract::job::{BadFiles, Empty};
use dayfold_contract::task::CommandSpec;
use dayfold_supervisor::planning::RegionsSpec;

use super::document::{Table, Value};
use super::mistakes::Mistakes;
use super::paths::{Paths, all_replaced, without_detours};

/// The key of files that a command depends on.
const DEPENDS: &str = "depends";

/// Reads the keys of a command.
pub fn read_command(task: &Table<'_>, paths: &Paths<'_>) -> Option<TaskSpec> {
    let command = task.require("command").and_then(|list| read_list(&list, paths));
    // known here, read by `read_threads`
    task.get("threads");
    // read by itself, since it decides no values
    let _known = task.get(DEPENDS);
    task.finish();
    Some(TaskSpec::Command(CommandSpec { command: command? }))
}

/// How many threads a program may use: it decides no value, so the task does not have it.
pub fn read_threads(task: &Table<'_>) -> NonZeroU32 {
    let threads = task.get("threads").and_then(|threads| NonZeroU32::new(threads.count()?));
    threads.unwrap_or(NonZeroU32::MIN)
}

fn read_list(list: &Value<'_>, paths: &Paths<'_>) -> Option<Vec<String>> {
    let entries = list.list()?;
    let Some(program) = entries.first() else {
        list.wrong("is empty: it must name a program, such as [\"./day.sh\", \"{files}\", \"{output}\"]");
        return None;
    };
    let befores = std::iter::once(None).chain(entries.iter().map(Value::if_text));
    let read =
        |(entry, before): (&Value<'_>, Option<&str>)| read_argument(entry, before.unwrap_or_default(), paths);
    let arguments: Vec<_> = entries.iter().zip(befores).map(read).collect();
    if let Some((text, argument)) = arguments.first()?
        && (text.is_empty() || !argument.is_constant())
    {
        program.wrong("must be the path or the name of a program, without placeholders");
        return None;
    }
    arguments.into_iter().map(|argument| argument.map(|(text, _)| text)).collect()
}

fn read_argument(entry: &Value<'_>, before: &str, paths: &Paths<'_>) -> Option<(String, Argument)> {
    let text = entry.text()?;
    let argument = entry.parse(Argument::parse)?;
    for name in argument.variables() {
        if let Err(error) = paths.lookup(name) {
            match is_placeholder(name) {
                true => entry
                    .wrong(format!("is wrong: {error}; write {{{name}}}, without $, for what a group has")),
                false => entry.wrong(format!("is wrong: {error}")),
            }
            return None;
        }
    }
    if !is_script(before) {
        entry.understood(all_replaced(value_of_option(text)))?;
    }
    Some((text.to_owned(), argument))
}

/// The files that `depends` names, as they are written and where they are.
pub fn read_depends(task: &Table<'_>, paths: &Paths<'_>) -> Vec<(String, PathBuf)> {
    let file = |entry: Value<'_>| {
        let text = entry.text()?;
        let path = entry.parse(|text| paths.resolve(text))?;
        if !path.is_file() {
            entry.wrong(format!("names no file: {} is not there, or is something else", path.display()));
        }
        Some((text.to_owned(), path))
    };
    let list = task.get(DEPENDS).and_then(|list| list.list());
    list.into_iter().flatten().filter_map(file).collect()
}

/// The files that decide what a command does, as they are written and where they are, as far as it tells: its program
/// where that is named by a path, constant arguments that are files below the configuration's folder, and those that
/// `depends` names. The run's own result is none.
pub fn dependencies(
    task: &TaskSpec,
    depends: Vec<(String, PathBuf)>,
    paths: &Paths<'_>,
    output: &Path,
) -> Vec<(String, PathBuf)> {
    let TaskSpec::Command(CommandSpec { command, .. }) = task else { return Vec::new() };
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    let is_below = |path: &PathBuf| path.starts_with(paths.folder()) && path != output;
    let arguments = command.iter().skip(1).filter_map(|text| {
        let path = without_detours(&paths.folder().join(constant(text, paths)?));
        is_below(&path).then(|| (text.clone(), path))
    });
    let program = command.first().cloned().zip(program(task, paths));
    for (name, path) in program.into_iter().chain(arguments).chain(depends) {
        if path.is_file() && !found.iter().any(|(known, _)| *known == name) {
            found.push((name, path));
        }
    }
    found
}

/// Whether what follows this argument is a script, in which `$HOME` is the shell's: `-c` of shells, `-e` of others.
fn is_script(argument: &str) -> bool {
    argument.strip_prefix('-').is_some_and(|flags| flags.len() < 6 && flags.ends_with(['c', 'e']))
}

/// What stands behind `--option=`.
fn value_of_option(argument: &str) -> &str {
    let value = argument.strip_prefix("--").and_then(|option| option.split_once('='));
    value.map_or(argument, |(_, value)| value)
}

/// A command that does not say where its program is to write gives no values, in any group.
pub fn check_output(task: &Table<'_>, spec: &TaskSpec, empty: Empty) {
    let TaskSpec::Command(CommandSpec { command, .. }) = spec else { return };
    let is_output = |text: &String| Argument::parse(text).is_ok_and(|one| one.has(Placeholder::Output));
    if empty == Empty::Fail
        && !command.iter().any(is_output)
        && let Some(value) = task.get("command")
    {
        value.wrong(
            "has no {output}: the program must be told where to write its result, as in [\"./day.sh\", \"{files}\", \
             \"{output}\"]; if it writes none, set task.empty = \"allow\"",
        );
    }
}

/// Where a command's program is, if it is named by a path and not looked for in PATH.
pub fn program(task: &TaskSpec, paths: &Paths<'_>) -> Option<PathBuf> {
    let TaskSpec::Command(CommandSpec { command }) = task else { return None };
    let program = constant(command.first()?, paths)?;
    program.contains('/').then(|| paths.folder().join(program))
}

/// What an argument is in every group; `None` if it is not the same in all.
fn constant(argument: &str, paths: &Paths<'_>) -> Option<String> {
    let argument = Argument::parse(argument).ok()?;
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Variable(name) => paths.lookup(name).ok(),
        Piece::Placeholder(_) => None,
    };
    argument.pieces().iter().map(text).collect()
}

/// What other sections ask for and a command does not do.
pub fn check_others(
    task: &TaskSpec,
    regions: Option<&RegionsSpec>,
    bad_files: BadFiles,
    mistakes: &Mistakes,
) {
    if regions.is_some() && !task.is_by_region() {
        mistakes.anywhere(
            "[regions] has no use with task.kind = \"command\": the program gets whole files; remove the section",
        );
    }
    if bad_files == BadFiles::Skip && !task.kind().skips_bad_files {
        mistakes.anywhere(
            "run.bad_files = \"skip\" has no use with task.kind = \"command\": the program itself decides what it \
             does with a file that it cannot read",
        );
    }
}
