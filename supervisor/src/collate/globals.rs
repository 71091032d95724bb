//! Global attributes of the final file, from those of all partials.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dayfold_contract::partial::{FILES_WITHOUT_TIMES, GRID, SKIPPED_FILES};
use dayfold_ncio::dataset::{Attribute, Values, attribute};
use dayfold_ncio::error::NcError;
use dayfold_ncio::raw::{RawFile, is_reserved};

use super::Source;
use super::coding::same;

/// Attributes that name files, a line each, and are gathered from all.
const GATHERED: [&str; 2] = [SKIPPED_FILES, FILES_WITHOUT_TIMES];

type Attributes = Vec<(String, Attribute)>;

/// What is known of them so far.
#[derive(Default)]
pub(super) struct Globals {
    /// Names that are passed over.
    own: BTreeSet<String>,
    /// The first partial's, less what others have otherwise.
    kept: Option<Attributes>,
    dropped: BTreeSet<String>,
    gathered: BTreeMap<&'static str, BTreeSet<String>>,
    /// What partials say of their grid, which is the same; those without any time say nothing.
    grid: Option<Attribute>,
}

/// Those of the final file.
pub(super) struct Finished {
    pub(super) attributes: Attributes,
    /// The names of those that are not from the sources, sorted.
    pub(super) made: Vec<String>,
}

impl Globals {
    /// Nothing is known, and what has one of these names will not be.
    pub(super) fn without(own: &[&str]) -> Self {
        Self { own: own.iter().map(|&name| name.to_owned()).collect(), ..Self::default() }
    }

    /// Takes another source's.
    pub(super) fn merge(&mut self, attributes: &[(String, Attribute)], source: &Source) {
        for name in GATHERED {
            let files = named(attributes, name).into_iter().filter(|file| !source.outdated.contains(file));
            self.gathered.entry(name).or_default().extend(files);
        }
        if self.grid.is_none() {
            self.grid = attribute(attributes, GRID).cloned();
        }
        let counts = |name: &String| {
            !is_reserved(name)
                && !GATHERED.contains(&name.as_str())
                && name != GRID
                && !self.own.contains(name)
                && !source.made.contains(name)
        };
        let others: Attributes = attributes.iter().filter(|(name, _)| counts(name)).cloned().collect();
        let Some(kept) = &mut self.kept else {
            self.kept = Some(others);
            return;
        };
        let names = kept.iter().chain(&others).map(|(name, _)| name);
        let differs = |name: &&String| !same(attribute(kept, name), attribute(&others, name));
        let differing: Vec<String> = names.filter(differs).cloned().collect();
        kept.retain(|(name, _)| !differing.contains(name));
        self.dropped.extend(differing);
    }

    /// Those of the final file, where `set` are given from outside and win, and `defaults` where there are
    /// none of these names.
    pub(super) fn finish(&self, set: &[(String, Attribute)], defaults: &[(String, Attribute)]) -> Finished {
        let mut attributes = self.kept.clone().unwrap_or_default();
        let is_new = |(name, _): &&(String, Attribute)| {
            attribute(&attributes, name).is_none() && attribute(set, name).is_none()
        };
        let defaults: Attributes = defaults.iter().filter(is_new).cloned().collect();
        let made = set.iter().chain(&defaults).map(|(name, _)| name.clone());
        let made = made.collect::<BTreeSet<_>>().into_iter().collect();
        attributes.extend(defaults);
        attributes.extend(self.grid.clone().map(|grid| (GRID.to_owned(), grid)));
        for (name, files) in self.gathered.iter().filter(|(_, files)| !files.is_empty()) {
            let files: Vec<_> = files.iter().map(String::as_str).collect();
            attributes.push(((*name).to_owned(), files.join("\n").into()));
        }
        for (name, value) in set {
            match attributes.iter_mut().find(|(present, _)| present == name) {
                Some((_, present)) => *present = value.clone(),
                None => attributes.push((name.clone(), value.clone())),
            }
        }
        Finished { attributes, made }
    }

    /// The names of those that are left out, and are not made here.
    pub(super) fn dropped(&self, made: &[String]) -> Vec<&str> {
        self.dropped.iter().filter(|name| !made.contains(name)).map(String::as_str).collect()
    }
}

/// The files that a final file names in each of these attributes.
///
/// # Errors
/// If it cannot be read.
pub fn named_files<const N: usize>(file: &Path, names: [&str; N]) -> Result<[Vec<String>; N], NcError> {
    let file = RawFile::open(file)?;
    Ok(names.map(|name| named(&file.schema().attributes, name)))
}

fn named(attributes: &[(String, Attribute)], name: &str) -> Vec<String> {
    attribute(attributes, name).map(lines).unwrap_or_default()
}

