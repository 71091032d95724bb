//! How much memory all workers and the supervisor may use: the smallest of what the user, the
//! control groups, the batch system and the machine allow.

use std::path::PathBuf;

use dayfold_contract::error::in_one_line;

use super::cgroup::{Hierarchy, Version, hierarchies, read_if_there};
use super::usage::{self, GroupMemory};
use super::{Host, Reading, Readings};

/// Larger values mean "unlimited": version 1 writes 2^63 less a page.
const UNLIMITED: u64 = 1 << 60;

/// Where the deciding limit comes from, and so what can be done about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The batch job or its control group.
    #[default]
    Job,
    /// The user.
    Given,
    /// There is no more.
    Machine,
}

const GIVEN: &str = "--memory";
const MACHINE: &str = "the machine's memory (MemTotal in /proc/meminfo)";

/// Where a reading of [`memory_limit`] comes from.
pub fn origin(reading: &Reading<u64>) -> Origin {
    match reading.source.as_str() {
        GIVEN => Origin::Given,
        MACHINE => Origin::Machine,
        _ => Origin::Job,
    }
}

/// Reads every limit on memory, in bytes. `given` is the user's own, `asked_for` what the batch system says
/// that the job asked for.
pub fn memory_limit(host: &Host, given: Option<u64>, asked_for: Option<Reading<u64>>) -> Readings<u64> {
    let mut readings = Readings::new();
    if let Some(bytes) = given {
        readings.push(bytes, GIVEN);
    }
    // of equals the first is shown, and this is what people wrote
    readings.all.extend(asked_for);
    for hierarchy in hierarchies(host, "memory") {
        groups(host, &hierarchy, &mut readings);
    }
    pbs(host, &mut readings);
    slurm(host, &mut readings);
    machine(host, &mut readings);
    readings
}

/// The control group whose own limit is the smallest, to compare its usage with that limit; where
/// none is limited, the process's own group, or, where ancestors are limited that a container cannot
/// see, the nearest to them. `None` without control groups.
pub fn limited_group(host: &Host) -> Option<GroupMemory> {
    let found = hierarchies(host, "memory");
    let mut ignored = Readings::new();
    let mut limited = Vec::new();
    for hierarchy in &found {
        for folder in &hierarchy.folders {
            let limit = limit_of(host, hierarchy.version, folder, &mut ignored);
            limited.extend(limit.map(|bytes| GroupMemory::new(hierarchy, folder, Some(bytes))));
        }
    }
    let own = || found.iter().find(|hierarchy| usage::is_counted(host, hierarchy));
    let unlimited = || own().and_then(|own| Some(GroupMemory::new(own, own.folders.first()?, None)));
    let unseen = found.iter().filter_map(|hierarchy| {
        let (bytes, _) = unseen_limit(host, hierarchy)?;
        Some(GroupMemory::new(hierarchy, hierarchy.folders.last()?, Some(bytes)))
    });
    limited.into_iter().chain(unseen).min_by_key(|group| group.limit).or_else(unlimited)
}

/// The limits of a group and its ancestors; and what version 1 says of ancestors that a container
/// cannot see.
fn groups(host: &Host, hierarchy: &Hierarchy, readings: &mut Readings<u64>) {
    for folder in &hierarchy.folders {
        if let Some(bytes) = limit_of(host, hierarchy.version, folder, readings) {
            readings.push(bytes, folder.join(limit_file(hierarchy.version)).display().to_string());
        }
    }
    if let Some((bytes, path)) = unseen_limit(host, hierarchy) {
        readings.push(bytes, format!("hierarchical_memory_limit in {}", path.display()));
    }
}

/// What version 1 says of all ancestors together, seen or not, and where.
fn unseen_limit(host: &Host, hierarchy: &Hierarchy) -> Option<(u64, PathBuf)> {
    let own = hierarchy.folders.first().filter(|_| hierarchy.version == Version::V1)?;
    let stat = read_if_there(host, own, "memory.stat").ok()??;
    let bytes = usage::field(&stat, "hierarchical_memory_limit").filter(|&bytes| bytes < UNLIMITED)?;
    Some((bytes, own.join("memory.stat")))
}

