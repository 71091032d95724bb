//! The oracle, which is not in the repository.
//!
//! It is asked for by the environment and not looked for: DAYFOLD_SHARED names the folder that has it,
//! DAYFOLD_ORACLE_PYTHON a Python with its packages. What is asked for must be there.

use std::env;
use std::path::PathBuf;

use crate::skip::skip;

/// The oracle, and the data beside it.
pub struct Shared {
    /// The folder.
    pub folder: PathBuf,
    /// A Python with the oracle's packages.
    pub python: PathBuf,
}

impl Shared {
    /// `None` where it is not asked for, which is told.
    pub fn find() -> Option<Self> {
        let named = |name| env::var_os(name).map(PathBuf::from);
        let (Some(folder), Some(python)) = (named("DAYFOLD_SHARED"), named("DAYFOLD_ORACLE_PYTHON")) else {
            skip("DAYFOLD_SHARED and DAYFOLD_ORACLE_PYTHON do not both name the oracle and its Python");
            return None;
        };
        let shared = Self { folder, python };
        let script = shared.script("pv_reference.py");
        assert!(script.is_file(), "DAYFOLD_SHARED is set, and there is no {}", script.display());
        Some(shared)
    }

    /// A script of the oracle's.
    pub fn script(&self, name: &str) -> PathBuf {
        self.folder.join("oracle").join(name)
    }
}
