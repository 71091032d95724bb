//! The command task: what is known of it without running it.

use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::CommandSpec;

use super::text;
use crate::collate::Description;
use crate::rundir::differences::Differences;
use crate::rundir::plan_file::Frozen;

/// Compares two commands, as they are written.
pub fn compare(old: &CommandSpec, new: &CommandSpec, found: &mut Differences) {
    let CommandSpec { command } = old;
    found.compare("task.command", command, &new.command, |command| format!("{command:?}"));
}

/// A program says itself what its results are: here is only how they came together.
pub fn description(CommandSpec { command }: &CommandSpec, frozen: &Frozen) -> Description {
    let program = command.first().map(String::as_str).unwrap_or_default();
    // a folder would say where it was run
    let program = program.rsplit('/').next().unwrap_or(program);
    let each = match frozen.identity.group {
        GroupBy::File => "file",
        GroupBy::Day => "day",
        GroupBy::Month => "month",
        GroupBy::Year => "year",
    };
    let defaults = vec![
        text("title", format!("Results of {program} for each {each} of an archive")),
        text(
            "summary",
            format!(
                "What the program {program} made of the input files of each {each}, collated along time. The files \
                 are those of the attribute archive_pattern, the command line is in the attribute task."
            ),
        ),
        text("source", format!("{program}, run for each {each} by dayfold")),
        text("history", format!("{program} for each {each}; results collated along time by dayfold")),
    ];
    Description { defaults, ..Description::default() }
}
