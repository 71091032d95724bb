//! What people do after a run that could not end well: the message says what, and it helps. Results
//! that contradict each other, a first group of another grid, a group to be done again.

use std::fs;
use std::path::{Path, PathBuf};

use dayfold_ncio::dataset::{Dataset, Values, Variable};
use dayfold_ncio::raw::RawFile;
use dayfold_ncio::write::{Storage, write_dataset};

use crate::grid::room_with_another_grid;
use crate::room::{Room, started};

/// Writes the file anew with half of all irradiance.
fn halve(from: &Path, to: &Path) {
    let file = RawFile::open(from).unwrap();
    let schema = file.schema();
    let variable = |variable: &dayfold_ncio::raw::VariableSchema| {
        let mut values = file.read(&variable.name).unwrap();
        if let (Values::I32(numbers), true) = (&mut values, variable.name.ends_with("_irradiance")) {
            numbers.iter_mut().filter(|number| **number > 0).for_each(|number| *number /= 2);
        }
        let (name, dimensions) = (variable.name.clone(), variable.dimensions.clone());
        Variable { name, dimensions, values, attributes: variable.attributes.clone() }
    };
    let variables = schema.variables.iter().map(variable).collect();
    let dataset =
        Dataset { dimensions: schema.dimensions.clone(), variables, attributes: schema.attributes.clone() };
    write_dataset(to, &dataset, Storage::Plain).unwrap();
}

/// The partial of the group whose name begins so.
fn partial(room: &Room, group: &str) -> PathBuf {
    let entries = fs::read_dir(room.run_dir().join("partials")).unwrap().map(|entry| entry.unwrap().path());
    let mut found = entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(group));
    found.next().unwrap()
}

/// As it is printed.
fn shown(room: &Room, path: &Path) -> String {
    format!("DIR/try/{}", path.strip_prefix(room.path("")).unwrap().display())
}

#[test]
fn a_contradiction_is_cured_by_removing_the_wrong_file_and_doing_its_group_again() {
    let room = Room::new(2);
    let right = room.undisturbed();
    let copy = room.day(2).join("IDE00326.copy.nc");
    halve(&room.files(1)[50], &copy);
    let run = room.run(&[]);
    assert_eq!(run.code, 3, "{run:?}");
    let results = ["2022-02-01", "2022-02-02"].map(|group| shown(&room, &partial(&room, group)));
    for expected in [
        "groups 2022-02-01 and 2022-02-02 contradict each other: at 2022-02-0",
        "they have other values of \"actual\"; correct the archive, and run the same command with --redo and the name",
        &format!("(the results are {} of 2022-02-01, {} of 2022-02-02)", results[0], results[1]),
    ] {
        assert!(run.stderr.contains(expected), "{expected:?} in {}", run.stderr);
    }
    assert!(!run.stderr.contains("was kept"), "{}", run.stderr);
    fs::remove_file(&copy).unwrap();
    for outcome in [room.run(&[]), room.collate()] {
        assert_eq!(outcome.code, 3, "{outcome:?}");
        let told = "the result of 2022-02-02 was kept when files of it were removed \
                    (v1.1/2022/02/02/IDE00326.copy.nc): if they were wrong, it is this one";
        assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    }
    let again = room.run(&[]);
    let kept =
        format!("its result, in {}, is kept (--redo 2022-02-02 has it made of what is there)", results[1]);
    assert!(again.stderr.contains(&kept), "{}", again.stderr);
    let cured = room.run_told(&["--redo", "2022-02-02"]);
    assert_eq!((cured.code, started(&cured.stderr)), (0, vec!["2022-02-02".to_owned()]), "{cured:?}");
    assert!(room.result() == right);
}

#[test]
fn a_contradiction_with_the_final_file_is_cured_alike() {
    let room = Room::new(2);
    let right = room.undisturbed();
    let (first, good) = (&room.files(1)[50], room.path("good"));
    fs::copy(first, &good).unwrap();
    halve(first, &room.path("bad"));
    fs::copy(room.path("bad"), first).unwrap();
    assert_eq!(room.run(&["--to", "2022-02-01"]).code, 0);
    fs::copy(&good, room.day(2).join("IDE00326.copy.nc")).unwrap();
    let run = room.run(&[]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("DIR/try/pv.nc of (those in the final file), "), "{}", run.stderr);
    // the first day was wrong
    fs::copy(&good, first).unwrap();
    let cured = room.run_told(&["--redo", "2022-02-01"]);
    assert_eq!((cured.code, started(&cured.stderr)), (0, vec!["2022-02-01".to_owned()]), "{cured:?}");
    fs::remove_file(room.day(2).join("IDE00326.copy.nc")).unwrap();
    assert!(room.result() == right, "equal values at one time are one");
}

#[test]
fn a_file_that_is_a_group_can_be_removed() {
    let room = Room::new(1);
    room.configure("\"day\" ", "\"file\"");
    fs::remove_dir_all(room.day(1)).map(|()| fs::create_dir(room.day(1)).unwrap()).unwrap();
    let other = Room::new(1);
    for file in &other.files(1)[48..52] {
        fs::copy(file, room.day(1).join(file.file_name().unwrap())).unwrap();
    }
    let right = room.undisturbed();
    let copy = room.day(1).join("IDE00326.copy.nc");
    halve(&room.files(1)[1], &copy);
    assert_eq!(room.run(&[]).code, 3);
    fs::remove_file(&copy).unwrap();
    let cured = room.run_told(&["--redo", "v1.1/2022/02/01/IDE00326.copy.nc"]);
    assert_eq!((cured.code, started(&cured.stderr).len()), (0, 0), "{cured:?}");
    assert!(room.result() == right);
}

#[test]
fn a_first_group_of_another_grid_fails_alone_and_is_cured_by_removing_it() {
    let room = room_with_another_grid(3, 1);
    let run = room.run(&[]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("1 group failed") && run.stderr.contains("another grid"), "{}", run.stderr);
    fs::remove_dir_all(room.day(1)).unwrap();
    let cured = room.run_told(&[]);
    assert_eq!((cured.code, started(&cured.stderr)), (0, Vec::new()), "{cured:?}");
    assert_eq!(room.attribute("missing_groups").as_deref(), Some("2022-02-01"));
    let bytes = room.result();
    room.start_anew();
    assert!(room.undisturbed() == bytes);
}

#[test]
fn a_group_is_done_again_when_its_result_is_removed() {
    let room = Room::new(2);
    let right = room.undisturbed();
    assert_eq!(room.run(&["--limit", "1"]).code, 0);
    fs::remove_file(partial(&room, "2022-02-01")).unwrap();
    let run = room.run_told(&["--keep-partials"]);
    assert_eq!((run.code, started(&run.stderr).len()), (0, 2), "{run:?}");
    // the final file is a result, too
    fs::remove_file(partial(&room, "2022-02-02")).unwrap();
    assert_eq!(started(&room.run_told(&["--keep-partials"]).stderr), Vec::<String>::new());
    fs::remove_file(room.path("pv.nc")).unwrap();
    let run = room.run_told(&[]);
    assert_eq!((run.code, started(&run.stderr)), (0, vec!["2022-02-02".to_owned()]), "{run:?}");
    assert!(room.result() == right);
}
