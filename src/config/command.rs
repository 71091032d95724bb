//! The keys of `kind = "command"`: any program, once for each group.
//!
//! The command stays as it is written, so that it can be compared from run to run; here it is only
//! proven that a worker will understand it. Whether the program is there is looked at by a worker.

use std::num::NonZeroU32;
use std::path::PathBuf;

use dayfold_contract::TaskSpec;
use dayfold_contract::command::{Argument, Piece};
use dayfold_contract::job::BadFiles;
use dayfold_contract::task::CommandSpec;
use dayfold_supervisor::planning::RegionsSpec;

use super::document::{Table, Value};
use super::mistakes::Mistakes;
use super::paths::Paths;

/// Reads the keys of a command.
pub fn read_command(task: &Table<'_>, paths: &Paths<'_>) -> Option<TaskSpec> {
    let command = task.require("command").and_then(|list| read_list(&list, paths));
    // known here, read by `read_threads`
    task.get("threads");
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
    let arguments: Vec<_> = entries.iter().map(|entry| read_argument(entry, paths)).collect();
    if let Some((text, argument)) = arguments.first()?
        && (text.is_empty() || !argument.is_constant())
    {
        program.wrong("must be the path or the name of a program, without placeholders");
        return None;
    }
    arguments.into_iter().map(|argument| argument.map(|(text, _)| text)).collect()
}

fn read_argument(entry: &Value<'_>, paths: &Paths<'_>) -> Option<(String, Argument)> {
    let text = entry.text()?;
    let argument = entry.parse(Argument::parse)?;
    let unset = argument.variables().find_map(|name| paths.lookup(name).err());
    entry.understood(unset.map_or(Ok(()), Err))?;
    Some((text.to_owned(), argument))
}

/// Where a command's program is, if it is named by a path and not looked for in PATH.
pub fn program(task: &TaskSpec, paths: &Paths<'_>) -> Option<PathBuf> {
    let TaskSpec::Command(CommandSpec { command }) = task else { return None };
    let argument = Argument::parse(command.first()?).ok()?;
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Variable(name) => paths.lookup(name).ok(),
        Piece::Placeholder(_) => None,
    };
    let program: String = argument.pieces().iter().map(text).collect::<Option<_>>()?;
    program.contains('/').then(|| paths.folder().join(program))
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
    if bad_files == BadFiles::Skip && matches!(task, TaskSpec::Command(_)) {
        mistakes.anywhere(
            "run.bad_files = \"skip\" has no use with task.kind = \"command\": the program itself decides what it \
             does with a file that it cannot read",
        );
    }
}
