//! Final files by CF and ACDD, as an independent checker sees them (PyPI's compliance-checker).
//!
//! scripts/test sets it up from tests/requirements.txt and names its Python in DAYFOLD_CHECKER_PYTHON.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};
use serde_json::Value;

use crate::skip::skip;
use crate::support::Folder;

/// Of ACDD's attributes those that only people know, or that a clock, a place in the sky or a vertical axis would be
/// needed for: all others must be there.
const UNKNOWN: [&str; 20] = [
    "acknowledgment/acknowledgement",
    "comment",
    "creator_email",
    "creator_name",
    "creator_url",
    "date_created",
    "geospatial_bounds_vertical_crs",
    "geospatial_vertical_max",
    "geospatial_vertical_min",
    "geospatial_vertical_positive",
    "id",
    "institution",
    "license",
    "naming_authority",
    "processing_level",
    "project",
    "publisher_email",
    "publisher_name",
    "publisher_url",
    "keywords",
];

struct Checker(PathBuf);

impl Checker {
    fn find() -> Option<Self> {
        let Some(python) = std::env::var_os("DAYFOLD_CHECKER_PYTHON").map(PathBuf::from) else {
            skip("DAYFOLD_CHECKER_PYTHON does not name a Python with tests/requirements.txt");
            return None;
        };
        let program = python.with_file_name("compliance-checker");
        assert!(program.is_file(), "there is no {}", program.display());
        Some(Self(program))
    }

    /// What it finds by a convention, and what it says on standard error.
    fn check(&self, convention: &str, file: &Path) -> (Value, String) {
        let report = file.with_extension(format!("{}.json", convention.replace(':', "-")));
        let checked = Command::new(&self.0)
            .args(["-t", convention, "-c", "strict", "-f", "json", "-o"])
            .args([&report, file])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(report.is_file(), "{checked:?}");
        let text = std::fs::read_to_string(&report).unwrap();
        let mut found: Value = serde_json::from_str(&text).unwrap();
        (found[convention].take(), said)
    }
}

