//! `finished.json`: which groups are in the final file, once their partials are removed.
//!
//! It lets a finished run be told from one that never began, and lets dates be added later: the
//! final file then takes the place of the partials that it was made of, as long as it is the same
//! to the byte. It is written before a new final file takes the place of the old one, and holds both
//! until then: whichever is there, its description is. It is written once more when the new one is in place:
//! which of them is there need not be found out by reading it then.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use dayfold_contract::task::Growth;
use dayfold_contract::{Fingerprint, Group, GroupName, Plan, partial};
use serde::{Deserialize, Serialize};

use super::merge::has_all;
use super::output_settings::OutputSettings;
use super::sealed::{self, Found};
use super::{RunDir, RunDirError, place};
use crate::durable;

/// What a final file was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// The final file. In the file it is relative to the run directory where it is beside or in that.
    pub output: PathBuf,
    /// Of its content.
    pub output_checksum: Fingerprint,
    /// Its size, bytes; not known of one that an earlier dayfold wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// The run's fingerprint.
    pub run: Fingerprint,
    /// The groups in it, with their files.
    pub groups: Vec<Group>,
    /// The groups that its attribute names as missing.
    pub missing: Vec<GroupName>,
    /// The groups in it that gave no values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty: Vec<GroupName>,
    /// The names of its global attributes that are from collation and not from its sources.
    #[serde(default = "made_before")]
    pub made: Vec<String>,
    /// How it is stored, and what people have added to it.
    #[serde(default, skip_serializing_if = "OutputSettings::is_default")]
    pub output_settings: OutputSettings,
}

/// What it was before it was written down, beside what no source may have.
fn made_before() -> Vec<String> {
    vec!["Conventions".to_owned()]
}

