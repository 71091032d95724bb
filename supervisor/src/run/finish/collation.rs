//! From partials to the final file, and what is removed then.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use dayfold_contract::error::in_one_line;
use dayfold_contract::partial::{self, FILES_WITHOUT_TIMES, SKIPPED_FILES};
use dayfold_contract::shown::shown;
use dayfold_contract::{Fingerprint, Group, GroupId, GroupName};

use super::{contradiction, provenance, target};
use crate::collate::{self, CollateError, Collation, Misfit, Source};
use crate::decide::stop::Stop;
use crate::disk_space;
use crate::names;
use crate::run::RunError;
use crate::run::begin::again;
use crate::run::context::Run;
use crate::run_event::RunEvent;
use crate::rundir::finished::Finished;
use crate::rundir::learnt::{self, Learnt};
use crate::rundir::output_settings::OutputSettings;
use crate::rundir::partials::Partials;
use crate::rundir::plan_file::{self, Frozen};
use crate::rundir::{RunDirError, done_marker, logs};
use crate::task;
use crate::verdict::Verdict;

/// The final file among the sources stands for many groups.
const IN_FINAL: &str = "(those in the final file)";

/// What came of collation.
pub enum Collated {
    /// The run ends so, with the final file where there is one.
    Ended(Verdict, Option<PathBuf>),
    /// These results cannot be collated with the others: nothing was written or removed.
    Misfits(Vec<Misfit>),
    /// The results of these groups, which were done, cannot be collated: nothing was written or removed.
    Lost(Vec<GroupName>),
}

/// What is to be collated.
pub struct FinalCollation<'a> {
    /// The plan.
    pub frozen: &'a Frozen,
    /// The final file that stands for partials that are gone.
    pub finished: Option<&'a Finished>,
    /// The final file that is there and stands for no group any more.
    pub former: Option<&'a Finished>,
    /// The groups whose results are safe.
    pub done: &'a [GroupId],
    /// The groups that are left out.
    pub failed: Vec<GroupName>,
    /// Keep partials when the final file is there.
    pub keep_partials: bool,
}

impl FinalCollation<'_> {
    fn done(&self) -> impl Iterator<Item = &Group> {
        self.done.iter().filter_map(|id| self.frozen.plan.groups.get(id.index()))
    }

    /// Whether the final file holds everything already.
    pub fn is_done(&self) -> bool {
        let Some(finished) = self.finished else { return false };
        let Frozen { output, plan, output_settings, .. } = self.frozen;
        let keys = finished.keys();
        finished.output == *output
            && finished.missing == plan.missing
            && finished.output_settings == *output_settings
            && self.failed.is_empty()
            && self.done_by_key().all(|(key, _)| keys.contains(&key))
    }

    /// The groups whose results are safe, by their keys.
    fn done_by_key(&self) -> impl Iterator<Item = (Fingerprint, &Group)> {
        self.done().map(|group| (partial::key(self.frozen.run, group), group))
    }

    /// The keys of the groups whose results the final file holds.
    fn in_final(&self) -> HashSet<Fingerprint> {
        self.finished.map(Finished::keys).unwrap_or_default()
    }

    /// The final file for the groups that it holds, partials for the others, in the plan's order; or the
    /// groups that are in neither, though they were done.
    fn sources(&self, partials: &Partials) -> Result<Vec<Source>, Vec<GroupName>> {
        let (mut sources, mut lost) = (Vec::from_iter(self.finished.map(|it| self.whole(it))), Vec::new());
        let in_final = self.in_final();
        for (key, group) in self.done_by_key().filter(|(key, _)| !in_final.contains(key)) {
            match partials.kept(key) {
                Some((path, checksum)) => {
                    sources.push(Source::new(group.name.clone(), path.clone()).kept_as(checksum));
                }
                None => lost.push(group.name.clone()),
            }
        }
        if lost.is_empty() { Ok(sources) } else { Err(lost) }
    }

    fn whole(&self, finished: &Finished) -> Source {
        Source {
            group: GroupName::new(IN_FINAL),
            path: finished.output.clone(),
            checksum: Some(finished.output_checksum),
            outdated: self.files_done_anew(finished),
            empty: self.still_empty(finished),
            groups: finished.groups.len(),
            first: finished
                .groups
                .iter()
                .map(|group| &group.name)
                .min()
                .cloned()
                .unwrap_or_else(|| GroupName::new("")),
            made: finished.made.iter().cloned().collect(),
        }
    }

    /// The groups whose results are lost with that of this source.
    pub fn lost_with(&self, source: &GroupName) -> Vec<GroupName> {
        match source.as_str() {
            IN_FINAL => {
                let in_final = self.in_final();
                let lost = self.done_by_key().filter(|(key, _)| in_final.contains(key));
                lost.map(|(_, group)| group.name.clone()).collect()
            }
            _ => vec![source.clone()],
        }
    }

    /// The groups that the final file holds, and that have been done anew since: of these it says nothing that
    /// still holds.
    fn done_anew(&self, finished: &Finished) -> HashSet<&GroupName> {
        let keys = finished.keys();
        let anew = self.done_by_key().filter(|(key, _)| !keys.contains(key));
        anew.map(|(_, group)| &group.name).collect()
    }

    fn files_done_anew(&self, finished: &Finished) -> HashSet<String> {
        let anew = self.done_anew(finished);
        let outdated = finished.groups.iter().filter(|group| anew.contains(&group.name));
        outdated.flat_map(|group| &group.files).map(|file| shown(file).into_owned()).collect()
    }

    fn still_empty(&self, finished: &Finished) -> Vec<GroupName> {
        let anew = self.done_anew(finished);
        finished.empty.iter().filter(|group| !anew.contains(group)).cloned().collect()
    }
}

