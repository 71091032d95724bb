//! `done.<i>-of-<n>`: this shard has ended, and nothing more will come from it.
//!
//! The last shard to end collates: each writes its marker first and lists all of them then, so that of
//! two that end at once at least one sees both. A shard with groups that failed has ended, too. A
//! marker counts for the plan that it was written for: a later plan may give the shard more to do.
//! What is in the final file is decided by the partials alone, not by markers.

use std::collections::HashSet;
use std::path::PathBuf;

use dayfold_contract::Fingerprint;
use serde::{Deserialize, Serialize};

use super::plan_file::Frozen;
use super::sealed::{self, Found};
use super::shard::Shard;
use super::{RunDir, RunDirError, remove_file};
use crate::durable;

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
    let text = sealed::text(&Marker::of(frozen)?)?;
    Ok(durable::replace(&path(run_dir, shard), &text)?)
}

/// The shards of this division that have not ended yet.
///
/// # Errors
/// If the run directory cannot be read.
pub fn still_to_end(run_dir: &RunDir, shard: Shard, frozen: &Frozen) -> Result<Vec<Shard>, RunDirError> {
    let expected = Marker::of(frozen)?;
    let marked: HashSet<Shard> = run_dir.shards_with(STEM, "")?.into_iter().collect();
    let has_ended = |shard: Shard| {
        let marker = || sealed::read::<Marker>(&path(run_dir, shard));
        marked.contains(&shard) && marker().is_ok_and(|marker| marker == Found::Whole(expected))
    };
    Ok(shard.all().filter(|&shard| !has_ended(shard)).collect())
}

/// What a marker that is there says of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The shard has ended.
    Ended,
    /// It ended by another plan, and may have more to do by this one.
    OfAnotherPlan,
    /// Nothing: it is not whole, or of a newer program.
    Damaged,
}

/// The markers that are there, of any division, in order.
///
/// # Errors
/// If the run directory cannot be read.
pub fn look(run_dir: &RunDir, frozen: &Frozen) -> Result<Vec<(Shard, Mark)>, RunDirError> {
    let mut marked = run_dir.shards_with(STEM, "")?;
    marked.sort();
    if marked.is_empty() {
        return Ok(Vec::new());
    }
    let expected = Marker::of(frozen)?;
    let mark = |shard: Shard| match sealed::read::<Marker>(&path(run_dir, shard)) {
        Ok(Found::Whole(marker)) if marker == expected => Some((shard, Mark::Ended)),
        Ok(Found::Whole(_)) => Some((shard, Mark::OfAnotherPlan)),
        Ok(Found::None) => None,
        Ok(Found::Damaged) | Err(_) => Some((shard, Mark::Damaged)),
    };
    Ok(marked.into_iter().filter_map(mark).collect())
}

/// A shard's marker.
pub fn path(run_dir: &RunDir, shard: Shard) -> PathBuf {
    run_dir.file(shard, STEM, "")
}

/// Says that this shard is at work.
///
/// # Errors
/// If the marker cannot be removed.
pub fn remove(run_dir: &RunDir, shard: Shard) -> Result<(), RunDirError> {
    remove_file(&path(run_dir, shard))
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
        durable::replace(&path(&run_dir, shards[0]), b"").unwrap();
        assert_eq!(left(&plan), [shards[0]], "it is damaged");
        write(&run_dir, shards[2], &frozen(vec![])).unwrap();
        let marks = [Mark::Ended, Mark::Damaged, Mark::Ended, Mark::OfAnotherPlan];
        let in_order = [shards[3], shards[0], shards[1], shards[2]];
        assert_eq!(look(&run_dir, &plan).unwrap(), in_order.into_iter().zip(marks).collect::<Vec<_>>());
        remove_all(&run_dir).unwrap();
        assert_eq!(left(&plan), shards[..3]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
