//! Real control groups of version 1, as on Gadi, for a run or a process to be put into.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::processes::{self, wait_until};
use crate::skip::skip;
use rustix::process::{Pid, Signal};

/// Made by the test, and removed with it.
pub struct Cgroup(PathBuf);

impl Cgroup {
    /// One with this limit of memory, bytes; `None` where that is not allowed, which is told.
    pub fn new(limit: u64) -> Option<Self> {
        let group = Self::of("memory", |group| group.set("memory.limit_in_bytes", limit))?;
        // where swap is counted, there shall be none
        let _not_counted = group.set("memory.memsw.limit_in_bytes", limit);
        Some(group)
    }

    /// One whose processes can be frozen: then even a kill does not end them, as in a file system
    /// that does not answer.
    pub fn freezer() -> Option<Self> {
        Self::of("freezer", |group| group.set("freezer.state", "THAWED"))
    }

    fn of(controller: &str, prepare: impl Fn(&Self) -> std::io::Result<()>) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let named = format!(":{controller}:");
        let own = own.lines().find_map(|line| line.split_once(&named)).map_or("", |(_, path)| path);
        let mount = Path::new("/sys/fs/cgroup").join(controller);
        let parent = mount.join(own.trim_start_matches('/'));
        let parent = if parent.is_dir() { parent } else { mount };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let group = Self(parent.join(format!("dayfold-test-{}-{number}", std::process::id())));
        match fs::create_dir(&group.0).and_then(|()| prepare(&group)) {
            Ok(()) => Some(group),
            Err(error) => {
                skip(&format!("no {controller} control group of version 1 can be made: {error}"));
                None
            }
        }
    }

    /// Freezes a process: it does nothing any more, and nothing ends it before this value is dropped.
    pub fn freeze(&self, process: Pid) {
        self.set("cgroup.procs", process).unwrap();
        self.set("freezer.state", "FROZEN").unwrap();
        let is_frozen = || fs::read_to_string(self.0.join("freezer.state")).unwrap().trim() == "FROZEN";
        wait_until("a process to be frozen", is_frozen);
    }

    /// Lets frozen processes go on, or end.
    pub fn thaw(&self) {
        self.set("freezer.state", "THAWED").unwrap();
    }

    fn set(&self, file: &str, value: impl ToString) -> std::io::Result<()> {
        fs::write(self.0.join(file), value.to_string())
    }

    /// A command that runs in here with all that it starts.
    pub fn put(&self, command: &Command) -> Command {
        let mut within = Command::new("sh");
        within.args(["-c", "echo $$ > \"$0\" && exec \"$@\""]).arg(self.0.join("cgroup.procs"));
        within.arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            within.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => within.env(name, value),
                None => within.env_remove(name),
            };
        }
        within
    }

    /// Bytes in use.
    pub fn used(&self) -> u64 {
        let text = fs::read_to_string(self.0.join("memory.usage_in_bytes")).unwrap();
        text.trim().parse().unwrap()
    }

    /// How many processes the kernel has killed in here for want of memory.
    pub fn kills(&self) -> u64 {
        let text = fs::read_to_string(self.0.join("memory.oom_control")).unwrap();
        text.lines().find_map(|line| line.strip_prefix("oom_kill ")).unwrap().parse().unwrap()
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _no_freezer = self.set("freezer.state", "THAWED");
        wait_until("a control group to be empty", || {
            let left = fs::read_to_string(self.0.join("cgroup.procs")).unwrap_or_default();
            left.lines().for_each(|line| processes::send(processes::pid(line), Signal::KILL));
            fs::remove_dir(&self.0).is_ok()
        });
    }
}