impl Finished {
    /// Describes what will be the final file `output`, made of these groups, and is `aside` still.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn describe(
        aside: &Path,
        output: &Path,
        run: Fingerprint,
        groups: Vec<Group>,
        missing: Vec<GroupName>,
        empty: Vec<GroupName>,
    ) -> Result<Self, RunDirError> {
        let unreadable = |source| RunDirError::Unreadable { path: aside.to_owned(), source };
        let output_bytes = Some(aside.metadata().map_err(unreadable)?.len());
        let (output, output_checksum) = (output.to_owned(), checksum(aside)?);
        let (made, output_settings) = (made_before(), OutputSettings::default());
        Ok(Self { output, output_checksum, output_bytes, run, groups, missing, empty, made, output_settings })
    }

    /// What is written down, the final file not looked at; nothing where that is damaged, which is told.
    fn described(run_dir: &RunDir, warnings: &mut Vec<String>) -> Result<Either<Self>, RunDirError> {
        let path = run_dir.finished_file();
        Ok(match sealed::read::<Either<Self>>(&path)? {
            Found::None => Either::default(),
            Found::Whole(described) => {
                let found = |one: Self| Self { output: place::found(run_dir, &one.output), ..one };
                Either { either: described.either.into_iter().map(found).collect(), ..described }
            }
            Found::Damaged => {
                warnings.push(format!("{} is damaged: {AGAIN}", path.display()));
                Either::default()
            }
        })
    }

    /// Whether a file is, to the byte, a final file that is described here.
    ///
    /// # Errors
    /// If it cannot be read, or the description is of a newer format.
    pub fn describes(run_dir: &RunDir, file: &Path) -> Result<bool, RunDirError> {
        let described = Self::described(run_dir, &mut Vec::new())?;
        if described.either.is_empty() {
            return Ok(false);
        }
        let found = checksum(file)?;
        Ok(described.either.iter().any(|finished| finished.output_checksum == found))
    }

    /// Where the final file was put that is described last, whatever is there now.
    ///
    /// # Errors
    /// If the description cannot be read, or is of a newer format.
    pub fn last_place(run_dir: &RunDir) -> Result<Option<PathBuf>, RunDirError> {
        Ok(Self::described(run_dir, &mut Vec::new())?.either.pop().map(|last| last.output))
    }

    /// What the final file that is there was made of; `None` where nothing is written down, or the file is
    /// gone or another one, which is told. Its content is read only where it may be one of two: a run was
    /// ended, or could not go on, just as it gave the new one its name.
    ///
    /// # Errors
    /// If a file cannot be read, or is of a newer format.
    pub fn by_name(run_dir: &RunDir, warnings: &mut Vec<String>) -> Result<Option<Self>, RunDirError> {
        let mut described = Self::described(run_dir, warnings)?;
        if !described.is_settled() {
            let places = described.places();
            return described.find(&places, warnings);
        }
        let Some(last) = described.either.pop() else { return Ok(None) };
        if last.can_be_there() {
            return Ok(Some(last));
        }
        warnings.push(last.told(last.what_is_wrong()));
        Ok(None)
    }

    /// Whether there is a file of its name and size.
    fn can_be_there(&self) -> bool {
        let there = self.output.metadata();
        there.is_ok_and(|there| there.is_file() && self.output_bytes.is_none_or(|bytes| bytes == there.len()))
    }

    /// Of a final file that is not there.
    fn what_is_wrong(&self) -> &'static str {
        if self.output.is_file() { "is not as it was written" } else { "is gone" }
    }

    /// Reads it; `None` where it is not there, or does not hold any more, which is told. A final file that
    /// is now at `output` is found there, too.
    ///
    /// # Errors
    /// If a file cannot be read, or is of a newer format.
    pub fn read(
        run_dir: &RunDir,
        output: &Path,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Self>, RunDirError> {
        let described = Self::described(run_dir, warnings)?;
        let mut places = described.places();
        places.retain(|place| *place != output);
        places.insert(0, output.to_owned());
        described.find(&places, warnings)
    }

    fn told(&self, what: &str) -> String {
        format!("{} {what}: {AGAIN}", self.output.display())
    }

    /// Writes down, whole or not at all, that one of these is the final file: the old one, where there is one,
    /// and the one that is about to take its place.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_either(run_dir: &RunDir, old: Option<&Self>, new: &Self) -> Result<(), RunDirError> {
        let either = old.into_iter().chain([new]).cloned().collect();
        Either { either, in_place: Some(false) }.write(run_dir)
    }

    /// Writes down, whole or not at all, that this is the final file, and is in its place.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, run_dir: &RunDir) -> Result<(), RunDirError> {
        Either { either: vec![self.clone()], in_place: Some(true) }.write(run_dir)
    }

    /// Writes down, whole or not at all, that no final file stands for any group's result.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn forget(run_dir: &RunDir) -> Result<(), RunDirError> {
        Either { either: Vec::<Self>::new(), in_place: Some(true) }.write(run_dir)
    }

    /// As [`Self::write`], where it is not written down yet: a run was ended before it could.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn settle(&self, run_dir: &RunDir) -> Result<(), RunDirError> {
        if Self::described(run_dir, &mut Vec::new())?.is_settled() { Ok(()) } else { self.write(run_dir) }
    }

    /// The keys of the groups in it: see [`partial::key`].
    pub fn keys(&self) -> HashSet<Fingerprint> {
        self.groups.iter().map(|group| partial::key(self.run, group)).collect()
    }

    /// The first group whose values in the final file are not right for this plan any more: what
    /// was collated cannot be taken out again, so that the file cannot stand for its partials.
    pub fn first_outdated(&self, run: Fingerprint, plan: &Plan, growth: Growth) -> Option<&GroupName> {
        let now: HashMap<&GroupName, &Group> = plan.groups.iter().map(|group| (&group.name, group)).collect();
        let holds = |was: &&Group| {
            let now = now.get(&was.name);
            now.is_some_and(|now| *now == *was || (growth == Growth::Adds && has_all(now, was)))
        };
        let outdated = |was: &&Group| run != self.run || !holds(was);
        self.groups.iter().find(outdated).map(|group| &group.name)
    }
}

