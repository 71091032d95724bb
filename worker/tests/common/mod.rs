//! What the tests of the PV task share: regions from GeoJSON, jobs, and partials read back.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod archive;
pub mod process;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use dayfold_contract::job::{BadFiles, Empty};
use dayfold_contract::message::{Assignment, Attempt, Failure};
use dayfold_contract::task::{IrradianceNames, Mount, Night, PvSpec, Temperature};
use dayfold_contract::{GroupId, GroupName, Job, Polygon, Region, RegionSet, TaskSpec};
use dayfold_ncio::dataset::Values;
use dayfold_ncio::raw::RawFile;
use dayfold_worker::task::{self, Produced, Progress};

/// The folder of committed fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The states and territories of Australia, in the order of their file.
pub fn states() -> RegionSet {
    let file = File::open(fixtures().join("au_states.geojson")).unwrap();
    let json: serde_json::Value = serde_json::from_reader(file).unwrap();
    let features = json["features"].as_array().unwrap();
    RegionSet { regions: features.iter().map(region).collect() }
}

fn region(feature: &serde_json::Value) -> Region {
    let coordinates = feature["geometry"]["coordinates"].clone();
    let rings: Vec<Vec<Vec<[f64; 2]>>> = match feature["geometry"]["type"].as_str() {
        Some("Polygon") => vec![serde_json::from_value(coordinates).unwrap()],
        _ => serde_json::from_value(coordinates).unwrap(),
    };
    let polygon = |mut rings: Vec<Vec<[f64; 2]>>| Polygon { exterior: rings.remove(0), holes: rings };
    Region {
        name: feature["properties"]["name"].as_str().unwrap().to_owned(),
        polygons: rings.into_iter().map(polygon).collect(),
    }
}

/// The PV task as configured by default, but for mount and temperature.
pub fn spec(mount: Mount, temperature: Temperature) -> PvSpec {
    PvSpec {
        mount,
        module: dayfold_pv::database::module("Canadian_Solar_CS5P_220M___2009_").unwrap(),
        inverter: dayfold_pv::database::inverter("ABB__MICRO_0_25_I_OUTD_US_208__208V_").unwrap(),
        temperature,
        variables: IrradianceNames {
            ghi: "surface_global_irradiance".into(),
            dni: "direct_normal_irradiance".into(),
            dhi: "surface_diffuse_irradiance".into(),
        },
        night: Night::Missing,
    }
}

/// A job over the states.
pub fn job(root: &Path, spec: PvSpec) -> Job {
    Job {
        root: root.to_owned(),
        folder: PathBuf::new(),
        partials: PathBuf::new(),
        task: TaskSpec::Pv(spec),
        regions: Some(states()),
        bad_files: BadFiles::Fail,
        empty: Empty::Fail,
        layout: None,
        stored: Default::default(),
    }
}

/// All files below the root, relative to it, sorted.
pub fn files_below(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

/// One group's first assignment.
pub fn assignment(files: &[impl AsRef<str>]) -> Assignment {
    nth_assignment(files, 1)
}

fn nth_assignment(files: &[impl AsRef<str>], number: u32) -> Assignment {
    Assignment {
        attempt: Attempt { group: GroupId(0), number },
        name: GroupName::new("group"),
        files: files.iter().map(|file| file.as_ref().to_owned()).collect(),
    }
}

/// Hears progress and forgets it.
pub struct Deaf;

impl Progress for Deaf {
    fn reading(&mut self, _: u32, _: &str) {}
}

/// What was written of a group: the file is removed with it.
pub struct Partial {
    folder: tempfile::TempDir,
}

impl Partial {
    /// The values of a variable.
    pub fn values(&self, variable: &str) -> Values {
        RawFile::open(self.path()).unwrap().read(variable).unwrap()
    }

    /// A variable of doubles.
    pub fn doubles(&self, variable: &str) -> Vec<f64> {
        let Values::F64(values) = self.values(variable) else { panic!("{variable} holds no doubles") };
        values
    }

    /// The global attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let file = RawFile::open(self.path()).unwrap();
        dayfold_ncio::dataset::attribute(&file.schema().attributes, name)?.text().map(str::to_owned)
    }

    /// The file, byte by byte.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        File::open(self.path()).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// By seconds since 1970 and region: actual, ideal, ratio, cells.
    pub fn table(&self) -> Table {
        let Values::Strings(regions) = self.values("region") else { panic!("regions are not strings") };
        let Values::I32(cells) = self.values("cells") else { panic!("cells are not 32-bit integers") };
        let [times, actual, ideal, ratio] =
            ["time", "actual", "ideal", "ratio"].map(|name| self.doubles(name));
        let mut table = Table::new();
        for (step, time) in times.iter().enumerate() {
            for (column, region) in regions.iter().enumerate() {
                let at = step * regions.len() + column;
                let values = [actual[at], ideal[at], ratio[at], f64::from(cells[at])];
                table.insert((*time as i64, region.clone()), values);
            }
        }
        table
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("partial.nc")
    }
}

/// By seconds since 1970 and region: actual, ideal, ratio, cells.
pub type Table = BTreeMap<(i64, String), [f64; 4]>;

/// Runs a job on one group; `None` where it gives nothing.
pub fn run(job: Job, files: &[impl AsRef<str>]) -> Result<Option<Partial>, Failure> {
    run_attempt(job, files, 1)
}

/// The same, in the attempt with this number.
pub fn run_attempt(job: Job, files: &[impl AsRef<str>], number: u32) -> Result<Option<Partial>, Failure> {
    let partial = Partial { folder: tempfile::tempdir().unwrap() };
    let produced = task::build(job).run(&nth_assignment(files, number), &partial.path(), &mut Deaf)?;
    assert_eq!(produced == Produced::Partial, partial.path().exists());
    Ok((produced == Produced::Partial).then_some(partial))
}

/// What the oracle says: rows of seconds, region, actual, ideal, ratio, cells.
pub fn reference(reader: impl Read, case: Option<&str>) -> Table {
    let mut table = Table::new();
    for row in csv::Reader::from_reader(reader).records() {
        let row = row.unwrap();
        let mut fields = row.iter();
        if case.is_some_and(|case| fields.next() != Some(case)) {
            continue;
        }
        let fields: Vec<_> = fields.collect();
        let number = |at: usize| fields[at].parse().unwrap_or(f64::NAN);
        table.insert((fields[0].parse().unwrap(), fields[1].to_owned()), [2, 3, 4, 5].map(number));
    }
    assert!(!table.is_empty());
    table
}

/// Everything the same to 1e-8 (over the larger of 1e-3 and the value), and missing in the same places.
pub fn assert_agrees(found: &Table, expected: &Table) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (key, expected) in expected {
        for (name, (found, expected)) in
            ["actual", "ideal", "ratio", "cells"].iter().zip(found[key].iter().zip(expected))
        {
            let both_missing = found.is_nan() && expected.is_nan();
            let close = (found - expected).abs() <= 1e-8 * expected.abs().max(1e-3);
            assert!(both_missing || close, "{name} of {key:?}: found {found}, expected {expected}");
        }
    }
}
