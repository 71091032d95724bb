//! Where the final file goes: through links, so that a link to another file system stays a link.
//! What it may take the place of there is `replaceable`'s.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use dayfold_contract::Plan;

use super::replaceable;
use super::replaceable::Others;
use crate::run::order::Given;
use crate::rundir::plan_file::Frozen;
use crate::rundir::prove_writable;
use crate::rundir::{RunDir, RunDirError};

/// As many links as the system follows.
const LINKS: usize = 40;

/// Proves, before any work, that a final file can be put there, and that nothing is lost by it.
///
/// # Errors
/// If it cannot, or what is there is not to be replaced.
pub fn prove(
    output: &Path,
    given: &[Given],
    plan: &Plan,
    dir: &RunDir,
    others: Others,
) -> Result<(), RunDirError> {
    let target = behind_links(output);
    let unreachable = |source: io::Error| RunDirError::NotWritable { path: target.clone(), source };
    // a name that is too long, a folder that may not be looked into, a file system that does not answer
    if let Err(error) = target.metadata()
        && !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    {
        return Err(unreachable(error));
    }
    let folder = folder_of(&target);
    if !folder.is_dir() {
        return Err(RunDirError::NoFolder { folder: folder.to_owned(), path: target });
    }
    replaceable::check(&target, given, plan, dir, others)?;
    prove_writable(folder, &dir.aside_prefix())
}

/// The folder in which the final file is written.
pub fn folder(output: &Path) -> PathBuf {
    folder_of(&behind_links(output)).to_owned()
}

/// Proves that what is there by now may be replaced by the result of this plan; returns a note for people where it was
/// made elsewhere.
///
/// # Errors
/// If it may not.
pub fn prove_result(frozen: &Frozen, dir: &RunDir, others: Others) -> Result<Option<String>, RunDirError> {
    replaceable::check_result(&behind_links(&frozen.output), frozen, dir, others)
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
    use crate::rundir::fixture::plan;
    use std::os::unix::fs::symlink;

    fn proven(output: &Path) -> Result<(), RunDirError> {
        prove(output, &[], &plan(Vec::new(), &[]), &RunDir::at(Path::new("/nowhere")), Others::Keep)
    }

    #[test]
    fn links_are_followed_also_to_a_file_that_is_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert_eq!(behind_links(&path("plain.nc")), path("plain.nc"));
        std::fs::create_dir(path("scratch")).unwrap();
        symlink("scratch/pv.nc", path("one.nc")).unwrap();
        symlink(path("one.nc"), path("two.nc")).unwrap();
        assert_eq!(behind_links(&path("two.nc")), path("scratch/pv.nc"));
        proven(&path("two.nc")).unwrap();
        symlink("loop.nc", path("loop.nc")).unwrap();
        behind_links(&path("loop.nc"));
    }

    #[test]
    fn a_folder_or_a_place_that_is_not_there_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(proven(folder.path()), Err(RunDirError::OutputIsFolder { .. })));
        let nowhere = folder.path().join("nowhere");
        let said = proven(&nowhere.join("pv.nc")).unwrap_err().to_string();
        let expected = format!("the folder {} does not exist: make it, or choose another", nowhere.display());
        assert!(said.contains(&expected), "{said}");
    }
}