fn limit_file(version: Version) -> &'static str {
    match version {
        Version::V1 => "memory.limit_in_bytes",
        Version::V2 => "memory.max",
    }
}

fn limit_of(
    host: &Host,
    version: Version,
    folder: &std::path::Path,
    readings: &mut Readings<u64>,
) -> Option<u64> {
    let path = folder.join(limit_file(version));
    let text = match read_if_there(host, folder, limit_file(version)) {
        Ok(text) => text.filter(|text| text != "max")?,
        Err(error) => {
            readings.warnings.push(format!(
                "{} cannot be read and is ignored: {}",
                path.display(),
                in_one_line(&error)
            ));
            return None;
        }
    };
    let bytes = text.parse::<u64>().ok().filter(|&bytes| bytes > 0);
    if bytes.is_none() {
        let path = path.display();
        readings.warnings.push(format!("{path} holds {text:?}, which is not understood: it is ignored"));
    }
    bytes.filter(|&bytes| bytes < UNLIMITED)
}

/// `PBS_VMEM` is in bytes; elsewhere than on Gadi it may have one of PBS's suffixes.
fn pbs(host: &Host, readings: &mut Readings<u64>) {
    let Some(text) = host.var("PBS_VMEM") else { return };
    match pbs_size(text) {
        Some(0) => {}
        Some(bytes) => readings.push(bytes, "PBS_VMEM"),
        None => readings.warnings.push(format!("PBS_VMEM is {text:?}, which is not a size: it is ignored")),
    }
}

