//! Tells the program which commit it is built from, where that is known: for `dayfold --version`.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // a commit, a checkout of another one
    for path in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    println!("cargo:rustc-env=DAYFOLD_COMMIT={}", commit().unwrap_or_default());
}

/// Of this checkout: one that lies around it, as where the source was unpacked in another project, says nothing.
fn commit() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    let told = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
    told.status.success().then(|| String::from_utf8_lossy(&told.stdout).trim().to_owned())
}
