//! What the final file says of its content, for people and by CF and ACDD: what a sentence can say of any result
//! here, of the PV task's in [`pv`]. What decided its values is [`super::provenance`]'s.
//!
//! Nothing here depends on clock, host or paths.

mod pv;

use dayfold_contract::TaskSpec;
use dayfold_contract::plan::GroupBy;
use dayfold_contract::task::CommandSpec;
use dayfold_ncio::dataset::Attribute;

use crate::collate::Description;
use crate::rundir::plan_file::Frozen;

/// The conventions that a final file follows, unless its sources say that they follow others.
const CONVENTIONS: &str = "CF-1.11, ACDD-1.3";

/// What is said of the results of a plan.
pub fn description(frozen: &Frozen) -> Description {
    let mut description = match &frozen.identity.task {
        TaskSpec::Pv(spec) => pv::description(spec, frozen),
        TaskSpec::Command(command) => of_command(command, frozen),
    };
    description.defaults.insert(0, text("Conventions", CONVENTIONS));
    description.attributes = frozen.output_settings.file_attributes();
    description.stored = frozen.output_settings.variables.clone();
    description
}

/// A program says itself what its results are: here is only how they came together.
fn of_command(CommandSpec { command }: &CommandSpec, frozen: &Frozen) -> Description {
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

fn text(name: &str, text: impl Into<String>) -> (String, Attribute) {
    (name.to_owned(), Attribute::Text(text.into()))
}
