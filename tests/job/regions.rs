//! Regions that the grid does not reach: told once, before any work, and their series are missing values.

use dayfold_ncio::dataset::Values;
use dayfold_ncio::raw::RawFile;

use crate::room::{Room, warnings};

fn square(name: &str, west: f64, east: f64) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":
        [[[{west},-35],[{east},-35],[{east},-20],[{west},-20],[{west},-35]]]}}}}"#
    )
}

const EMPTY: &str =
    r#"{"type":"Feature","properties":{"name":"empty"},"geometry":{"type":"Polygon","coordinates":[]}}"#;

#[test]
fn a_region_outside_the_grid_is_told_once_and_missing() {
    let room = Room::new(1);
    let features = [square("inside", 120.0, 150.0), square("far", 0.0, 20.0), EMPTY.to_owned()].join(",");
    let regions = format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#);
    room.write("regions.geojson", &regions);
    let run = room.run_told(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    let told = warnings(&run.stderr);
    let of = |region: &str| told.iter().filter(|told| told.contains(region)).collect::<Vec<_>>();
    let spans = "region \"far\" lies outside the grid (which spans latitude -44.5 to ";
    assert!(of("\"far\"").len() == 1 && of("\"far\"")[0].starts_with(spans), "{told:?}");
    // numbers of 32 bits, shortly
    assert!(!of("\"far\"")[0].contains("00000"), "{told:?}");
    assert!(of("\"empty\"").len() == 1 && of("\"empty\"")[0].contains("has no area"), "{told:?}");
    let file = RawFile::open(room.path("pv.nc")).unwrap();
    let Values::F64(power) = file.read("actual").unwrap() else { panic!("doubles") };
    let Values::I32(cells) = file.read("cells").unwrap() else { panic!("integers") };
    assert_eq!(power.len(), 103 * 3);
    assert!(power.chunks(3).all(|step| step[1].is_nan() && step[2].is_nan()));
    assert!(power.chunks(3).any(|step| step[0] > 0.0));
    assert!(cells.chunks(3).all(|step| step[1..] == [0, 0]) && cells.iter().any(|&cells| cells > 0));
}
