//! What runs write themselves, which is never their input.

use std::path::{Path, PathBuf, absolute};

use dayfold_contract::partial::ASIDE_PREFIX;

use super::lister::{Entry, may_be_file, may_be_folder};

/// The paths, below the archive's root, of what this run writes.
#[derive(Debug, Default)]
pub(super) struct Own(Vec<PathBuf>);

impl Own {
    /// Of these paths, those that are below `root`; links in the folders that lead to either do not matter.
    pub(super) fn below(root: &Path, paths: &[&Path]) -> Self {
        let root = real(root);
        let below = |path: &&Path| {
            let path = absolute(path).ok()?;
            let path = real(path.parent()?).join(path.file_name()?);
            path.strip_prefix(&root).ok().map(Path::to_path_buf)
        };
        Self(paths.iter().filter_map(below).collect())
    }

    /// Whether something in a folder is written by this run, or being written by any.
    pub(super) fn has(&self, folder: &str, name: &str) -> bool {
        let is_it = |own: &PathBuf| {
            own.file_name().is_some_and(|own| own == name) && own.parent() == Some(Path::new(folder))
        };
        name.starts_with(ASIDE_PREFIX) || self.0.iter().any(is_it)
    }
}

/// Without links; as it is where it is not there.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// Whether a folder with these entries, which are sorted, is a run directory.
pub(super) fn is_run_directory(folder: &str, entries: &[Entry]) -> bool {
    let kind = |name: &str| {
        let place = entries.binary_search_by(|entry| entry.name.as_os_str().cmp(name.as_ref()));
        place.ok().and_then(|place| entries.get(place)).map(|entry| entry.kind)
    };
    kind("plan.json").is_some_and(may_be_file)
        && (folder.ends_with(".run") || kind("partials").is_some_and(may_be_folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfold_files::Kind;
    use std::os::unix::fs::symlink;

    #[test]
    fn own_files_are_known_below_the_root_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::create_dir_all(here.join("archive/out")).unwrap();
        symlink("archive", here.join("link")).unwrap();
        let (run_dir, output) = (here.join("archive/pv.nc.run"), here.join("link/out/./pv.nc"));
        for root in [here.join("archive"), here.join("link"), here.join("archive/.")] {
            let own = Own::below(&root, &[&run_dir, &output]);
            assert!(own.has("", "pv.nc.run") && own.has("out", "pv.nc"), "{own:?}");
            assert!(!own.has("", "pv.nc") && !own.has("out", "pv.nc.run"), "{own:?}");
        }
        let own = Own::below(&here.join("archive/out"), &[&run_dir]);
        assert!(!own.has("", "pv.nc.run"), "it is not below");
        assert!(own.has("a", ".aside-3-4.nc") && !own.has("a", "aside-3.nc"));
    }

    #[test]
    fn run_directories_are_known_by_what_they_hold() {
        let entry = |(name, kind): &(&str, Kind)| Entry { name: name.into(), kind: *kind };
        let is_one = |folder: &str, entries: &[(&str, Kind)]| {
            is_run_directory(folder, &entries.iter().map(entry).collect::<Vec<_>>())
        };
        let (plan, partials) = (("plan.json", Kind::File), ("partials", Kind::Folder));
        assert!(is_one("a/b", &[("lock", Kind::File), partials, plan]));
        assert!(is_one("a/pv.nc.run", &[plan]));
        assert!(!is_one("a/b", &[plan]) && !is_one("a/pv.nc.run", &[partials]));
        assert!(!is_one("a/b", &[("partials", Kind::File), plan]), "no folder");
    }
}
