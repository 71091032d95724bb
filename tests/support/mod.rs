//! The real binary, run in a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
#![expect(clippy::disallowed_methods, reason = "what a test writes need not survive a crash")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command left behind, its folder masked as `DIR`.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A folder to run commands in, removed with the value.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// An empty one.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and the folders that lead to it.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// `dayfold` with these arguments, to be run here.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dayfold"));
        command.args(args).current_dir(self.path()).env("HOME", self.path()).env_remove("SHORE");
        // as outside of any batch job
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("PBS_") || name.starts_with("SLURM_") {
                command.env_remove(&*name);
            }
        }
        command
    }

    /// Runs `dayfold` with these arguments here.
    pub fn dayfold(&self, args: &[&str]) -> Outcome {
        let output = self.command(args).output().unwrap();
        let here = self.path().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&here, "DIR");
        Outcome {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}