/// Collates, unless there is nothing new, and removes what nobody needs then; `ended` is the verdict if that
/// goes well.
///
/// # Errors
/// If partials cannot be collated, but for contradictions and a full disk, which are verdicts.
pub fn collate(
    run: &mut Run<'_>,
    collation: &FinalCollation<'_>,
    ended: Verdict,
) -> Result<Collated, RunError> {
    let output = collation.frozen.output.clone();
    if collation.is_done() {
        // an earlier run may have been killed in the middle of this
        collation.finished.into_iter().for_each(|finished| settle(run, finished));
        put_away(run, collation)?;
        tell_files(run, &output);
        return Ok(Collated::Ended(ended, Some(output)));
    }
    let sources = match collation.sources(&Partials::list(&run.dir)?) {
        Ok(sources) => sources,
        Err(lost) => {
            run.warn(&[gone(&lost)]);
            return Ok(Collated::Lost(lost));
        }
    };
    if let Some(why) = changed_meanwhile(run, collation) {
        return Ok(Collated::Ended(Verdict::Contradiction(why), None));
    }
    if let Some(finished) = collation.finished {
        run.warn(&otherwise(&finished.output_settings, &collation.frozen.output_settings));
    }
    run.hear(&RunEvent::Collating { partials: sources.len() });
    match write(run, collation, &sources, &output) {
        Ok(()) => {}
        Err(RunError::Collate(error)) => return unwritten(run, collation, &sources, error, ended),
        Err(error) => return Err(error),
    }
    if collation.failed.is_empty() {
        put_away(run, collation)?;
    }
    tell_files(run, &output);
    Ok(Collated::Ended(ended, Some(output)))
}

/// What has changed of what the command depends on while this run was at work: nobody knows by which of both each group
/// was done.
fn changed_meanwhile(run: &Run<'_>, collation: &FinalCollation<'_>) -> Option<String> {
    let changes = learnt::changes_by_now(&collation.frozen.learnt.dependencies);
    let error = || again::changed(&run.dir, changes.clone(), collation.done.len()).to_string();
    (!changes.is_empty()).then(error)
}

/// What is told where a final file was stored otherwise than it is to be now.
fn otherwise(before: &OutputSettings, now: &OutputSettings) -> Vec<String> {
    if before == now {
        return Vec::new();
    }
    let mut told = vec!["[output] has changed: the final file is written anew".to_owned()];
    let type_of = |settings: &OutputSettings, name: &String| settings.variables.get(name)?.dtype;
    let rounded = before.variables.keys().filter_map(|name| {
        let was = type_of(before, name)?;
        (type_of(now, name) != Some(was)).then(|| format!("{name} ({was})"))
    });
    let rounded: Vec<String> = rounded.collect();
    if !rounded.is_empty() {
        told.push(format!(
            "the groups in the final file keep the digits that it has of {}: their partials are gone, and only \
             running the groups again gives more",
            names::shortened(&rounded)
        ));
    }
    told
}

fn gone(lost: &[GroupName]) -> String {
    let names: Vec<&str> = lost.iter().map(GroupName::as_str).collect();
    let results = if lost.len() == 1 { "the result of" } else { "each of the results of" };
    format!("{results} {} is gone since it was kept; {AGAIN}", names::shortened(&names))
}

/// How a run ends whose final file cannot be written.
fn unwritten(
    run: &mut Run<'_>,
    collation: &FinalCollation<'_>,
    sources: &[Source],
    error: CollateError,
    ended: Verdict,
) -> Result<Collated, RunError> {
    let Frozen { output, plan, .. } = collation.frozen;
    let error = match error.into_misfits() {
        Ok(misfits) => return Ok(Collated::Misfits(misfits)),
        Err(error) => error,
    };
    if let Some(source) = error.lost() {
        run.warn(&[format!("{}; {}", in_one_line(&error), what_to_do(&error))]);
        return Ok(Collated::Lost(collation.lost_with(source)));
    }
    let verdict = match error {
        CollateError::NoValues { .. } => {
            // what is complete without a final file explains itself
            if !matches!(ended, Verdict::Complete) {
                run.warn(&["no group gave any value: there is no final file to write".to_owned()]);
            }
            ended
        }
        CollateError::BrokenOff => Verdict::Interrupted(Stop::Signal),
        error if error.is_contradiction() => Verdict::Contradiction(contradiction::told(&error, plan)),
        error if error.is_no_space() => {
            let folder = output.parent().unwrap_or(Path::new("."));
            run.warn(&[in_one_line(&error), disk_space::told(folder, Some(size(sources)))]);
            Verdict::Interrupted(Stop::NoSpace)
        }
        error => return Err(error.into()),
    };
    Ok(Collated::Ended(verdict, None))
}

