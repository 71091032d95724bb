//! Machines laid out in temporary folders, for the tests of readings.

use std::fs;

use tempfile::TempDir;

use super::host::Host;

/// A machine in a folder.
pub struct Fixture {
    folder: TempDir,
    /// To be read.
    pub host: Host,
}

impl Fixture {
    /// Without any file.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = Host { root: folder.path().to_owned(), env: Default::default(), affinity: None };
        Self { folder, host }
    }

    /// Writes the file at an absolute path of that machine.
    pub fn write(&self, path: &str, content: &str) {
        let path = self.folder.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, content.as_bytes()))
            .unwrap();
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.host.env.insert(name.into(), value.into());
    }

    fn with(affinity: usize, files: &[(&str, &str)], variables: &[(&str, &str)]) -> Self {
        let mut fixture = Self::new();
        fixture.host.affinity = Some(affinity);
        files.iter().for_each(|(path, content)| fixture.write(path, content));
        variables.iter().for_each(|(name, value)| fixture.set(name, value));
        fixture
    }
}

/// A job on Gadi: version 1, the limit on the job's own group, 190 GB of 192 GiB.
pub fn gadi() -> Fixture {
    const MEMORY: &str = "/sys/fs/cgroup/memory/pbs_jobs.service/jobid/1234.gadi-pbs";
    const CPU: &str = "/sys/fs/cgroup/cpu,cpuacct/pbs_jobs.service/jobid/1234.gadi-pbs";
    const CPUSET: &str = "/sys/fs/cgroup/cpuset/pbs_jobs.service/jobid/1234.gadi-pbs";
    let groups = "5:cpuset:/pbs_jobs.service/jobid/1234.gadi-pbs\n\
        4:memory:/pbs_jobs.service/jobid/1234.gadi-pbs\n\
        3:cpu,cpuacct:/pbs_jobs.service/jobid/1234.gadi-pbs\n\
        1:name=systemd:/system.slice/pbs.service\n";
    let mounts = "22 1 8:1 / / rw - xfs /dev/sda1 rw\n\
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime shared:10 - cgroup cgroup rw,cpuset\n\
        34 31 0:31 / /sys/fs/cgroup/memory rw,relatime shared:11 - cgroup cgroup rw,memory\n\
        35 31 0:32 / /sys/fs/cgroup/systemd rw,relatime shared:12 - cgroup cgroup rw,xattr,name=systemd\n";
    let stat = "cache 7000\nrss 900\nhierarchical_memory_limit 190000000000\n\
        inactive_file 1\nactive_file 2\ntotal_inactive_file 4000\ntotal_active_file 3000\n";
    let files = [
        ("/proc/self/cgroup", groups),
        ("/proc/self/mountinfo", mounts),
        ("/proc/meminfo", "MemTotal:       201326592 kB\nMemFree:  1 kB\n"),
        (&format!("{MEMORY}/memory.limit_in_bytes"), "190000000000\n"),
        (&format!("{MEMORY}/memory.usage_in_bytes"), "8000\n"),
        (&format!("{MEMORY}/memory.stat"), stat),
        (&format!("{MEMORY}/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"),
        ("/sys/fs/cgroup/memory/pbs_jobs.service/memory.limit_in_bytes", "9223372036854771712\n"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        (&format!("{CPU}/cpu.cfs_quota_us"), "-1\n"),
        (&format!("{CPU}/cpu.cfs_period_us"), "100000\n"),
        (&format!("{CPUSET}/cpuset.cpus"), "0-23,48-71\n"),
    ];
    let variables = [
        ("PBS_JOBID", "1234.gadi-pbs"),
        ("PBS_NCPUS", "48"),
        ("PBS_NNODES", "1"),
        ("PBS_VMEM", "190000000000"),
        ("PBS_QUEUE", "normal-exec"),
    ];
    Fixture::with(48, &files, &variables)
}

/// A step of a Slurm job: version 2, memory and quota on ancestors.
pub fn slurm() -> Fixture {
    const JOB: &str = "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_77";
    let step = format!("{JOB}/step_batch/user/task_0");
    let files = [
        ("/proc/self/cgroup", "0::/system.slice/slurmstepd.scope/job_77/step_batch/user/task_0\n"),
        ("/proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"),
        ("/proc/meminfo", "MemTotal:       65536000 kB\n"),
        ("/proc/sys/kernel/hostname", "node17.cluster\n"),
        (&format!("{step}/memory.max"), "max\n"),
        (&format!("{step}/memory.events"), "low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 0\n"),
        (&format!("{JOB}/memory.max"), "8589934592\n"),
        (&format!("{JOB}/memory.current"), "5000\n"),
        (&format!("{JOB}/memory.stat"), "anon 1000\nfile 3500\ninactive_file 2500\nactive_file 1000\n"),
        (&format!("{step}/cpu.max"), "max 100000\n"),
        (&format!("{JOB}/cpu.max"), "350000 100000\n"),
        (&format!("{JOB}/cpuset.cpus.effective"), "0-7\n"),
    ];
    let variables = [
        ("SLURM_JOB_ID", "77"),
        ("SLURM_CPUS_ON_NODE", "8"),
        ("SLURM_MEM_PER_CPU", "2048"),
        ("SLURM_JOB_PARTITION", "long"),
        ("SLURMD_NODENAME", "node17"),
    ];
    Fixture::with(8, &files, &variables)
}

/// A container, version 1: the paths are the host's, the mounts show the container's part.
pub fn container() -> Fixture {
    let files = [
        (
            "/proc/self/cgroup",
            "4:memory:/docker/0123abcd\n2:cpuset:/docker/0123abcd\n1:cpu:/docker/0123abcd\n",
        ),
        (
            "/proc/self/mountinfo",
            "40 31 0:29 /docker/0123abcd /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n\
             41 31 0:30 /docker/0123abcd /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        ),
        ("/proc/meminfo", "MemTotal:       16000000 kB\n"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ("/sys/fs/cgroup/memory/memory.stat", "total_cache 1\nhierarchical_memory_limit 2147483648\n"),
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n"),
        ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
    ];
    Fixture::with(16, &files, &[])
}

/// No control groups, no batch system.
pub fn plain() -> Fixture {
    Fixture::with(4, &[("/proc/meminfo", "MemTotal:       8000000 kB\n")], &[])
}

/// Version 1's memory controller beside an empty version 2 hierarchy.
pub fn hybrid() -> Fixture {
    let files = [
        ("/proc/self/cgroup", "4:memory:/job\n0::/user.slice\n"),
        (
            "/proc/self/mountinfo",
            "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
             41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        ),
        ("/proc/meminfo", "MemTotal:       8000000 kB\n"),
        ("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1000000000\n"),
        ("/sys/fs/cgroup/unified/user.slice/cgroup.procs", "1\n"),
    ];
    Fixture::with(4, &files, &[])
}
