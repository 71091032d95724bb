//! `done.<i>-of-<n>`: this shard has ended, and nothing more will come from it.
//!
//! The last shard to end folds: each writes its marker first and lists all of them then, so that of
//! two that end at once at least one sees both. A shard with groups that failed has ended, too. A
//! marker counts for the plan that it was written for: a later plan may give the shard more to do.
//! What is in the final file is decided by the partials alone, not by markers.

use std::collections::HashSet;

use dayfold_contract::Fingerprint;
use serde::{Deserialize, Serialize};

use super::plan_file::Frozen;
use super::sealed::{self, Found};
use super::shard::Shard;
use super::{RunDir, RunDirError, remove_file};
use crate::durable;

const FORMAT: u32 = 1;
const STEM: &str = "done";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    run: Fingerprint,
    plan: Fingerprint,
}

impl Marker {
    fn of(frozen: &Frozen) -> Result<Self, RunDirError> {
        let groups = serde_json::to_vec(&frozen.plan.groups).map_err(RunDirError::Identity)?;
        Ok(Self { run: frozen.run, plan: Fingerprint::of(&groups) })
    }
}

/// Says, durably, that this shard has ended.
///
/// # Errors
/// If the marker cannot be written.
pub fn write(run_dir: &RunDir, shard: Shard, frozen: &Frozen) -> Result<(), RunDirError> {
    let text = sealed::text(FORMAT, &Marker::of(frozen)?)?;
    Ok(durable::replace(&run_dir.file(shard, STEM, ""), &text)?)
}

/// The shards of this division that have not ended yet.
///
/// # Errors
/// If the run directory cannot be read.
pub fn still_to_end(run_dir: &RunDir, shard: Shard, frozen: &Frozen) -> Result<Vec<Shard>, RunDirError> {
    let expected = Marker::of(frozen)?;
    let marked: HashSet<Shard> = run_dir.shards_with(STEM, "")?.into_iter().collect();
    let has_ended = |shard: Shard| {
        let marker = || sealed::read::<Marker>(&run_dir.file(shard, STEM, ""), FORMAT);
        marked.contains(&shard) && marker().is_ok_and(|marker| marker == Found::Whole(expected))
    };
    Ok(shard.all().filter(|&shard| !has_ended(shard)).collect())
}

/// Says that this shard is at work.
///
/// # Errors
/// If the marker cannot be removed.
pub fn remove(run_dir: &RunDir, shard: Shard) -> Result<(), RunDirError> {
    remove_file(&run_dir.file(shard, STEM, ""))
}

/// Removes all markers, of any division.
///
/// # Errors
/// If one cannot be removed.
pub fn remove_all(run_dir: &RunDir) -> Result<(), RunDirError> {
    run_dir.shards_with(STEM, "")?.into_iter().try_for_each(|shard| remove(run_dir, shard))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{frozen, group};

    #[test]
    fn markers_count_for_their_run_and_plan_and_division() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        let shards: Vec<Shard> = ["1/3", "2/3", "3/3", "2/2"].map(|text| text.parse().unwrap()).into();
        let plan = frozen(vec![group("1", &["a"])]);
        let left = |frozen: &Frozen| still_to_end(&run_dir, shards[1], frozen).unwrap();
        write(&run_dir, shards[0], &plan).unwrap();
        write(&run_dir, shards[3], &plan).unwrap();
        assert_eq!(left(&plan), shards[1..3]);
        write(&run_dir, shards[1], &plan).unwrap();
        write(&run_dir, shards[2], &frozen(vec![group("1", &["a", "b"])])).unwrap();
        assert_eq!(left(&plan), [shards[2]], "that one is of another plan");
        write(&run_dir, shards[2], &plan).unwrap();
        assert!(left(&plan).is_empty());
        let other_run = Frozen { run: Fingerprint::of(b"other"), ..plan.clone() };
        assert_eq!(left(&other_run), shards[..3]);
        durable::replace(&run_dir.file(shards[0], STEM, ""), b"").unwrap();
        assert_eq!(left(&plan), [shards[0]], "it is damaged");
        remove_all(&run_dir).unwrap();
        assert_eq!(left(&plan), shards[..3]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
