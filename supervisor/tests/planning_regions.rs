//! Regions from files. The fixtures hold the same regions as GeoJSON and as shapefiles that GDAL wrote.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a broken fixture should stop the test")]

use std::fs;
use std::path::{Path, PathBuf};

use dayfold_contract::{Polygon, Region, RegionSet};
use dayfold_supervisor::planning::{RegionsError, RegionsSpec, read_regions};
use serde_json::{Value, json};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/regions").join(name)
}

fn spec(file: &Path, name: &str) -> RegionsSpec {
    RegionsSpec { file: file.to_path_buf(), name: name.to_owned(), include: Vec::new(), exclude: Vec::new() }
}

fn names(set: &RegionSet) -> Vec<&str> {
    set.regions.iter().map(|region| region.name.as_str()).collect()
}

/// A ring from its least point on, in one direction, unclosed.
fn canonical_ring(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut ring = ring.to_vec();
    if ring.first() == ring.last() {
        ring.pop();
    }
    let least = (0..ring.len()).min_by(|&one, &other| ring[one].partial_cmp(&ring[other]).unwrap()).unwrap();
    ring.rotate_left(least);
    if ring[1].partial_cmp(&ring[ring.len() - 1]).unwrap().is_gt() {
        ring[1..].reverse();
    }
    ring
}

fn canonical(region: &Region) -> Vec<Vec<Vec<[f64; 2]>>> {
    let polygon = |polygon: &Polygon| {
        let mut holes: Vec<_> = polygon.holes.iter().map(|hole| canonical_ring(hole)).collect();
        holes.sort_by(|one, other| one.partial_cmp(other).unwrap());
        [vec![canonical_ring(&polygon.exterior)], holes].concat()
    };
    let mut polygons: Vec<_> = region.polygons.iter().map(polygon).collect();
    polygons.sort_by(|one, other| one.partial_cmp(other).unwrap());
    polygons
}

/// Writes features (properties, geometry) and reads them back as regions named by `name`.
fn read_features(features: &[(Value, Value)]) -> Result<(RegionSet, Vec<String>), String> {
    let features: Vec<Value> = features.iter().map(feature).collect();
    read_text(&json!({"type": "FeatureCollection", "features": features}).to_string())
}

fn read_text(text: &str) -> Result<(RegionSet, Vec<String>), String> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("r.geojson");
    fs::write(&file, text).unwrap();
    read_regions(&spec(&file, "name")).map_err(|error| error.to_string())
}

fn feature((properties, geometry): &(Value, Value)) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}

fn square(x: f64) -> Value {
    let right = x + 1.0;
    json!({"type": "Polygon", "coordinates": [[[x, 0.0], [right, 0.0], [right, 1.0], [x, 1.0], [x, 0.0]]]})
}

#[test]
fn geojson_is_read_as_it_stands() {
    let (set, notes) = read_regions(&spec(&fixture("states.geojson"), "name")).unwrap();
    assert_eq!(notes, [""; 0]);
    assert_eq!(names(&set), ["Tasmania", "Australian Capital Territory", "New South Wales", "Île Zürich"]);
    let text = fs::read_to_string(fixture("states.geojson")).unwrap();
    let truth: Value = serde_json::from_str(&text).unwrap();
    for (region, feature) in set.regions.iter().zip(truth["features"].as_array().unwrap()) {
        let coordinates = &feature["geometry"]["coordinates"];
        let polygons =
            if feature["geometry"]["type"] == "Polygon" { json!([coordinates]) } else { coordinates.clone() };
        let rings = |polygon: &Polygon| [vec![polygon.exterior.clone()], polygon.holes.clone()].concat();
        let found: Vec<_> = region.polygons.iter().map(rings).collect();
        assert_eq!(json!(found), polygons, "{}", region.name);
    }
}

#[test]
fn a_shapefile_holds_the_same_regions() {
    let (truth, _) = read_regions(&spec(&fixture("states.geojson"), "name")).unwrap();
    for (file, skipped) in [("states.shp", 0), ("heights.shp", 2)] {
        let (set, notes) = read_regions(&spec(&fixture(file), "name")).unwrap();
        assert_eq!(notes, [""; 0]);
        assert_eq!(names(&set), names(&truth)[skipped..]);
        for (region, expected) in set.regions.iter().zip(&truth.regions[skipped..]) {
            assert_eq!(canonical(region), canonical(expected), "{file}: {}", region.name);
        }
    }
}

