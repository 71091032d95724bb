//! Which results are there, by their names: partials, and the final file where it stands for
//! partials that are gone. Their contents are proven by the next run.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;

use dayfold_contract::error::in_one_line;
use dayfold_contract::form::FormId;
use dayfold_contract::{Fingerprint, Group, GroupName, partial};

use super::Output;
use crate::rundir::finished::Finished;
use crate::rundir::partials::Partials;
use crate::rundir::plan_file::Frozen;
use crate::rundir::{RunDir, RunDirError};

/// The results of a run.
#[derive(Debug)]
pub struct Results {
    partials: Partials,
    finished: Option<Finished>,
    in_final: HashSet<Fingerprint>,
}

/// Lists the results; what is wrong with them is told. `None` where the folder of partials cannot be
/// read.
pub fn look(run_dir: &RunDir, frozen: Option<&Frozen>, warnings: &mut Vec<String>) -> Option<Results> {
    let partials = partials(run_dir, warnings)?;
    // after the partials, since it is written before these are removed
    let finished = Finished::by_name(run_dir, warnings).unwrap_or_else(|error| {
        warnings.push(in_one_line(&error));
        None
    });
    let is_former =
        |finished: &Finished| frozen.is_some_and(|it| it.learnt.is_outdated(finished.output_checksum));
    let finished = finished.filter(|finished| !is_former(finished));
    let outdated = finished.as_ref().zip(frozen).and_then(|(finished, frozen)| {
        finished.first_outdated(frozen.run, &frozen.plan, frozen.identity.task.kind().growth).cloned()
    });
    let in_final = match (&outdated, &finished) {
        (None, Some(finished)) => finished.keys(),
        _ => HashSet::new(),
    };
    if let (Some(group), Some(finished)) = (outdated, &finished) {
        warnings.push(format!(
            "group {group} is not as it was when {} was made: groups whose partials are gone run again",
            finished.output.display()
        ));
    }
    Some(Results { partials, finished, in_final })
}

fn partials(run_dir: &RunDir, warnings: &mut Vec<String>) -> Option<Partials> {
    match Partials::list(run_dir) {
        Ok(partials) => Some(partials),
        Err(RunDirError::Unreadable { path, source }) if source.kind() == ErrorKind::NotFound => {
            warnings.push(format!(
                "{} is not there: groups that are not in the final file run again",
                path.display()
            ));
            Some(Partials::default())
        }
        Err(error) => {
            warnings.push(in_one_line(&error));
            None
        }
    }
}

impl Results {
    /// Partials by their names, of any plan.
    pub fn listed(&self) -> usize {
        self.partials.count()
    }

    /// Whether the final file holds the group with this key: see [`partial::key`].
    pub fn in_final(&self, key: Fingerprint) -> bool {
        self.in_final.contains(&key)
    }

    /// The groups without values among those that the final file holds.
    pub fn empty_in_final(&self) -> HashSet<&GroupName> {
        self.finished.iter().flat_map(|finished| &finished.empty).collect()
    }

    /// The form of the partial with this key, where it is named; `None` where there is none with values. Those in the
    /// final file are of one form.
    pub fn form(&self, key: Fingerprint) -> Option<Option<FormId>> {
        let (_, name) = self.partials.named(key)?;
        (!name.is_empty()).then_some(name.form)
    }

    /// Whether there is a partial with this key, and it has no values.
    pub fn is_empty_partial(&self, key: Fingerprint) -> bool {
        self.partials.is_empty(key)
    }

    /// Whether there is a partial with this key.
    pub fn in_partials(&self, key: Fingerprint) -> bool {
        self.partials.has(key)
    }
}

/// What is known of the final file.
pub fn output(frozen: Option<&Frozen>, results: Option<&Results>) -> Option<Output> {
    let finished = results.and_then(|results| results.finished.as_ref());
    let path = frozen.map(|frozen| &frozen.output).or(finished.map(|finished| &finished.output))?;
    let made = finished.filter(|finished| finished.output == *path);
    let holds_all = |finished: &Finished| {
        let (frozen, keys) = (frozen?, &results?.in_final);
        let in_it = |group: &Group| keys.contains(&partial::key(frozen.run, group));
        Some(finished.missing == frozen.plan.missing && frozen.plan.groups.iter().all(in_it))
    };
    Some(Output {
        path: path.clone(),
        bytes: fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len()),
        groups: made.map(|finished| finished.groups.len()),
        is_complete: made.map_or_else(|| frozen.map(|_| false), holds_all),
    })
}
