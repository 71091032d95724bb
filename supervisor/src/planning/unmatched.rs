//! Versions of which no file was found: most likely their names are not those of the folders.

use std::path::{Path, PathBuf};

use super::dead_end::DeadEnd;
use super::layout::Route;

/// What the walk saw of a route.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// Whether it led to a file.
    pub(super) found: bool,
    /// Where it went no further for the first time.
    pub(super) dead_end: Option<DeadEnd>,
}

impl Sight {
    /// Whether nothing is known of it yet.
    pub(super) fn is_open(&self) -> bool {
        !self.found && self.dead_end.is_none()
    }
}

/// A sentence for each version, of several, without a file.
pub(super) fn warnings(root: &Path, routes: &[Route], sights: &[Sight]) -> Vec<String> {
    let unmatched = routes.iter().zip(sights).filter(|(_, sight)| !sight.found);
    unmatched.map(|(route, sight)| warning(root, route, sight.dead_end.as_ref())).collect()
}

fn warning(root: &Path, route: &Route, dead_end: Option<&DeadEnd>) -> String {
    let path: PathBuf = route.steps.iter().map(|step| step.text()).collect();
    let tried = dead_end.map(|dead_end| format!(": {dead_end}")).unwrap_or_default();
    format!("version {:?}: no file matches {}{tried}", route.version, root.join(path).display())
}
