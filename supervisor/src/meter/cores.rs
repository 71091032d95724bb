//! How many cores this process may use: the smallest of what the scheduler, the control groups and
//! the batch system allow.

use std::path::Path;

use dayfold_contract::error::in_one_line;

use super::cgroup::{Version, hierarchies, read_if_there};
use super::{Host, Readings};

/// Reads every limit on cores. The affinity comes first, so that it is named where all agree.
pub fn cores(host: &Host) -> Readings<usize> {
    let mut readings = Readings::new();
    if let Some(affinity) = host.affinity.filter(|&cores| cores > 0) {
        readings.push(affinity, "sched_getaffinity");
    }
    cpusets(host, &mut readings);
    quotas(host, &mut readings);
    pbs(host, &mut readings);
    slurm(host, &mut readings);
    readings
}

/// The set of the nearest group that has one: it is within its ancestors' already.
fn cpusets(host: &Host, readings: &mut Readings<usize>) {
    for hierarchy in hierarchies(host, "cpuset") {
        let file = match hierarchy.version {
            Version::V1 => "cpuset.cpus",
            Version::V2 => "cpuset.cpus.effective",
        };
        let nearest = hierarchy.folders.iter().find_map(|folder| {
            let text = read(host, folder, file, readings).filter(|text| !text.is_empty())?;
            Some((folder, text))
        });
        let Some((folder, text)) = nearest else { continue };
        note(readings, folder, file, &text, count_listed(&text));
    }
}

/// The quotas of the group and of each ancestor.
fn quotas(host: &Host, readings: &mut Readings<usize>) {
    for hierarchy in hierarchies(host, "cpu") {
        for folder in &hierarchy.folders {
            let (file, text) = match hierarchy.version {
                Version::V1 => ("cpu.cfs_quota_us", v1_quota(host, folder, readings)),
                Version::V2 => ("cpu.max", read(host, folder, "cpu.max", readings)),
            };
            let Some(text) = text.filter(|text| !is_unlimited(text)) else { continue };
            note(readings, folder, file, &text, quota_in_cores(&text));
        }
    }
}

/// Version 1's two files in the form of version 2's one: `quota period`.
fn v1_quota(host: &Host, folder: &Path, readings: &mut Readings<usize>) -> Option<String> {
    let quota = read(host, folder, "cpu.cfs_quota_us", readings)?;
    let period = read(host, folder, "cpu.cfs_period_us", readings)?;
    Some(format!("{quota} {period}"))
}

fn is_unlimited(quota: &str) -> bool {
    quota.starts_with("max") || quota.starts_with("-1")
}

/// `quota period`, both in microseconds, rounded up to whole cores.
fn quota_in_cores(text: &str) -> Option<usize> {
    let mut numbers = text.split_whitespace().map(|number| number.parse::<usize>().ok());
    let (quota, period) = (numbers.next()??, numbers.next()??);
    (quota > 0 && period > 0).then(|| quota.div_ceil(period))
}

/// How many cores a list such as `0-3,8` names.
fn count_listed(list: &str) -> Option<usize> {
    list.split(',').map(count_range).sum::<Option<usize>>().filter(|&cores| cores > 0)
}

fn count_range(range: &str) -> Option<usize> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    last.checked_sub(first)?.checked_add(1)
}

/// `PBS_NCPUS` is of the whole job, all its nodes together; `NCPUS` is of this node's part, and
/// PBS's only within a job.
fn pbs(host: &Host, readings: &mut Readings<usize>) {
    if host.var("PBS_JOBID").is_none() {
        return;
    }
    let nodes = positive(host, "PBS_NNODES", readings).unwrap_or(1);
    match positive(host, "PBS_NCPUS", readings) {
        Some(cores) if nodes > 1 => {
            readings.push(cores.div_ceil(nodes), format!("PBS_NCPUS {cores} over PBS_NNODES {nodes}"));
        }
        Some(cores) => readings.push(cores, "PBS_NCPUS"),
        None => {}
    }
    if let Some(cores) = positive(host, "NCPUS", readings) {
        readings.push(cores, "NCPUS");
    }
}

