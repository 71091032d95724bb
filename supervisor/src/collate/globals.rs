//! Global attributes of the final file, from those of all partials.

use std::collections::BTreeSet;

use dayfold_contract::partial::SKIPPED_FILES;
use dayfold_ncio::dataset::{Attribute, Values, attribute};

use super::difference::same;

type Attributes = Vec<(String, Attribute)>;

/// What is known of them so far.
#[derive(Default)]
pub(super) struct Globals {
    /// The first partial's, less what others have otherwise.
    kept: Option<Attributes>,
    dropped: BTreeSet<String>,
    skipped_files: BTreeSet<String>,
}

impl Globals {
    /// Takes another partial's.
    pub(super) fn fold(&mut self, attributes: &[(String, Attribute)]) {
        if let Some(skipped) = attribute(attributes, SKIPPED_FILES) {
            self.skipped_files.extend(lines(skipped));
        }
        let others = attributes.iter().filter(|(name, _)| name != SKIPPED_FILES);
        let Some(kept) = &mut self.kept else {
            self.kept = Some(others.cloned().collect());
            return;
        };
        let names = kept.iter().map(|(name, _)| name).chain(others.map(|(name, _)| name));
        let differs = |name: &&String| !same(attribute(kept, name), attribute(attributes, name));
        let differing: Vec<String> = names.filter(differs).cloned().collect();
        kept.retain(|(name, _)| !differing.contains(name));
        self.dropped.extend(differing);
    }

    /// Those of the final file, where `set` are given from outside and win.
    pub(super) fn finish(&self, set: &[(String, Attribute)]) -> Attributes {
        let mut attributes = self.kept.clone().unwrap_or_default();
        if !self.skipped_files.is_empty() {
            let files: Vec<_> = self.skipped_files.iter().map(String::as_str).collect();
            attributes.push((SKIPPED_FILES.to_owned(), files.join("\n").into()));
        }
        for (name, value) in set {
            match attributes.iter_mut().find(|(present, _)| present == name) {
                Some((_, present)) => *present = value.clone(),
                None => attributes.push((name.clone(), value.clone())),
            }
        }
        attributes
    }

    /// The names of those that are left out, and are not set from outside.
    pub(super) fn dropped(&self, set: &[(String, Attribute)]) -> Vec<&str> {
        let names = self.dropped.iter().map(String::as_str);
        names.filter(|name| attribute(set, name).is_none()).collect()
    }
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

    fn folded(partials: &[&[(&str, &str)]]) -> Globals {
        let mut globals = Globals::default();
        partials.iter().for_each(|partial| globals.fold(&attributes(partial)));
        globals
    }

    #[test]
    fn what_is_equal_in_all_is_kept() {
        let globals = folded(&[
            &[("title", "PV"), ("history", "1"), ("only", "here")],
            &[("history", "2"), ("title", "PV"), ("late", "too")],
            &[("title", "PV"), ("history", "1"), ("late", "too")],
        ]);
        assert_eq!(globals.finish(&[]), attributes(&[("title", "PV")]));
        assert_eq!(globals.dropped(&[]), ["history", "late", "only"]);
    }

    #[test]
    fn what_is_set_wins() {
        let globals = folded(&[&[("title", "a"), ("source", "b")], &[("title", "c"), ("source", "b")]]);
        let set = attributes(&[("source", "x"), ("title", "y")]);
        assert_eq!(globals.finish(&set), attributes(&[("source", "x"), ("title", "y")]));
        assert!(globals.dropped(&set).is_empty());
    }

    #[test]
    fn skipped_files_are_gathered_sorted_and_once() {
        let globals = folded(&[&[(SKIPPED_FILES, "b.nc\na.nc")], &[], &[(SKIPPED_FILES, "a.nc\n")]]);
        assert_eq!(globals.finish(&[]), attributes(&[(SKIPPED_FILES, "a.nc\nb.nc")]));
        assert!(globals.dropped(&[]).is_empty());
    }
}
