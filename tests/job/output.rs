//! `[output.variables]` and `[output.attributes]`: how the final file is stored, and what people add to it.

use std::path::PathBuf;

use dayfold_ncio::dataset::{Attribute, DataType, Dataset, Values, Variable, attribute};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};

use crate::support::{Folder, Outcome};

const FLOATS: &str = "[output.variables.actual]\nchunks = { time = 50, region = 2 }\ndeflate = 1\ndtype = 'float32'\n\
                      [output.attributes]\ninstitution = 'UQ'\ntitle = 'Mine'\nversion = 3\n";

struct Sample(Folder);

impl Sample {
    fn new() -> Self {
        let folder = Folder::new();
        assert_eq!(folder.dayfold(&["sample", "s", "--days", "2", "--coarsen", "40"]).code, 0);
        Self(folder)
    }

    /// Runs it into `<name>.nc`, with more at the end of the section `[output]`.
    fn run(&self, name: &str, more: &str) -> Outcome {
        let text = std::fs::read_to_string(self.0.path().join("s/dayfold.toml")).unwrap();
        let text = text.replace("file = \"pv.nc\"\n", &format!("file = \"{name}.nc\"\n{more}"));
        self.0.write(&format!("s/{name}.toml"), &text);
        self.0.dayfold(&["run", &format!("s/{name}.toml")])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(format!("s/{name}.nc"))
    }

    fn file(&self, name: &str) -> RawFile {
        RawFile::open(self.path(name)).unwrap()
    }
}