/// A size as PBS writes it: `190gb`, powers of 1024.
pub(crate) fn pbs_size(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let (number, suffix) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit: u64 = match suffix {
        "" | "b" => 1,
        "kb" => 1 << 10,
        "mb" => 1 << 20,
        "gb" => 1 << 30,
        "tb" => 1 << 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// In MB of 1024 x 1024 bytes; 0 means all of the node's.
fn slurm(host: &Host, readings: &mut Readings<u64>) {
    const MB: u64 = 1 << 20;
    let warnings = &mut readings.warnings;
    let per_node = host.number::<u64>("SLURM_MEM_PER_NODE", warnings).filter(|&megabytes| megabytes > 0);
    let per_core = host.number::<u64>("SLURM_MEM_PER_CPU", warnings).filter(|&megabytes| megabytes > 0);
    if let Some(megabytes) = per_node {
        readings.push(megabytes.saturating_mul(MB), "SLURM_MEM_PER_NODE");
    }
    let Some(megabytes) = per_core else { return };
    match host.number::<u64>("SLURM_CPUS_ON_NODE", &mut readings.warnings) {
        Some(cores) if cores > 0 => {
            let bytes = megabytes.saturating_mul(MB).saturating_mul(cores);
            readings.push(bytes, format!("SLURM_MEM_PER_CPU x SLURM_CPUS_ON_NODE {cores}"));
        }
        _ => readings.warnings.push("SLURM_MEM_PER_CPU is ignored without SLURM_CPUS_ON_NODE".into()),
    }
}

fn machine(host: &Host, readings: &mut Readings<u64>) {
    let text = host.read("/proc/meminfo").unwrap_or_default();
    match usage::kilobytes(&text, "MemTotal") {
        Some(bytes) => readings.push(bytes, MACHINE),
        None => readings.warnings.push("/proc/meminfo names no MemTotal: it is ignored".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture::{self, Fixture};

    fn decided(fixture: &Fixture) -> (u64, String) {
        let readings = memory_limit(&fixture.host, None, None);
        assert!(readings.warnings.is_empty(), "{readings:?}");
        let deciding = readings.deciding().unwrap();
        (deciding.value, deciding.source.clone())
    }

    #[test]
    fn on_gadi_the_jobs_group_decides() {
        let (bytes, source) = decided(&fixture::gadi());
        assert_eq!(bytes, 190_000_000_000);
        assert!(source.ends_with("jobid/1234.gadi-pbs/memory.limit_in_bytes"), "{source}");
        let sources = memory_limit(&fixture::gadi().host, None, None).all.len();
        assert_eq!(sources, 4, "the group, its stat, PBS_VMEM and the machine");
    }

    #[test]
    fn in_a_slurm_step_the_ancestors_limit_decides() {
        let (bytes, source) = decided(&fixture::slurm());
        assert_eq!(bytes, 8 << 30);
        assert!(source.ends_with("job_77/memory.max"), "{source}");
        let all = memory_limit(&fixture::slurm().host, None, None).all;
        assert!(all.iter().any(|reading| reading.value == 16 << 30 && reading.source.contains("PER_CPU")));
    }

    #[test]
    fn in_a_container_the_unseen_ancestors_count() {
        let (bytes, source) = decided(&fixture::container());
        assert_eq!((bytes, source.contains("hierarchical_memory_limit")), (2 << 30, true));
    }

    #[test]
    fn on_a_plain_machine_its_memory_decides() {
        assert_eq!(decided(&fixture::plain()).0, 8_000_000 * 1024);
    }

    #[test]
    fn beside_an_empty_version_2_version_1_decides() {
        assert_eq!(decided(&fixture::hybrid()).0, 1_000_000_000);
    }

    #[test]
    fn the_users_own_limit_counts_if_it_is_the_smallest() {
        let deciding =
            |given| memory_limit(&fixture::gadi().host, Some(given), None).deciding().cloned().unwrap();
        assert_eq!(deciding(1000).source, "--memory");
        assert_eq!(deciding(1 << 40).value, 190_000_000_000);
    }

    #[test]
    fn what_the_job_asked_for_counts_and_is_shown_where_its_control_group_says_the_same() {
        let asked = |bytes| Some(Reading { value: bytes, source: "mem of qstat".to_owned() });
        let deciding =
            |bytes| memory_limit(&fixture::gadi().host, None, asked(bytes)).deciding().cloned().unwrap();
        assert_eq!((deciding(1 << 30).value, origin(&deciding(1 << 30))), (1 << 30, Origin::Job));
        assert_eq!(deciding(190_000_000_000).source, "mem of qstat");
        assert!(deciding(1 << 40).source.ends_with("memory.limit_in_bytes"));
        let origin_of =
            |fixture: &Fixture, given| origin(memory_limit(&fixture.host, given, None).deciding().unwrap());
        assert_eq!(origin_of(&fixture::plain(), None), Origin::Machine);
        assert_eq!(origin_of(&fixture::plain(), Some(1000)), Origin::Given);
        assert_eq!(origin_of(&fixture::gadi(), None), Origin::Job);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let mut fixture = fixture::gadi();
        fixture.set("PBS_VMEM", "lots");
        fixture.set("SLURM_MEM_PER_NODE", "4G");
        fixture.set("SLURM_MEM_PER_CPU", "100");
        fixture.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "?\n");
        let readings = memory_limit(&fixture.host, None, None);
        assert_eq!(readings.deciding().map(|reading| reading.value), Some(190_000_000_000));
        let all = readings.warnings.join("\n");
        for named in
            ["PBS_VMEM", "SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU", "/sys/fs/cgroup/memory/memory.limit"]
        {
            assert!(all.contains(named), "{named} in {all}");
        }
    }

    #[test]
    fn sizes_of_pbs() {
        let cases =
            [("1024", Some(1024)), ("2kb", Some(2048)), ("1GB", Some(1 << 30)), ("1.5gb", None), ("", None)];
        for (text, expected) in cases {
            assert_eq!(pbs_size(text), expected, "{text}");
        }
    }

    #[test]
    fn the_group_to_watch_is_the_one_that_is_limited() {
        let watched = |fixture: &Fixture| limited_group(&fixture.host).map(|group| group.limit);
        assert_eq!(watched(&fixture::slurm()), Some(Some(8 << 30)));
        assert_eq!(watched(&fixture::gadi()), Some(Some(190_000_000_000)));
        assert_eq!(watched(&fixture::plain()), None);
        assert_eq!(watched(&fixture::container()), Some(Some(2 << 30)));
    }
}
