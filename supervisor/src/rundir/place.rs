//! How a run directory writes down where the final file is: relative to itself, where that is beside or
//! in it, so that a folder that holds both can be moved; absolute elsewhere.

use std::path::{Path, PathBuf, absolute};

use super::RunDir;

/// A path as it is written down.
pub(super) fn written(run_dir: &RunDir, path: &Path) -> PathBuf {
    let here = here(run_dir);
    if let Ok(within) = path.strip_prefix(&here) {
        return within.to_owned();
    }
    // a link to a run directory has other neighbours than that
    match here.parent().and_then(|beside| path.strip_prefix(beside).ok()) {
        Some(beside) if !here.is_symlink() => Path::new("..").join(beside),
        _ => path.to_owned(),
    }
}

/// What was written down, as a path that can be used.
pub(super) fn found(run_dir: &RunDir, written: &Path) -> PathBuf {
    let here = here(run_dir);
    match (written.strip_prefix(".."), here.parent()) {
        (Ok(beside), Some(parent)) => parent.join(beside),
        _ => here.join(written),
    }
}

fn here(run_dir: &RunDir) -> PathBuf {
    absolute(run_dir.path()).unwrap_or_else(|_| run_dir.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back(run_dir: &str, path: &str, as_written: &str) {
        let run_dir = RunDir::at(Path::new(run_dir));
        let text = written(&run_dir, Path::new(path));
        assert_eq!(text, Path::new(as_written), "{path}");
        assert_eq!(found(&run_dir, &text), Path::new(path));
    }

    #[test]
    fn neighbours_are_relative_and_others_absolute() {
        comes_back("/a/b/pv.nc.run", "/a/b/pv.nc", "../pv.nc");
        comes_back("/a/b/pv.nc.run", "/a/b/results/pv.nc", "../results/pv.nc");
        comes_back("/a/b/pv.nc.run", "/a/b/pv.nc.run/pv.nc", "pv.nc");
        comes_back("/a/b/pv.nc.run", "/a/pv.nc", "/a/pv.nc");
        comes_back("/a/b/pv.nc.run/", "/a/bb/pv.nc", "/a/bb/pv.nc");
    }

    #[test]
    fn a_relative_run_directory_is_taken_from_where_we_are() {
        let here = std::env::current_dir().unwrap();
        let run_dir = RunDir::at(Path::new("pv.nc.run"));
        assert_eq!(written(&run_dir, &here.join("pv.nc")), Path::new("../pv.nc"));
        assert_eq!(found(&run_dir, Path::new("../pv.nc")), here.join("pv.nc"));
    }

    #[test]
    fn behind_a_link_nothing_is_beside() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("pv.nc.run");
        std::os::unix::fs::symlink("/elsewhere", &link).unwrap();
        let output = folder.path().join("pv.nc");
        assert_eq!(written(&RunDir::at(&link), &output), output);
    }
}
