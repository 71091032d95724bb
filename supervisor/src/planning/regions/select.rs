//! Which regions are wanted, by globs on their names.

use globset::{Glob, GlobMatcher};

use super::error::RegionsError;

/// `include` and `exclude`, ready to be asked.
pub(super) struct Selection {
    include: Vec<GlobMatcher>,
    exclude: Vec<GlobMatcher>,
}

impl Selection {
    /// From globs as written; without any `include`, all are included.
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self, RegionsError> {
        Ok(Self { include: matchers(include)?, exclude: matchers(exclude)? })
    }

    /// Whether a region is wanted.
    pub(super) fn wants(&self, name: &str) -> bool {
        let any = |globs: &[GlobMatcher]| globs.iter().any(|glob| glob.is_match(name));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }

    /// A note for each glob that fits none of the names.
    pub(super) fn unused(&self, names: &[String]) -> Vec<String> {
        let note = |glob: &GlobMatcher| format!("no region's name is like {:?}", glob.glob().glob());
        let globs = self.include.iter().chain(&self.exclude);
        globs.filter(|glob| !names.iter().any(|name| glob.is_match(name))).map(note).collect()
    }
}

fn matchers(globs: &[String]) -> Result<Vec<GlobMatcher>, RegionsError> {
    let matcher = |glob: &String| match Glob::new(glob) {
        Ok(compiled) => Ok(compiled.compile_matcher()),
        Err(source) => Err(RegionsError::Glob { glob: glob.clone(), source }),
    };
    globs.iter().map(matcher).collect()
}
