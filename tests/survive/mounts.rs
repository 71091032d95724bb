//! Small file systems of our own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skip::skip;

/// A file system in memory, mounted on a folder; unmounted with the value.
pub struct Tmpfs(PathBuf);

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

impl Tmpfs {
    /// One of this size, in KiB; `None` where mounting is not allowed, which is told.
    pub fn new(folder: &Path, kibibytes: u32) -> Option<Self> {
        Self::with(folder, &format!("size={kibibytes}k"))
    }

    /// One that can have so many files and folders, itself included.
    pub fn of_files(folder: &Path, files: u32) -> Option<Self> {
        Self::with(folder, &format!("nr_inodes={files}"))
    }

    fn with(folder: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        if !succeeds(mount.args(["-t", "tmpfs", "-o", options, "dayfold-test"]).arg(folder)) {
            skip("no file system can be mounted here");
            return None;
        }
        Some(Self(folder.to_owned()))
    }

    /// Mounts it anew with these options.
    pub fn remount(&self, options: &str) {
        assert!(succeeds(Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0)));
    }

    /// Fills it, but for so many KiB.
    pub fn fill(&self, leave: u64) {
        let free = rustix::fs::statvfs(&self.0).unwrap();
        let size = (free.f_bavail * free.f_frsize).saturating_sub(leave << 10);
        std::fs::write(self.0.join("filler"), vec![1; size as usize]).unwrap();
    }

    /// Makes files until there is room for so many.
    pub fn use_up_files(&self, leave: u64) {
        let more = rustix::fs::statvfs(&self.0).unwrap().f_favail - leave;
        std::fs::create_dir(self.0.join("files")).unwrap();
        (1..more).for_each(|file| std::fs::write(self.0.join(format!("files/{file}")), "").unwrap());
    }

    /// Removes them.
    pub fn free_files(&self) {
        std::fs::remove_dir_all(self.0.join("files")).unwrap();
    }

    /// Makes room again.
    pub fn empty(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _still_used = succeeds(Command::new("umount").arg("-l").arg(&self.0));
    }
}