/// One of these is the final file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Either<T> {
    either: Vec<T>,
    /// Whether the last is in its place; an earlier dayfold did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_place: Option<bool>,
}

impl<T> Default for Either<T> {
    fn default() -> Self {
        Self { either: Vec::new(), in_place: None }
    }
}

impl Either<Finished> {
    /// Whether it is known which of them is the final file.
    fn is_settled(&self) -> bool {
        self.in_place.unwrap_or(self.either.len() < 2)
    }

    /// Where the final file can be, the newest first.
    fn places(&self) -> Vec<PathBuf> {
        let mut places: Vec<PathBuf> = Vec::new();
        for finished in self.either.iter().rev() {
            if !places.contains(&finished.output) {
                places.push(finished.output.clone());
            }
        }
        places
    }

    /// The one that is in one of these places, by its content; what is wrong if there is none is told.
    fn find(&self, places: &[PathBuf], warnings: &mut Vec<String>) -> Result<Option<Finished>, RunDirError> {
        for place in places.iter().filter(|place| place.is_file()) {
            let found = checksum(place)?;
            if let Some(finished) = self.either.iter().find(|finished| finished.output_checksum == found) {
                return Ok(Some(Finished { output: place.clone(), ..finished.clone() }));
            }
        }
        match self.either.last() {
            // the first final file of all has not got its name yet
            Some(last) if self.either.len() == 1 && self.in_place == Some(false) && !last.output.exists() => {
            }
            Some(last) => warnings.push(last.told(last.what_is_wrong())),
            None => {}
        }
        Ok(None)
    }

    fn write(&self, run_dir: &RunDir) -> Result<(), RunDirError> {
        let written =
            |one: &Finished| Finished { output: place::written(run_dir, &one.output), ..one.clone() };
        let either = self.either.iter().map(written).collect();
        let text = sealed::text(&Self { either, in_place: self.in_place })?;
        Ok(durable::replace(&run_dir.finished_file(), &text)?)
    }
}

/// What follows for people.
const AGAIN: &str = "groups whose partials are gone run again";

