//! `dayfold plot`: pictures of results, and what it says when there is nothing to draw.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use dayfold_ncio::dataset::{Attribute, Dataset, Values, Variable};
use dayfold_ncio::write::{Storage, write_dataset};

use crate::support::{Folder, Outcome};

/// The first two colours of lines.
const BLUE: [u8; 3] = [31, 119, 180];
const ORANGE: [u8; 3] = [255, 127, 14];

/// Plots `pv.nc`.
fn plot(folder: &Folder, more: &[&str]) -> Outcome {
    folder.dayfold(&[&["plot", "pv.nc"], more].concat())
}

/// Plots `pv.nc`, which must succeed; gives what is on standard output.
fn plotted(folder: &Folder, more: &[&str]) -> String {
    let outcome = plot(folder, more);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome.stdout
}

fn variable(name: &str, dimensions: &[&str], values: Values, units: &str) -> Variable {
    Variable {
        name: name.into(),
        dimensions: dimensions.iter().map(|&name| name.into()).collect(),
        values,
        attributes: vec![("units".into(), Attribute::from(units))],
    }
}

/// A folder with a result, `pv.nc`, of two regions and some days of 103 steps, dark at both ends
/// of each day.
fn result(days: u32) -> Folder {
    let folder = Folder::new();
    let steps: Vec<(f64, f64)> = (0..days)
        .flat_map(|day| {
            (0..103).map(move |step| (f64::from(day) * 86_400.0 + f64::from(step) * 600.0, f64::from(step)))
        })
        .collect();
    let power = |step: f64| {
        if (10.0..90.0).contains(&step) {
            200.0 * ((step - 10.0) / 80.0 * std::f64::consts::PI).sin()
        } else {
            f64::NAN
        }
    };
    let of_both = |part: f64| {
        Values::F64(
            steps.iter().flat_map(|&(_, step)| [part * power(step), 0.5 * part * power(step)]).collect(),
        )
    };
    let times = steps.iter().map(|&(time, _)| 1_643_653_800.0 + time).collect();
    let dataset = Dataset {
        dimensions: vec![("time".into(), steps.len()), ("region".into(), 2)],
        variables: vec![
            variable("time", &["time"], Values::F64(times), "seconds since 1970-01-01"),
            variable("region", &["region"], Values::Strings(vec!["North".into(), "South".into()]), "1"),
            variable("actual", &["time", "region"], of_both(0.8), "W"),
            variable("ideal", &["time", "region"], of_both(1.0), "W"),
            variable("dark", &["time", "region"], of_both(f64::NAN), "W"),
            variable("odd", &["region"], Values::F64(vec![1.0, 2.0]), "1"),
        ],
        attributes: vec![],
    };
    write_dataset(&folder.path().join("pv.nc"), &dataset, Storage::Plain).unwrap();
    folder
}

/// The pixels of a picture of the expected size.
fn pixels(path: &Path) -> Vec<[u8; 3]> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!((info.width, info.height), (1400, 700));
    bytes.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

fn count(pixels: &[[u8; 3]], colour: [u8; 3]) -> usize {
    pixels.iter().filter(|pixel| **pixel == colour).count()
}

#[test]
fn a_line_a_region_beside_the_result() {
    let folder = result(3);
    assert_eq!(plotted(&folder, &[]), "pv.actual.png\n");
    let pixels = pixels(&folder.path().join("pv.actual.png"));
    assert!(count(&pixels, BLUE) > 500 && count(&pixels, ORANGE) > 300);
    assert!(count(&pixels, [255, 255, 255]) > pixels.len() / 2);
    // smooth edges and dashed lines have many shades
    assert!(pixels.iter().collect::<BTreeSet<_>>().len() > 100);
}

#[test]
fn regions_variable_and_place_can_be_chosen() {
    let folder = result(1);
    let arguments = ["-o", "south.png", "--variable", "ideal", "--region", "South", "--table"];
    let table = plotted(&folder, &arguments);
    let pixels = pixels(&folder.path().join("south.png"));
    assert!(count(&pixels, BLUE) > 100);
    assert_eq!(count(&pixels, ORANGE), 0, "one region has one colour");
    let row = table.lines().find(|line| line.starts_with("South")).unwrap();
    assert!(row.contains(" 100.0 ") && row.contains("80 of 103"), "{row}");
    assert!(!table.contains("North"), "{table}");
}

