//! Which run directory is meant: people name the result or the configuration as well.

use std::path::{Path, PathBuf};

use dayfold_supervisor::rundir::RunDir;
use dayfold_supervisor::status::{StatusError, recognise};

use crate::cli::RunFlags;
use crate::config;

/// The run directory that is at `path`, of the final file `path`, or of the configuration `path`; `path` itself where
/// there is none.
pub fn meant(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_owned();
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".run");
    let of_result = Some(PathBuf::from(beside));
    let of_configuration = || {
        let is_toml = path.is_file() && path.extension().is_some_and(|extension| extension == "toml");
        let config = is_toml.then(|| config::load(path, RunFlags::default()).ok()).flatten()?;
        Some(config.run().run_dir.clone())
    };
    let found =
        of_result.filter(|path| path.is_dir()).or_else(|| of_configuration().filter(|path| path.is_dir()));
    found.unwrap_or_else(|| path.to_owned())
}

/// The same, which must be a folder.
///
/// # Errors
/// If it is none: with what was expected.
pub fn meant_folder(path: &Path) -> Result<PathBuf, StatusError> {
    let meant = meant(path);
    if !meant.is_dir() {
        recognise(&RunDir::at(&meant))?;
    }
    Ok(meant)
}
