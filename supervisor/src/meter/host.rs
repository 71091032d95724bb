//! Where readings come from: a file system's root and the environment, so that other machines can
//! be laid out in a folder and read like this one.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A machine as a process on it sees it.
#[derive(Clone, Debug)]
pub struct Host {
    /// What `/` stands for.
    pub root: PathBuf,
    /// The environment, as far as it is UTF-8.
    pub env: HashMap<String, String>,
    /// Cores that this process may be scheduled on.
    pub affinity: Option<usize>,
}

impl Host {
    /// This machine, this process.
    pub fn here() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { root: "/".into(), env: std::env::vars_os().filter_map(text).collect(), affinity: affinity() }
    }

    /// Where an absolute path of this machine really is.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The text of a file, by its absolute path.
    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(self.path(path))?).into_owned())
    }

    /// A variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A variable that should be a number; where it is something else, a warning says so.
    pub fn number<T: FromStr>(&self, name: &str, warnings: &mut Vec<String>) -> Option<T> {
        let text = self.var(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            warnings.push(format!("{name} is {text:?}, which is not a number: it is ignored"));
        }
        number
    }

    /// The node's name.
    pub fn node(&self) -> Option<String> {
        let name = self.read("/proc/sys/kernel/hostname").ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }
}

fn affinity() -> Option<usize> {
    let cores = rustix::thread::sched_getaffinity(None).ok()?.count();
    usize::try_from(cores).ok()
}