#[test]
fn night_is_a_gap() {
    let folder = result(2);
    plotted(&folder, &["--region", "North", "--variable", "ideal"]);
    let pixels = pixels(&folder.path().join("pv.ideal.North.png"));
    // columns of the plane that hold some of the line: two days with nothing between
    let blue = |column: usize| (100..620).any(|row| pixels[row * 1400 + column] == BLUE);
    let columns: Vec<bool> = (120..1200).map(blue).collect();
    let nights = columns.chunk_by(|a, b| a == b).skip(1).filter(|run| !run[0] && run.len() > 100).count();
    assert_eq!(nights, 1);
}

#[test]
fn a_long_series_is_drawn_by_days() {
    let folder = result(30);
    plotted(&folder, &["--region", "North", "--variable", "ideal"]);
    let pixels = pixels(&folder.path().join("pv.ideal.North.png"));
    // all whole days are the same, so that their means lie on a level line: long rows of its colour
    let longest = pixels.chunks_exact(1400).map(|row| count(&row[..1200], BLUE)).max();
    assert!(longest > Some(800), "{longest:?}");
}

#[test]
fn errors_name_what_there_is() {
    let folder = result(1);
    for (arguments, expected) in [
        (&["--variable", "power"][..], "has no variable \"power\" to draw; it has: actual, ideal, dark"),
        (&["--region", "East"], "has no region \"East\"; it has: North, South"),
        (&["--variable", "dark"], "has no values to draw: all are missing"),
        (&["--variable", "odd"], "expected numbers over time, found double (region)"),
        (
            &["--timezone", "Mars"],
            "no time zone is called \"Mars\": expected a name such as Australia/Brisbane",
        ),
    ] {
        let outcome = plot(&folder, arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}");
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1, "{arguments:?}: nothing but the result");
    }
}