fn checksum(path: &Path) -> Result<Fingerprint, RunDirError> {
    let read = dayfold_files::open(path).and_then(Fingerprint::of_reader);
    read.map_err(|source| RunDirError::Unreadable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{group, plan};

    fn finished(folder: &Path) -> Finished {
        let output = folder.join("pv.nc");
        durable::replace(&output, b"content").unwrap();
        let groups = vec![group("1", &["a"]), group("2", &["b"])];
        Finished::describe(&output, &output, Fingerprint::of(b"run"), groups, vec![], vec![]).unwrap()
    }

    #[test]
    fn it_holds_while_the_final_file_is_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        let finished = finished(folder.path());
        let read = || {
            let mut warnings = Vec::new();
            (Finished::read(&run_dir, &finished.output, &mut warnings).unwrap(), warnings.join(""))
        };
        assert_eq!(read(), (None, String::new()));
        let next =
            Finished { output_checksum: Fingerprint::of(b"c0ntent"), missing: vec![], ..finished.clone() };
        let by_name = || Finished::by_name(&run_dir, &mut Vec::new()).unwrap();
        Finished::write_either(&run_dir, Some(&finished), &next).unwrap();
        assert_eq!(read(), (Some(finished.clone()), String::new()));
        assert_eq!(by_name(), Some(finished.clone()), "a run was ended before it gave the new one its name");
        durable::replace(&finished.output, b"c0ntent").unwrap();
        assert_eq!(by_name(), Some(next.clone()));
        assert_eq!(read(), (Some(next.clone()), String::new()), "the new one has taken its place");
        next.settle(&run_dir).unwrap();
        assert_eq!((by_name(), read().0), (Some(next.clone()), Some(next)));
        finished.write(&run_dir).unwrap();
        assert_eq!(by_name(), Some(finished.clone()), "of the same size: not told from it by name");
        durable::replace(&finished.output, b"cont").unwrap();
        assert_eq!(by_name(), None, "of another size");
        durable::replace(&finished.output, b"c0ntent").unwrap();
        assert!(matches!(read(), (None, told) if told.contains("pv.nc is not as it was written")));
        std::fs::remove_file(&finished.output).unwrap();
        assert!(matches!(read(), (None, told) if told.contains("pv.nc is gone")));
        let mut warnings = Vec::new();
        assert_eq!(Finished::by_name(&run_dir, &mut warnings).unwrap(), None);
        assert_eq!(warnings, [read().1]);
        Finished::write_either(&run_dir, None, &finished).unwrap();
        assert_eq!((by_name(), read()), (None, (None, String::new())), "the first has not got its name yet");
        durable::replace(&run_dir.finished_file(), b"").unwrap();
        assert!(matches!(read(), (None, told) if told.contains("finished.json is damaged")));
    }

    #[test]
    fn it_is_found_after_a_move_of_both_or_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let run_dir_in = |name: &str| RunDir::at(&path(name).join("pv.nc.run"));
        let outputs = |run_dir: &RunDir, output: &Path| {
            let mut told = Vec::new();
            let found = Finished::read(run_dir, output, &mut told).unwrap();
            (found.map(|finished| finished.output), told.len())
        };
        std::fs::create_dir_all(run_dir_in("old").path()).unwrap();
        let finished = finished(&path("old"));
        finished.write(&run_dir_in("old")).unwrap();
        std::fs::rename(path("old"), path("new")).unwrap();
        let moved = path("new/pv.nc");
        assert_eq!(outputs(&run_dir_in("new"), &path("elsewhere.nc")), (Some(moved.clone()), 0));
        let known = Finished::by_name(&run_dir_in("new"), &mut Vec::new()).unwrap();
        assert_eq!(known.map(|finished| finished.output), Some(moved.clone()));
        std::fs::rename(&moved, path("alone.nc")).unwrap();
        assert_eq!(outputs(&run_dir_in("new"), &path("alone.nc")), (Some(path("alone.nc")), 0));
        assert_eq!(outputs(&run_dir_in("new"), &moved), (None, 1));
        durable::replace(&path("alone.nc"), b"c0ntent").unwrap();
        assert_eq!(outputs(&run_dir_in("new"), &path("alone.nc")), (None, 1));
        // as it was written down before
        let old = Finished { output: path("alone.nc"), ..finished };
        durable::replace(&path("alone.nc"), b"content").unwrap();
        let text = sealed::text(&Either { either: vec![old], in_place: None }).unwrap();
        durable::replace(&run_dir_in("new").finished_file(), &text).unwrap();
        assert_eq!(outputs(&run_dir_in("new"), &moved), (Some(path("alone.nc")), 0));
    }

    #[test]
    fn it_stands_for_its_groups_while_none_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let finished = finished(folder.path());
        let outdated = |groups: Vec<Group>, growth| {
            finished.first_outdated(finished.run, &plan(groups, &[]), growth).map(GroupName::as_str)
        };
        let same = || vec![group("1", &["a"]), group("2", &["b"]), group("3", &["c"])];
        assert_eq!(outdated(same(), Growth::MayChange), None, "one more does no harm");
        assert_eq!(outdated(same()[..1].to_vec(), Growth::Adds), Some("2"));
        let grown = || vec![group("1", &["a"]), group("2", &["b", "c"])];
        assert_eq!(outdated(grown(), Growth::Adds), None);
        assert_eq!(outdated(grown(), Growth::MayChange), Some("2"));
        let other = vec![group("1", &["x", "y"]), group("2", &["b"])];
        assert_eq!(outdated(other, Growth::Adds), Some("1"));
        let plan = plan(same(), &[]);
        assert!(finished.first_outdated(Fingerprint::of(b"other"), &plan, Growth::Adds).is_some());
    }
}
