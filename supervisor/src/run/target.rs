//! Where the final file goes: through links, so that a link to another file system stays a link.

use std::path::{Path, PathBuf};

use super::prove_writable;
use crate::rundir::RunDirError;

/// As many links as the system follows.
const LINKS: usize = 40;

/// Proves, before any work, that a final file can be put there.
///
/// # Errors
/// If it cannot.
pub fn prove(output: &Path) -> Result<(), RunDirError> {
    let target = behind_links(output);
    if target.is_dir() {
        return Err(RunDirError::OutputIsFolder { path: target });
    }
    prove_writable(folder_of(&target))
}

/// What a path stands for; the path itself where it is no link. A link may point to a file that is
/// not there yet.
pub fn behind_links(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = std::fs::read_link(&target) else { break };
        target = folder_of(&target).join(next);
    }
    target
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_also_to_a_file_that_is_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert_eq!(behind_links(&path("plain.nc")), path("plain.nc"));
        std::fs::create_dir(path("scratch")).unwrap();
        symlink("scratch/pv.nc", path("one.nc")).unwrap();
        symlink(path("one.nc"), path("two.nc")).unwrap();
        assert_eq!(behind_links(&path("two.nc")), path("scratch/pv.nc"));
        prove(&path("two.nc")).unwrap();
        symlink("loop.nc", path("loop.nc")).unwrap();
        behind_links(&path("loop.nc"));
    }

    #[test]
    fn a_folder_or_a_place_that_is_not_there_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(prove(folder.path()), Err(RunDirError::OutputIsFolder { .. })));
        let nowhere = folder.path().join("nowhere").join("pv.nc");
        assert!(matches!(prove(&nowhere), Err(RunDirError::NotWritable { .. })));
    }
}