/// The checks of a priority that were not passed, with what was said.
fn failed(found: &Value, priority: &str) -> Vec<(String, Vec<String>)> {
    let checks = found[format!("{priority}_priorities")].as_array().unwrap();
    let is_passed = |check: &&Value| check["value"][0] == check["value"][1];
    let texts = |check: &Value| {
        let messages = check["msgs"].as_array().unwrap().iter();
        messages.map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let failed = checks.iter().filter(|check| !is_passed(check));
    failed.map(|check| (check["name"].as_str().unwrap().to_owned(), texts(check))).collect()
}

/// No errors by CF; and of its warnings none that could be heeded.
fn assert_cf(checker: &Checker, file: &Path, has_text_coordinate: bool) {
    let (found, said) = checker.check("cf:1.11", file);
    assert_eq!(failed(&found, "high"), [], "{}", file.display());
    // the checker subtracts the values of any coordinate, and breaks off at text: see docs/formats.md
    let broken: Vec<&str> = said.lines().filter(|line| line.starts_with("cf:1.11.")).collect();
    let expected = "cf:1.11.check_coordinate_variables_strict_monotonicity: unsupported operand type";
    assert_eq!(broken.len(), usize::from(has_text_coordinate), "{said}");
    assert!(broken.iter().all(|line| line.starts_with(expected)), "{said}");
    for (check, messages) in failed(&found, "medium") {
        // regions do not lie before time: selecting and reading by region wants them behind
        let is_order = check == "§2.4 Dimensions" && messages.iter().all(|text| text.contains("region (U)"));
        // what a program's own units mean besides, such as whether leap seconds count, is its own to say
        let is_own = messages.iter().all(|text| text.contains("units_metadata"));
        assert!(
            (has_text_coordinate && is_order) || (!has_text_coordinate && is_own),
            "{check}: {messages:?}"
        );
    }
}

/// Of ACDD's attributes those are missing that cannot be known, and no others.
fn assert_acdd(checker: &Checker, file: &Path, also_unknown: &[&str]) {
    let (found, said) = checker.check("acdd:1.3", file);
    assert!(!said.contains("exceptions occurred"), "{said}");
    let mut missing = BTreeSet::new();
    for priority in ["high", "medium"] {
        for (check, messages) in failed(&found, priority) {
            // there is no standard name for the power of a panel, a series by region has no lat and lon variables, and
            // a program describes its own variables
            let of_variable = |text: &String| {
                text == "standard_name"
                    || (!also_unknown.is_empty()
                        && ["long_name", "coverage_content_type"].contains(&text.as_str()))
            };
            if messages.iter().all(of_variable) || check.ends_with("_extents_match") {
                continue;
            }
            let name = |text: &String| {
                let name = text.strip_suffix(" not present")?.trim_end_matches(" is");
                Some(name.trim_start_matches("Attr ").to_owned())
            };
            let names: Vec<String> = messages.iter().filter_map(name).collect();
            assert_eq!(names.len(), messages.len(), "{check}: {messages:?}");
            missing.extend(names);
        }
    }
    missing.retain(|name| !UNKNOWN.contains(&name.as_str()) && !also_unknown.contains(&name.as_str()));
    assert!(missing.is_empty(), "{}: {missing:?}", file.display());
}

fn attribute(file: &RawFile, name: &str) -> Option<String> {
    let attributes = &file.schema().attributes;
    dayfold_ncio::dataset::attribute(attributes, name).and_then(Attribute::text).map(str::to_owned)
}

#[test]
fn the_pv_series_follows_cf_and_acdd() {
    let folder = Folder::new();
    assert_eq!(folder.dayfold(&["sample", "s", "--days", "2", "--coarsen", "40"]).code, 0);
    assert_eq!(folder.dayfold(&["run", "s/dayfold.toml"]).code, 0);
    let path = folder.path().join("s/pv.nc");
    let file = RawFile::open(&path).unwrap();
    let text = |name| attribute(&file, name).unwrap_or_default();
    assert_eq!(text("Conventions"), "CF-1.11, ACDD-1.3");
    assert!(text("title").starts_with("Power of a PV panel and its inverter"), "{}", text("title"));
    assert_eq!(text("time_coverage_start"), "2022-01-31T18:30:00Z");
    assert_eq!(text("time_coverage_resolution"), "PT10M");
    assert!(text("summary").contains("one of the daytime"), "{}", text("summary"));
    let Values::Strings(names) = file.read("region").unwrap() else { panic!() };
    assert!(file.read("names").unwrap().same(&Values::Strings(names.clone())));
    assert!(file.read("region_id").unwrap().same(&Values::I32((0..names.len() as i32).collect())));
    let Some(checker) = Checker::find() else { return };
    assert_cf(&checker, &path, true);
    assert_acdd(&checker, &path, &[]);
}

/// A program's results: an hour of a field, with times by the day, as xarray writes them.
fn written(folder: &Folder, day: i32, conventions: Option<&str>) {
    let text = |name: &str, text: &str| (name.to_owned(), Attribute::from(text));
    let variable = |name: &str, dimensions: &[&str], values, attributes| Variable {
        name: name.into(),
        dimensions: dimensions.iter().map(|&name| name.into()).collect(),
        values,
        attributes,
    };
    let units = format!("hours since 2022-02-{day:02} 00:00:00");
    let times = vec![text("units", &units), text("calendar", "standard")];
    let latitude = vec![text("units", "degrees_north"), text("standard_name", "latitude")];
    let longitude = vec![text("units", "degrees_east"), text("standard_name", "longitude")];
    let temperature = vec![
        text("units", "K"),
        text("standard_name", "air_temperature"),
        text("cell_methods", "time: mean"),
        ("_FillValue".to_owned(), f64::from(-9999).into()),
    ];
    let values = (0..12).map(|number| 280.0 + f64::from(number)).collect();
    let dataset = Dataset {
        dimensions: vec![("time".into(), 2), ("lat".into(), 2), ("lon".into(), 3)],
        variables: vec![
            variable("time", &["time"], Values::I64(vec![0, 12]), times),
            variable("lat", &["lat"], Values::F64(vec![-30.0, -20.0]), latitude),
            variable("lon", &["lon"], Values::F64(vec![130.0, 140.0, 150.0]), longitude),
            variable("tas", &["time", "lat", "lon"], Values::F64(values), temperature),
        ],
        attributes: conventions.map(|conventions| text("Conventions", conventions)).into_iter().collect(),
    };
    let path = folder.path().join(format!("made/2022-02-{day:02}.nc"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    write_dataset(&path, &dataset, Storage::Plain).unwrap();
    folder.write(&format!("in/2022-02-{day:02}.txt"), "input");
}

fn collated(folder: &Folder) -> PathBuf {
    folder.write(
        "copy.toml",
        "[archive]\nroot = 'in'\npattern = '%Y-%m-%d.txt'\n\
         [task]\nkind = 'command'\ncommand = ['cp', 'made/{group}.nc', '{output}']\n\
         [output]\nfile = 'out.nc'\n",
    );
    let run = folder.dayfold(&["run", "copy.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
    folder.path().join("out.nc")
}

#[test]
fn a_programs_results_follow_cf_and_acdd() {
    let folder = Folder::new();
    (1..=3).for_each(|day| written(&folder, day, None));
    let path = collated(&folder);
    let file = RawFile::open(&path).unwrap();
    assert_eq!(attribute(&file, "Conventions").as_deref(), Some("CF-1.11, ACDD-1.3"));
    assert_eq!(attribute(&file, "time_coverage_end").as_deref(), Some("2022-02-03T12:00:00Z"));
    assert_eq!(attribute(&file, "time_coverage_resolution").as_deref(), Some("PT12H"));
    assert!(matches!(file.read("time").unwrap(), Values::F64(_)), "dayfold chooses the coding");
    let bounds = "POLYGON ((-30 130, -20 130, -20 150, -30 150, -30 130))";
    assert_eq!(attribute(&file, "geospatial_bounds").as_deref(), Some(bounds));
    let Some(checker) = Checker::find() else { return };
    assert_cf(&checker, &path, false);
    assert_acdd(&checker, &path, &["standard_name_vocabulary"]);
}

#[test]
fn a_programs_own_conventions_and_fill_value_stay_also_when_days_are_added() {
    let folder = Folder::new();
    (1..=2).for_each(|day| written(&folder, day, Some("CF-1.8")));
    for days in [2, 3] {
        if days == 3 {
            written(&folder, 3, Some("CF-1.8"));
        }
        let file = RawFile::open(collated(&folder)).unwrap();
        assert_eq!(attribute(&file, "Conventions").as_deref(), Some("CF-1.8"));
        let fill = file.schema().variable("tas").unwrap().attribute("_FillValue").unwrap().clone();
        assert!(fill.same(&(-9999.0).into()), "{fill:?}");
        assert_eq!(file.schema().length("time"), Some(2 * days));
    }
}
