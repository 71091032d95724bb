//! `plan.json`: the frozen plan, the identity of its run, and what the first look at the archive
//! told.
//!
//! It is created exclusively, once, and only ever replaced whole: when dates were added, groups have
//! grown, or the output has another name, and nobody else is at work by it. It carries a checksum; a
//! damaged one is made again from the archive, since partials prove by themselves which run and
//! group they belong to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dayfold_contract::job::{Empty, Layout};
use dayfold_contract::{Fingerprint, Identity, Plan, Region, RegionSet};
use serde::{Deserialize, Serialize};

use super::learnt::Learnt;
use super::output_settings::OutputSettings;
pub use super::sealed::Found;
use super::{RunDir, RunDirError, place, sealed};
use crate::durable;

/// What `plan.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// The fingerprint of `identity`.
    pub run: Fingerprint,
    /// What decides the values.
    pub identity: Identity,
    /// The names of the regions and of their file, for people and for the final file.
    pub regions: Option<RegionsNote>,
    /// The content of each region, by name: to tell what differs from another run's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub region_contents: BTreeMap<String, Fingerprint>,
    /// What the first readable file looked like.
    pub layout: Option<Layout>,
    /// What starts have learnt.
    #[serde(default, skip_serializing_if = "Learnt::is_empty")]
    pub learnt: Learnt,
    /// What a group without values is; it decides no values, and may be another one at each start.
    #[serde(default, skip_serializing_if = "Empty::is_fail")]
    pub empty: Empty,
    /// Where the final file goes. In the file it is relative to the run directory where it is beside or in that.
    pub output: PathBuf,
    /// How the final file is to be stored, and what people add to it.
    #[serde(default, skip_serializing_if = "OutputSettings::is_default")]
    pub output_settings: OutputSettings,
    /// What there is to do.
    pub plan: Plan,
}

/// Where regions came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionsNote {
    /// The file's name, without its folder.
    pub file: String,
    /// How many there are.
    pub count: usize,
    /// West, south, east and north of all, degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 4]>,
}

impl RegionsNote {
    /// Of these regions, which were read from `file`.
    pub fn new(file: String, regions: &RegionSet) -> Self {
        let polygons = regions.regions.iter().flat_map(|region| &region.polygons);
        let corners =
            polygons.flat_map(|polygon| &polygon.exterior).map(|&[east, north]| [east, north, east, north]);
        let wider =
            |a: [f64; 4], b: [f64; 4]| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
        Self { file, count: regions.regions.len(), bounds: corners.reduce(wider) }
    }
}

/// The fingerprint of each region's content.
pub fn region_contents(regions: &RegionSet) -> BTreeMap<String, Fingerprint> {
    let alone = |region: &Region| RegionSet { regions: vec![region.clone()] }.fingerprint();
    regions.regions.iter().map(|region| (region.name.clone(), alone(region))).collect()
}

/// Reads `plan.json`.
///
/// # Errors
/// If it cannot be read, or is of a newer format.
pub fn read(run_dir: &RunDir) -> Result<Found<Frozen>, RunDirError> {
    Ok(match sealed::read::<Frozen>(&run_dir.plan_file())? {
        Found::Whole(frozen) => {
            let learnt = frozen.learnt.clone().placed(|path| place::found(run_dir, path));
            Found::Whole(Frozen { output: place::found(run_dir, &frozen.output), learnt, ..frozen })
        }
        other => other,
    })
}

/// Creates `plan.json`, whole or not at all.
///
/// # Errors
/// If it cannot be written, or is there already.
pub fn create(run_dir: &RunDir, frozen: &Frozen) -> Result<(), RunDirError> {
    Ok(durable::create_new(&run_dir.plan_file(), &text(run_dir, frozen)?)?)
}

/// Writes `plan.json` anew, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn replace(run_dir: &RunDir, frozen: &Frozen) -> Result<(), RunDirError> {
    Ok(durable::replace(&run_dir.plan_file(), &text(run_dir, frozen)?)?)
}

fn text(run_dir: &RunDir, frozen: &Frozen) -> Result<Vec<u8>, RunDirError> {
    let output = place::written(run_dir, &frozen.output);
    let learnt = frozen.learnt.clone().placed(|path| place::written(run_dir, path));
    sealed::text(&Frozen { output, learnt, ..frozen.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::fixture::{frozen, group};

    fn whole(run_dir: &RunDir) -> Frozen {
        match read(run_dir).unwrap() {
            Found::Whole(frozen) => frozen,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_final_file_moves_with_the_folder_that_both_are_in() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        let beside = Frozen { output: old.join("pv.nc"), ..frozen(vec![group("1", &["a"])]) };
        std::fs::create_dir_all(old.join("pv.nc.run")).unwrap();
        create(&RunDir::at(&old.join("pv.nc.run")), &beside).unwrap();
        assert_eq!(whole(&RunDir::at(&old.join("pv.nc.run"))), beside);
        std::fs::rename(&old, &new).unwrap();
        let moved = Frozen { output: new.join("pv.nc"), ..beside.clone() };
        assert_eq!(whole(&RunDir::at(&new.join("pv.nc.run"))), moved);
        let elsewhere = Frozen { output: "/out/pv.nc".into(), ..beside };
        replace(&RunDir::at(&new.join("pv.nc.run")), &elsewhere).unwrap();
        assert_eq!(whole(&RunDir::at(&new.join("pv.nc.run"))), elsewhere);
    }

    #[test]
    fn files_with_absolute_paths_and_without_regions_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let run_dir = RunDir::at(folder.path());
        let earlier = Frozen { output: folder.path().join("pv.nc"), ..frozen(Vec::new()) };
        let text = sealed::text(&earlier).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("region_contents"));
        durable::replace(&run_dir.plan_file(), &text).unwrap();
        assert_eq!(whole(&run_dir), earlier);
    }
}
