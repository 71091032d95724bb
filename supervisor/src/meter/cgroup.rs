//! This process's control groups: where their folders are, for version 1, version 2, and both at
//! once, also within a container.
//!
//! Found through `/proc/self/cgroup` and `/proc/self/mountinfo`, never by a fixed path. What their
//! files mean is for [`super::cores`], [`super::memory_limit`] and [`super::usage`].

use std::io;
use std::path::{Path, PathBuf};

use super::host::Host;

/// The version of the control group file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A hierarchy a controller.
    V1,
    /// One hierarchy for all.
    V2,
}

/// A process's place in one hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// Whose rules hold.
    pub version: Version,
    /// The process's own group first, then its ancestors up to the mount: limits of each hold.
    pub folders: Vec<PathBuf>,
}

/// The hierarchies that may limit `controller` ("memory", "cpu", "cpuset"): version 1's first.
/// Empty where there are no control groups.
pub fn hierarchies(host: &Host, controller: &str) -> Vec<Hierarchy> {
    let (Ok(groups), Ok(mounts)) = (host.read("/proc/self/cgroup"), host.read("/proc/self/mountinfo")) else {
        return Vec::new();
    };
    let mounts: Vec<Mount> = mounts.lines().filter_map(Mount::parse).collect();
    let places = groups.lines().filter_map(|line| place(line, controller));
    let mut found: Vec<_> = places
        .filter_map(|(version, path)| {
            let candidates = mounts.iter().filter(|mount| mount.holds(version, controller));
            let folders = candidates.filter_map(|mount| mount.folders(host, path)).max_by_key(Vec::len)?;
            Some(Hierarchy { version, folders })
        })
        .collect();
    found.sort_by_key(|hierarchy| hierarchy.version == Version::V2);
    found
}

/// Reads `file` in a group's folder: `None` where the controller does not have it there.
pub fn read_if_there(host: &Host, folder: &Path, file: &str) -> io::Result<Option<String>> {
    match host.read(folder.join(file)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A line of `/proc/self/cgroup` (`4:cpu,cpuacct:/path`, `0::/path`), if it is about `controller`.
fn place<'a>(line: &'a str, controller: &str) -> Option<(Version, &'a str)> {
    let mut fields = line.splitn(3, ':');
    let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
    match controllers {
        "" => Some((Version::V2, path)),
        list if list.split(',').any(|one| one == controller) => Some((Version::V1, path)),
        _ => None,
    }
}

/// A mounted hierarchy.
struct Mount {
    /// Which of the hierarchy's folders is seen at `point`.
    root: PathBuf,
    point: PathBuf,
    version: Version,
    options: String,
}

impl Mount {
    /// A line of `/proc/self/mountinfo`, if it is about control groups (see proc(5)).
    fn parse(line: &str) -> Option<Self> {
        let (place, kind) = line.split_once(" - ")?;
        let mut kind = kind.split(' ');
        let version = match kind.next()? {
            "cgroup" => Version::V1,
            "cgroup2" => Version::V2,
            _ => return None,
        };
        let options = kind.nth(1)?.to_owned();
        let mut place = place.split(' ').skip(3).map(|field| PathBuf::from(unescape(field)));
        Some(Self { root: place.next()?, point: place.next()?, version, options })
    }

    fn holds(&self, version: Version, controller: &str) -> bool {
        self.version == version
            && (version == Version::V2 || self.options.split(',').any(|option| option == controller))
    }

    /// The folders that hold for `path`, as far as they can be seen here. In a container the path
    /// may be the host's while the mount shows only a part: then the mount's own folder is what
    /// is known. `None` where not even that is there.
    fn folders(&self, host: &Host, path: &str) -> Option<Vec<PathBuf>> {
        let outside = path.split('/').any(|part| part == "..");
        let below = Path::new(path).strip_prefix(&self.root).ok().filter(|_| !outside);
        let below = below.unwrap_or(Path::new(""));
        let all = below.ancestors().map(|part| self.point.join(part));
        let there: Vec<_> = all.filter(|folder| host.path(folder).is_dir()).map(tidy).collect();
        (!there.is_empty()).then_some(there)
    }
}

/// Without the slash that joining an empty path leaves.
fn tidy(folder: PathBuf) -> PathBuf {
    folder.components().collect()
}

/// Undoes the kernel's `\040` for blanks and the like.
fn unescape(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(field.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture::{self, Fixture};

    fn folders(fixture: &Fixture, controller: &str) -> Vec<(Version, Vec<String>)> {
        let shown = |hierarchy: Hierarchy| {
            let folders = hierarchy.folders.iter().map(|folder| folder.display().to_string());
            (hierarchy.version, folders.collect())
        };
        hierarchies(&fixture.host, controller).into_iter().map(shown).collect()
    }

    #[test]
    fn a_pbs_job_is_found_with_its_ancestors() {
        let memory = "/sys/fs/cgroup/memory";
        let jobs = format!("{memory}/pbs_jobs.service");
        let expected =
            vec![format!("{jobs}/jobid/1234.gadi-pbs"), format!("{jobs}/jobid"), jobs, memory.into()];
        assert_eq!(folders(&fixture::gadi(), "memory"), [(Version::V1, expected)]);
    }

    #[test]
    fn a_controller_that_shares_its_mount_is_found() {
        let found = folders(&fixture::gadi(), "cpu");
        assert_eq!(found[0].1[0], "/sys/fs/cgroup/cpu,cpuacct/pbs_jobs.service/jobid/1234.gadi-pbs");
    }

    #[test]
    fn in_a_container_the_mount_is_the_top() {
        let expected = (Version::V1, vec!["/sys/fs/cgroup/memory".to_owned()]);
        assert_eq!(folders(&fixture::container(), "memory"), [expected]);
    }

    #[test]
    fn a_path_that_cannot_be_seen_falls_back_to_the_mount() {
        let fixture = Fixture::new();
        fixture.write("/proc/self/cgroup", "0::/../elsewhere\n");
        fixture.write("/proc/self/mountinfo", "31 23 0:28 /a /c\\040g rw shared:1 - cgroup2 none rw\n");
        fixture.write("/c g/memory.max", "max\n");
        assert_eq!(folders(&fixture, "memory"), [(Version::V2, vec!["/c g".to_owned()])]);
    }

    #[test]
    fn both_versions_at_once() {
        let versions: Vec<_> =
            folders(&fixture::hybrid(), "memory").into_iter().map(|found| found.0).collect();
        assert_eq!(versions, [Version::V1, Version::V2]);
    }

    #[test]
    fn without_control_groups_there_is_nothing() {
        assert!(hierarchies(&fixture::plain().host, "memory").is_empty());
    }
}
