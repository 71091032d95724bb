//! What is done: partials that are as their names say, and the final file where it stands for
//! partials that are gone. Nothing else decides it, neither plan nor journal nor markers.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use dayfold_contract::form::FormId;
use dayfold_contract::job::{Empty, Layout};
use dayfold_contract::partial::GRID;
use dayfold_contract::{Fingerprint, Group, GroupId, GroupName, partial};
use dayfold_ncio::dataset::attribute;
use dayfold_ncio::raw::RawFile;

use crate::collate::FormReader;
use crate::decide::forms::KnownForm;
use crate::names;
use crate::rundir::finished::Finished;
use crate::rundir::learnt::Learnt;
use crate::rundir::partials::Partials;
use crate::rundir::plan_file::Frozen;
use crate::rundir::{RunDir, RunDirError, remove_file};

/// The results of a run.
#[derive(Debug)]
pub struct Results {
    run: Fingerprint,
    partials: Partials,
    finished: Option<Finished>,
    in_final: HashSet<Fingerprint>,
    /// A final file that is there and stands for no group any more.
    former: Option<Finished>,
}

/// Results that count no more, and are still there.
#[derive(Debug, Default)]
pub struct Withdrawn {
    partials: Vec<PathBuf>,
    /// The final file that had some of them; it stays.
    pub final_file: Option<Finished>,
}

impl Withdrawn {
    /// Removes the partials among them.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub fn remove(&self) -> Result<(), RunDirError> {
        self.partials.iter().try_for_each(|path| remove_file(path))
    }
}

impl Results {
    /// Reads all of the results of these groups, and removes what is damaged, and what has no values where that is
    /// a failure: an earlier version took it for a result. The final file goes to `output`.
    ///
    /// # Errors
    /// If the run directory cannot be read.
    pub fn look<'a>(
        run_dir: &RunDir,
        run: Fingerprint,
        groups: impl IntoIterator<Item = &'a Group> + Clone,
        learnt: &Learnt,
        empty: Empty,
        output: &Path,
        warnings: &mut Vec<String>,
    ) -> Result<Self, RunDirError> {
        let mut partials = Partials::list(run_dir)?;
        warnings.extend(partials.verify(run, groups.clone())?);
        if empty == Empty::Fail {
            let again = partials.remove_empty(run, groups, warnings);
            warnings.extend(without_values(&again));
        }
        // after the partials, since it is written before these are removed
        let mut finished = Finished::read(run_dir, output, warnings)?;
        let former = finished.take_if(|finished| learnt.is_outdated(finished.output_checksum));
        let in_final = finished.as_ref().map(Finished::keys).unwrap_or_default();
        Ok(Self { run, partials, finished, in_final, former })
    }

    /// Those of these groups whose results are there and have no values.
    pub fn empty_among(&self, groups: &[Group]) -> Vec<GroupName> {
        let in_final: HashSet<&GroupName> =
            self.finished.iter().flat_map(|finished| &finished.empty).collect();
        let is_empty = |group: &&Group| {
            let key = partial::key(self.run, group);
            if self.in_final.contains(&key) {
                in_final.contains(&group.name)
            } else {
                self.partials.is_empty(key)
            }
        };
        groups.iter().filter(is_empty).map(|group| group.name.clone()).collect()
    }

    /// Whether a group's result is there, with exactly these files.
    pub fn is_done(&self, group: &Group) -> bool {
        let key = partial::key(self.run, group);
        self.in_final.contains(&key) || self.partials.has(key)
    }

    /// The forms of the partials of these groups, in full where one of each can be read: earlier versions did not name
    /// them, and only these are opened.
    pub fn forms(&self, groups: &[Group]) -> Vec<KnownForm> {
        let mut known: BTreeMap<FormId, KnownForm> = BTreeMap::new();
        let mut reader = FormReader::default();
        for (id, group) in (0..).map(GroupId).zip(groups) {
            let Some((path, name)) = self.partials.named(partial::key(self.run, group)) else { continue };
            let read = |form: Option<FormId>| form.is_none_or(|form| !known.contains_key(&form));
            let full = if read(name.form) && !name.is_empty() { reader.read(path) } else { None };
            let Some(form) = name.form.or(full.as_ref().map(|(id, _)| *id)) else { continue };
            let entry = known.entry(form).or_insert_with(|| KnownForm {
                id: form,
                form: None,
                groups: 0,
                first: id,
                layout: None,
                told: 0,
            });
            entry.form = entry.form.take().or(full.map(|(_, form)| form));
            entry.groups += 1;
        }
        known.into_values().collect()
    }

    /// The files that hold a group's result.
    pub fn kept_in(&self, group: &Group) -> Vec<PathBuf> {
        let key = partial::key(self.run, group);
        let finished = self.finished.iter().filter(|_| self.in_final.contains(&key));
        let partial = self.partials.kept(key).map(|(path, _)| path.clone());
        finished.map(|finished| finished.output.clone()).chain(partial).collect()
    }

    /// What the files of those of these groups look like that are done, where one of their results tells it.
    pub fn layout(&self, groups: &[Group]) -> Option<Layout> {
        let of = |path: &Path| {
            let file = RawFile::open(path).ok()?;
            Layout::parse(attribute(&file.schema().attributes, GRID)?.text()?)
        };
        let finished = self.finished.iter().map(|finished| finished.output.as_path());
        let partials = groups.iter().filter_map(|group| self.partials.of(self.run, group));
        finished.chain(partials.map(PathBuf::as_path)).find_map(of)
    }

    /// Leaves the final file out if it cannot stand for its partials in this plan.
    pub fn stand_for(&mut self, frozen: &Frozen, warnings: &mut Vec<String>) {
        let growth = frozen.identity.task.kind().growth;
        let Some(finished) = &self.finished else { return };
        let Some(group) = finished.first_outdated(frozen.run, &frozen.plan, growth) else { return };
        let output = finished.output.display();
        warnings.push(format!(
            "group {group} is not as it was when {output} was made, and its values cannot be taken out of \
             that: groups whose partials are gone run again (--keep-partials avoids this)"
        ));
        self.former = self.finished.take();
        self.in_final.clear();
    }

    /// Lets the results of these groups count no more. A final file that has one of them stands for none then.
    pub fn withdraw(&mut self, groups: &[&Group]) -> Withdrawn {
        let keys: HashSet<Fingerprint> = groups.iter().map(|group| partial::key(self.run, group)).collect();
        let partials = self.partials.take(&keys);
        if self.in_final.is_disjoint(&keys) {
            return Withdrawn { partials, final_file: None };
        }
        self.in_final.clear();
        self.former = self.finished.take();
        Withdrawn { partials, final_file: self.former.clone() }
    }

    /// The final file that is there and stands for no group any more.
    pub fn former(&self) -> Option<&Finished> {
        self.former.as_ref()
    }

    /// The final file that stands for partials that are gone, and the one that is there and does not.
    pub fn into_final_files(self) -> (Option<Finished>, Option<Finished>) {
        (self.finished, self.former)
    }
}

/// About results that an earlier run kept though they have no values.
fn without_values(groups: &[&GroupName]) -> Option<String> {
    let names: Vec<&str> = groups.iter().map(|group| group.as_str()).collect();
    let (what, run) = match groups.len() {
        0 => return None,
        1 => ("the result of 1 group has".to_owned(), "it runs"),
        many => (format!("the results of {many} groups have"), "they run"),
    };
    Some(format!(
        "{what} no values: {run} again ({}); if a group may be without values, set empty = \"allow\" in [task]",
        names::shortened(&names)
    ))
}