fn lines(value: &Attribute) -> Vec<String> {
    let texts: &[String] = match value {
        Attribute::Text(text) => std::slice::from_ref(text),
        Attribute::Values(Values::Strings(texts)) => texts,
        Attribute::Values(_) => &[],
    };
    let lines = texts.iter().flat_map(|text| text.lines()).map(|line| line.trim_end_matches('\0'));
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.into())).collect()
    }

    fn source() -> Source {
        Source::new(dayfold_contract::GroupName::new("1"), "1.nc".into())
    }

    fn merged(partials: &[&[(&str, &str)]]) -> Globals {
        let mut globals = Globals::default();
        partials.iter().for_each(|partial| globals.merge(&attributes(partial), &source()));
        globals
    }

    #[test]
    fn what_is_equal_in_all_is_kept() {
        let globals = merged(&[
            &[("title", "PV"), ("history", "1"), ("only", "here")],
            &[("history", "2"), ("title", "PV"), ("late", "too")],
            &[("title", "PV"), ("history", "1"), ("late", "too")],
        ]);
        let Finished { attributes: found, made } = globals.finish(&[], &[]);
        assert_eq!(found, attributes(&[("title", "PV")]));
        assert_eq!(globals.dropped(&made), ["history", "late", "only"]);
    }

    #[test]
    fn what_is_set_wins() {
        let globals = merged(&[&[("title", "a"), ("source", "b")], &[("title", "c"), ("source", "b")]]);
        let set = attributes(&[("source", "x"), ("title", "y")]);
        let Finished { attributes: found, made } = globals.finish(&set, &[]);
        assert_eq!(found, attributes(&[("source", "x"), ("title", "y")]));
        assert!(globals.dropped(&made).is_empty());
    }

    #[test]
    fn defaults_stand_where_the_sources_have_none() {
        let globals = merged(&[&[("title", "mine"), ("source", "a")], &[("title", "mine"), ("source", "b")]]);
        let defaults = attributes(&[("title", "ours"), ("source", "ours"), ("summary", "ours")]);
        let Finished { attributes: found, made } =
            globals.finish(&attributes(&[("summary", "set")]), &defaults);
        assert_eq!(found, attributes(&[("title", "mine"), ("source", "ours"), ("summary", "set")]));
        assert_eq!(made, ["source", "summary"]);
        assert!(globals.dropped(&made).is_empty());
    }

    #[test]
    fn what_an_earlier_collation_made_does_not_count() {
        let mut globals = Globals::default();
        let earlier = Source { made: ["title".to_owned()].into(), ..source() };
        globals.merge(&attributes(&[("title", "ours"), ("institution", "mine")]), &earlier);
        globals.merge(&attributes(&[("institution", "mine")]), &source());
        assert_eq!(globals.finish(&[], &[]).attributes, attributes(&[("institution", "mine")]));
        assert!(globals.dropped(&[]).is_empty());
    }

    #[test]
    fn names_of_our_own_come_from_outside_or_not_at_all() {
        let mut globals = Globals::without(&["missing_groups", "task"]);
        for partial in [&[("missing_groups", "3"), ("title", "PV"), ("task", "pv")][..], &[("title", "PV")]] {
            globals.merge(&attributes(partial), &source());
        }
        let set = attributes(&[("task", "pv")]);
        let Finished { attributes: found, made } = globals.finish(&set, &[]);
        assert_eq!(found, attributes(&[("title", "PV"), ("task", "pv")]));
        assert!(globals.dropped(&made).is_empty());
    }

    #[test]
    fn skipped_files_are_gathered_sorted_and_once() {
        let globals = merged(&[&[(SKIPPED_FILES, "b.nc\na.nc")], &[], &[(SKIPPED_FILES, "a.nc\n")]]);
        assert_eq!(globals.finish(&[], &[]).attributes, attributes(&[(SKIPPED_FILES, "a.nc\nb.nc")]));
        assert!(globals.dropped(&[]).is_empty());
    }

    #[test]
    fn outdated_lines_of_one_source_do_not_count_and_those_of_another_do() {
        let mut globals = Globals::default();
        let outdated = Source { outdated: ["a.nc", "b.nc"].map(str::to_owned).into(), ..source() };
        globals.merge(&attributes(&[(SKIPPED_FILES, "a.nc\nb.nc\nc.nc")]), &outdated);
        globals.merge(&attributes(&[(SKIPPED_FILES, "b.nc")]), &source());
        assert_eq!(globals.finish(&[], &[]).attributes, attributes(&[(SKIPPED_FILES, "b.nc\nc.nc")]));
    }
}