#[test]
fn numbers_become_names() {
    for file in ["states.geojson", "states.shp"] {
        let read = |attribute: &str| read_regions(&spec(&fixture(file), attribute)).unwrap().0;
        assert_eq!(names(&read("number")), ["1", "2", "3", "4"], "{file}");
        assert_eq!(names(&read("share")), ["0.5", "1", "1.5", "2"], "{file}");
    }
}

#[test]
fn globs_select_in_the_files_order() {
    let select = |include: &[&str], exclude: &[&str]| {
        let owned = |globs: &[&str]| globs.iter().map(|&glob| glob.to_owned()).collect();
        let file = fixture("states.shp");
        read_regions(&RegionsSpec { include: owned(include), exclude: owned(exclude), ..spec(&file, "name") })
    };
    let (set, notes) = select(&["New*", "Tas*", "Qu*"], &[]).unwrap();
    assert_eq!(names(&set), ["Tasmania", "New South Wales"]);
    assert_eq!(notes, ["no region's name is like \"Qu*\""]);
    let (set, notes) = select(&[], &["*South*", "T*", "tasmania"]).unwrap();
    assert_eq!(names(&set), ["Australian Capital Territory", "Île Zürich"]);
    assert_eq!(notes, ["no region's name is like \"tasmania\""]);
    let error = select(&["Qu*"], &[]).unwrap_err().to_string();
    assert!(error.contains("it has \"Tasmania\", \"Australian Capital Territory\""), "{error}");
    assert!(select(&["[a"], &[]).unwrap_err().to_string().contains("the glob \"[a\""));
}

#[test]
fn what_is_there_is_named_when_the_attribute_is_not() {
    for file in ["states.geojson", "states.shp"] {
        let error = read_regions(&spec(&fixture(file), "Name")).unwrap_err();
        let RegionsError::NoAttribute { mut attributes, .. } = error else { panic!("{error}") };
        attributes.sort();
        assert_eq!(attributes, ["code", "name", "number", "share"]);
    }
}

#[test]
fn features_of_one_name_are_one_region() {
    let (set, notes) = read_features(&[
        (json!({"name": "a"}), square(0.0)),
        (json!({"name": "b"}), square(1.0)),
        (json!({"name": "a"}), square(2.0)),
    ])
    .unwrap();
    assert_eq!(names(&set), ["a", "b"]);
    assert_eq!(
        set.regions[0].polygons.iter().map(|polygon| polygon.exterior[0]).collect::<Vec<_>>(),
        [[0.0, 0.0], [2.0, 0.0]]
    );
    assert_eq!(notes, ["several features are named \"a\": together they are one region"]);
}

#[test]
fn regions_without_area_stay_with_a_note() {
    let flat = json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]});
    let (set, notes) = read_features(&[
        (json!({"name": "none"}), Value::Null),
        (json!({"name": "empty"}), json!({"type": "MultiPolygon", "coordinates": []})),
        (json!({"name": "flat"}), flat),
        (json!({"name": "open"}), json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]]})),
    ])
    .unwrap();
    assert_eq!(set.regions.iter().map(|region| region.polygons.len()).collect::<Vec<_>>(), [0, 0, 0, 1]);
    assert_eq!(notes[0], "region \"none\" has no area: its values will be missing");
    assert_eq!((notes.len(), notes[3].as_str()), (4, "rings of fewer than three points are left out: 1"));
}

#[test]
fn collections_and_heights_are_taken_apart() {
    let high = json!({"type": "Polygon", "coordinates": [[[0, 0, 9], [1, 0, 9], [1, 1, 9], [0, 0, 9]]]});
    let collection = json!({"type": "GeometryCollection", "geometries": [square(3.0), high]});
    let (set, _) = read_features(&[(json!({"name": "a"}), collection)]).unwrap();
    assert_eq!(set.regions[0].polygons[1].exterior, [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]);
    assert_eq!(set.regions[0].polygons.len(), 2);
}

