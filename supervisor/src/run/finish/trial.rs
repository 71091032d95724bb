//! The collation tried out: what a part of the groups gives, in a file beside the final one.
//!
//! Whoever tries a run with `--limit` before the whole learns whether the results can be put into one file, and
//! what that is like. The final file's place is left alone.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use dayfold_contract::error::in_one_line;
use dayfold_contract::shown::shown;
use dayfold_contract::{Group, partial};
use dayfold_ncio::dataset::{Attribute, attribute};
use dayfold_ncio::raw::RawFile;

use super::{contradiction, provenance, target};
use crate::collate::{self, CollateError, Collation, Source};
use crate::decide::State;
use crate::decide::groups::InitialState;
use crate::run::RunError;
use crate::run::begin::resume_state::ResumeState;
use crate::run::context::Run;
use crate::run_event::RunEvent;
use crate::rundir::RunDirError;
use crate::rundir::partials::Partials;
use crate::task;
use crate::verdict::Verdict;

/// The attribute in which such a file names its groups, one a line.
pub const TRIAL_GROUPS: &str = "trial_groups";

/// Where it is: `pv.trial.nc` beside `pv.nc`.
pub fn path(output: &Path) -> PathBuf {
    let mut name = output.file_stem().unwrap_or_default().to_owned();
    name.push(".trial");
    if let Some(extension) = output.extension() {
        name.push(".");
        name.push(extension);
    }
    output.with_file_name(name)
}

/// Collates what this run has done of its part. How the run ends, if the results do not fit together.
///
/// # Errors
/// If the run directory cannot be read.
pub(in crate::run) fn collate(
    run: &mut Run<'_>,
    known: &ResumeState,
    state: &State,
) -> Result<Option<Verdict>, RunError> {
    let sources = sources(run, known, state)?;
    let path = path(&target::behind_links(&known.frozen.output));
    if sources.is_empty() || run.interrupt.is_asked() {
        return Ok(None);
    }
    if is_foreign(&path) {
        let place = path.display();
        run.warn(&[format!(
            "the collation is not tried: {place} is there, and no earlier trial; move it away"
        )]);
        return Ok(None);
    }
    match write(run, known, &sources, &path) {
        Ok(()) => {
            run.hear(&RunEvent::Tried { groups: sources.len(), file: path });
            Ok(None)
        }
        Err(RunError::Collate(CollateError::BrokenOff | CollateError::NoValues { .. })) => Ok(None),
        Err(RunError::Collate(error)) if error.is_contradiction() => {
            let told = contradiction::told(&error, &known.frozen.plan);
            Ok(Some(Verdict::Contradiction(told)))
        }
        Err(RunError::Collate(error)) => match error.into_misfits() {
            Ok(misfits) => Ok(Some(Verdict::Contradiction(in_one_line(&CollateError::Misfits(misfits))))),
            Err(error) => {
                run.warn(&[format!("the collation is not tried: {}", in_one_line(&error))]);
                Ok(None)
            }
        },
        Err(error) => Err(error),
    }
}

/// The results of the groups that were to be done now, and are.
fn sources(run: &Run<'_>, known: &ResumeState, state: &State) -> Result<Vec<Source>, RunError> {
    let partials = Partials::list(&run.dir)?;
    let frozen = &known.frozen;
    let is_new = |place: usize| known.before.get(place) == Some(&InitialState::ToDo);
    let done = state.done().into_iter().filter(|id| is_new(id.index()));
    let groups = done.filter_map(|id| frozen.plan.groups.get(id.index()));
    let source = |group: &Group| {
        let (path, checksum) = partials.kept(partial::key(frozen.run, group))?;
        Some(Source::new(group.name.clone(), path.clone()).kept_as(checksum))
    };
    Ok(groups.filter_map(source).collect())
}

fn write(run: &mut Run<'_>, known: &ResumeState, sources: &[Source], path: &Path) -> Result<(), RunError> {
    let mut attributes = provenance::attributes(&known.frozen, &[]).map_err(RunDirError::Identity)?;
    attributes.retain(|(name, _)| !provenance::OF_THE_WHOLE.contains(&name.as_str()));
    let names: Vec<_> = sources.iter().map(|source| shown(source.group.as_str())).collect();
    attributes.push((TRIAL_GROUPS.to_owned(), Attribute::from(names.join("\n"))));
    let description = &task::description(&known.frozen);
    let own: Vec<&str> = provenance::NAMES.iter().copied().chain([TRIAL_GROUPS]).collect();
    let collation = Collation {
        sources,
        output: path,
        owner: &run.dir.owner(),
        attributes: &attributes,
        own: &own,
        description,
    };
    run.interrupt.in_order();
    let interrupt = &run.interrupt;
    let mut watch = |_| if interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let prepared = collate::prepare(&collation, &mut watch)?;
    run.still_ours()?;
    let collated = prepared.publish()?;
    run.warn(&collated.warnings);
    Ok(())
}

/// Whether something else is there than an earlier trial's file.
fn is_foreign(path: &Path) -> bool {
    let Ok(there) = path.symlink_metadata() else { return false };
    let is_ours = || {
        let file = RawFile::open(path).ok()?;
        attribute(&file.schema().attributes, TRIAL_GROUPS).map(|_| ())
    };
    !there.is_file() || is_ours().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_the_final_file_and_never_in_its_place() {
        assert_eq!(path(Path::new("/out/pv.nc")), Path::new("/out/pv.trial.nc"));
        assert_eq!(path(Path::new("pv")), Path::new("pv.trial"));
        assert_eq!(path(Path::new("a.b.nc4")), Path::new("a.b.trial.nc4"));
    }
}
