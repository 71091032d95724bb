//! What the supervisor knows of each kind of task: how two of them differ, and what the final file says of their
//! results. Whatever depends on the kind is in a file of its own: [`pv`], [`command`]; what a few words can say of it is
//! in [`dayfold_contract::task::Kind`].

mod command;
mod pv;

use dayfold_contract::TaskSpec;
use dayfold_ncio::dataset::Attribute;

use crate::collate::Description;
use crate::rundir::differences::Differences;
use crate::rundir::plan_file::Frozen;

/// The conventions that a final file follows, unless its sources say that they follow others.
const CONVENTIONS: &str = "CF-1.11, ACDD-1.3";

/// What the final file says of its content, for people and by CF and ACDD. What decided its values is said besides.
///
/// Nothing of it depends on clock, host or paths.
pub fn description(frozen: &Frozen) -> Description {
    let mut description = match &frozen.identity.task {
        TaskSpec::Pv(spec) => pv::describe::description(spec, frozen),
        TaskSpec::Command(spec) => command::description(spec, frozen),
    };
    description.defaults.insert(0, text("Conventions", CONVENTIONS));
    description.attributes = frozen.output_settings.file_attributes();
    description.stored = frozen.output_settings.variables.clone();
    description
}

/// Compares two tasks, key by key of the configuration.
pub fn compare(old: &TaskSpec, new: &TaskSpec, found: &mut Differences) {
    match (old, new) {
        (TaskSpec::Pv(old), TaskSpec::Pv(new)) => pv::compare(old, new, found),
        (TaskSpec::Command(old), TaskSpec::Command(new)) => command::compare(old, new, found),
        (TaskSpec::Pv(_) | TaskSpec::Command(_), new) => {
            found.compare("task.kind", &old.kind().name, &new.kind().name, |name| (*name).to_owned());
        }
    }
}

/// The words of the command that files may be named by on which a task depends.
pub fn words(task: &TaskSpec) -> &[String] {
    match task {
        TaskSpec::Pv(_) => &[],
        TaskSpec::Command(spec) => &spec.command,
    }
}

fn text(name: &str, text: impl Into<String>) -> (String, Attribute) {
    (name.to_owned(), Attribute::Text(text.into()))
}