const AGAIN: &str = "`dayfold run` does it again, and nothing was written";

/// About a result that cannot be collated. One that is as it was kept is done again by no run that finds it.
fn what_to_do(error: &CollateError) -> &'static str {
    match error {
        CollateError::Gone { .. } | CollateError::Damaged { .. } => AGAIN,
        _ => {
            "nothing was written; the same command tries it again, and if it cannot be read then either, `dayfold \
             run` with --redo and the group's name does the group again"
        }
    }
}

/// Tells which files were left out or hold nothing, by what the final file says of itself.
fn tell_files(run: &mut Run<'_>, output: &Path) {
    // it has just been written, or found to be as it was written
    let names = [SKIPPED_FILES, FILES_WITHOUT_TIMES];
    let [skipped, without_times] = collate::named_files(output, names).unwrap_or_default();
    let left_out = match skipped.len() {
        1 => "1 file was left out as unreadable".to_owned(),
        many => format!("{many} files were left out as unreadable"),
    };
    let nothing = match without_times.len() {
        1 => "1 file holds no time step".to_owned(),
        many => format!("{many} files hold no time step"),
    };
    for (what, files, attribute) in
        [(left_out, skipped, SKIPPED_FILES), (nothing, without_times, FILES_WITHOUT_TIMES)]
    {
        if !files.is_empty() {
            run.warn(&[format!("{what}: {} (attribute {attribute})", names::shortened(&files))]);
        }
    }
}

/// The final file is no larger than what it is made of.
fn size(sources: &[Source]) -> u64 {
    sources.iter().filter_map(|source| source.path.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// Writes the final file aside, writes down what it is made of, and gives it its name if the run
/// directory is still ours.
fn write(
    run: &mut Run<'_>,
    collation: &FinalCollation<'_>,
    sources: &[Source],
    output: &Path,
) -> Result<(), RunError> {
    let attributes =
        provenance::attributes(collation.frozen, &collation.failed).map_err(RunDirError::Identity)?;
    let behind_links = &target::behind_links(output);
    let owner = &run.dir.owner();
    let own = &provenance::NAMES;
    let description = &task::description(collation.frozen);
    let what = Collation { sources, output: behind_links, owner, attributes: &attributes, own, description };
    run.interrupt.in_order();
    let interrupt = &run.interrupt;
    let mut watch = |_| if interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let prepared = collate::prepare(&what, &mut watch)?;
    run.still_ours()?;
    run.prove_result(collation.frozen).map_err(RunError::Taken)?;
    let Frozen { run: fingerprint, plan, .. } = collation.frozen;
    let done = collation.done().cloned().collect();
    let (missing, empty) = (plan.missing.clone(), prepared.collated().empty.clone());
    let next = Finished::describe(prepared.path(), output, *fingerprint, done, missing, empty)?;
    let output_settings = collation.frozen.output_settings.clone();
    let next = Finished { made: prepared.collated().made.clone(), output_settings, ..next };
    Finished::write_either(&run.dir, collation.finished.or(collation.former), &next)?;
    let collated = prepared.publish()?;
    run.warn(&collated.warnings);
    settle(run, &next);
    Ok(())
}

/// Writes down that this final file is in its place. What cannot be written down is found out by who reads.
fn settle(run: &mut Run<'_>, finished: &Finished) {
    if let Err(error) = finished.settle(&run.dir) {
        run.warn(&[format!("{}: the final file is in its place all the same", in_one_line(&error))]);
    }
}

/// Removes what nobody needs any more.
fn put_away(run: &mut Run<'_>, collation: &FinalCollation<'_>) -> Result<(), RunError> {
    done_marker::remove_all(&run.dir)?;
    run.warn(&logs::remove_all(&run.dir));
    let Frozen { learnt, .. } = collation.frozen;
    if learnt.redo.is_some() {
        // before partials are removed: the new file may be the same as the old one, and stands for them from here on
        let learnt = Learnt { redo: None, ..learnt.clone() };
        plan_file::replace(&run.dir, &Frozen { learnt, ..collation.frozen.clone() })?;
    }
    if !collation.keep_partials {
        run.warn(&Partials::list(&run.dir)?.remove_all());
    }
    run.warn(&run.dir.sweep_partials()?);
    Ok(())
}
