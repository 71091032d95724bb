//! What a control group uses, and how often the kernel killed in it for want of memory.
//!
//! File pages are not counted: the kernel takes them back before it kills anything, and a file
//! that is read three times is "active".

use std::path::{Path, PathBuf};

use super::Host;
use super::cgroup::{Hierarchy, Version, read_if_there};

/// A control group's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMemory {
    version: Version,
    /// The group that is limited.
    pub folder: PathBuf,
    /// The process's own group, where version 1 counts kills.
    own: PathBuf,
    /// The group's own limit, bytes. Its usage is of all that runs in it: without a limit it may
    /// be a login session's, and says nothing about this job.
    pub limit: Option<u64>,
}

impl GroupMemory {
    /// Of one of a hierarchy's folders.
    pub fn new(hierarchy: &Hierarchy, folder: &Path, limit: Option<u64>) -> Self {
        let own = hierarchy.folders.first().map_or(folder, PathBuf::as_path).to_owned();
        Self { version: hierarchy.version, folder: folder.to_owned(), own, limit }
    }

    /// Bytes in use, file pages not counted. `None` where the kernel does not say.
    pub fn used(&self, host: &Host) -> Option<u64> {
        let (total, inactive, active) = match self.version {
            Version::V1 => ("memory.usage_in_bytes", "total_inactive_file", "total_active_file"),
            Version::V2 => ("memory.current", "inactive_file", "active_file"),
        };
        let total: u64 = read_if_there(host, &self.folder, total).ok()??.parse().ok()?;
        let stat = read_if_there(host, &self.folder, "memory.stat").ok()??;
        let files = field(&stat, inactive)?.saturating_add(field(&stat, active)?);
        Some(total.saturating_sub(files))
    }

    /// Processes killed for want of memory since the group was made: more than before means that
    /// it happened again. `None` where the kernel does not count.
    pub fn kills(&self, host: &Host) -> Option<u64> {
        let file = match self.version {
            Version::V1 => "memory.oom_control",
            Version::V2 => "memory.events",
        };
        field(&read_if_there(host, &self.own, file).ok()??, "oom_kill")
    }
}

/// Whether a hierarchy counts memory: version 2's need not.
pub(super) fn is_counted(host: &Host, hierarchy: &Hierarchy) -> bool {
    let file = match hierarchy.version {
        Version::V1 => "memory.usage_in_bytes",
        Version::V2 => "memory.stat",
    };
    hierarchy.folders.first().is_some_and(|own| host.path(own.join(file)).exists())
}

/// The number after `name` in lines of `name number`.
pub(super) fn field(text: &str, name: &str) -> Option<u64> {
    let values = text.lines().filter_map(|line| line.split_once(' '));
    let value = { values }.find(|(found, _)| *found == name)?.1;
    value.trim().parse().ok()
}

/// The number after `name` in lines of `name:   number kB`, in bytes.
pub(super) fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let values = text.lines().filter_map(|line| line.split_once(':'));
    let value = { values }.find(|(found, _)| *found == name)?.1;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture;
    use crate::meter::memory_limit::limited_group;

    #[test]
    fn version_1_less_its_file_pages() {
        let host = fixture::gadi().host.clone();
        let fixture = fixture::gadi();
        let group = limited_group(&fixture.host).unwrap();
        assert_eq!(group.used(&fixture.host), Some(8000 - 4000 - 3000));
        assert_eq!(group.kills(&fixture.host), Some(2));
        assert_eq!(group.used(&host), None, "a group that is gone");
    }

    #[test]
    fn version_2_where_the_limit_is_with_the_kills_of_its_own_group() {
        let fixture = fixture::slurm();
        let group = limited_group(&fixture.host).unwrap();
        assert_eq!(group.used(&fixture.host), Some(5000 - 2500 - 1000));
        assert_eq!(group.kills(&fixture.host), Some(3));
    }

    #[test]
    fn more_file_pages_than_usage_is_nothing() {
        let fixture = fixture::slurm();
        fixture.write("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_77/memory.current", "100\n");
        assert_eq!(limited_group(&fixture.host).unwrap().used(&fixture.host), Some(0));
    }

    #[test]
    fn names_are_matched_whole() {
        assert_eq!(field("oom_kill_disable 0\noom_kill 7\n", "oom_kill"), Some(7));
        assert_eq!(kilobytes("VmHWMx: 1 kB\nVmHWM:\t  12 kB\n", "VmHWM"), Some(12288));
        assert_eq!(kilobytes("VmHWM:\t  12\n", "VmHWM"), None);
    }
}
