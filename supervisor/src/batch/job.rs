//! Which batch job this process runs in, as the environment tells.

use std::fmt;

use crate::meter::Host;

/// A batch system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchSystem {
    /// PBS Pro or OpenPBS.
    Pbs,
    /// Slurm.
    Slurm,
}

impl fmt::Display for BatchSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pbs => "PBS",
            Self::Slurm => "Slurm",
        })
    }
}

/// A batch job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchJob {
    /// Whose.
    pub system: BatchSystem,
    /// What the system calls it.
    pub id: String,
    /// The queue or partition.
    pub queue: Option<String>,
    /// This node, as the system or the machine calls it.
    pub node: Option<String>,
}

/// Whether somebody is at a terminal to give commands, be it in a batch job (`qsub -I`).
pub fn is_interactive(host: &Host, is_terminal: bool) -> bool {
    is_terminal || host.var("PBS_ENVIRONMENT") == Some("PBS_INTERACTIVE")
}

/// The job that this process runs in.
pub fn batch_job(host: &Host) -> Option<BatchJob> {
    pbs(host).or_else(|| slurm(host))
}

fn pbs(host: &Host) -> Option<BatchJob> {
    let id = owned(host, "PBS_JOBID")?;
    Some(BatchJob { system: BatchSystem::Pbs, id, queue: owned(host, "PBS_QUEUE"), node: host.node() })
}

fn slurm(host: &Host) -> Option<BatchJob> {
    let id = owned(host, "SLURM_JOB_ID").or_else(|| owned(host, "SLURM_JOBID"))?;
    let node = owned(host, "SLURMD_NODENAME").or_else(|| host.node());
    Some(BatchJob { system: BatchSystem::Slurm, id, queue: owned(host, "SLURM_JOB_PARTITION"), node })
}

fn owned(host: &Host, name: &str) -> Option<String> {
    host.var(name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture;

    #[test]
    fn each_system_is_known_by_its_variables() {
        let found = batch_job(&fixture::gadi().host).unwrap();
        assert_eq!((found.system, found.id.as_str()), (BatchSystem::Pbs, "1234.gadi-pbs"));
        assert_eq!(found.queue.as_deref(), Some("normal-exec"));
        let found = batch_job(&fixture::slurm().host).unwrap();
        assert_eq!((found.system, found.id.as_str()), (BatchSystem::Slurm, "77"));
        assert_eq!((found.queue.as_deref(), found.node.as_deref()), (Some("long"), Some("node17")));
        assert_eq!(batch_job(&fixture::plain().host), None);
    }

    #[test]
    fn an_empty_variable_is_no_job() {
        let mut fixture = fixture::plain();
        fixture.set("PBS_JOBID", " ");
        assert_eq!(batch_job(&fixture.host), None);
    }
}
