//! The main job against the oracle: an archive that the standard netCDF library wrote, answers that
//! pvlib computed, results read by xarray.
//!
//! Needs the oracle: see `support/shared.rs`.

use std::path::Path;
use std::process::{Child, Command};

use crate::shared::Shared;
use crate::support::Folder;

/// Three days over the end of a month, so that two files of air temperature are needed.
const DAYS: [&str; 3] = ["2022-01-31", "2022-02-01", "2022-02-02"];

struct Oracle {
    shared: Shared,
    folder: Folder,
}

impl Oracle {
    fn find() -> Option<Self> {
        Some(Self { shared: Shared::find()?, folder: Folder::new() })
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn regions(&self) -> String {
        self.shared.folder.join("data/au_states.geojson").display().to_string()
    }

    fn start(&self, script: &Path, arguments: &[&str]) -> Child {
        Command::new(&self.shared.python).arg(script).args(arguments).spawn().unwrap()
    }

    fn make_archive(&self, options: &[&str]) {
        let archive = self.path("archive");
        let arguments = [&["--out", &archive, "--from", DAYS[0], "--tas"][..], options].concat();
        let mut made = self.start(&self.shared.script("make_archive.py"), &arguments);
        assert!(made.wait().unwrap().success());
    }

    fn reference(&self, archive: &str, days: &[&str], out: &str, options: &[&str]) -> Child {
        let (regions, out) = (self.regions(), self.path(out));
        let arguments =
            [&["--archive", archive, "--regions", &regions, "--out", &out, "--day"][..], days, options];
        self.start(&self.shared.script("pv_reference.py"), &arguments.concat())
    }

    fn variant(&self, form: &str) -> String {
        let (archive, out) = (self.path("archive"), self.path(form));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/job/variants.py");
        assert!(self.start(&script, &[&archive, &out, form]).wait().unwrap().success());
        out
    }

    /// Runs the job on an archive; the result's path.
    fn run(&self, name: &str, archive: &str, regions: &str, task: &str) -> String {
        let output = format!("{name}.nc");
        let config = format!(
            "[archive]\nroot = '{archive}'\npattern = '{{version}}/%Y/%m/%d/IDE00326.*.nc'\n\
             versions = [{{ name = 'v1.0', until = '2019-03-31' }}, {{ name = 'v1.1' }}]\n\
             [regions]\nfile = '{regions}'\nname = 'name'\n[task]\nkind = 'pv'\n{task}\n\
             [output]\nfile = '{output}'\n"
        );
        let config = self.folder.write(&format!("{name}.toml"), &config);
        let run = self.folder.dayfold(&["run", config.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        self.path(&output)
    }

    fn assert_same(&self, result: &str, reference: &str, tolerance: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/job/compare.py");
        let compared = self.start(&script, &[result, reference, tolerance]).wait().unwrap();
        assert!(compared.success(), "{result} is not {reference} within {tolerance}");
    }
}

#[test]
fn every_mount_and_temperature_is_within_1e_8() {
    let Some(oracle) = Oracle::find() else { return };
    oracle.make_archive(&["--days", "3", "--coarsen", "10"]);
    let (archive, tas) = (oracle.path("archive"), oracle.path("archive/tas"));
    let nearest = format!("temperature = {{ pattern = '{tas}/tas_%Y%m.nc', variable = 'tas' }}");
    let mounts = [
        ("tracker", "mount = 'single-axis'", &[][..]),
        ("latitude", "mount = 'latitude'", &["--mount", "fixed"][..]),
        (
            "fixed",
            "mount = { tilt = 30, azimuth = 20 }",
            &["--mount", "fixed", "--orientation", "30", "20"][..],
        ),
    ];
    for (name, mount, options) in mounts {
        // the two references of a mount are computed side by side: they take most of the time
        let with_tas = [options, &["--tas", &tas]].concat();
        let constant = oracle.reference(&archive, &DAYS, &format!("{name}-18.ref.nc"), options);
        let varying = oracle.reference(&archive, &DAYS, &format!("{name}-tas.ref.nc"), &with_tas);
        let cases = [("18", "temperature = 18.0", constant), ("tas", nearest.as_str(), varying)];
        for (temperature, key, mut reference) in cases {
            let name = format!("{name}-{temperature}");
            let result = oracle.run(&name, &archive, &oracle.regions(), &format!("{mount}\n{key}"));
            assert!(reference.wait().unwrap().success());
            oracle.assert_same(&result, &oracle.path(&format!("{name}.ref.nc")), "1e-8");
        }
    }
}

#[test]
fn other_forms_of_the_same_archive_give_the_same_answers() {
    let Some(oracle) = Oracle::find() else { return };
    oracle.make_archive(&["--days", "1", "--coarsen", "20", "--every", "12"]);
    let run = |form: &str| oracle.run(form, &oracle.variant(form), &oracle.regions(), "");
    let base = run("same");
    let archive = oracle.path("archive");
    assert!(oracle.reference(&archive, &DAYS[..1], "same.ref.nc", &[]).wait().unwrap().success());
    oracle.assert_same(&base, &oracle.path("same.ref.nc"), "1e-8");
    for form in [
        "descending",
        "descending-columns",
        "float64-axes",
        "unpacked",
        "big-endian",
        "uncompressed",
        "classic",
    ] {
        oracle.assert_same(&run(form), &base, "1e-12");
    }
    oracle.assert_same(&run("degrees-i4"), &run("degrees-f4"), "1e-12");
    let irregular = run("irregular");
    let mut reference = oracle.reference(&oracle.path("irregular"), &DAYS[..1], "irregular.ref.nc", &[]);
    assert!(reference.wait().unwrap().success());
    oracle.assert_same(&irregular, &oracle.path("irregular.ref.nc"), "1e-8");
}

#[test]
fn longitudes_of_0_to_360_meet_regions_of_minus_180_to_180() {
    let Some(oracle) = Oracle::find() else { return };
    oracle.make_archive(&["--days", "1", "--coarsen", "20", "--every", "12"]);
    let square = |name: &str, west: f64, east: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":
            [[[{west},-40],[{east},-40],[{east},-20],[{west},-20],[{west},-40]]]}}}}"#
        )
    };
    let features = [square("west", -89.9, -75.1), square("east", -80.1, -66.6)].join(",");
    let regions = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
    let regions = oracle.folder.write("squares.geojson", &regions).display().to_string();
    let run = |form: &str| oracle.run(form, &oracle.variant(form), &regions, "");
    oracle.assert_same(&run("shifted-360"), &run("shifted-180"), "1e-9");
}

