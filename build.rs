//! Tells the program which commit it is built from, where that is known: for `dayfold --version`.

use std::path::Path;
use std::process::Command;

fn main() {
    // a commit, a checkout of another one
    for path in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    println!("cargo:rerun-if-changed=build.rs");
    let commit = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let commit = commit.ok().filter(|done| done.status.success()).map(|done| done.stdout).unwrap_or_default();
    println!("cargo:rustc-env=DAYFOLD_COMMIT={}", String::from_utf8_lossy(&commit).trim());
}