#[test]
fn features_that_cannot_be_used_are_named() {
    let good = (json!({"name": "good"}), square(0.0));
    let error = |properties: Value, geometry: Value| {
        read_features(&[good.clone(), (properties, geometry)]).unwrap_err()
    };
    let point = json!({"type": "Point", "coordinates": [1, 1]});
    let line = json!({"type": "LineString", "coordinates": [[0, 0], [1, 1]]});
    let line = json!({"type": "GeometryCollection", "geometries": [line]});
    for (text, parts) in [
        (error(json!({"name": "p"}), point), ["feature 2", "\"p\", is a Point; expected polygons"]),
        (error(json!({"name": "l"}), line), ["feature 2", "\"l\", is a LineString"]),
        (error(json!({"name": null}), square(0.0)), ["feature 2", "has no name: its attribute \"name\""]),
        (error(json!({"name": " "}), square(0.0)), ["feature 2", "has no name"]),
        (error(json!({"name": ["x"]}), square(0.0)), ["feature 2", "has no name"]),
        (error(json!({}), square(0.0)), ["feature 2", "has no name"]),
        (error(json!({"name": "far"}), square(360.0)), ["\"far\", has a point at (361, 0)", "projected?"]),
    ] {
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn a_feature_that_is_not_wanted_does_no_harm() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("r.JSON");
    let point = json!({"type": "Point", "coordinates": [1, 1]});
    let features = [(json!({"name": "p"}), point), (json!({"name": "good"}), square(0.0))];
    let features: Vec<Value> = features.iter().map(feature).collect();
    fs::write(&file, json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
    let wanted = RegionsSpec { exclude: vec!["p".to_owned()], ..spec(&file, "name") };
    assert_eq!(names(&read_regions(&wanted).unwrap().0), ["good"]);
}

#[test]
fn other_texts_are_refused() {
    for (text, part) in [
        ("{", "is not GeoJSON"),
        (r#"{"type": "Topology"}"#, "is not GeoJSON"),
        (r#"{"type": "Polygon", "coordinates": []}"#, "is a bare geometry"),
        (r#"{"type": "FeatureCollection", "features": []}"#, "holds no features"),
        (
            r#"{"type": "FeatureCollection", "features": [],
                "crs": {"type": "name", "properties": {"name": "EPSG:3577"}}}"#,
            "are in \"EPSG:3577\"; expected degrees",
        ),
    ] {
        let error = read_text(text).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let bom = format!("\u{feff}{}", fs::read_to_string(fixture("states.geojson")).unwrap());
    assert!(read_text(&bom).is_ok());
    let single = json!({"type": "Feature", "properties": {"name": "a"}, "geometry": square(0.0)});
    assert_eq!(names(&read_text(&single.to_string()).unwrap().0), ["a"]);
    assert!(matches!(read_regions(&spec(Path::new("r.gpkg"), "name")), Err(RegionsError::Kind { .. })));
    assert!(matches!(read_regions(&spec(Path::new("/none/r.json"), "name")), Err(RegionsError::Read { .. })));
}

/// The shapefile's parts in a folder, without some and with a few bytes changed.
fn copy_of_states(without: &[&str]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    for ending in ["shp", "shx", "dbf", "prj", "cpg"].iter().filter(|ending| !without.contains(ending)) {
        fs::copy(fixture("states").with_extension(ending), folder.path().join("r").with_extension(ending))
            .unwrap();
    }
    let file = folder.path().join("r.shp");
    (folder, file)
}

#[test]
fn incomplete_shapefiles_say_what_they_lack() {
    for (ending, part) in [("dbf", "lacks /r.dbf, which holds the regions' names"), ("shx", "lacks /r.shx")] {
        let (folder, file) = copy_of_states(&[ending]);
        let error = read_regions(&spec(&file, "name")).unwrap_err().to_string();
        assert!(error.replace(folder.path().to_str().unwrap(), "").contains(part), "{error}");
    }
    let (_folder, file) = copy_of_states(&["prj"]);
    let (set, notes) = read_regions(&spec(&file, "name")).unwrap();
    assert!(notes.len() == 1 && notes[0].contains("has no .prj"), "{notes:?}");
    assert_eq!(set.regions.len(), 4);
}

#[test]
fn the_encoding_comes_from_the_cpg_or_the_table() {
    let (_folder, file) = copy_of_states(&["cpg"]);
    let dbf = file.with_extension("dbf");
    let mark = |code_page: u8| {
        let mut bytes = fs::read(&dbf).unwrap();
        bytes[29] = code_page;
        fs::write(&dbf, bytes).unwrap();
        read_regions(&spec(&file, "name")).unwrap()
    };
    for (code_page, name) in [(0x57, "Île Zürich"), (0x03, "Île Zürich"), (0xc9, "Оle Zьrich")] {
        let (set, notes) = mark(code_page);
        assert_eq!((names(&set)[3], notes.len()), (name, 0), "{code_page:x}");
    }
    assert!(mark(0x01).1[0].ends_with("is not known: taken as UTF-8"));
    let (set, notes) = mark(0);
    assert_eq!(names(&set)[3], "\u{fffd}le Z\u{fffd}rich");
    assert!(notes[0].contains("write it, such as ISO-8859-1, into a .cpg"), "{notes:?}");
    fs::write(file.with_extension("cpg"), "windows-1252\n").unwrap();
    assert_eq!(names(&read_regions(&spec(&file, "name")).unwrap().0)[3], "Île Zürich");
}

#[test]
fn projected_shapefiles_are_refused_by_name() {
    let error = read_regions(&spec(&fixture("projected.shp"), "name")).unwrap_err().to_string();
    assert!(
        error.contains("\"GDA_1994_Australia_Albers\"") && error.contains("ogr2ogr -t_srs EPSG:4326"),
        "{error}"
    );
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("r.shp");
    for ending in ["shp", "shx", "dbf"] {
        fs::copy(fixture("projected").with_extension(ending), file.with_extension(ending)).unwrap();
    }
    let error = read_regions(&spec(&file, "name")).unwrap_err();
    assert!(matches!(error, RegionsError::OffEarth { feature: 1, .. }), "{error}");
}

#[test]
fn deleted_rows_take_their_shapes_along_and_cut_off_parts_are_noticed() {
    let (_folder, file) = copy_of_states(&[]);
    let dbf = file.with_extension("dbf");
    let whole = fs::read(&dbf).unwrap();
    let first_row = usize::from(u16::from_le_bytes([whole[8], whole[9]]));
    let mut deleted = whole.clone();
    deleted[first_row] = b'*';
    fs::write(&dbf, deleted).unwrap();
    let (set, _) = read_regions(&spec(&file, "name")).unwrap();
    let (truth, _) = read_regions(&spec(&fixture("states.shp"), "name")).unwrap();
    assert_eq!(set.regions, truth.regions[1..]);
    let mut short = whole.clone();
    short[4] = 3;
    fs::write(&dbf, short).unwrap();
    let error = read_regions(&spec(&file, "name")).unwrap_err();
    assert!(matches!(error, RegionsError::Counts { shapes: 4, records: 3, .. }), "{error}");
    fs::write(&dbf, &whole[..whole.len() - 100]).unwrap();
    assert!(matches!(read_regions(&spec(&file, "name")), Err(RegionsError::Table { .. })));
    fs::write(&dbf, &whole).unwrap();
    let shp = fs::read(&file).unwrap();
    fs::write(&file, &shp[..shp.len() / 2]).unwrap();
    assert!(matches!(read_regions(&spec(&file, "name")), Err(RegionsError::Shapes { .. })));
}

#[test]
fn a_shapefile_with_a_damaged_byte_is_read_or_refused() {
    let (_folder, file) = copy_of_states(&[]);
    for ending in ["shp", "shx", "dbf"] {
        let part = file.with_extension(ending);
        let whole = fs::read(&part).unwrap();
        for place in 0..whole.len().min(400) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0xa5;
            fs::write(&part, damaged).unwrap();
            drop(read_regions(&spec(&file, "name")));
        }
        fs::write(&part, whole).unwrap();
    }
}
