//! `dayfold plan` on an archive of empty files: it opens none of them.

use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '{version}/%Y/%m/%d/IDE00326.*.nc'
versions = [ { name = 'v1.0', until = 2022-02-01 }, { name = 'v1.1' } ]
from = 2022-01-31
to = 2022-02-05
[regions]
file = 'regions.geojson'
name = 'name'
[task]
kind = 'pv'
[output]
file = 'out/pv.nc'
[run]
workers = 3
";

const REGIONS: &str = r#"{ "type": "FeatureCollection", "features": [
  { "type": "Feature", "properties": { "name": "West" }, "geometry":
    { "type": "Polygon", "coordinates": [[[120, -30], [121, -30], [121, -29], [120, -29], [120, -30]]] } },
  { "type": "Feature", "properties": { "name": "East" }, "geometry":
    { "type": "Polygon", "coordinates": [[[140, -30], [141, -30], [141, -29], [140, -29], [140, -30]]] } }
] }"#;

/// Six files on four of six days, and one that does not belong to them.
fn archive() -> Folder {
    let folder = Folder::new();
    folder.write("config.toml", CONFIG);
    folder.write("regions.geojson", REGIONS);
    for file in [
        "v1.0/2022/01/31/IDE00326.a.nc",
        "v1.0/2022/02/01/IDE00326.a.nc",
        "v1.1/2022/02/02/IDE00326.a.nc",
        "v1.1/2022/02/02/IDE00326.b.nc",
        "v1.1/2022/02/02/IDE00326.c.nc",
        "v1.1/2022/02/05/IDE00326.a.nc",
        "v1.1/2022/02/05/notes.txt",
    ] {
        folder.write(&format!("archive/{file}"), "");
    }
    folder
}

fn plan(config: &str, args: &[&str]) -> Outcome {
    let folder = archive();
    folder.write("config.toml", config);
    folder.dayfold(&[&["plan", "config.toml"], args].concat())
}

#[test]
fn the_summary_says_what_would_run() {
    let plan = plan(CONFIG, &[]);
    assert_eq!((plan.code, plan.stderr.as_str()), (0, ""));
    assert_eq!(
        plan.stdout,
        "\
archive      DIR/archive
pattern      {version}/%Y/%m/%d/IDE00326.*.nc
groups       4 by day, 2022-01-31 to 2022-02-05
missing      2 without input files: 2022-02-03, 2022-02-04
files        6, about 0 B
regions      2: West, East
task         pv: what panels and their inverters deliver
             mount single-axis tracker
             module Canadian_Solar_CS5P_220M___2009_
             inverter ABB__MICRO_0_25_I_OUTD_US_208__208V_
             temperature 18 deg C
             irradiance surface_global_irradiance, direct_normal_irradiance, surface_diffuse_irradiance
             at night missing: means are over the cells that deliver
output       DIR/out/pv.nc
run dir      DIR/out/pv.nc.run
workers      3: --workers or run.workers
"
    );
}

#[test]
fn paths_are_shown_without_detours() {
    let folder = archive();
    let config = CONFIG.replace("'archive'", "'../archive'").replace("'regions", "'../regions");
    folder.write("cfg/config.toml", &config.replace("'out/", "'../out/./"));
    let plan = folder.dayfold(&["plan", "cfg/../cfg/config.toml"]);
    assert_eq!((plan.code, plan.stderr.as_str()), (0, ""));
    for line in
        ["archive      DIR/archive\n", "output       DIR/out/pv.nc\n", "run dir      DIR/out/pv.nc.run\n"]
    {
        assert!(plan.stdout.contains(line), "{line} in {}", plan.stdout);
    }
}

#[test]
fn json_holds_every_file() {
    let plan = plan(CONFIG, &["--json"]);
    assert_eq!((plan.code, plan.stderr.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(json["groups"][2]["name"], "2022-02-02");
    assert_eq!(json["groups"][2]["files"][1], "v1.1/2022/02/02/IDE00326.b.nc");
    assert_eq!(json["missing"], serde_json::json!(["2022-02-03", "2022-02-04"]));
    assert_eq!(json["regions"], serde_json::json!(["West", "East"]));
    assert_eq!((&json["files"], &json["workers"]["count"]), (&6.into(), &3.into()));
    assert_eq!(json["task"]["pv"]["module"]["name"], "Canadian_Solar_CS5P_220M___2009_");
}

#[test]
fn a_plan_starts_and_writes_nothing() {
    let folder = archive();
    folder.dayfold(&["plan", "config.toml"]);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_pattern_without_a_match_names_the_first_path_that_is_not_there() {
    let plan = plan(&CONFIG.replace("IDE00326", "IDE00999"), &[]);
    assert_eq!((plan.code, plan.stdout.as_str()), (2, ""));
    assert!(plan.stderr.starts_with("error: no file matches DIR/archive/"), "{}", plan.stderr);
    assert!(plan.stderr.contains("DIR/archive/v1.0/2022/01/31"), "{}", plan.stderr);
}

#[test]
fn a_missing_archive_or_regions_file_is_named() {
    for (config, named) in [
        (CONFIG.replace("'archive'", "'nowhere'"), "DIR/nowhere"),
        (CONFIG.replace("regions.geojson", "none.geojson"), "DIR/none.geojson"),
        (CONFIG.replace("name = 'name'", "name = 'title'"), "title"),
    ] {
        let plan = plan(&config, &[]);
        assert_eq!((plan.code, plan.stdout.as_str()), (2, ""), "{config}");
        assert!(plan.stderr.contains(named), "{named} in {}", plan.stderr);
    }
}

#[test]
fn a_group_that_is_not_there_is_named_with_the_nearest() {
    for (only, said) in [
        ("2022-02-03", "error: there is no group \"2022-02-03\" in the plan: it has no input files\n"),
        (
            "2022-02-2",
            "error: there is no group \"2022-02-2\" in the plan: the nearest name is \"2022-02-02\"\n",
        ),
        (
            "x",
            "error: there is no group \"x\" in the plan: they are named \"2022-01-31\" to \"2022-02-05\"\n",
        ),
    ] {
        let plan = plan(&format!("{CONFIG}only = '{only}'"), &[]);
        assert_eq!((plan.code, plan.stderr.as_str()), (2, said));
    }
}
