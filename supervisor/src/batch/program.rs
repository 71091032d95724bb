//! Where the batch system's programs are. In a job that was not started by a login shell they are often not
//! in `PATH`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::job::BatchSystem;
use crate::meter::Host;

/// What says where PBS is, unless `PBS_CONF_FILE` names another file.
const PBS_CONF: &str = "/etc/pbs.conf";

const PBS_PLACES: [&str; 6] = [
    "/opt/pbs/bin",
    "/opt/pbs/default/bin",
    "/usr/pbs/bin",
    "/usr/local/pbs/bin",
    "/usr/local/bin",
    "/usr/bin",
];

const SLURM_PLACES: [&str; 6] = [
    "/usr/bin",
    "/usr/local/bin",
    "/opt/slurm/bin",
    "/opt/slurm/current/bin",
    "/usr/local/slurm/bin",
    "/cm/shared/apps/slurm/current/bin",
];

/// A program of a batch system: its name where `PATH` finds it, else its path. `None` where it is in none of
/// the places.
pub fn find(host: &Host, system: BatchSystem, name: &str) -> Option<String> {
    let search = host.var("PATH").unwrap_or_default();
    if search.split(':').any(|folder| is_program(host, folder, name)) {
        return Some(name.to_owned());
    }
    let (told, usual) = match system {
        BatchSystem::Pbs => (pbs_exec(host), PBS_PLACES),
        BatchSystem::Slurm => (None, SLURM_PLACES),
    };
    let places = told.into_iter().chain(usual.map(str::to_owned));
    { places }.find(|folder| is_program(host, folder, name)).map(|folder| format!("{folder}/{name}"))
}

/// The folder of PBS's programs, by its configuration.
fn pbs_exec(host: &Host) -> Option<String> {
    let text = host.read(host.var("PBS_CONF_FILE").unwrap_or(PBS_CONF)).unwrap_or_default();
    let told = text.lines().find_map(|line| line.trim().strip_prefix("PBS_EXEC="));
    let folder = told.or_else(|| host.var("PBS_EXEC"))?;
    Some(format!("{}/bin", folder.trim().trim_matches('"').trim_end_matches('/')))
}

fn is_program(host: &Host, folder: &str, name: &str) -> bool {
    let path = Path::new(folder).join(name);
    let found = path.is_absolute().then(|| std::fs::metadata(host.path(path)));
    found.and_then(Result::ok).is_some_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::fixture::{self, Fixture};

    fn put(fixture: &Fixture, path: &str) {
        fixture.write(path, "#!/bin/sh\n");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(fixture.host.path(path), mode).unwrap();
    }

    fn found(fixture: &Fixture, system: BatchSystem, name: &str) -> Option<String> {
        find(&fixture.host, system, name)
    }

    #[test]
    fn qstat_is_found_by_path_by_pbs_conf_and_in_the_usual_places() {
        let mut fixture = fixture::gadi();
        fixture.set("PATH", "relative:/usr/bin:/site/bin");
        let qstat = |fixture: &Fixture| found(fixture, BatchSystem::Pbs, "qstat");
        assert_eq!(qstat(&fixture), None);
        put(&fixture, "/opt/pbs/bin/qstat");
        assert_eq!(qstat(&fixture).as_deref(), Some("/opt/pbs/bin/qstat"));
        fixture.write("/etc/pbs.conf", "PBS_SERVER=pbs\nPBS_EXEC=/apps/pbs/\nPBS_HOME=/var\n");
        assert_eq!(qstat(&fixture).as_deref(), Some("/opt/pbs/bin/qstat"), "it is not where it should be");
        put(&fixture, "/apps/pbs/bin/qstat");
        assert_eq!(qstat(&fixture).as_deref(), Some("/apps/pbs/bin/qstat"));
        fixture.set("PBS_CONF_FILE", "/etc/other.conf");
        fixture.write("/etc/other.conf", "PBS_EXEC=\"/pbs2\"\n");
        put(&fixture, "/pbs2/bin/qstat");
        assert_eq!(qstat(&fixture).as_deref(), Some("/pbs2/bin/qstat"));
        fixture.write("/site/bin/qstat", "no program");
        assert_eq!(qstat(&fixture).as_deref(), Some("/pbs2/bin/qstat"), "it cannot be executed");
        put(&fixture, "/site/bin/qstat");
        assert_eq!(qstat(&fixture).as_deref(), Some("qstat"), "as PATH finds it");
    }

    #[test]
    fn squeue_is_found_in_the_usual_places() {
        let fixture = fixture::slurm();
        assert_eq!(found(&fixture, BatchSystem::Slurm, "squeue"), None);
        put(&fixture, "/opt/slurm/bin/squeue");
        assert_eq!(found(&fixture, BatchSystem::Slurm, "squeue").as_deref(), Some("/opt/slurm/bin/squeue"));
    }
}