/// `SLURM_CPUS_PER_TASK` counts only within a step, where each task is its own process: a batch
/// script has all the node's share, however many tasks were asked for.
fn slurm(host: &Host, readings: &mut Readings<usize>) {
    if let Some(cores) = positive(host, "SLURM_CPUS_ON_NODE", readings) {
        readings.push(cores, "SLURM_CPUS_ON_NODE");
    }
    if host.var("SLURM_STEP_ID").is_none() {
        return;
    }
    if let Some(cores) = positive(host, "SLURM_CPUS_PER_TASK", readings) {
        readings.push(cores, "SLURM_CPUS_PER_TASK");
    }
}

fn positive(host: &Host, name: &str, readings: &mut Readings<usize>) -> Option<usize> {
    let number = host.number(name, &mut readings.warnings)?;
    if number == 0 {
        readings.warnings.push(format!("{name} is 0: it is ignored"));
    }
    Some(number).filter(|&number| number > 0)
}

fn read(host: &Host, folder: &Path, file: &str, readings: &mut Readings<usize>) -> Option<String> {
    read_if_there(host, folder, file).unwrap_or_else(|error| {
        readings.warnings.push(format!(
            "{} cannot be read and is ignored: {}",
            folder.join(file).display(),
            in_one_line(&error)
        ));
        None
    })
}

fn note(readings: &mut Readings<usize>, folder: &Path, file: &str, text: &str, cores: Option<usize>) {
    let path = folder.join(file).display().to_string();
    match cores {
        Some(cores) => readings.push(cores, path),
        None => {
            readings.warnings.push(format!("{path} holds {text:?}, which is not understood: it is ignored"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture::{self, Fixture};

    fn decided(fixture: &Fixture) -> (usize, String) {
        let readings = cores(&fixture.host);
        let deciding = readings.deciding().unwrap();
        (deciding.value, deciding.source.clone())
    }

    #[test]
    fn on_gadi_all_agree() {
        let readings = cores(&fixture::gadi().host);
        assert_eq!(readings.all.iter().map(|reading| reading.value).collect::<Vec<_>>(), [48, 48, 48]);
        assert!(readings.all[1].source.ends_with("jobid/1234.gadi-pbs/cpuset.cpus"), "{readings:?}");
        assert!(readings.warnings.is_empty(), "{readings:?}");
    }

    #[test]
    fn a_job_of_two_nodes_uses_its_share_of_this_one() {
        let mut fixture = fixture::plain();
        fixture.host.affinity = Some(64);
        for (name, value) in [("PBS_JOBID", "1"), ("PBS_NCPUS", "96"), ("PBS_NNODES", "2")] {
            fixture.set(name, value);
        }
        assert_eq!(decided(&fixture).0, 48);
    }

    #[test]
    fn a_quota_on_an_ancestor_is_rounded_up() {
        let (value, source) = decided(&fixture::slurm());
        assert_eq!(value, 4, "3.5 cores");
        assert!(source.ends_with("job_77/cpu.max"), "{source}");
    }

    #[test]
    fn a_containers_quota_counts() {
        assert_eq!(decided(&fixture::container()), (2, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us".into()));
    }

    #[test]
    fn cpus_per_task_count_in_a_step_only() {
        let mut fixture = fixture::plain();
        fixture.set("SLURM_CPUS_PER_TASK", "2");
        assert_eq!(decided(&fixture), (4, "sched_getaffinity".into()));
        fixture.set("SLURM_STEP_ID", "0");
        assert_eq!(decided(&fixture), (2, "SLURM_CPUS_PER_TASK".into()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let mut fixture = fixture::slurm();
        fixture.set("SLURM_CPUS_ON_NODE", "8(x2)");
        fixture.write("/sys/fs/cgroup/system.slice/cpu.max", "many\n");
        fixture.write("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_77/cpuset.cpus.effective", "7-0\n");
        let readings = cores(&fixture.host);
        assert_eq!(readings.deciding().map(|reading| reading.value), Some(4));
        let all = readings.warnings.join("\n");
        for named in ["SLURM_CPUS_ON_NODE", "system.slice/cpu.max", "cpuset.cpus.effective"] {
            assert!(all.contains(named), "{named} in {all}");
        }
    }

    #[test]
    fn lists_are_counted() {
        let cases = [("0", Some(1)), ("0-3,8,10-11", Some(7)), ("", None), ("3-1", None), ("a", None)];
        for (list, expected) in cases {
            assert_eq!(count_listed(list), expected, "{list}");
        }
    }

    #[test]
    fn this_machine_has_cores() {
        assert!(cores(&Host::here()).deciding().is_some_and(|reading| reading.value >= 1));
    }
}
