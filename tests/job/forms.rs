//! Results that do not fit together: told when their groups end, decided by most groups, and costing no other group.

#![expect(clippy::disallowed_methods, reason = "a test spoils files on purpose")]

use std::fs;
use std::path::{Path, PathBuf};

use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable, attribute};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};
use serde_json::Value;

use crate::command::executable;
use crate::room::started;
use crate::support::{Folder, Outcome};

const CONFIG: &str = "\
[archive]
root = 'archive'
pattern = '%Y-%m-%d.nc'
[task]
kind = 'command'
command = ['cp', '{files}', '{output}']
[output]
file = 'out.nc'
";

/// Days whose results are copies of their input files.
struct Days(Folder);

impl Days {
    fn new(days: u32) -> Self {
        let folder = Folder::new();
        folder.write("dayfold.toml", CONFIG);
        fs::create_dir(folder.path().join("archive")).unwrap();
        let room = Self(folder);
        (1..=days).for_each(|day| room.put(day, |_| {}));
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn input(&self, day: u32) -> PathBuf {
        self.path(&format!("archive/2022-02-{day:02}.nc"))
    }

    /// Writes the file of a day anew.
    fn put(&self, day: u32, change: impl FnOnce(&mut Dataset)) {
        let mut dataset = dataset(day);
        change(&mut dataset);
        let _not_there_yet = fs::remove_file(self.input(day));
        write_dataset(&self.input(day), &dataset, Storage::Plain).unwrap();
    }

    fn run(&self, options: &[&str]) -> Outcome {
        self.0.dayfold(&[&["run", "dayfold.toml"][..], options].concat())
    }

    fn status(&self) -> Value {
        let status = self.0.dayfold(&["status", "out.nc.run", "--json"]);
        assert_eq!(status.code, 0, "{status:?}");
        serde_json::from_str(&status.stdout).unwrap()
    }

    fn result(&self) -> RawFile {
        RawFile::open(self.path("out.nc")).unwrap()
    }

    fn failed_groups(&self) -> Option<String> {
        let file = self.result();
        attribute(&file.schema().attributes, "failed_groups").and_then(Attribute::text).map(str::to_owned)
    }

    fn partials(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("out.nc.run/partials")).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }
}

/// Two times of a day, and rain at each.
fn dataset(day: u32) -> Dataset {
    let variable = |name: &str, values, units: &str| Variable {
        name: name.to_owned(),
        dimensions: vec!["time".to_owned()],
        values,
        attributes: vec![("units".to_owned(), units.into())],
    };
    let first = f64::from(day - 1);
    Dataset {
        dimensions: vec![("time".to_owned(), 2)],
        variables: vec![
            variable("time", Values::F64(vec![first, first + 0.5]), "days since 2022-02-01"),
            variable("rain", Values::F32(vec![day as f32, day as f32 + 0.5]), "mm"),
        ],
        attributes: Vec::new(),
    }
}

fn set(dataset: &mut Dataset, name: &str, value: impl Into<Attribute>) {
    let attributes = &mut dataset.variables[1].attributes;
    attributes.retain(|(present, _)| present != name);
    attributes.push((name.to_owned(), value.into()));
}

fn in_inches(dataset: &mut Dataset) {
    set(dataset, "units", "inch");
}

fn numbers(days: &[u32]) -> Vec<f64> {
    days.iter().flat_map(|&day| [f64::from(day), f64::from(day) + 0.5]).collect()
}

/// What is told of 2022-02-02 where it is in inches and the other three days are not.
const INCHES: &str = "its result does not fit the others: the attribute units of variable \"rain\" is \"inch\", and \"mm\" in 2022-02-01";