#[test]
fn a_picture_without_a_place_is_refused() {
    let folder = result(1);
    let outcome = plot(&folder, &["-o", "no/such/folder.png"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    let said = "error: failed to write no/such/folder.png: the folder no/such does not exist: make it, or name \
                another with -o\n";
    assert_eq!(outcome.stderr, said);
}

#[test]
fn a_picture_never_takes_the_place_of_the_result() {
    let folder = result(1);
    let (nc, png) = (folder.path().join("pv.nc"), folder.path().join("pv.png"));
    let before = std::fs::read(&nc).unwrap();
    let refused = |arguments: &[&str], said: &str| {
        let outcome = folder.dayfold(&[&["plot"], arguments].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.stderr.contains(said), "{arguments:?}: {}", outcome.stderr);
    };
    for name in ["pv.nc", "./pv.nc", "pv", "pv.pdf"] {
        refused(&["pv.nc", "-o", name], "ends with neither .png nor .svg, and pictures are one of these");
    }
    assert!(std::fs::read(&nc).unwrap() == before && !png.exists());
    std::os::unix::fs::symlink("pv.nc", &png).unwrap();
    for arguments in [["pv.nc", "-o", "pv.png"], ["pv.nc", "-o", "./pv.png"], ["pv.png", "-o", "pv.png"]] {
        refused(&arguments, "would take the place of the result");
    }
    std::fs::remove_file(&png).unwrap();
    folder.write("notes.svg", "my notes");
    refused(&["pv.nc", "-o", "notes.svg"], "would take the place of notes.svg, which is no picture");
    std::fs::rename(&nc, &png).unwrap();
    refused(&["pv.png", "-o", "pv.png"], "would take the place of the result, pv.png: name another with -o");
    assert!(std::fs::read(&png).unwrap() == before);
    assert_eq!(folder.dayfold(&["plot", "pv.png", "-o", "a.PNG"]).stdout, "a.PNG\n");
}

#[test]
fn pictures_of_one_folder_do_not_replace_each_other_or_anything_else() {
    let folder = result(1);
    let names = |arguments: &[&str]| plotted(&folder, arguments);
    assert_eq!(names(&[]), "pv.actual.png\n");
    assert_eq!(names(&["--variable", "ideal"]), "pv.ideal.png\n");
    assert_eq!(names(&["--region", "South"]), "pv.actual.South.png\n");
    assert_eq!(names(&["--timezone", "+10:00"]), "pv.actual.UTC+10_00.png\n");
    let first = std::fs::read(folder.path().join("pv.actual.png")).unwrap();
    assert_eq!(names(&[]), "pv.actual.png\n", "the same again is made anew");
    assert!(std::fs::read(folder.path().join("pv.actual.png")).unwrap() == first);
    folder.write("pv.actual.png", "somebody else's");
    assert_eq!(names(&[]), "pv.actual-2.png\n");
    std::fs::copy(folder.path().join("pv.nc"), folder.path().join("pv.nc4")).unwrap();
    assert_eq!(folder.dayfold(&["plot", "pv.nc4"]).stdout, "pv.actual-3.png\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("pv.actual.png")).unwrap(), "somebody else's");
}

#[test]
fn a_result_of_ones_own_is_drawn_as_it_is() {
    let folder = Folder::new();
    let times = variable("time", &["time"], Values::I32(vec![0, 1, 2]), "days since 2022-02-01");
    let bounds = variable("time_bnds", &["time"], Values::F64(vec![0.0; 3]), "1");
    let values = (0..18).map(f64::from).collect();
    let field = variable("tas", &["time", "lat", "lon"], Values::F64(values), "K");
    let alone = variable("rain", &["time"], Values::F32(vec![1.0, f32::NAN, 3.0]), "mm");
    let mut time = times.clone();
    time.attributes.push(("bounds".into(), Attribute::from("time_bnds")));
    let write = |name: &str, variables| {
        let dataset = Dataset {
            dimensions: vec![("time".into(), 3), ("lat".into(), 2), ("lon".into(), 3)],
            variables,
            attributes: vec![],
        };
        write_dataset(&folder.path().join(name), &dataset, Storage::Plain).unwrap();
    };
    write("mine.nc", vec![time, bounds, field, alone]);
    let outcome = folder.dayfold(&["plot", "mine.nc", "--table"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stderr, "drawn is tas; --variable draws another: rain\n");
    // day by day 0 to 5, 6 to 11 and 12 to 17
    let row = |name: &str| outcome.stdout.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(row("mean ").contains(" 8.50 ") && row("mean ").contains(" 14.50 "), "{}", outcome.stdout);
    assert!(row("highest").contains(" 17.00 ") && row("lowest").contains(" 6.00 "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("mean: over all time steps\n"), "{}", outcome.stdout);
    assert!(outcome.stdout.ends_with("mine.tas.png\n"));
    let rain = folder.dayfold(&["plot", "mine.nc", "--variable", "rain", "-o", "rain.svg", "--table"]);
    assert!(rain.stdout.contains("2 of 3"), "{}", rain.stdout);
    assert!(rain.stdout.contains("mean: over the time steps that have a value"), "{}", rain.stdout);
    let svg = std::fs::read_to_string(folder.path().join("rain.svg")).unwrap();
    assert!(svg.starts_with("<svg width=\"1400\" height=\"700\"") && svg.contains("rain (mm)"), "{svg}");
    write("none.nc", vec![times]);
    let outcome = folder.dayfold(&["plot", "none.nc"]);
    assert_eq!(outcome.code, 2);
    let said = "none.nc has nothing to draw: expected a variable of numbers over time, found int time(time)";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
}

#[test]
fn a_result_that_is_not_there_is_what_is_missing() {
    let folder = Folder::new();
    let outcome = folder.dayfold(&["plot", "missing/pv.nc"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("missing/pv.nc"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(".png"), "{}", outcome.stderr);
}

#[test]
fn days_are_those_of_a_time_zone() {
    let folder = result(30);
    let table = |zone: &str| plotted(&folder, &["--timezone", zone, "--table", "--variable", "ideal"]);
    // the highest value is that of step 50 of each day, which begins at 18:30 UTC; of equal ones the last is told
    assert!(
        table("UTC").contains("at (UTC)") && table("UTC").contains("2022-03-02 02:50"),
        "{}",
        table("UTC")
    );
    let brisbane = table("Australia/Brisbane");
    assert!(
        brisbane.contains("at (Australia/Brisbane)") && brisbane.contains("2022-03-02 12:50"),
        "{brisbane}"
    );
    assert!(table("-03:30").contains("2022-03-01 23:20"));
}

#[test]
fn a_file_of_another_kind_is_named() {
    let folder = Folder::new();
    folder.write("notes.nc", "no NetCDF");
    let outcome = folder.dayfold(&["plot", "notes.nc"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("notes.nc"), "{}", outcome.stderr);
    assert!(!folder.path().join("notes.png").exists());
}