#[test]
fn variables_are_stored_and_attributes_added_as_asked_for() {
    let sample = Sample::new();
    for (name, more) in [("plain", ""), ("floats", FLOATS)] {
        let run = sample.run(name, more);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let (plain, floats) = (sample.file("plain"), sample.file("floats"));
    let actual = floats.schema().variable("actual").unwrap();
    assert_eq!(actual.data_type, DataType::F32);
    assert!(actual.attribute("_FillValue").unwrap().same(&Values::F32(vec![f32::NAN]).into()));
    let Values::F64(doubles) = plain.read("actual").unwrap() else { panic!() };
    let rounded = Values::F32(doubles.iter().map(|&double| double as f32).collect());
    assert!(floats.read("actual").unwrap().same(&rounded));
    assert!(floats.read("ideal").unwrap().same(&plain.read("ideal").unwrap()));
    let attributes = &floats.schema().attributes;
    let text = |name| attribute(attributes, name).and_then(Attribute::text);
    assert_eq!((text("institution"), text("title")), (Some("UQ"), Some("Mine")));
    assert_eq!(attribute(attributes, "version"), Some(&Values::I32(vec![3]).into()));
    assert_eq!(text("Conventions"), Some("CF-1.11, ACDD-1.3"));
}

#[test]
fn a_finished_file_is_written_anew_for_other_settings_and_told() {
    let sample = Sample::new();
    assert_eq!(sample.run("fresh", FLOATS).code, 0);
    assert_eq!(sample.run("later", "").code, 0);
    let changed = sample.run("later", FLOATS);
    assert_eq!(changed.code, 0, "{changed:?}");
    assert!(changed.stderr.contains("[output] has changed: the final file is written anew"), "{changed:?}");
    let read = |name| std::fs::read(sample.path(name)).unwrap();
    assert!(read("later") == read("fresh"), "as if it had been so from the beginning");
    let again = sample.run("later", FLOATS);
    assert!(again.code == 0 && !again.stderr.contains("[output]"), "{again:?}");
    // what was rounded has no more digits than before, and that is told
    let back = sample.run("later", "");
    assert!(back.stderr.contains("keep the digits that it has of actual (float32)"), "{back:?}");
    let actual = sample.file("later").schema().variable("actual").unwrap().clone();
    assert_eq!((back.code, actual.data_type), (0, DataType::F64));
    assert_eq!(attribute(&sample.file("later").schema().attributes, "institution"), None);
}

#[test]
fn more_days_go_into_a_file_that_is_stored_otherwise() {
    let sample = Sample::new();
    let one_day = format!("{FLOATS}[run]\nto = 2022-02-01\n");
    assert_eq!(sample.run("grown", &one_day).code, 0);
    assert_eq!(sample.run("grown", FLOATS).code, 0);
    assert_eq!(sample.run("fresh", FLOATS).code, 0);
    let read = |name| std::fs::read(sample.path(name)).unwrap();
    assert!(read("grown") == read("fresh"));
}

/// A folder with a command that copies results of three days.
fn copies(folder: &Folder, output: &str) -> Outcome {
    for day in 1..=3 {
        let variable = |name: &str, values, units: &str| Variable {
            name: name.into(),
            dimensions: vec!["time".into()],
            values,
            attributes: vec![("units".into(), units.into())],
        };
        let units = "hours since 2022-02-01";
        let variables = vec![
            variable("time", Values::F64(vec![24.0 * f64::from(day)]), units),
            variable("rain", Values::F64(vec![40_000.0]), "mm"),
        ];
        let dataset = Dataset { dimensions: vec![("time".into(), 1)], variables, attributes: vec![] };
        folder.write(&format!("in/2022-02-0{day}.txt"), "input");
        std::fs::create_dir_all(folder.path().join("made")).unwrap();
        let path = folder.path().join(format!("made/2022-02-0{day}.nc"));
        if !path.exists() {
            write_dataset(&path, &dataset, Storage::Plain).unwrap();
        }
    }
    folder.write(
        "copy.toml",
        &format!(
            "[archive]\nroot = 'in'\npattern = '%Y-%m-%d.txt'\n\
             [task]\nkind = 'command'\ncommand = ['cp', 'made/{{group}}.nc', '{{output}}']\n\
             [output]\nfile = 'out.nc'\n{output}"
        ),
    );
    folder.dayfold(&["run", "copy.toml", "--workers", "1"])
}

#[test]
fn what_cannot_be_stored_so_is_told_when_the_first_group_ends() {
    for (output, said) in [
        (
            "[output.variables.rian]\ndeflate = 9\n",
            "[output.variables.rian] of the configuration says: it has no such variable; it has time, rain",
        ),
        (
            "[output.variables.rain]\nchunks = { lat = 3 }\n",
            "the variable has no dimension \"lat\"; it is over (time)",
        ),
        ("[output.variables.rain]\ndtype = 'int16'\n", "the value 40000 has no place in short"),
    ] {
        let folder = Folder::new();
        let run = copies(&folder, output);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
        // mended, the same command goes on
        let run = copies(&folder, "[output.variables.rain]\ndtype = 'int32'\n");
        assert_eq!(run.code, 0, "{run:?}");
        let file = RawFile::open(folder.path().join("out.nc")).unwrap();
        assert!(file.read("rain").unwrap().same(&Values::I32(vec![40_000; 3])));
    }
}

#[test]
fn what_is_wrong_in_the_configuration_is_told_before_any_work() {
    let sample = Sample::new();
    for (more, said) in [
        (
            "[output.variables.actaul]\ndeflate = 1\n",
            "is no variable of the PV task: did you mean \"actual\"?",
        ),
        ("[output.variables.actual]\ndeflate = 10\n", "output.variables.actual.deflate must be from 0 to 9"),
        ("[output.variables.actual]\nchunks = { time = 0 }\n", "must be 1 or more"),
        (
            "[output.variables.actual]\nchunks = { lat = 5 }\n",
            "has chunks along \"lat\", and no such dimension",
        ),
        (
            "[output.variables.actual]\ndtype = 'int16'\n",
            "cannot be int16: it has fractions and missing values",
        ),
        ("[output.variables.actual]\ndtype = 'float16'\n", "choose \"float64\", \"float32\""),
        ("[output.variables.time]\ndtype = 'float32'\n", "cannot be given: results are put in order by time"),
        ("[output.attributes]\ntask = 'mine'\n", "is an attribute that dayfold sets itself"),
        ("[output.attributes]\n\"a b\" = 'mine'\n", "is no name for an attribute"),
        ("[output.attributes]\nlist = ['a']\n", "must be a text, a finite number or a list of such numbers"),
        ("[output.attributes]\nlimit = nan\n", "must be a text, a finite number or a list of such numbers"),
        (
            "[output.attributes]\nlimits = [1.0, inf]\n",
            "must be a text, a finite number or a list of such numbers",
        ),
    ] {
        let run = sample.run("wrong", more);
        assert_eq!(run.code, 2, "{more}: {run:?}");
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    assert!(!sample.0.path().join("s/wrong.nc.run").exists());
}