/// The night counts as an independent computation says, cells at dawn and data that are missing by day included.
#[test]
fn the_night_counts_as_asked_for_and_missing_data_do_not_become_night() {
    let Some(oracle) = Oracle::find() else { return };
    oracle.make_archive(&["--days", "2", "--coarsen", "20", "--every", "4"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/job/night.py");
    let archive = oracle.path("archive");
    assert!(oracle.start(&script, &["hide", &archive]).wait().unwrap().success());
    let shared = oracle.shared.folder.join("oracle").display().to_string();
    let regions = oracle.regions();
    for night in ["zero", "inverter"] {
        let result = oracle.run(night, &archive, &regions, &format!("night = '{night}'"));
        let arguments = ["compare", &shared, &archive, &regions, night, "1e-8", &result, DAYS[0], DAYS[1]];
        assert!(oracle.start(&script, &arguments).wait().unwrap().success(), "{night}");
    }
}

#[test]
fn the_readmes_recipes_compute_what_they_say() {
    let Some(oracle) = Oracle::find() else { return };
    oracle.make_archive(&["--days", "2", "--coarsen", "40"]);
    let result = oracle.run("recipes", &oracle.path("archive"), &oracle.regions(), "night = 'zero'");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = folder.join("README.md").display().to_string();
    let run = oracle.start(&folder.join("tests/job/recipes.py"), &[&readme, &result]).wait();
    assert!(run.unwrap().success());
}
