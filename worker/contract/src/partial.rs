//! Partials: the temporary NetCDF file that one group leaves, and what its name says.
//!
//! The name is `<slug>.<form>.<key>.<checksum>.nc`: a readable variant of the group's name, the form of the content
//! (see [`crate::form`]), a key made of the run's fingerprint, the group's name and files, and the fingerprint of the
//! content. So a partial can be matched to its group and trusted with nothing else at hand. The form is learnt, and
//! may be missing: earlier versions did not write it, and a group without values leaves an empty file of the same
//! kind of name without one.

use std::fmt;

use crate::form::FormId;
use crate::{Fingerprint, Group, GroupName};

/// The version of the partials' content; part of the run's fingerprint.
pub const FORMAT: u32 = 1;

/// The dimension along which partials are concatenated.
pub const SHARED_DIMENSION: &str = "time";

/// The global attribute in which a partial names input files that were left out, one a line,
/// relative to the archive's root. Collation gathers it from all partials.
pub const SKIPPED_FILES: &str = "skipped_files";

/// The global attribute in which a partial names input files that hold no time, a line each as well.
pub const FILES_WITHOUT_TIMES: &str = "files_without_times";

/// The global attribute in which the final file names the groups that gave no values, one a line.
pub const EMPTY_GROUPS: &str = "empty_groups";

/// The global attribute in which a partial says what grid it was made from: a [`crate::job::Layout`] as
/// text. Partials of two grids are not collated.
pub const GRID: &str = "grid";

/// What files that are being written, and have no name yet, begin with.
pub const ASIDE_PREFIX: &str = ".aside-";

/// The longest slug: with key, checksum and dots it stays well under any file system's limit.
const LONGEST_SLUG: usize = 100;

/// A partial's name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartialName {
    slug: String,
    /// The form of the content, where it is named.
    pub form: Option<FormId>,
    /// Of the run and the group: see [`key`].
    pub key: Fingerprint,
    /// Of the file's content.
    pub checksum: Fingerprint,
}

/// What ties a partial to a run and to a group with exactly these files.
pub fn key(run: Fingerprint, group: &Group) -> Fingerprint {
    let (run, files) = (run.to_string(), group.fingerprint().to_string());
    Fingerprint::of_parts([run.as_bytes(), group.name.as_str().as_bytes(), files.as_bytes()])
}

impl PartialName {
    /// The name of `group`'s partial in the run with this fingerprint.
    pub fn new(run: Fingerprint, group: &Group, checksum: Fingerprint) -> Self {
        Self { slug: slug(&group.name), form: None, key: key(run, group), checksum }
    }

    /// The same, of a content of this form.
    pub fn of_form(self, form: Option<FormId>) -> Self {
        Self { form, ..self }
    }

    /// Whether the result has no values: its file is empty.
    pub fn is_empty(&self) -> bool {
        self.checksum == Fingerprint::of(b"")
    }

    /// Takes a file name apart; `None` where it is not a partial's.
    pub fn parse(file_name: &str) -> Option<Self> {
        let mut parts = file_name.strip_suffix(".nc")?.rsplitn(3, '.');
        let checksum = parts.next()?.parse().ok()?;
        let key = parts.next()?.parse().ok()?;
        let slug = parts.next()?;
        // a slug has no dots
        let (slug, form) = match slug.split_once('.') {
            Some((slug, form)) => (slug, Some(form.parse().ok()?)),
            None => (slug, None),
        };
        Some(Self { slug: slug.to_owned(), form, key, checksum })
    }
}

impl fmt::Display for PartialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.slug)?;
        if let Some(form) = self.form {
            write!(f, ".{form}")?;
        }
        write!(f, ".{}.{}.nc", self.key, self.checksum)
    }
}

/// The group's name with all but letters, digits, `-` and `_` replaced, cut to a bounded length.
pub fn slug(name: &GroupName) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    name.as_str().chars().map(plain).take(LONGEST_SLUG).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> Group {
        Group { name: GroupName::new(name), files: vec!["x.nc".into()] }
    }

    #[test]
    fn a_name_comes_back() {
        let name =
            PartialName::new(Fingerprint::of(b"run"), &group("2022-02-01"), Fingerprint::of(b"content"));
        assert!(name.to_string().starts_with("2022-02-01."));
        assert_eq!(PartialName::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn a_form_is_named_and_may_be_missing() {
        let name =
            PartialName::new(Fingerprint::of(b"run"), &group("2022-02-01"), Fingerprint::of(b"content"));
        let form = "0123456789abcdef".parse().unwrap();
        let named = name.clone().of_form(Some(form));
        assert!(named.to_string().starts_with("2022-02-01.0123456789abcdef."));
        assert_eq!(PartialName::parse(&named.to_string()), Some(named.clone()));
        assert_eq!(named.to_string().replace(".0123456789abcdef", ""), name.to_string());
        assert_eq!(PartialName::parse(&named.to_string().replace("0123456789abcdef", "other")), None);
    }

    #[test]
    fn a_path_makes_a_plain_and_bounded_name() {
        let long = format!("a/b é/{}.nc", "x".repeat(300));
        let name = PartialName::new(Fingerprint::of(b"run"), &group(&long), Fingerprint::of(b""));
        let text = name.to_string();
        assert!(text.len() < 255 && !text.contains('/') && text.is_ascii(), "{text}");
        assert_eq!(PartialName::parse(&text), Some(name));
    }

    #[test]
    fn other_files_are_not_partials() {
        for other in ["", ".nc", "a.nc", ".aside-1-2.nc", "2022.00.11.nc", "readme.txt"] {
            assert_eq!(PartialName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn groups_that_differ_only_in_what_the_slug_drops_have_other_keys() {
        let run = Fingerprint::of(b"run");
        assert_ne!(key(run, &group("a/b")), key(run, &group("a_b")));
    }
}