#[test]
fn a_result_that_deviates_is_told_at_once_and_costs_its_group_alone() {
    let days = Days::new(4);
    days.put(2, in_inches);
    let run = days.run(&["--workers", "1", "--message-format", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
    let place = |what: &str| run.stderr.find(what).unwrap_or_else(|| panic!("{what:?} in {}", run.stderr));
    assert!(
        place(r#""event":"deviates","group":"2022-02-02""#)
            < place(r#""event":"finished","group":"2022-02-03""#)
    );
    assert!(run.stderr.contains(&INCHES.replace('"', "\\\"")), "{}", run.stderr);
    let failed = fs::read_to_string(days.path("out.nc.run/failed.tsv")).unwrap();
    assert!(failed.contains("2022-02-02\t1\t") && failed.contains("and 2 other groups"), "{failed}");
    assert_eq!(days.status()["state"], "failed");
    // a way out: it runs again, and it alone
    days.put(2, |_| {});
    let again = days.run(&["--message-format", "json"]);
    assert_eq!((again.code, started(&again.stderr)), (0, vec!["2022-02-02".to_owned()]), "{again:?}");
    assert_eq!(days.result().read("rain").unwrap().to_f64().unwrap(), numbers(&[1, 2, 3, 4]));
}

#[test]
fn the_larger_number_of_groups_decides_and_where_there_are_as_many_the_plan() {
    let cases: [(&[u32], &[u32]); 4] =
        [(&[1], &[2, 3, 4]), (&[1, 4], &[1, 4]), (&[3, 4], &[1, 2]), (&[2, 3], &[1, 4])];
    for (odd, kept) in cases {
        for options in [&["--workers", "1"], &["--workers", "3"]] {
            let days = Days::new(4);
            odd.iter().for_each(|&day| days.put(day, in_inches));
            let run = days.run(&[&options[..], &["--allow-failed"]].concat());
            assert_eq!(run.code, 3, "{run:?}");
            assert_eq!(days.result().read("rain").unwrap().to_f64().unwrap(), numbers(kept), "{odd:?}");
            let failed: Vec<String> =
                (1..=4).filter(|day| !kept.contains(day)).map(|day| format!("2022-02-{day:02}")).collect();
            assert_eq!(days.failed_groups(), Some(failed.join("\n")));
        }
    }
}

#[test]
fn shards_decide_alike_and_the_last_names_what_failed() {
    let days = Days::new(4);
    days.put(1, in_inches);
    assert_eq!(days.run(&["--shard", "2/2"]).code, 0);
    let last = days.run(&["--shard", "1/2"]);
    assert_eq!(last.code, 3, "{last:?}");
    assert!(last.stderr.contains("2022-02-01: its result does not fit the others"), "{}", last.stderr);
    let collate = days.0.dayfold(&["collate", "out.nc.run", "--allow-failed"]);
    assert_eq!(collate.code, 3, "{collate:?}");
    assert_eq!(days.failed_groups().as_deref(), Some("2022-02-01"));
}

/// As 51aab24 names them.
fn take_forms_out_of_names(days: &Days) {
    for path in days.partials() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let parts: Vec<&str> = name.split('.').collect();
        let [slug, _, key, checksum, extension] = parts[..] else { unreachable!("{name}") };
        fs::rename(&path, path.with_file_name([slug, key, checksum, extension].join("."))).unwrap();
    }
}

#[test]
fn what_earlier_versions_left_is_compared_too_also_without_a_journal() {
    let days = Days::new(4);
    assert_eq!(days.run(&["--limit", "3"]).code, 0);
    take_forms_out_of_names(&days);
    fs::remove_file(days.path("out.nc.run/journal.jsonl")).unwrap();
    days.put(4, in_inches);
    let run = days.run(&[]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("warning: 2022-02-04: its result does not fit the others"), "{}", run.stderr);
    assert!(run.stderr.contains("\"mm\" in 2022-02-01 and 2 other groups"), "{}", run.stderr);
}

#[test]
fn status_shows_how_many_groups_have_which_form() {
    let days = Days::new(4);
    days.put(3, in_inches);
    assert_eq!(days.run(&["--limit", "2"]).code, 0);
    assert_eq!(days.status()["forms"].as_array().unwrap().len(), 1);
    let contradiction = days.run(&["--limit", "1"]);
    assert_eq!(contradiction.code, 0, "{contradiction:?}");
    let forms = days.status()["forms"].clone();
    let counts: Vec<_> =
        forms.as_array().unwrap().iter().map(|form| form["groups"].as_u64().unwrap()).collect();
    assert_eq!(counts, [2, 1], "{forms}");
    assert_eq!(forms[1]["first"][0], "2022-02-03");
    assert!(
        forms[1]["differs"].as_str().unwrap().contains("units of variable \"rain\" is \"inch\""),
        "{forms}"
    );
    let shown = days.0.dayfold(&["status", "out.nc.run"]);
    let expected = "\nforms        2 results (2022-02-01, 2022-02-02)\n             1 result (2022-02-03): its result does not";
    assert!(shown.stdout.contains(expected), "{}", shown.stdout);
}

#[test]
fn what_may_differ_may() {
    let days = Days::new(3);
    days.put(2, |file| {
        set(file, "comment", "of another tile");
        file.variables[1].values = Values::F64(vec![2.0, -9.0]);
        set(file, "_FillValue", -9.0);
        file.variables.reverse();
        file.variables[0].attributes.reverse();
        file.variables.reverse();
    });
    days.put(3, |file| {
        file.variables[1].values = Values::I16(vec![6, 7]);
        set(file, "scale_factor", 0.5);
    });
    let run = days.run(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains(
        "attributes of variables that are not the same in all partials are left out: rain:comment"
    ));
    let file = days.result();
    let rain = file.read("rain").unwrap();
    assert!(rain.same(&Values::F64(vec![1.0, 1.5, 2.0, f64::NAN, 3.0, 3.5])), "{rain:?}");
    let rain = file.schema().variable("rain").unwrap();
    let names: Vec<&str> = rain.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        !names.contains(&"scale_factor") && rain.attribute("units").unwrap().text() == Some("mm"),
        "{names:?}"
    );
}

#[test]
fn a_result_with_a_missing_time_fails_when_its_group_ends() {
    let days = Days::new(3);
    days.put(2, |file| file.variables[0].values = Values::F64(vec![1.0, f64::NAN]));
    let run = days.run(&["--allow-failed", "--workers", "1", "--message-format", "json"]);
    assert_eq!(run.code, 3, "{run:?}");
    let place = |what: &str| run.stderr.find(what).unwrap_or_else(|| panic!("{what:?} in {}", run.stderr));
    assert!(
        place("\"attempt-failed\",\"group\":\"2022-02-02\"") < place("\"finished\",\"group\":\"2022-02-03\"")
    );
    assert_eq!(days.result().read("rain").unwrap().to_f64().unwrap(), numbers(&[1, 3]));
}

#[test]
fn a_limit_tries_the_collation_beside_the_final_file() {
    let days = Days::new(4);
    let trial = days.path("out.trial.nc");
    let rain = || RawFile::open(&trial).unwrap().read("rain").unwrap().to_f64().unwrap();
    let first = days.run(&["--limit", "2"]);
    assert_eq!((first.code, first.stdout.as_str()), (0, ""), "{first:?}");
    assert!(
        first.stderr.contains("the collation is tried with 2 groups: DIR/out.trial.nc"),
        "{}",
        first.stderr
    );
    assert_eq!(rain(), numbers(&[1, 2]));
    assert!(!days.path("out.nc").exists());
    assert_eq!(days.run(&["--limit", "1"]).code, 0);
    assert_eq!(rain(), numbers(&[3]), "a later trial takes its place");
    // nobody else's file is replaced
    fs::copy(days.input(1), &trial).unwrap();
    let mine = fs::read(&trial).unwrap();
    days.put(5, |_| {});
    let kept = days.run(&["--limit", "1"]);
    assert!(
        kept.code == 0 && kept.stderr.contains("the collation is not tried: DIR/out.trial.nc is there"),
        "{kept:?}"
    );
    assert!(fs::read(&trial).unwrap() == mine);
    let whole = days.run(&[]);
    assert_eq!(whole.code, 0, "{whole:?}");
    assert!(fs::read(&trial).unwrap() == mine);
    assert_eq!(days.result().read("rain").unwrap().to_f64().unwrap(), numbers(&[1, 2, 3, 4, 5]));
}

#[test]
fn a_trial_of_results_that_do_not_fit_says_so() {
    let days = Days::new(4);
    days.put(2, in_inches);
    let run = days.run(&["--limit", "2"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr.contains("error: results cannot be collated with the others: 2022-02-02: its result"),
        "{run:?}"
    );
    assert!(!days.path("out.trial.nc").exists() && !days.path("out.nc.run/failed.tsv").exists());
}

#[test]
fn the_trial_file_is_no_input() {
    let days = Days::new(2);
    let config = CONFIG
        .replace("root = 'archive'", "root = '.'")
        .replace("pattern = '%Y-%m-%d.nc'", "pattern = '**/*.nc'\ngroup = 'file'");
    days.0.write("dayfold.toml", &config);
    let first = days.run(&["--limit", "1"]);
    assert!(first.code == 0 && days.path("out.trial.nc").exists(), "{first:?}");
    let whole = days.run(&["--message-format", "json"]);
    assert_eq!(
        (whole.code, started(&whole.stderr)),
        (0, vec!["archive/2022-02-02.nc".to_owned()]),
        "{whole:?}"
    );
}

#[test]
fn another_variable_or_grid_is_named_as_such() {
    for (change, told) in [
        ("variables", "variable \"rain\" is not there, and there in 2022-02-01"),
        ("dimension", "the dimensions of variable \"rain\" is (time, x), and (time) in 2022-02-01"),
        ("text", "what variable \"rain\" holds is text, and numbers in 2022-02-01"),
    ] {
        let days = Days::new(3);
        days.put(2, |file| match change {
            "variables" => file.variables.truncate(1),
            "dimension" => {
                file.dimensions.push(("x".to_owned(), 1));
                file.variables[1].dimensions.push("x".to_owned());
            }
            _ => file.variables[1].values = Values::Strings(vec!["a".to_owned(), "b".to_owned()]),
        });
        let run = days.run(&[]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(
            run.stderr.contains(&format!("2022-02-02: its result does not fit the others: {told}")),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_group_that_deviates_is_tried_again_at_each_start() {
    let days = Days::new(3);
    days.0.write(
        "dayfold.toml",
        &CONFIG.replace("'cp', '{files}', '{output}'", "'./day.sh', '{files}', '{output}'"),
    );
    executable(&days.0.write("day.sh", "#!/bin/sh -eu\ncp \"$1\" \"$2\"\n"));
    days.put(2, in_inches);
    assert_eq!(days.run(&[]).code, 3);
    for _ in 0..2 {
        let run = days.run(&["--message-format", "json"]);
        assert_eq!((run.code, started(&run.stderr)), (3, vec!["2022-02-02".to_owned()]), "{run:?}");
    }
    assert!(Path::new(&days.path("out.nc.run/failed.tsv")).exists());
}

/// Turns a byte of the values of a deflated file.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let place = bytes.len() * 3 / 4;
    bytes[place] ^= 255;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_result_whose_values_cannot_be_read_fails_when_its_group_ends() {
    let room = Days::new(3);
    let mut odd = dataset(2);
    let values = (0..8192_u32).map(|number| f64::from(number.wrapping_mul(2_654_435_761)).sqrt()).collect();
    odd.dimensions.push(("cell".to_owned(), 8192));
    odd.variables.push(Variable {
        name: "map".to_owned(),
        dimensions: vec!["cell".to_owned()],
        values: Values::F64(values),
        attributes: vec![],
    });
    fs::remove_file(room.input(2)).unwrap();
    let storage = Storage::Deflated { level: 1, chunk_bytes: 1 << 20, along: "cell".to_owned() };
    write_dataset(&room.input(2), &odd, storage).unwrap();
    damage(&room.input(2));
    let run = room.run(&["--limit", "2"]);
    assert_eq!(run.code, 3, "{run:?}");
    let told = "2022-02-02: cp wrote a NetCDF file to {output} that is cut off, damaged, or of no kind that is read here";
    assert!(run.stderr.contains(told) && run.stderr.contains("\"map\""), "{}", run.stderr);
    let run = room.run(&["--allow-failed"]);
    assert_eq!((run.code, room.failed_groups().as_deref()), (3, Some("2022-02-02")), "{run:?}");
}
